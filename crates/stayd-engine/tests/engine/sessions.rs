//! Sessions: how long they live, how they are renewed, and that an end is an end.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on fails")]

use crate::support::{World, wish};
use crate::trying::TryingStore;
use stayd_engine::store::{Store, UserChange};
use stayd_engine::{Device, EngineError, Refusal, SignIn};
use std::sync::Arc;
use std::time::Duration;

const HOUR: Duration = Duration::from_hours(1);
const DAY: Duration = Duration::from_hours(24);
const MS: Duration = Duration::from_millis(1);

#[tokio::test]
async fn a_session_lives_to_the_millisecond_of_its_end() {
    let world = World::new();
    let signed_in = world.sign_up("zoe@example.com").await;
    world.clock.forward((7 * DAY).saturating_sub(MS));
    assert!(world.is_live(&signed_in).await);
    world.clock.forward(MS);
    assert!(!world.is_live(&signed_in).await);
    assert!(world.engine.session_in_memory(&signed_in.token.hash(), world.engine.now()).is_none());
}

#[tokio::test]
async fn an_ended_session_is_refused_at_once() {
    let world = World::new();
    let signed_in = world.sign_up("zoe@example.com").await;
    assert!(world.is_live(&signed_in).await);
    assert!(world.engine.end_session(&signed_in.token.hash()).await.unwrap());
    assert!(world.engine.session_in_memory(&signed_in.token.hash(), world.engine.now()).is_none());
    assert!(!world.is_live(&signed_in).await);
    assert!(world.engine.just_ended(&signed_in.token.hash()));
}

#[tokio::test]
async fn a_renewal_is_due_one_update_age_after_the_last_one() {
    let world = World::new();
    let signed_in = world.sign_up("zoe@example.com").await;
    let token = signed_in.token.hash();
    let live = world.engine.session(&token).await.unwrap().unwrap();
    world.clock.forward(DAY.saturating_sub(MS));
    assert!(!world.engine.renewal_is_due(&live, world.engine.now()));
    world.clock.forward(MS);
    assert!(world.engine.renewal_is_due(&live, world.engine.now()));

    let renewed = world.engine.renew(&signed_in.token, &live).await.unwrap().live;
    assert_eq!(renewed.session.expires_at, world.engine.now().plus(7 * DAY));
    assert_eq!(renewed.session.token_hash, token);
    assert!(!world.engine.renewal_is_due(&renewed, world.engine.now()));
}

#[tokio::test]
async fn a_repeated_renewal_is_the_same_renewal() {
    let world = World::new();
    let signed_in = world.sign_up("zoe@example.com").await;
    let live = world.engine.session(&signed_in.token.hash()).await.unwrap().unwrap();
    world.clock.forward(DAY);
    let first = world.engine.renew(&signed_in.token, &live).await.unwrap().live;
    world.clock.forward(HOUR);
    let repeated = world.engine.renew(&signed_in.token, &live).await.unwrap().live;
    assert_eq!(first.session, repeated.session);
}

#[tokio::test]
async fn a_renewal_does_not_bring_back_an_ended_session() {
    let world = World::new();
    let signed_in = world.sign_up("zoe@example.com").await;
    let live = world.engine.session(&signed_in.token.hash()).await.unwrap().unwrap();
    world.engine.end_session(&signed_in.token.hash()).await.unwrap();
    world.clock.forward(DAY);
    let outcome = world.engine.renew(&signed_in.token, &live).await;
    assert!(matches!(outcome, Err(EngineError::Refused(Refusal::SessionEnded))));
    assert!(!world.is_live(&signed_in).await);
}

#[tokio::test]
async fn a_session_that_is_not_remembered_ends_after_a_day_and_is_never_renewed() {
    let world = World::new();
    world.sign_up("zoe@example.com").await;
    let wish = SignIn { remember: false, ..wish("zoe@example.com") };
    let signed_in = world.engine.sign_in(wish, Device::default(), None).await.unwrap();
    let live = world.engine.session(&signed_in.token.hash()).await.unwrap().unwrap();
    world.clock.forward(DAY.saturating_sub(MS));
    assert!(!world.engine.renewal_is_due(&live, world.engine.now()));
    assert!(world.is_live(&signed_in).await);
    world.clock.forward(MS);
    assert!(!world.is_live(&signed_in).await);
}

