//! Promises about renewals and activity.

use std::sync::Arc;

use super::samples::{TestStore, at, at_once, found, is_live, session, sign_up_with, token};
use crate::store::{Ending, Renewal, Renewed, SessionRecord};

/// The session named "one", which ends at 60 s, is renewed at 40 s until 100 s.
fn renewal() -> Renewal {
    Renewal {
        token_hash: token("one"),
        successor: None,
        only_if_expires_by: at(60_000),
        expires_at: at(100_000),
        at: at(40_000),
    }
}

fn renewed() -> SessionRecord {
    SessionRecord { expires_at: at(100_000), updated_at: at(40_000), ..session("one", "ada") }
}

/// The answer to a renewal that was made.
pub(super) fn made(session: SessionRecord) -> Renewed {
    Renewed { session, is_new: true }
}

/// The answer to a renewal whose conditions did not hold.
pub(super) fn unmade(session: SessionRecord) -> Renewed {
    Renewed { session, is_new: false }
}

pub async fn a_renewal_gives_a_later_end(store: TestStore) {
    sign_up_with(&store, "ada", &["one"]).await;
    assert_eq!(store.renew_session(renewal()).await.unwrap(), Some(made(renewed())));
    assert_eq!(found(&store, "one").await.unwrap().session, renewed());
}

pub async fn a_renewal_changes_nothing_but_the_end_and_the_time_of_change(store: TestStore) {
    sign_up_with(&store, "ada", &["one", "two"]).await;
    store.renew_session(renewal()).await.unwrap();
    assert_eq!(found(&store, "one").await.unwrap().session, renewed());
    assert_eq!(found(&store, "two").await.unwrap().session, session("two", "ada"));
}

pub async fn a_repeated_renewal_is_the_same_renewal(store: TestStore) {
    sign_up_with(&store, "ada", &["one"]).await;
    store.renew_session(renewal()).await.unwrap();
    let again = Renewal { expires_at: at(101_000), at: at(41_000), ..renewal() };
    assert_eq!(store.renew_session(again).await.unwrap(), Some(unmade(renewed())));
    assert_eq!(found(&store, "one").await.unwrap().session, renewed());
}

pub async fn of_many_renewals_exactly_one_is_made(store: TestStore) {
    sign_up_with(&store, "ada", &["one"]).await;
    let answers = at_once(32, |number| {
        let store = Arc::clone(&store);
        let later = i64::try_from(number).unwrap();
        let renewal = Renewal { expires_at: at(100_000 + later), ..renewal() };
        async move { store.renew_session(renewal).await.unwrap().unwrap() }
    })
    .await;
    let session = found(&store, "one").await.unwrap().session;
    assert!(answers.iter().all(|answer| answer.session == session), "everybody hears of the one renewal");
    assert_eq!(answers.iter().filter(|answer| answer.is_new).count(), 1);
}

pub async fn a_renewal_of_a_session_that_ends_late_enough_is_not_made(store: TestStore) {
    sign_up_with(&store, "ada", &["one"]).await;
    let early = Renewal { only_if_expires_by: at(59_999), ..renewal() };
    assert_eq!(store.renew_session(early).await.unwrap(), Some(unmade(session("one", "ada"))));
    assert_eq!(found(&store, "one").await.unwrap().session, session("one", "ada"));
}

pub async fn a_renewal_never_brings_the_end_nearer(store: TestStore) {
    sign_up_with(&store, "ada", &["one"]).await;
    for end in [50_000, 60_000] {
        let nearer = Renewal { expires_at: at(end), ..renewal() };
        assert_eq!(store.renew_session(nearer).await.unwrap(), Some(unmade(session("one", "ada"))));
    }
}

pub async fn a_renewal_never_revives_an_ended_session(store: TestStore) {
    sign_up_with(&store, "ada", &["one"]).await;
    store.end_session(&token("one")).await.unwrap();
    assert_eq!(store.renew_session(renewal()).await.unwrap(), None);
    assert!(!is_live(&store, "one").await);

    sign_up_with(&store, "eve", &["two"]).await;
    store.end_sessions_of("user-eve", Ending::All).await.unwrap();
    let late = Renewal { token_hash: token("two"), ..renewal() };
    assert_eq!(store.renew_session(late).await.unwrap(), None);
    assert!(!is_live(&store, "two").await);
}

pub async fn a_renewal_never_revives_a_session_that_is_over(store: TestStore) {
    sign_up_with(&store, "ada", &["one"]).await;
    for late in [60_000, 60_001] {
        let late = Renewal { at: at(late), ..renewal() };
        assert_eq!(store.renew_session(late).await.unwrap(), Some(unmade(session("one", "ada"))));
    }
    let last_moment = Renewal { at: at(59_999), ..renewal() };
    assert_eq!(store.renew_session(last_moment).await.unwrap().unwrap().session.expires_at, at(100_000));
}

pub async fn a_renewal_never_revives_a_session_of_a_deleted_person(store: TestStore) {
    sign_up_with(&store, "ada", &["one"]).await;
    store.delete_user("user-ada").await.unwrap();
    assert_eq!(store.renew_session(renewal()).await.unwrap(), None);
    assert!(!is_live(&store, "one").await);
}

pub async fn activity_is_noted(store: TestStore) {
    sign_up_with(&store, "ada", &["one", "two"]).await;
    store.record_activity(vec![(token("one"), at(5)), (token("two"), at(6))]).await.unwrap();
    assert_eq!(found(&store, "one").await.unwrap().session.last_active_at, at(5));
    assert_eq!(found(&store, "two").await.unwrap().session.last_active_at, at(6));
}

pub async fn activity_never_moves_back(store: TestStore) {
    sign_up_with(&store, "ada", &["one"]).await;
    store.record_activity(vec![(token("one"), at(9)), (token("one"), at(5))]).await.unwrap();
    store.record_activity(vec![(token("one"), at(7))]).await.unwrap();
    assert_eq!(found(&store, "one").await.unwrap().session.last_active_at, at(9));
}

pub async fn activity_changes_nothing_else(store: TestStore) {
    sign_up_with(&store, "ada", &["one"]).await;
    store.record_activity(vec![(token("one"), at(5))]).await.unwrap();
    let expected = SessionRecord { last_active_at: at(5), ..session("one", "ada") };
    assert_eq!(found(&store, "one").await.unwrap().session, expected);
}

pub async fn activity_of_an_ended_session_does_not_revive_it(store: TestStore) {
    sign_up_with(&store, "ada", &["one"]).await;
    store.end_session(&token("one")).await.unwrap();
    store.record_activity(vec![(token("one"), at(5))]).await.unwrap();
    assert!(!is_live(&store, "one").await);
}

pub async fn activity_of_some_gone_sessions_is_noted_for_the_others(store: TestStore) {
    sign_up_with(&store, "ada", &["one"]).await;
    let seen = vec![(token("gone"), at(5)), (token("one"), at(5)), (token("never"), at(5))];
    store.record_activity(seen).await.unwrap();
    assert_eq!(found(&store, "one").await.unwrap().session.last_active_at, at(5));
}

pub async fn no_activity_is_fine(store: TestStore) {
    store.record_activity(Vec::new()).await.unwrap();
}
