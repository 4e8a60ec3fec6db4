//! Kinds of session, ends that come nearer, and sessions that are too many.

use super::samples::{TestStore, alone, at, found, is_live, session, sign_up, sign_up_with, token};
use crate::SessionKind;
use crate::store::{Renewal, SessionRecord};

pub async fn a_session_keeps_its_kind(store: TestStore) {
    sign_up(&store, "ada").await;
    for kind in SessionKind::ALL {
        store.create_session(of_kind(kind, kind.name(), 0), None).await.unwrap();
        assert_eq!(found(&store, kind.name()).await.unwrap().session, of_kind(kind, kind.name(), 0));
    }
}

pub async fn an_end_comes_nearer_and_never_goes_further_away(store: TestStore) {
    sign_up_with(&store, "ada", &["one", "two"]).await;
    store.shorten_session(&token("one"), at(70_000)).await.unwrap();
    assert_eq!(found(&store, "one").await.unwrap().session, session("one", "ada"));
    store.shorten_session(&token("one"), at(9)).await.unwrap();
    let nearer = SessionRecord { expires_at: at(9), ..session("one", "ada") };
    assert_eq!(found(&store, "one").await.unwrap().session, nearer);
    assert_eq!(found(&store, "two").await.unwrap().session, session("two", "ada"));
    store.shorten_session(&token("gone"), at(9)).await.unwrap();
    assert!(!is_live(&store, "gone").await);
}

pub async fn an_end_comes_nearer_by_the_predecessor_too(store: TestStore) {
    sign_up_with(&store, "ada", &["one"]).await;
    let rotation = Renewal {
        token_hash: token("one"),
        successor: Some(token("new")),
        only_if_expires_by: at(60_000),
        expires_at: at(60_000),
        at: at(1),
    };
    store.renew_session(rotation).await.unwrap();
    store.shorten_session(&token("one"), at(9)).await.unwrap();
    assert_eq!(found(&store, "new").await.unwrap().session.expires_at, at(9));
}

pub async fn of_too_many_sessions_those_unused_for_longest_end(store: TestStore) {
    sign_up(&store, "ada").await;
    for (name, used) in [("third", 30), ("first", 10), ("second", 10), ("last", 40)] {
        store.create_session(of_kind(SessionKind::Remember, name, used), None).await.unwrap();
    }
    let ended = store.end_surplus("user-ada", SessionKind::Remember, 2, at(50)).await.unwrap();
    assert_eq!(ended, [alone("first"), alone("second")]);
    assert!(is_live(&store, "third").await && is_live(&store, "last").await);
    assert_eq!(store.end_surplus("user-ada", SessionKind::Remember, 2, at(50)).await.unwrap(), []);
}

pub async fn other_kinds_other_people_and_what_is_over_do_not_count(store: TestStore) {
    sign_up(&store, "ada").await;
    sign_up_with(&store, "eve", &["eves"]).await;
    store.create_session(of_kind(SessionKind::Remember, "one", 0), None).await.unwrap();
    store.create_session(of_kind(SessionKind::Api, "api", 0), None).await.unwrap();
    let over = SessionRecord { expires_at: at(20), ..of_kind(SessionKind::Remember, "over", 0) };
    store.create_session(over, None).await.unwrap();
    assert_eq!(store.end_surplus("user-ada", SessionKind::Remember, 1, at(20)).await.unwrap(), []);
    let ended = store.end_surplus("user-ada", SessionKind::Remember, 0, at(20)).await.unwrap();
    assert_eq!(ended, [alone("one")]);
    assert!(is_live(&store, "api").await && is_live(&store, "eves").await && is_live(&store, "over").await);
    assert_eq!(store.end_surplus("user-nobody", SessionKind::Remember, 0, at(20)).await.unwrap(), []);
}

fn of_kind(kind: SessionKind, name: &str, used: i64) -> SessionRecord {
    SessionRecord { kind, last_active_at: at(used), ..session(name, "ada") }
}
