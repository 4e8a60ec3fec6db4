//! Promises about verifications.

use std::sync::Arc;

use super::samples::{TestStore, assert_refused, at, at_once, proof, sign_up, token};
use crate::store::VerificationRecord;

pub async fn a_verification_can_be_read_without_using_it_up(store: TestStore) {
    store.create_verification(proof("reset", "ada"), None).await.unwrap();
    for _ in 0..2 {
        assert!(store.verification(&token("reset")).await.unwrap() == Some(proof("reset", "ada")));
    }
}

pub async fn an_expired_verification_is_still_read_and_taken(store: TestStore) {
    let over = VerificationRecord { expires_at: at(-1), ..proof("reset", "ada") };
    store.create_verification(over.clone(), None).await.unwrap();
    assert!(store.verification(&token("reset")).await.unwrap().as_ref() == Some(&over));
    assert!(store.take_verification(&token("reset")).await.unwrap() == Some(over));
}

pub async fn a_verification_is_taken_once(store: TestStore) {
    store.create_verification(proof("reset", "ada"), None).await.unwrap();
    store.create_verification(proof("other", "ada"), None).await.unwrap();
    assert!(store.take_verification(&token("reset")).await.unwrap() == Some(proof("reset", "ada")));
    assert!(store.take_verification(&token("reset")).await.unwrap().is_none());
    assert!(store.verification(&token("reset")).await.unwrap().is_none());
    assert!(store.verification(&token("other")).await.unwrap().is_some());
}

pub async fn an_unknown_verification_is_not_there(store: TestStore) {
    assert!(store.verification(&token("reset")).await.unwrap().is_none());
    assert!(store.take_verification(&token("reset")).await.unwrap().is_none());
}

pub async fn a_taken_verification_key_is_a_conflict_and_changes_nothing(store: TestStore) {
    store.create_verification(proof("reset", "ada"), None).await.unwrap();
    assert_refused!(store.create_verification(proof("reset", "eve"), None).await, Conflict);
    assert!(store.verification(&token("reset")).await.unwrap() == Some(proof("reset", "ada")));
}

pub async fn of_many_takers_of_a_verification_exactly_one_gets_it(store: TestStore) {
    store.create_verification(proof("reset", "ada"), None).await.unwrap();
    let taken = at_once(64, |_| {
        let store = Arc::clone(&store);
        async move { store.take_verification(&token("reset")).await.unwrap().is_some() }
    })
    .await;
    assert_eq!(taken.iter().filter(|taken| **taken).count(), 1);
}

pub async fn a_verification_may_be_about_nobody(store: TestStore) {
    store.create_verification(proof("reset", "nobody"), None).await.unwrap();
    sign_up(&store, "ada").await;
    store.delete_user("user-ada").await.unwrap();
    assert!(store.take_verification(&token("reset")).await.unwrap().is_some());
}
