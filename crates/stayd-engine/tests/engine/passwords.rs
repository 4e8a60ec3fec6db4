//! Passwords: what they may be, how they change, and what a change takes away from who knew the one before.

use crate::accounts::refusal;
use crate::support::{PASSWORD, World, wish};
use crate::trying::TryingStore;
use stayd_engine::store::{MemoryStore, Store};
use stayd_engine::{Device, Engine, PasswordChange, PasswordChanged, Refusal, SignIn, SignUp};
use stayd_protocol::password::PasswordHashing;
use std::sync::Arc;
use std::time::Duration;

const NEW: &str = "a new password";

#[tokio::test]
async fn a_password_is_hashed_anew_at_the_first_right_sign_in_and_at_no_other() {
    let store: Arc<dyn Store> = Arc::new(MemoryStore::new());
    let before = World::over(Arc::clone(&store), |policy| policy.passwords.hashing = PasswordHashing::Scrypt);
    before.sign_up("zoe@example.com").await;
    let hash = async || store.user_by_email("zoe@example.com").await.unwrap().unwrap().password_hash.unwrap();
    let old = hash().await;
    let world =
        World::over(Arc::clone(&store), |policy| policy.passwords.hashing = PasswordHashing::Argon2id);
    let wrong = SignIn { password: "wrong password".into(), ..wish("zoe@example.com") };
    let outcome = world.engine.sign_in(wrong, Device::default(), None).await;
    assert_eq!(refusal(outcome), Refusal::InvalidEmailOrPassword);
    assert_eq!(hash().await, old);

    world.sign_in("zoe@example.com").await;
    let renewed = hash().await;
    assert!(renewed.starts_with("$argon2id$"), "{renewed}");
    world.sign_in("zoe@example.com").await;
    assert_eq!(hash().await, renewed);
    before.sign_in("zoe@example.com").await;
    assert!(!hash().await.starts_with('$'), "and back, where scrypt is asked for");
}

#[tokio::test]
async fn password_lengths_are_counted_in_utf16_units() {
    let world = World::new();
    let wish = |password: &str, email: &str| SignUp {
        email: email.into(),
        password: password.into(),
        ..SignUp::default()
    };
    let outcome = world.engine.sign_up(wish("1234567", "a@example.com"), Device::default()).await;
    assert_eq!(refusal(outcome), Refusal::PasswordTooShort);
    let outcome = world.engine.sign_up(wish(&"😀".repeat(65), "a@example.com"), Device::default()).await;
    assert_eq!(refusal(outcome), Refusal::PasswordTooLong);
    assert!(world.engine.sign_up(wish("😀😀😀😀", "a@example.com"), Device::default()).await.is_ok());
}

#[tokio::test]
async fn a_change_of_password_asks_for_the_present_one() {
    let world = World::new();
    let signed_in = world.sign_up("zoe@example.com").await;
    let live = world.engine.session(&signed_in.token.hash()).await.unwrap().unwrap();
    let change = |current: &str| PasswordChange {
        current: current.into(),
        new: "a new password".into(),
        end_sessions: Some(false),
    };
    let outcome = world
        .engine
        .change_password(&signed_in.token, &live, change("wrong password"), Device::default())
        .await;
    assert_eq!(refusal(outcome), Refusal::InvalidPassword);
    world.engine.change_password(&signed_in.token, &live, change(PASSWORD), Device::default()).await.unwrap();
    let outcome = world.engine.sign_in(wish("zoe@example.com"), Device::default(), None).await;
    assert_eq!(refusal(outcome), Refusal::InvalidEmailOrPassword);
    assert!(world.is_live(&signed_in).await);
}

#[tokio::test]
async fn a_change_of_password_that_ends_sessions_leaves_only_the_new_one() {
    let world = World::new();
    let here = world.sign_up("zoe@example.com").await;
    let there = world.sign_in("zoe@example.com").await;
    let live = world.engine.session(&here.token.hash()).await.unwrap().unwrap();
    assert!(world.is_live(&there).await);
    let change =
        PasswordChange { current: PASSWORD.into(), new: "a new password".into(), end_sessions: Some(true) };
    let changed = world.engine.change_password(&here.token, &live, change, Device::default()).await.unwrap();
    let PasswordChanged::Begun(begun) = changed else { panic!("{changed:?}") };
    assert!(!world.is_live(&here).await && !world.is_live(&there).await);
    assert!(world.is_live(&begun).await);
}

