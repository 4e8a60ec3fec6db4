//! Promises about tokens that are replaced by others.

use std::sync::Arc;

use super::renewals::{made, unmade};
use super::samples::{
    TestStore, alone, assert_refused, at, at_once, found, is_live, new_password, session, sign_up,
    sign_up_with, sorted, token, tokens,
};
use crate::store::{EndedSession, Ending, Renewal, RotationRecord, SessionRecord, SessionTokens};

/// The session named "one", which ends at 60 s, is renewed at 40 s until 100 s and has the token "new" from then on.
fn rotation() -> Renewal {
    Renewal {
        token_hash: token("one"),
        successor: Some(token("new")),
        only_if_expires_by: at(60_000),
        expires_at: at(100_000),
        at: at(40_000),
    }
}

fn rotated() -> SessionRecord {
    SessionRecord {
        token_hash: token("new"),
        expires_at: at(100_000),
        updated_at: at(40_000),
        rotation: Some(RotationRecord { predecessor: token("one"), rotated_at: at(40_000), shown_at: None }),
        ..session("one", "ada")
    }
}

fn both() -> EndedSession {
    let tokens = SessionTokens { current: token("new"), predecessor: Some(token("one")) };
    EndedSession { tokens, expires_at: rotated().expires_at, ..alone("one") }
}

/// Ada has the sessions "one", whose token has been replaced by "new", and "two".
async fn rotate(store: &TestStore) {
    sign_up_with(store, "ada", &["one", "two"]).await;
    assert_eq!(store.renew_session(rotation()).await.unwrap(), Some(made(rotated())));
}

pub async fn a_renewal_with_a_successor_replaces_the_token(store: TestStore) {
    rotate(&store).await;
    for name in ["one", "new"] {
        assert_eq!(found(&store, name).await.unwrap().session, rotated(), "{name}");
    }
    assert_eq!(found(&store, "two").await.unwrap().session, session("two", "ada"));
    let listed = store.sessions_of("user-ada", at(0)).await.unwrap();
    assert_eq!(listed, [rotated(), session("two", "ada")]);
}

pub async fn a_token_is_replaced_once(store: TestStore) {
    rotate(&store).await;
    let again = Renewal { successor: Some(token("other")), only_if_expires_by: at(200_000), ..rotation() };
    assert_eq!(store.renew_session(again).await.unwrap(), Some(unmade(rotated())));
    assert!(!is_live(&store, "other").await);
}

pub async fn of_many_rotations_exactly_one_is_made(store: TestStore) {
    sign_up_with(&store, "ada", &["one"]).await;
    let answers = at_once(32, |number| {
        let store = Arc::clone(&store);
        let successor = Some(token(&number.to_string()));
        // The end would let each of them in: that one token is replaced once is enough.
        let renewal = Renewal { successor, only_if_expires_by: at(200_000), ..rotation() };
        async move { store.renew_session(renewal).await.unwrap().unwrap() }
    })
    .await;
    let session = found(&store, "one").await.unwrap().session;
    assert!(answers.iter().all(|answer| answer.session == session), "everybody hears of the one rotation");
    assert_eq!(answers.iter().filter(|answer| answer.is_new).count(), 1);
}

pub async fn a_rotation_keeps_to_the_conditions_of_a_renewal(store: TestStore) {
    sign_up_with(&store, "ada", &["one"]).await;
    let early = Renewal { only_if_expires_by: at(59_999), ..rotation() };
    let late = Renewal { at: at(60_000), ..rotation() };
    let nearer = Renewal { expires_at: at(59_999), ..rotation() };
    for renewal in [early, late, nearer] {
        assert_eq!(store.renew_session(renewal).await.unwrap(), Some(unmade(session("one", "ada"))));
    }
    assert!(!is_live(&store, "new").await);
}

pub async fn a_rotation_may_leave_the_end_where_it_is(store: TestStore) {
    sign_up_with(&store, "ada", &["one"]).await;
    let still = Renewal { expires_at: at(60_000), ..rotation() };
    let expected = SessionRecord { expires_at: at(60_000), ..rotated() };
    assert_eq!(store.renew_session(still).await.unwrap(), Some(made(expected)));
}

pub async fn a_second_rotation_forgets_the_first_predecessor(store: TestStore) {
    rotate(&store).await;
    store.show_successor(&token("new"), at(41_000)).await.unwrap();
    let next = Renewal {
        token_hash: token("new"),
        successor: Some(token("newer")),
        only_if_expires_by: at(100_000),
        expires_at: at(150_000),
        at: at(80_000),
    };
    let renewed = store.renew_session(next).await.unwrap().unwrap();
    let expected = RotationRecord { predecessor: token("new"), rotated_at: at(80_000), shown_at: None };
    assert_eq!((renewed.session.rotation, renewed.is_new), (Some(expected), true));
    assert!(!is_live(&store, "one").await && is_live(&store, "new").await && is_live(&store, "newer").await);
}

pub async fn a_successor_that_is_taken_is_a_conflict_and_changes_nothing(store: TestStore) {
    rotate(&store).await;
    sign_up_with(&store, "eve", &["three"]).await;
    for taken in ["three", "two", "new", "one"] {
        let renewal = Renewal { token_hash: token("three"), successor: Some(token(taken)), ..rotation() };
        assert_refused!(store.renew_session(renewal).await, Conflict);
    }
    assert_eq!(found(&store, "three").await.unwrap().session, session("three", "eve"));
    assert_eq!(found(&store, "one").await.unwrap().session, rotated());
}