#[tokio::test]
async fn a_sign_in_makes_a_new_token_and_ends_the_presented_session() {
    let world = World::new();
    let first = world.sign_up("zoe@example.com").await;
    assert!(world.is_live(&first).await);
    let presented = Some(first.token.hash());
    let second = world.engine.sign_in(wish("zoe@example.com"), Device::default(), presented).await.unwrap();
    assert_ne!(first.token.expose(), second.token.expose());
    assert!(!world.is_live(&first).await);
    assert!(world.is_live(&second).await);
}

#[tokio::test]
async fn a_sign_in_does_not_end_the_session_of_somebody_else() {
    let world = World::new();
    let zoe = world.sign_up("zoe@example.com").await;
    world.sign_up("max@example.com").await;
    let presented = Some(zoe.token.hash());
    world.engine.sign_in(wish("max@example.com"), Device::default(), presented).await.unwrap();
    assert!(world.is_live(&zoe).await);
}

#[tokio::test]
async fn a_handle_of_somebody_else_ends_nothing() {
    let world = World::new();
    let zoe = world.sign_up("zoe@example.com").await;
    let max = world.sign_up("max@example.com").await;
    assert!(!world.engine.end_session_of(&max.user.id, &zoe.session.id).await.unwrap());
    assert!(!world.engine.end_session_with_token_of(&max.user.id, &zoe.token.hash()).await.unwrap());
    assert!(world.is_live(&zoe).await);
    assert!(world.engine.end_session_of(&zoe.user.id, &zoe.session.id).await.unwrap());
    assert!(!world.is_live(&zoe).await);
}

#[tokio::test]
async fn ending_the_others_keeps_this_one() {
    let world = World::new();
    let here = world.sign_up("zoe@example.com").await;
    let there = world.sign_in("zoe@example.com").await;
    let elsewhere = world.sign_in("zoe@example.com").await;
    assert!(world.is_live(&there).await && world.is_live(&elsewhere).await);
    assert_eq!(world.engine.end_other_sessions(&here.session).await.unwrap(), 2);
    assert!(world.is_live(&here).await);
    assert!(!world.is_live(&there).await && !world.is_live(&elsewhere).await);
}

#[tokio::test]
async fn a_cookie_is_not_trusted_after_its_session_ended_or_its_person_changed() {
    let world = World::with(|policy| policy.sessions.cookie_cache = Duration::from_mins(5));
    world.clock.forward(MS);
    let signed_in = world.sign_up("zoe@example.com").await;
    let token = signed_in.token.hash();
    let made_at = world.engine.now();
    assert!(world.engine.trusts_cookie(&token, &signed_in.user.id, made_at));
    world.clock.forward(MS);
    let change = UserChange { name: Some("Zoe".into()), ..UserChange::default() };
    world.engine.update_user(&signed_in.user.id, change).await.unwrap();
    assert!(!world.engine.trusts_cookie(&token, &signed_in.user.id, made_at));
    world.clock.forward(MS);
    let made_at = world.engine.now();
    assert!(world.engine.trusts_cookie(&token, &signed_in.user.id, made_at));
    world.engine.end_session(&token).await.unwrap();
    assert!(!world.engine.trusts_cookie(&token, &signed_in.user.id, made_at));
}

#[tokio::test]
async fn a_change_of_the_person_shows_in_all_their_sessions_at_once() {
    let world = World::new();
    let here = world.sign_up("zoe@example.com").await;
    let there = world.sign_in("zoe@example.com").await;
    assert!(world.is_live(&here).await && world.is_live(&there).await);
    let change = UserChange { name: Some("Zoe the Second".into()), ..UserChange::default() };
    world.engine.update_user(&here.user.id, change).await.unwrap();
    let live = world.engine.session(&there.token.hash()).await.unwrap().unwrap();
    assert_eq!(live.user.name, "Zoe the Second");
}

