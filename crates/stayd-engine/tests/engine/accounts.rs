//! People: sign-up, sign-in, addresses, and leaving.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on fails")]

use crate::support::{PASSWORD, World, wish};
use stayd_engine::mail::Letter;
use stayd_engine::store::MemoryStore;
use stayd_engine::{Deletion, Device, EngineError, Refusal, SignIn, SignUp, SignedUp, VerifiedUser};
use stayd_protocol::{Secret, Secrets};
use std::sync::Arc;
use std::time::Duration;

pub(crate) fn refusal<T: std::fmt::Debug>(outcome: Result<T, EngineError>) -> Refusal {
    match outcome {
        Err(EngineError::Refused(refusal)) => refusal,
        other => panic!("not refused: {other:?}"),
    }
}

//
#[tokio::test]
async fn an_unknown_address_and_a_wrong_password_say_the_same() {
    let world = World::new();
    world.sign_up("zoe@example.com").await;
    let wrong = SignIn { password: "wrong password".into(), ..wish("zoe@example.com") };
    let unknown = wish("nobody@example.com");
    for wish in [wrong, unknown] {
        let outcome = world.engine.sign_in(wish, Device::default(), None).await;
        assert_eq!(refusal(outcome), Refusal::InvalidEmailOrPassword);
    }
}

//
// L-7
#[tokio::test]
async fn a_disabled_person_is_out_at_once_and_told_so_only_with_the_right_password() {
    let world = World::new();
    let zoe = world.sign_up("zoe@example.com").await;
    assert_eq!(world.engine.disable_user(&zoe.user.id).await.unwrap(), 1);
    assert!(!world.is_live(&zoe).await);
    let wrong = SignIn { password: "wrong password".into(), ..wish("zoe@example.com") };
    let outcome = world.engine.sign_in(wrong, Device::default(), None).await;
    assert_eq!(refusal(outcome), Refusal::InvalidEmailOrPassword);
    let outcome = world.engine.sign_in(wish("zoe@example.com"), Device::default(), None).await;
    assert_eq!(refusal(outcome), Refusal::UserDisabled);
    // A link to reset the password sets one, and lets nobody in.
    world.engine.request_password_reset("zoe@example.com", None).await.unwrap();
    world
        .engine
        .reset_password(&world.letters.last_token(), "a new password", &Device::default())
        .await
        .unwrap();
    let renewed = SignIn { password: "a new password".into(), ..wish("zoe@example.com") };
    let outcome = world.engine.sign_in(renewed.clone(), Device::default(), None).await;
    assert_eq!(refusal(outcome), Refusal::UserDisabled);
    assert!(world.engine.enable_user(&zoe.user.id).await.unwrap());
    world.engine.sign_in(renewed, Device::default(), None).await.unwrap();
}

#[tokio::test]
async fn an_address_is_the_same_in_any_case() {
    let world = World::new();
    world.sign_up("Zoe@Example.com").await;
    assert_eq!(world.sign_in("ZOE@example.COM").await.user.email, "zoe@example.com");
}

#[tokio::test]
async fn a_taken_address_is_refused_and_changes_nothing() {
    let world = World::new();
    world.sign_up("zoe@example.com").await;
    let wish =
        SignUp { email: "zoe@example.com".into(), password: "another password".into(), ..SignUp::default() };
    let outcome = world.engine.sign_up(wish, Device::default()).await;
    assert_eq!(refusal(outcome), Refusal::UserAlreadyExists);
    world.sign_in("zoe@example.com").await;
}

//
#[tokio::test]
async fn where_addresses_must_be_verified_a_sign_up_tells_nobody_whether_one_was_taken() {
    let world = World::with(|policy| policy.accounts.require_email_verification = true);
    let wish = || SignUp { email: "zoe@example.com".into(), password: PASSWORD.into(), ..SignUp::default() };
    for _ in 0..2 {
        let outcome = world.engine.sign_up(wish(), Device::default()).await.unwrap();
        assert!(matches!(outcome, SignedUp::Waiting(user) if user.email == "zoe@example.com"));
    }
    assert_eq!(world.letters.all().len(), 1, "only the real sign-up sends a letter");
    let outcome =
        world.engine.sign_in(crate::support::wish("zoe@example.com"), Device::default(), None).await;
    assert_eq!(refusal(outcome), Refusal::EmailNotVerified);

    let token = world.letters.last_token();
    world.engine.verify_email(&token, None, None, Device::default()).await.unwrap();
    world.sign_in("zoe@example.com").await;
}

//
//
//
//
//
//
#[tokio::test]
async fn a_link_of_one_kind_opens_nothing_of_another() {
    let world = World::with(|policy| policy.accounts.delete_user_by_mail = true);
    let signed_in = world.sign_up("zoe@example.com").await;
    world.engine.request_password_reset("zoe@example.com", None).await.unwrap();
    let token = world.letters.last_token();
    let outcome = world.engine.delete_user_by_link(&signed_in.user.id, &token).await;
    assert_eq!(refusal(outcome), Refusal::DeleteTokenInvalid);
}