pub async fn a_predecessor_is_not_given_to_a_new_session(store: TestStore) {
    rotate(&store).await;
    let taken = SessionRecord { id: "session-new".to_owned(), ..session("one", "ada") };
    assert_refused!(store.create_session(taken, None).await, Conflict);
    assert_eq!(found(&store, "one").await.unwrap().session, rotated());
}

pub async fn a_rotation_of_an_ended_session_does_not_revive_it(store: TestStore) {
    sign_up_with(&store, "ada", &["one"]).await;
    store.end_session(&token("one")).await.unwrap();
    assert_eq!(store.renew_session(rotation()).await.unwrap(), None);
    assert!(!is_live(&store, "one").await && !is_live(&store, "new").await);
}

pub async fn a_predecessor_may_renew_without_a_successor(store: TestStore) {
    rotate(&store).await;
    let later = Renewal {
        successor: None,
        only_if_expires_by: at(100_000),
        expires_at: at(120_000),
        at: at(70_000),
        ..rotation()
    };
    let expected = SessionRecord { expires_at: at(120_000), updated_at: at(70_000), ..rotated() };
    assert_eq!(store.renew_session(later).await.unwrap(), Some(made(expected)));
}

pub async fn the_first_showing_of_a_successor_is_noted_and_stays(store: TestStore) {
    rotate(&store).await;
    let rotation = rotated().rotation.unwrap();
    let shown = SessionRecord {
        rotation: Some(RotationRecord { shown_at: Some(at(50_000)), ..rotation }),
        ..rotated()
    };
    for moment in [50_000, 51_000] {
        let answer = store.show_successor(&token("new"), at(moment)).await.unwrap();
        assert_eq!(answer.as_ref(), Some(&shown));
    }
    assert_eq!(found(&store, "one").await.unwrap().session, shown);
}

pub async fn only_a_successor_can_be_shown(store: TestStore) {
    rotate(&store).await;
    assert_eq!(store.show_successor(&token("one"), at(50_000)).await.unwrap(), None);
    assert_eq!(store.show_successor(&token("gone"), at(50_000)).await.unwrap(), None);
    let first = store.show_successor(&token("two"), at(50_000)).await.unwrap();
    assert_eq!(first, Some(session("two", "ada")));
    assert_eq!(found(&store, "new").await.unwrap().session, rotated());
}

pub async fn a_session_ends_by_its_predecessor_and_names_both_tokens(store: TestStore) {
    for name in ["one", "new"] {
        rotate(&store).await;
        assert_eq!(store.end_session(&token(name)).await.unwrap(), Some(both()));
        assert!(!is_live(&store, "one").await && !is_live(&store, "new").await);
        store.delete_user("user-ada").await.unwrap();
    }
}

pub async fn every_end_names_both_tokens(store: TestStore) {
    rotate(&store).await;
    assert_eq!(store.end_session_by_id("session-one", None).await.unwrap(), Some(both()));
    store.delete_user("user-ada").await.unwrap();

    rotate(&store).await;
    let ended = store.end_sessions_of("user-ada", Ending::All).await.unwrap();
    assert_eq!(sorted(ended), tokens(&["new", "one", "two"]));
    store.delete_user("user-ada").await.unwrap();

    rotate(&store).await;
    let new = new_password("ada", "account-new", Ending::All, None);
    let ended = store.set_password(new).await.unwrap();
    assert_eq!(sorted(ended), tokens(&["new", "one", "two"]));
    store.delete_user("user-ada").await.unwrap();

    rotate(&store).await;
    assert_eq!(sorted(store.delete_user("user-ada").await.unwrap()), tokens(&["new", "one", "two"]));
    assert!(!is_live(&store, "one").await && !is_live(&store, "new").await);
}

pub async fn the_session_that_is_kept_may_be_named_by_its_predecessor(store: TestStore) {
    rotate(&store).await;
    let ended = store.end_sessions_of("user-ada", Ending::AllBut(token("one"))).await.unwrap();
    assert_eq!(ended, [alone("two")]);
    assert!(is_live(&store, "new").await);
}

pub async fn a_new_session_ends_the_one_whose_predecessor_it_replaces(store: TestStore) {
    rotate(&store).await;
    let ended = store.create_session(session("three", "ada"), Some(token("one"))).await.unwrap();
    assert_eq!(ended, Some(both()));
    assert!(!is_live(&store, "new").await && is_live(&store, "three").await);
}

pub async fn activity_by_a_predecessor_is_noted(store: TestStore) {
    rotate(&store).await;
    store.record_activity(vec![(token("one"), at(45_000))]).await.unwrap();
    assert_eq!(found(&store, "new").await.unwrap().session.last_active_at, at(45_000));
}

pub async fn tokens_of_swept_sessions_are_free_again(store: TestStore) {
    rotate(&store).await;
    assert_eq!(store.sweep(at(100_000), 9).await.unwrap().count(), 2);
    assert!(!is_live(&store, "one").await);
    sign_up(&store, "eve").await;
    for name in ["one", "new"] {
        store.create_session(session(name, "eve"), None).await.unwrap();
    }
}
