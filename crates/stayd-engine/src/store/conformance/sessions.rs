//! Promises about sessions.

use std::sync::Arc;

use super::samples::{
    TestStore, alone, assert_refused, at, at_once, found, is_live, password, person, session, sign_up,
    sign_up_with, sorted, token, tokens,
};
use crate::store::{Ending, SessionRecord, UserChange};

pub async fn a_session_is_found_with_its_person(store: TestStore) {
    sign_up_with(&store, "ada", &["one"]).await;
    sign_up_with(&store, "eve", &["two"]).await;
    for (name, of) in [("one", "ada"), ("two", "eve")] {
        let found = found(&store, name).await.unwrap();
        assert_eq!((found.session, found.user), (session(name, of), person(of)));
    }
}

pub async fn an_unknown_token_is_not_found(store: TestStore) {
    sign_up_with(&store, "ada", &["one"]).await;
    assert!(!is_live(&store, "two").await);
}

pub async fn an_expired_session_is_still_found_by_its_token(store: TestStore) {
    sign_up(&store, "ada").await;
    let mut over = session("one", "ada");
    over.expires_at = at(-1);
    store.create_session(over.clone(), None).await.unwrap();
    assert_eq!(found(&store, "one").await.unwrap().session, over);
}

pub async fn a_session_is_found_by_its_id_until_it_ends(store: TestStore) {
    sign_up_with(&store, "ada", &["one", "two"]).await;
    let one = session("one", "ada");
    assert_eq!(store.session_by_id(&one.id).await.unwrap(), Some(one.clone()));
    assert_eq!(store.session_by_id("nobodys").await.unwrap(), None);
    store.end_session(&one.token_hash).await.unwrap();
    assert_eq!(store.session_by_id(&one.id).await.unwrap(), None);
    store.devices().end_everybody().await.unwrap();
    assert_eq!(store.session_by_id(&session("two", "ada").id).await.unwrap(), None);
}

pub async fn a_session_shows_its_person_as_changed_since(store: TestStore) {
    sign_up_with(&store, "ada", &["one"]).await;
    let change = UserChange { name: Some("Countess".to_owned()), ..UserChange::default() };
    let changed = store.update_user("user-ada", change, at(5)).await.unwrap().user;
    assert_eq!(found(&store, "one").await.unwrap().user, changed);
}

pub async fn a_taken_token_is_a_conflict(store: TestStore) {
    sign_up_with(&store, "ada", &["one"]).await;
    let mut taken = session("two", "ada");
    taken.token_hash = token("one");
    assert_refused!(store.create_session(taken, None).await, Conflict);
    assert_eq!(found(&store, "one").await.unwrap().session, session("one", "ada"));
}

pub async fn a_taken_session_id_is_a_conflict(store: TestStore) {
    sign_up_with(&store, "ada", &["one"]).await;
    let mut taken = session("two", "ada");
    taken.id = session("one", "ada").id;
    assert_refused!(store.create_session(taken, None).await, Conflict);
    assert!(!is_live(&store, "two").await);
}

pub async fn a_session_of_nobody_is_not_found(store: TestStore) {
    assert_refused!(store.create_session(session("one", "ada"), None).await, NotFound);
    sign_up(&store, "ada").await;
    assert!(!is_live(&store, "one").await);
}

pub async fn a_new_session_ends_the_one_it_replaces(store: TestStore) {
    sign_up_with(&store, "ada", &["one", "two"]).await;
    let ended = store.create_session(session("three", "ada"), Some(token("one"))).await.unwrap();
    assert_eq!(ended, Some(alone("one")));
    assert!(!is_live(&store, "one").await);
    assert!(is_live(&store, "two").await && is_live(&store, "three").await);
}

pub async fn a_new_session_does_not_end_one_of_another_person(store: TestStore) {
    sign_up_with(&store, "ada", &["one"]).await;
    sign_up(&store, "eve").await;
    assert_eq!(store.create_session(session("two", "eve"), Some(token("one"))).await.unwrap(), None);
    assert!(is_live(&store, "one").await && is_live(&store, "two").await);
}

pub async fn a_new_session_that_replaces_nothing_says_so(store: TestStore) {
    sign_up(&store, "ada").await;
    assert_eq!(store.create_session(session("one", "ada"), None).await.unwrap(), None);
    assert_eq!(store.create_session(session("two", "ada"), Some(token("gone"))).await.unwrap(), None);
    assert!(is_live(&store, "one").await && is_live(&store, "two").await);
}

