//! Promises about signing keys.

use std::sync::Arc;

use stayd_protocol::Sealed;
use stayd_protocol::jws::Algorithm;

use super::samples::{TestStore, assert_refused, at, at_once};
use crate::store::SigningKeyRecord;

pub(super) fn key(id: &str) -> SigningKeyRecord {
    SigningKeyRecord {
        id: id.to_owned(),
        algorithm: Algorithm::Es256,
        public: vec![1, 2, 3],
        sealed: Sealed { key_id: "first".to_owned(), bytes: vec![4, 0, 255] },
        created_at: at(1),
        signs_from: at(2),
    }
}

pub async fn keys_come_back_in_the_order_in_which_they_were_added(store: TestStore) {
    assert_eq!(store.signing_keys().await.unwrap(), []);
    assert!(store.add_signing_key(key("b"), None).await.unwrap());
    assert!(store.add_signing_key(key("a"), Some("b")).await.unwrap());
    assert_eq!(store.signing_keys().await.unwrap(), [key("b"), key("a")]);
}

pub async fn a_key_is_added_only_after_the_one_that_is_last(store: TestStore) {
    assert!(!store.add_signing_key(key("a"), Some("b")).await.unwrap());
    assert!(store.add_signing_key(key("a"), None).await.unwrap());
    assert!(!store.add_signing_key(key("b"), None).await.unwrap());
    assert_refused!(store.add_signing_key(key("a"), Some("a")).await, Conflict);
    assert_eq!(store.signing_keys().await.unwrap(), [key("a")]);
}

pub async fn of_many_keys_added_at_once_exactly_one_is(store: TestStore) {
    let added = at_once(32, |number| {
        let store = Arc::clone(&store);
        async move { store.add_signing_key(key(&number.to_string()), None).await.unwrap() }
    })
    .await;
    assert_eq!(added.iter().filter(|added| **added).count(), 1);
    assert_eq!(store.signing_keys().await.unwrap().len(), 1);
}

pub async fn a_key_is_sealed_anew_and_otherwise_stays_as_it_was(store: TestStore) {
    store.add_signing_key(key("a"), None).await.unwrap();
    let sealed = Sealed { key_id: "second".to_owned(), bytes: vec![9] };
    store.reseal_signing_key("a", sealed.clone()).await.unwrap();
    store.reseal_signing_key("gone", sealed.clone()).await.unwrap();
    assert_eq!(store.signing_keys().await.unwrap(), [SigningKeyRecord { sealed, ..key("a") }]);
}

pub async fn behind_a_last_key_that_was_removed_the_next_is_added_to_those_that_stay(store: TestStore) {
    store.add_signing_key(key("a"), None).await.unwrap();
    store.add_signing_key(key("b"), Some("a")).await.unwrap();
    store.remove_signing_keys(&["b".to_owned()]).await.unwrap();
    // Whoever has read the keys before must read them again.
    assert!(!store.add_signing_key(key("c"), Some("b")).await.unwrap());
    store.reseal_signing_key("b", key("b").sealed).await.unwrap();
    assert!(store.add_signing_key(key("c"), Some("a")).await.unwrap());
    assert_eq!(store.signing_keys().await.unwrap(), [key("a"), key("c")]);
}

pub async fn keys_are_removed_by_name(store: TestStore) {
    store.add_signing_key(key("a"), None).await.unwrap();
    store.add_signing_key(key("b"), Some("a")).await.unwrap();
    store.remove_signing_keys(&["a".to_owned(), "gone".to_owned()]).await.unwrap();
    assert_eq!(store.signing_keys().await.unwrap(), [key("b")]);
}