#[tokio::test]
async fn an_address_changes_only_after_the_old_and_the_new_one_agreed() {
    let world = World::new();
    let signed_in = world.sign_up("zoe@example.com").await;
    let live = || async { world.engine.session(&signed_in.token.hash()).await.unwrap().unwrap() };
    world.engine.send_own_verification(&signed_in.user, "zoe@example.com", None).await.unwrap();
    world.engine.verify_email(&world.letters.last_token(), None, None, Device::default()).await.unwrap();

    world.engine.change_email(&*live().await, "Zoe@new.example", Some("/done")).await.unwrap();
    let to_old = world.letters.all().pop().unwrap();
    assert_eq!(to_old.to, "zoe@example.com");
    assert!(
        matches!(to_old.letter, Letter::ConfirmEmailChange { new_email, .. } if new_email == "zoe@new.example")
    );

    let confirmation = world.letters.last_token();
    let confirmed = world.engine.verify_email(&confirmation, None, None, Device::default()).await.unwrap();
    assert_eq!(confirmed.user, VerifiedUser::Omitted);
    assert_eq!(live().await.user.email, "zoe@example.com");
    assert_eq!(world.letters.all().pop().unwrap().to, "zoe@new.example");

    let verification = world.letters.last_token();
    world.engine.verify_email(&verification, None, None, Device::default()).await.unwrap();
    let user = live().await.user.clone();
    assert_eq!((user.email.as_str(), user.email_verified), ("zoe@new.example", true));
    let outcome = world.engine.verify_email(&verification, None, None, Device::default()).await;
    assert_eq!(refusal(outcome), Refusal::VerifyTokenInvalid);
}

// C-12
#[tokio::test]
async fn a_link_made_under_an_earlier_secret_works_as_long_as_that_is_accepted() {
    let old = crate::support::secrets();
    let secret = |text| Secret::parse(text).unwrap();
    let new = || secret("Jw7nQ2xV9bT4mR8kZ5cL1hF6pD3sG0yA");
    let world = World::under(old, Arc::new(MemoryStore::new()), |_| {});
    world.sign_up("zoe@example.com").await;
    world.engine.send_verification("zoe@example.com", None).await.unwrap();
    let token = world.letters.last_token();
    let both = Secrets::new(new(), vec![secret("kX3v9QhT7mWz2LrB8nYcJ5dGfA4sPeUq")]).unwrap();
    for (secrets, works) in [(Secrets::new(new(), Vec::new()).unwrap(), false), (both, true)] {
        let later = World::under(secrets, Arc::clone(&world.store), |_| {});
        let outcome = later.engine.verify_email(&token, None, None, Device::default()).await;
        assert_eq!(outcome.is_ok(), works);
    }
}

#[tokio::test]
async fn a_link_of_one_person_does_nothing_in_the_browser_of_another() {
    let world = World::new();
    let zoe = world.sign_up("zoe@example.com").await;
    let max = world.sign_up("max@example.com").await;
    let zoes = world.engine.session(&zoe.token.hash()).await.unwrap().unwrap();
    let maxs = world.engine.session(&max.token.hash()).await.unwrap().unwrap();
    world.engine.change_email(&zoes, "zoe@new.example", None).await.unwrap();
    let token = world.letters.last_token();
    let outcome = world.engine.verify_email(&token, None, Some((&max.token, &maxs)), Device::default()).await;
    assert_eq!(refusal(outcome), Refusal::VerifyOtherUser);
}

#[tokio::test]
async fn leaving_needs_the_password_once_the_sign_in_is_long_ago() {
    let world = World::new();
    let signed_in = world.sign_up("zoe@example.com").await;
    world.clock.forward(Duration::from_hours(24));
    let live = world.engine.session(&signed_in.token.hash()).await.unwrap().unwrap();
    let outcome = world.engine.delete_user(&live, None, None, None).await;
    assert_eq!(refusal(outcome), Refusal::SessionExpired);
    let outcome = world.engine.delete_user(&live, Some("wrong password"), None, None).await;
    assert_eq!(refusal(outcome), Refusal::InvalidPassword);
    let outcome = world.engine.delete_user(&live, Some(PASSWORD), None, None).await.unwrap();
    assert_eq!(outcome, Deletion::Done);
    assert!(!world.is_live(&signed_in).await);
    assert!(world.engine.user_by_email("zoe@example.com").await.unwrap().is_none());
}

#[tokio::test]
async fn a_deletion_link_is_not_used_up_by_somebody_else() {
    let world = World::with(|policy| policy.accounts.delete_user_by_mail = true);
    let zoe = world.sign_up("zoe@example.com").await;
    let max = world.sign_up("max@example.com").await;
    let live = world.engine.session(&zoe.token.hash()).await.unwrap().unwrap();
    let outcome = world.engine.delete_user(&live, None, None, Some("/bye")).await.unwrap();
    assert_eq!(outcome, Deletion::LetterSent);
    let token = world.letters.last_token();
    let foreign = world.engine.delete_user_by_link(&max.user.id, &token).await;
    assert_eq!(refusal(foreign), Refusal::DeleteTokenInvalid);
    world.engine.delete_user_by_link(&zoe.user.id, &token).await.unwrap();
    assert!(!world.is_live(&zoe).await);
}

#[tokio::test]
async fn the_last_account_cannot_be_unlinked() {
    let world = World::new();
    let signed_in = world.sign_up("zoe@example.com").await;
    let accounts = world.engine.accounts_of(&signed_in.user.id).await.unwrap();
    let outcome = world.engine.unlink_account(&signed_in.user.id, &accounts[0].id).await;
    assert_eq!(refusal(outcome), Refusal::LastAccount);
}
