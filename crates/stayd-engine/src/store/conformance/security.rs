//! Proofs of who somebody is, and what they sign in from.

use super::samples::{TestStore, assert_refused, at, found, session, sign_up, sign_up_with, token};
use crate::store::{Authentication, Coordinates, KnownDevice, SeenFrom, SessionRecord, SignInPlace};

fn device(name: &str, first: i64, last: i64) -> KnownDevice {
    KnownDevice { key: token(name), first_seen_at: at(first), last_seen_at: at(last), place: None }
}

fn lyon() -> SignInPlace {
    let at = Some(Coordinates { latitude: 457, longitude: -48 });
    SignInPlace { name: "Lyon, France".to_owned(), at }
}

async fn known(store: &TestStore) -> Vec<KnownDevice> {
    store.known_devices("user-ada").await.unwrap()
}

async fn remember(store: &TestStore, devices: &[KnownDevice], at_most: usize) {
    store.remember_devices("user-ada", devices.to_vec(), at_most).await.unwrap();
}

pub async fn a_proof_changes_when_and_from_where_and_nothing_else(store: TestStore) {
    sign_up_with(&store, "ada", &["one"]).await;
    let from = SeenFrom { ip_address: Some("10.0.0.1".to_owned()), user_agent: None };
    let expected = SessionRecord {
        authenticated_at: at(500),
        ip_address: from.ip_address.clone(),
        user_agent: None,
        ..session("one", "ada")
    };
    let proof = Authentication { at: at(500), from: Some(from) };
    let answer = store.authenticate_session(&token("one"), proof).await.unwrap();
    assert_eq!(answer.as_ref(), Some(&expected));
    assert_eq!(found(&store, "one").await.unwrap().session, expected);
}

pub async fn a_proof_that_counts_no_more_leaves_where_it_came_from(store: TestStore) {
    sign_up_with(&store, "ada", &["one"]).await;
    let proof = Authentication { at: at(-1), from: None };
    let answer = store.authenticate_session(&token("one"), proof).await.unwrap();
    assert_eq!(answer, Some(SessionRecord { authenticated_at: at(-1), ..session("one", "ada") }));
}

pub async fn a_proof_in_an_ended_session_does_not_revive_it(store: TestStore) {
    sign_up_with(&store, "ada", &["one"]).await;
    store.end_session(&token("one")).await.unwrap();
    let proof = Authentication { at: at(5), from: None };
    assert_eq!(store.authenticate_session(&token("one"), proof).await.unwrap(), None);
    assert_eq!(found(&store, "one").await, None);
}

pub async fn devices_are_known_in_the_order_they_were_last_seen(store: TestStore) {
    sign_up(&store, "ada").await;
    assert_eq!(known(&store).await, []);
    let there = KnownDevice { place: Some(lyon()), ..device("a", 1, 1) };
    remember(&store, &[there.clone(), device("b", 2, 2)], 10).await;
    assert_eq!(known(&store).await, [device("b", 2, 2), there]);
}

pub async fn a_device_seen_again_keeps_when_it_was_first_seen(store: TestStore) {
    sign_up(&store, "ada").await;
    remember(&store, &[device("a", 1, 1)], 10).await;
    let again = KnownDevice { place: Some(lyon()), ..device("a", 9, 9) };
    remember(&store, std::slice::from_ref(&again), 10).await;
    assert_eq!(known(&store).await, [KnownDevice { first_seen_at: at(1), ..again }]);
}

pub async fn beyond_the_limit_the_device_unseen_for_longest_is_forgotten(store: TestStore) {
    sign_up(&store, "ada").await;
    for moment in 1..=5 {
        remember(&store, &[device(&moment.to_string(), moment, moment)], 3).await;
    }
    assert_eq!(known(&store).await, [device("5", 5, 5), device("4", 4, 4), device("3", 3, 3)]);
}

pub async fn devices_belong_to_one_person_and_go_with_them(store: TestStore) {
    sign_up(&store, "ada").await;
    sign_up(&store, "bob").await;
    remember(&store, &[device("a", 1, 1)], 3).await;
    assert_eq!(store.known_devices("user-bob").await.unwrap(), []);
    store.delete_user("user-ada").await.unwrap();
    sign_up(&store, "ada").await;
    assert_eq!(known(&store).await, []);
}

pub async fn devices_of_nobody_are_not_found(store: TestStore) {
    assert_refused!(store.remember_devices("user-ada", vec![device("a", 1, 1)], 3).await, NotFound);
}

pub async fn devices_unseen_since_a_moment_are_forgotten_a_few_at_a_time(store: TestStore) {
    sign_up(&store, "ada").await;
    let devices: Vec<_> = (1..=5).map(|moment| device(&moment.to_string(), moment, moment)).collect();
    remember(&store, &devices, 10).await;
    assert_eq!(store.forget_devices(at(4), 3).await.unwrap(), 3);
    assert_eq!(store.forget_devices(at(4), 3).await.unwrap(), 1);
    assert_eq!(store.forget_devices(at(4), 3).await.unwrap(), 0);
    assert_eq!(known(&store).await, [device("5", 5, 5)]);
}