pub async fn a_refused_session_does_not_end_the_one_it_would_replace(store: TestStore) {
    sign_up_with(&store, "ada", &["one", "two"]).await;
    let mut taken = session("three", "ada");
    taken.token_hash = token("two");
    assert_refused!(store.create_session(taken, Some(token("one"))).await, Conflict);
    assert!(is_live(&store, "one").await);
}

pub async fn an_ended_token_may_be_used_again(store: TestStore) {
    sign_up_with(&store, "ada", &["one"]).await;
    assert_eq!(store.end_session(&token("one")).await.unwrap(), Some(alone("one")));
    store.create_session(session("one", "ada"), None).await.unwrap();
    assert!(is_live(&store, "one").await);
}

pub async fn a_person_sees_only_sessions_that_are_not_over(store: TestStore) {
    sign_up_with(&store, "ada", &["one"]).await;
    assert_eq!(store.sessions_of("user-ada", at(59_999)).await.unwrap(), [session("one", "ada")]);
    assert_eq!(store.sessions_of("user-ada", at(60_000)).await.unwrap(), []);
    assert_eq!(store.sessions(at(59_999), 9).await.unwrap().len(), 1);
    assert_eq!(store.sessions(at(60_000), 9).await.unwrap(), []);
}

fn made(name: &str, of: &str, moment: i64) -> SessionRecord {
    SessionRecord { created_at: at(moment), ..session(name, of) }
}

pub async fn a_person_sees_only_their_own_sessions_oldest_first(store: TestStore) {
    sign_up(&store, "ada").await;
    sign_up_with(&store, "eve", &["other"]).await;
    for (name, moment) in [("third", 3), ("first", 1), ("second", 2), ("fourth", 3)] {
        store.create_session(made(name, "ada", moment), None).await.unwrap();
    }
    let seen = store.sessions_of("user-ada", at(0)).await.unwrap();
    let ids: Vec<_> = seen.iter().map(|session| session.id.as_str()).collect();
    assert_eq!(ids, ["session-first", "session-second", "session-third", "session-fourth"]);
}

pub async fn operators_see_sessions_newest_first_with_addresses(store: TestStore) {
    sign_up(&store, "ada").await;
    sign_up(&store, "eve").await;
    for (name, of, moment) in [("b", "ada", 2), ("a", "eve", 1), ("c", "eve", 3)] {
        store.create_session(made(name, of, moment), None).await.unwrap();
    }
    let seen = store.sessions(at(0), 10).await.unwrap();
    let seen: Vec<_> = seen.iter().map(|(session, email)| (session.id.as_str(), email.as_str())).collect();
    let (ada, eve) = ("ada@example.com", "eve@example.com");
    assert_eq!(seen, [("session-c", eve), ("session-b", ada), ("session-a", eve)]);
}

pub async fn operators_see_no_more_than_they_ask_for(store: TestStore) {
    sign_up_with(&store, "ada", &["one", "two", "three"]).await;
    assert_eq!(store.sessions(at(0), 2).await.unwrap().len(), 2);
    assert_eq!(store.sessions(at(0), 0).await.unwrap(), []);
    assert_eq!(store.sessions(at(0), usize::MAX).await.unwrap().len(), 3);
}

pub async fn ending_a_session_says_whether_there_was_one(store: TestStore) {
    sign_up_with(&store, "ada", &["one"]).await;
    assert_eq!(store.end_session(&token("one")).await.unwrap(), Some(alone("one")));
    assert_eq!(store.end_session(&token("one")).await.unwrap(), None);
    assert_eq!(store.end_session(&token("two")).await.unwrap(), None);
}

pub async fn an_ended_session_is_gone_at_once(store: TestStore) {
    sign_up_with(&store, "ada", &["one", "two"]).await;
    store.end_session(&token("one")).await.unwrap();
    assert!(!is_live(&store, "one").await);
    assert_eq!(store.sessions_of("user-ada", at(0)).await.unwrap(), [session("two", "ada")]);
    assert_eq!(store.sessions(at(0), 10).await.unwrap().len(), 1);
    assert_eq!(store.end_session_by_id("session-one", None).await.unwrap(), None);
}

pub async fn a_session_ends_by_its_id(store: TestStore) {
    sign_up_with(&store, "ada", &["one", "two"]).await;
    let ended = store.end_session_by_id("session-one", Some("user-ada")).await.unwrap();
    assert_eq!(ended, Some(alone("one")));
    assert!(!is_live(&store, "one").await && is_live(&store, "two").await);
    assert_eq!(store.end_session_by_id("session-one", Some("user-ada")).await.unwrap(), None);
}