#[tokio::test]
async fn a_reset_link_works_once_and_ends_all_sessions() {
    let world = World::new();
    let signed_in = world.sign_up("zoe@example.com").await;
    assert!(world.is_live(&signed_in).await);
    world.engine.request_password_reset("zoe@example.com", Some("/reset")).await.unwrap();
    let token = world.letters.last_token();
    assert!(world.engine.reset_token_works(&token).await.unwrap());
    world.engine.reset_password(&token, "a new password", &Device::default()).await.unwrap();
    assert!(!world.is_live(&signed_in).await);
    let outcome = world.engine.reset_password(&token, "another password", &Device::default()).await;
    assert_eq!(refusal(outcome), Refusal::ResetTokenInvalid);
}

#[tokio::test]
async fn of_many_who_use_a_reset_link_at_once_one_wins() {
    let world = World::new();
    world.sign_up("zoe@example.com").await;
    world.engine.request_password_reset("zoe@example.com", None).await.unwrap();
    let token = world.letters.last_token();
    let tries: Vec<_> = (0..4)
        .map(|n| {
            let (engine, token) = (world.engine.clone(), token.clone());
            tokio::spawn(async move {
                engine.reset_password(&token, &format!("new password {n}"), &Device::default()).await
            })
        })
        .collect();
    let mut won = 0;
    for attempt in tries {
        won += usize::from(attempt.await.unwrap().is_ok());
    }
    assert_eq!(won, 1);
}

#[tokio::test]
async fn a_reset_link_dies_after_an_hour() {
    let world = World::new();
    world.sign_up("zoe@example.com").await;
    world.engine.request_password_reset("zoe@example.com", None).await.unwrap();
    let token = world.letters.last_token();
    world.clock.forward(Duration::from_hours(1));
    assert!(!world.engine.reset_token_works(&token).await.unwrap());
    let outcome = world.engine.reset_password(&token, "a new password", &Device::default()).await;
    assert_eq!(refusal(outcome), Refusal::ResetTokenInvalid);
}

#[tokio::test]
async fn a_reset_for_an_unknown_address_sends_nothing_and_says_the_same() {
    let world = World::new();
    world.engine.request_password_reset("nobody@example.com", None).await.unwrap();
    assert!(world.letters.all().is_empty());
}

/// Sets [`NEW`] by a link, as somebody does who gets their account back.
async fn reset(engine: &Engine, token: &str) {
    engine.reset_password(token, NEW, &Device::default()).await.unwrap();
}

fn to(new: &str) -> PasswordChange {
    PasswordChange { current: PASSWORD.into(), new: new.into(), end_sessions: Some(true) }
}

// L-6
#[tokio::test]
async fn who_signs_in_while_the_password_is_changed_is_out_like_everybody_else() {
    let store = Arc::new(TryingStore::default());
    let world = World::over(Arc::clone(&store) as Arc<dyn Store>, |_| {});
    let owner = world.sign_up("zoe@example.com").await;
    world.engine.request_password_reset("zoe@example.com", None).await.unwrap();
    store.hold_next_read();
    let engine = world.engine.clone();
    let thief =
        tokio::spawn(async move { engine.sign_in(wish("zoe@example.com"), Device::default(), None).await });
    store.wait_for_read().await;
    reset(&world.engine, &world.letters.last_token()).await;
    store.release();
    assert_eq!(refusal(thief.await.unwrap()), Refusal::InvalidEmailOrPassword);
    assert_eq!(store.sessions_of(&owner.user.id, world.engine.now()).await.unwrap(), []);
}

// L-6
#[tokio::test]
async fn who_proved_the_password_before_changes_nothing_after_another_has_changed_it() {
    let store = Arc::new(TryingStore::default());
    let world = World::over(Arc::clone(&store) as Arc<dyn Store>, |_| {});
    let signed_in = world.sign_up("zoe@example.com").await;
    let live = world.engine.session(&signed_in.token.hash()).await.unwrap().unwrap();
    world.engine.request_password_reset("zoe@example.com", None).await.unwrap();
    store.hold_next_read();
    let (engine, token) = (world.engine.clone(), signed_in.token.clone());
    let thief = tokio::spawn(async move {
        engine.change_password(&token, &live, to("the thief's own"), Device::default()).await
    });
    store.wait_for_read().await;
    reset(&world.engine, &world.letters.last_token()).await;
    store.release();
    assert_eq!(refusal(thief.await.unwrap()), Refusal::InvalidPassword);
    let owner = SignIn { password: NEW.into(), ..wish("zoe@example.com") };
    world.engine.sign_in(owner, Device::default(), None).await.unwrap();
}