#[tokio::test]
async fn no_answer_in_memory_holds_the_token() {
    let world = World::new();
    let signed_in = world.sign_up("zoe@example.com").await;
    let live = world.engine.session(&signed_in.token.hash()).await.unwrap().unwrap();
    let body = String::from_utf8(live.body.to_vec()).unwrap();
    assert!(!body.contains(signed_in.token.expose()));
    assert!(body.contains(&format!(r#""token":"{}""#, signed_in.session.id)));
}

#[tokio::test]
async fn the_last_use_is_noted_once_a_minute_and_written_in_a_batch() {
    let world = World::new();
    let signed_in = world.sign_up("zoe@example.com").await;
    world.clock.forward(Duration::from_secs(61));
    let used_at = world.engine.now();
    assert!(world.is_live(&signed_in).await);
    world.clock.forward(Duration::from_secs(30));
    assert!(world.is_live(&signed_in).await);
    world.engine.write_activity().await.unwrap();
    let sessions = world.engine.sessions_of(&signed_in.user.id).await.unwrap();
    assert_eq!(sessions[0].last_active_at, used_at);
}

/// The race that a cache in front of a store loses when it is built carelessly: a read begins, the session is ended and that
/// is acknowledged, then the read returns what was there before and puts it into the cache.
#[tokio::test]
async fn a_read_that_began_before_the_end_does_not_bring_the_session_back() {
    let store = Arc::new(TryingStore::default());
    let world = World::over(Arc::clone(&store) as Arc<dyn Store>, |_| {});
    let signed_in = world.sign_up("zoe@example.com").await;
    let token = signed_in.token.hash();

    store.hold_next_read();
    let engine = world.engine.clone();
    let early = tokio::spawn(async move { engine.session(&token).await.unwrap() });
    store.wait_for_read().await;
    world.engine.end_session(&token).await.unwrap();
    store.release();

    assert!(early.await.unwrap().is_none(), "the read is repeated once it is known to be out of date");
    assert!(world.engine.session_in_memory(&token, world.engine.now()).is_none());
    assert!(!world.is_live(&signed_in).await);
}

// P2
#[tokio::test]
async fn while_it_cannot_be_heard_who_else_writes_memory_is_not_believed() {
    let store = Arc::new(TryingStore::default());
    let world = World::over(Arc::<TryingStore>::clone(&store), |_| {});
    let signed_in = world.sign_up("zoe@example.com").await;
    assert!(world.is_live(&signed_in).await);
    let mut seen = 0;
    world.engine.notice_foreign_writes(&mut seen).await.unwrap();
    store.inner.end_session(&signed_in.token.hash()).await.unwrap();
    assert!(world.is_live(&signed_in).await, "somebody else has ended it, and nothing says so");
    store.break_down(true);
    assert!(world.engine.notice_foreign_writes(&mut seen).await.is_err());
    assert!(!world.is_live(&signed_in).await);
}

// L-1
#[tokio::test]
async fn a_use_that_could_not_be_written_down_is_written_down_later() {
    let store = Arc::new(TryingStore::default());
    let world = World::over(Arc::<TryingStore>::clone(&store), |_| {});
    let signed_in = world.sign_up("zoe@example.com").await;
    world.clock.forward(HOUR);
    assert!(world.is_live(&signed_in).await);
    store.break_down(true);
    assert!(world.engine.write_activity().await.is_err());
    store.break_down(false);
    world.engine.write_activity().await.unwrap();
    let found = store.inner.session_by_token(&signed_in.token.hash()).await.unwrap().unwrap();
    assert_eq!(found.session.last_active_at, world.engine.now());
}

#[tokio::test]
async fn a_change_of_the_person_shows_although_it_could_not_be_read_which_sessions_are_theirs() {
    let store = Arc::new(TryingStore::default());
    let world = World::over(Arc::<TryingStore>::clone(&store), |_| {});
    let signed_in = world.sign_up("zoe@example.com").await;
    assert!(world.is_live(&signed_in).await);
    store.break_down(true);
    let change = UserChange { name: Some("Zora".to_owned()), ..UserChange::default() };
    world.engine.update_user(&signed_in.user.id, change).await.unwrap();
    let live = world.engine.session(&signed_in.token.hash()).await.unwrap().unwrap();
    assert_eq!(live.user.name, "Zora");
}