pub async fn a_session_does_not_end_by_its_id_for_another_person(store: TestStore) {
    sign_up_with(&store, "ada", &["one"]).await;
    sign_up(&store, "eve").await;
    for other in ["user-eve", "user-nobody", ""] {
        assert_eq!(store.end_session_by_id("session-one", Some(other)).await.unwrap(), None);
    }
    assert!(is_live(&store, "one").await);
}

pub async fn an_operator_ends_anybodys_session_by_its_id(store: TestStore) {
    sign_up_with(&store, "ada", &["one"]).await;
    assert_eq!(store.end_session_by_id("session-one", None).await.unwrap(), Some(alone("one")));
    assert!(!is_live(&store, "one").await);
}

pub async fn ending_all_sessions_of_a_person_answers_with_their_tokens(store: TestStore) {
    sign_up_with(&store, "ada", &["one", "two"]).await;
    sign_up_with(&store, "eve", &["three"]).await;
    let ended = store.end_sessions_of("user-ada", Ending::All).await.unwrap();
    assert_eq!(sorted(ended), tokens(&["one", "two"]));
    assert!(!is_live(&store, "one").await && !is_live(&store, "two").await);
    assert!(is_live(&store, "three").await);
}

pub async fn ending_all_sessions_but_one_keeps_that_one(store: TestStore) {
    sign_up_with(&store, "ada", &["one", "two", "three"]).await;
    let ended = store.end_sessions_of("user-ada", Ending::AllBut(token("one"))).await.unwrap();
    assert_eq!(sorted(ended), tokens(&["two", "three"]));
    assert_eq!(store.sessions_of("user-ada", at(0)).await.unwrap(), [session("one", "ada")]);
}

pub async fn ending_none_ends_none(store: TestStore) {
    sign_up_with(&store, "ada", &["one"]).await;
    assert_eq!(store.end_sessions_of("user-ada", Ending::None).await.unwrap(), []);
    assert!(is_live(&store, "one").await);
}

pub async fn ending_sessions_of_nobody_ends_none(store: TestStore) {
    sign_up_with(&store, "ada", &["one"]).await;
    assert_eq!(store.end_sessions_of("user-eve", Ending::All).await.unwrap(), []);
    assert!(is_live(&store, "one").await);
}

pub async fn of_many_who_end_a_session_exactly_one_did(store: TestStore) {
    sign_up_with(&store, "ada", &["one"]).await;
    let ended = at_once(32, |_| {
        let store = Arc::clone(&store);
        async move { store.end_session(&token("one")).await.unwrap().is_some() }
    })
    .await;
    assert_eq!(ended.iter().filter(|ended| **ended).count(), 1);
}

pub async fn of_many_sessions_with_one_token_exactly_one_is_added(store: TestStore) {
    sign_up(&store, "ada").await;
    let added = at_once(32, |number| {
        let store = Arc::clone(&store);
        let session = SessionRecord { id: number.to_string(), ..session("one", "ada") };
        async move { store.create_session(session, None).await.is_ok() }
    })
    .await;
    assert_eq!(added.iter().filter(|added| **added).count(), 1);
    assert_eq!(store.sessions_of("user-ada", at(0)).await.unwrap().len(), 1);
}

pub async fn many_sessions_added_at_once_are_all_there(store: TestStore) {
    sign_up(&store, "ada").await;
    at_once(300, |number| {
        let store = Arc::clone(&store);
        async move { store.create_session(session(&number.to_string(), "ada"), None).await.unwrap() }
    })
    .await;
    assert_eq!(store.sessions_of("user-ada", at(0)).await.unwrap().len(), 300);
}

pub async fn a_sign_in_is_seen_by_the_next_read(store: TestStore) {
    at_once(16, |task| {
        let store = Arc::clone(&store);
        async move {
            let name = task.to_string();
            store.create_user(person(&name), password(&name), None, None).await.unwrap();
            for number in 0..16 {
                let one = format!("{task}-{number}");
                store.create_session(session(&one, &name), None).await.unwrap();
                assert!(is_live(&store, &one).await, "acknowledged and not seen");
                store.end_session(&token(&one)).await.unwrap();
                assert!(!is_live(&store, &one).await, "ended and still seen");
            }
        }
    })
    .await;
}
