//! Promises about the sweep, and of the store about itself.

use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Waker};

use super::samples::{
    TestStore, at, at_once, found, is_live, password, person, proof, session, sign_up, sign_up_with, token,
};
use crate::store::{SessionRecord, VerificationRecord};

async fn add_ending(store: &TestStore, name: &str, end: i64) {
    let session = SessionRecord { expires_at: at(end), ..session(name, "ada") };
    store.create_session(session, None).await.unwrap();
    let proof = VerificationRecord { expires_at: at(end), ..proof(name, "ada") };
    store.create_verification(proof, None).await.unwrap();
}

async fn is_kept(store: &TestStore, name: &str) -> bool {
    let proof = store.verification(&token(name)).await.unwrap().is_some();
    assert_eq!(is_live(store, name).await, proof, "sessions and verifications are swept alike");
    proof
}

pub async fn the_sweep_takes_what_ended_at_or_before_the_moment(store: TestStore) {
    sign_up(&store, "ada").await;
    add_ending(&store, "before", 9).await;
    add_ending(&store, "at", 10).await;
    assert_eq!(store.sweep(at(10), 100).await.unwrap().count(), 4);
    assert!(!is_kept(&store, "before").await && !is_kept(&store, "at").await);
}

pub async fn the_sweep_leaves_what_is_not_over(store: TestStore) {
    sign_up(&store, "ada").await;
    add_ending(&store, "after", 11).await;
    assert_eq!(store.sweep(at(10), 100).await.unwrap().count(), 0);
    assert!(is_kept(&store, "after").await);
}

pub async fn the_sweep_takes_no_more_than_it_is_told(store: TestStore) {
    sign_up(&store, "ada").await;
    for number in 0..10 {
        add_ending(&store, &number.to_string(), number).await;
    }
    assert_eq!(store.sweep(at(100), 4).await.unwrap().count(), 8);
    assert_eq!(store.sweep(at(100), 4).await.unwrap().count(), 8);
    assert_eq!(store.sweep(at(100), 4).await.unwrap().count(), 4);
    assert_eq!(store.sweep(at(100), 4).await.unwrap().count(), 0);
}

pub async fn the_sweep_takes_what_ended_first(store: TestStore) {
    sign_up(&store, "ada").await;
    for (name, end) in [("third", 3), ("first", 1), ("second", 2)] {
        add_ending(&store, name, end).await;
    }
    store.sweep(at(100), 2).await.unwrap().count();
    assert!(!is_kept(&store, "first").await && !is_kept(&store, "second").await);
    assert!(is_kept(&store, "third").await);
}

pub async fn the_sweep_of_nothing_takes_nothing(store: TestStore) {
    assert_eq!(store.sweep(at(100), 100).await.unwrap().count(), 0);
    sign_up(&store, "ada").await;
    add_ending(&store, "over", 1).await;
    assert_eq!(store.sweep(at(100), 0).await.unwrap().count(), 0);
    assert!(is_kept(&store, "over").await);
}

pub async fn people_survive_the_sweep_of_their_sessions(store: TestStore) {
    sign_up_with(&store, "ada", &["one"]).await;
    assert_eq!(store.sweep(at(60_000), 100).await.unwrap().count(), 1);
    assert_eq!(store.user_by_id("user-ada").await.unwrap(), Some(person("ada")));
    assert!(store.accounts_of("user-ada").await.unwrap() == [password("ada")]);
}

pub async fn own_writes_are_not_foreign(store: TestStore) {
    let before = store.foreign_writes().await.unwrap();
    at_once(16, |number| {
        let store = Arc::clone(&store);
        async move {
            sign_up_with(&store, &number.to_string(), &[&number.to_string()]).await;
            store.record_activity(vec![(token(&number.to_string()), at(1))]).await.unwrap();
            store.foreign_writes().await.unwrap();
            store.check().await.unwrap();
        }
    })
    .await;
    assert_eq!(store.foreign_writes().await.unwrap(), before);
}

pub async fn a_store_that_works_says_so(store: TestStore) {
    store.check().await.unwrap();
    sign_up(&store, "ada").await;
    store.check().await.unwrap();
    assert_eq!(store.users(None, 10).await.unwrap(), [person("ada")]);
}

/// Drops each call after it was begun, and then looks for halves.
pub async fn a_dropped_call_leaves_whole_records(store: TestStore) {
    for number in 0..64 {
        let name = number.to_string();
        let call = store.create_user(person(&name), password(&name), Some(session(&name, &name)), None);
        let mut call = pin!(call);
        let _ = call.as_mut().poll(&mut Context::from_waker(Waker::noop()));
    }
    // A write that is acknowledged now comes after all of them.
    sign_up_with(&store, "last", &["last"]).await;
    for number in 0..64 {
        let name = number.to_string();
        let id = person(&name).id;
        let person = store.user_by_id(&id).await.unwrap().is_some();
        assert_eq!(found(&store, &name).await.is_some(), person);
        assert_eq!(store.accounts_of(&id).await.unwrap().len(), usize::from(person));
    }
}
