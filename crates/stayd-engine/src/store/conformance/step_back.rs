//! Promises about a clock that goes back.

use std::time::Duration;

use super::families::{begun, found as found_family, rotation};
use super::keys::key;
use super::letters::letter;
use super::samples::{TestStore, at, found, password, person, proof, session, sign_up, token};
use crate::store::{
    AccountRecord, RotationRecord, SessionRecord, SigningKeyRecord, StepBack, VerificationRecord,
};

/// The clock went from 100 to 40.
fn step() -> StepBack {
    StepBack { after: at(30), by: Duration::from_millis(60) }
}

fn begun_at(name: &str, begun: i64) -> SessionRecord {
    SessionRecord {
        created_at: at(begun),
        updated_at: at(begun),
        authenticated_at: at(begun),
        last_active_at: at(begun),
        expires_at: at(begun + 1000),
        ..session(name, "ada")
    }
}

pub async fn what_was_noted_by_a_clock_that_went_back_goes_back_with_it(store: TestStore) {
    sign_up(&store, "ada").await;
    let rotated = |rotated, shown| RotationRecord {
        predecessor: token("old"),
        rotated_at: at(rotated),
        shown_at: Some(at(shown)),
    };
    let new = SessionRecord { rotation: Some(rotated(80, 90)), ..begun_at("new", 70) };
    store.create_session(new, None).await.unwrap();
    let late = VerificationRecord { created_at: at(90), expires_at: at(500), ..proof("late", "ada") };
    store.create_verification(late, None).await.unwrap();
    store.put_times_back(step()).await.unwrap();
    let put_back = SessionRecord { rotation: Some(rotated(20, 30)), ..begun_at("new", 10) };
    assert_eq!(found(&store, "new").await.unwrap().session, put_back);
    let late = store.verification(&token("late")).await.unwrap().unwrap();
    assert_eq!((late.created_at, late.expires_at), (at(30), at(440)));
}

pub async fn what_was_noted_before_stays_and_what_came_of_it_later_goes_back(store: TestStore) {
    sign_up(&store, "ada").await;
    let old = begun_at("old", 30);
    store.create_session(old.clone(), None).await.unwrap();
    let early = VerificationRecord { created_at: at(30), expires_at: at(500), ..proof("early", "ada") };
    store.create_verification(early, None).await.unwrap();
    let used = SessionRecord { last_active_at: at(95), ..begun_at("used", 30) };
    store.create_session(used.clone(), None).await.unwrap();
    store.put_times_back(step()).await.unwrap();
    assert_eq!(found(&store, "old").await.unwrap().session, old);
    let early = store.verification(&token("early")).await.unwrap().unwrap();
    assert_eq!((early.created_at, early.expires_at), (at(30), at(500)));
    let used = SessionRecord { last_active_at: at(35), ..used };
    assert_eq!(found(&store, "used").await.unwrap().session, used);
}

pub async fn the_grace_of_a_refresh_token_goes_back_with_the_clock(store: TestStore) {
    begun(&store).await;
    store.rotate_family(rotation("api", 0, 70)).await.unwrap().unwrap();
    let rotated_at = async || found_family(&store, "api").await.unwrap().family.rotation.unwrap().rotated_at;
    assert_eq!(rotated_at().await, at(70));
    store.put_times_back(step()).await.unwrap();
    assert_eq!(rotated_at().await, at(10));
}

pub async fn letters_keys_and_passwords_go_back_with_the_clock(store: TestStore) {
    let changed = AccountRecord { updated_at: at(70), ..password("ada") };
    store.create_user(person("ada"), changed, None, None).await.unwrap();
    let key = SigningKeyRecord { created_at: at(70), signs_from: at(75), ..key("a") };
    store.add_signing_key(key.clone(), None).await.unwrap();
    store.letters().queue_letter(letter("late", 95)).await.unwrap();
    store.put_times_back(step()).await.unwrap();
    let accounts = store.accounts_of("user-ada").await.unwrap();
    assert_eq!(
        accounts.first().map(|account| (account.created_at, account.updated_at)),
        Some((at(0), at(10)))
    );
    let key = SigningKeyRecord { created_at: at(10), signs_from: at(15), ..key };
    assert_eq!(store.signing_keys().await.unwrap(), [key]);
    let next = store.letters().waiting_letters(10).await.unwrap().next;
    assert_eq!(next, Some(at(35)), "it is due as soon as it would have been");
}