//
#[tokio::test]
async fn a_password_that_is_hashed_anew_meanwhile_is_changed_all_the_same() {
    let store = Arc::new(TryingStore::default());
    let old = World::over(Arc::clone(&store) as Arc<dyn Store>, |_| {});
    let signed_in = old.sign_up("zoe@example.com").await;
    let new = World::over(Arc::clone(&store) as Arc<dyn Store>, |policy| {
        policy.passwords.hashing = PasswordHashing::Argon2id;
    });
    let live = new.engine.session(&signed_in.token.hash()).await.unwrap().unwrap();
    store.hold_next_read();
    let (engine, token) = (new.engine.clone(), signed_in.token.clone());
    let change =
        tokio::spawn(async move { engine.change_password(&token, &live, to(NEW), Device::default()).await });
    store.wait_for_read().await;
    new.sign_in("zoe@example.com").await;
    store.release();
    assert!(matches!(change.await.unwrap().unwrap(), PasswordChanged::Begun(_)));
}

//
#[tokio::test]
async fn a_new_password_makes_earlier_links_to_another_address_worthless() {
    let world = World::new();
    let thief = world.sign_up("zoe@example.com").await;
    let live = world.engine.session(&thief.token.hash()).await.unwrap().unwrap();
    world.engine.change_email(&live, "thief@example.com", None).await.unwrap();
    let link = world.letters.last_token();
    world.clock.forward(Duration::from_secs(1));
    world.engine.request_password_reset("zoe@example.com", None).await.unwrap();
    reset(&world.engine, &world.letters.last_token()).await;
    let followed = world.engine.verify_email(&link, None, None, Device::default()).await;
    assert_eq!(refusal(followed), Refusal::VerifyTokenInvalid);
    assert!(world.engine.user_by_email("zoe@example.com").await.unwrap().is_some());
}

//
#[tokio::test]
async fn a_link_from_before_a_new_password_verifies_an_address_and_signs_nobody_in() {
    let world = World::with(|policy| policy.accounts.auto_sign_in_after_verification = true);
    world.sign_up("zoe@example.com").await;
    world.engine.send_verification("zoe@example.com", None).await.unwrap();
    let link = world.letters.last_token();
    world.clock.forward(Duration::from_secs(1));
    world.engine.request_password_reset("zoe@example.com", None).await.unwrap();
    reset(&world.engine, &world.letters.last_token()).await;
    let followed = world.engine.verify_email(&link, None, None, Device::default()).await.unwrap();
    assert!(followed.signed_in.is_none());
    assert!(world.engine.user_by_email("zoe@example.com").await.unwrap().unwrap().email_verified);
}

//
#[tokio::test]
async fn a_link_to_another_address_that_is_followed_while_the_password_is_changed_changes_nothing() {
    let store = Arc::new(TryingStore::default());
    let world = World::over(Arc::clone(&store) as Arc<dyn Store>, |_| {});
    let thief = world.sign_up("zoe@example.com").await;
    let live = world.engine.session(&thief.token.hash()).await.unwrap().unwrap();
    world.engine.change_email(&live, "thief@example.com", None).await.unwrap();
    let link = world.letters.last_token();
    world.clock.forward(Duration::from_secs(1));
    world.engine.request_password_reset("zoe@example.com", None).await.unwrap();
    store.hold_next_read();
    let engine = world.engine.clone();
    let following =
        tokio::spawn(async move { engine.verify_email(&link, None, None, Device::default()).await });
    store.wait_for_read().await;
    reset(&world.engine, &world.letters.last_token()).await;
    store.release();
    assert_eq!(refusal(following.await.unwrap()), Refusal::VerifyTokenInvalid);
    assert!(world.engine.user_by_email("zoe@example.com").await.unwrap().is_some());
}

//
#[tokio::test]
async fn a_link_that_is_followed_while_the_password_is_changed_signs_nobody_in() {
    let store = Arc::new(TryingStore::default());
    let world = World::over(Arc::clone(&store) as Arc<dyn Store>, |policy| {
        policy.accounts.auto_sign_in_after_verification = true;
    });
    let owner = world.sign_up("zoe@example.com").await;
    world.engine.send_verification("zoe@example.com", None).await.unwrap();
    let link = world.letters.last_token();
    world.clock.forward(Duration::from_secs(1));
    world.engine.request_password_reset("zoe@example.com", None).await.unwrap();
    // The first finds the person, the second their passwords.
    store.hold_read(2);
    let engine = world.engine.clone();
    let following =
        tokio::spawn(async move { engine.verify_email(&link, None, None, Device::default()).await });
    store.wait_for_read().await;
    reset(&world.engine, &world.letters.last_token()).await;
    store.release();
    assert!(following.await.unwrap().unwrap().signed_in.is_none());
    assert_eq!(store.sessions_of(&owner.user.id, world.engine.now()).await.unwrap(), []);
}
