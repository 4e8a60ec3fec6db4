//! Promises about letters that wait.

use std::sync::Arc;

use stayd_protocol::Sealed;

use super::samples::{TestStore, assert_refused, at, at_once, password, person, proof, sign_up, token};
use crate::store::{Ending, LetterLease, LetterRecord, NewPassword, TakenLetter, UserChange, WaitingLetters};

/// A letter that was written at a moment.
pub(super) fn letter(id: &str, moment: i64) -> LetterRecord {
    let sealed = Sealed { key_id: "first".to_owned(), bytes: vec![1, 0, 255] };
    LetterRecord { id: id.to_owned(), sealed, created_at: at(moment) }
}

fn lease(holder: &str, until: i64) -> LetterLease {
    LetterLease { holder: holder.to_owned(), until: at(until) }
}

/// The ids of those that can be taken at a moment.
async fn take(store: &TestStore, holder: &str, now: i64, limit: usize) -> Vec<String> {
    let taken = store.letters().take_letters(lease(holder, now + 10), at(now), limit).await.unwrap();
    taken.into_iter().map(|taken| taken.letter.id).collect()
}

async fn count(store: &TestStore) -> usize {
    store.letters().waiting_letters(100).await.unwrap().count
}

pub async fn letters_are_taken_whole_and_in_the_order_they_are_due(store: TestStore) {
    for (id, moment) in [("b", 2), ("c", 2), ("a", 1), ("later", 9)] {
        store.letters().queue_letter(letter(id, moment)).await.unwrap();
    }
    let taken = store.letters().take_letters(lease("one", 5), at(3), 1).await.unwrap();
    assert_eq!(taken, [TakenLetter { letter: letter("a", 1), failures: 0 }]);
    assert_eq!(take(&store, "one", 3, 10).await, ["b", "c"]);
    assert_eq!(count(&store).await, 4, "they stay until they were carried");
}

pub async fn a_letter_with_a_taken_id_is_a_conflict(store: TestStore) {
    store.letters().queue_letter(letter("a", 1)).await.unwrap();
    assert_refused!(store.letters().queue_letter(letter("a", 2)).await, Conflict);
    assert_eq!(count(&store).await, 1);
}

pub async fn of_many_takers_each_letter_goes_to_one(store: TestStore) {
    for number in 0..20 {
        store.letters().queue_letter(letter(&number.to_string(), 0)).await.unwrap();
    }
    let taken = at_once(32, |number| {
        let store = Arc::clone(&store);
        async move { take(&store, &number.to_string(), 1, 3).await }
    })
    .await;
    let mut taken: Vec<_> = taken.into_iter().flatten().collect();
    taken.sort();
    taken.dedup();
    assert_eq!(taken.len(), 20);
}

pub async fn what_somebody_holds_is_free_again_when_the_lease_has_run_out(store: TestStore) {
    store.letters().queue_letter(letter("a", 0)).await.unwrap();
    assert_eq!(take(&store, "one", 0, 10).await, ["a"]);
    store.letters().extend_letters(lease("one", 20)).await.unwrap();
    store.letters().extend_letters(lease("two", 99)).await.unwrap();
    assert_eq!(take(&store, "two", 19, 10).await, [""; 0]);
    assert_eq!(store.letters().waiting_letters(10).await.unwrap().next, Some(at(20)));
    assert_eq!(take(&store, "two", 20, 10).await, ["a"]);
}

pub async fn a_letter_that_is_put_off_comes_back_when_it_is_due(store: TestStore) {
    store.letters().queue_letter(letter("a", 0)).await.unwrap();
    take(&store, "one", 0, 10).await;
    store.letters().put_off_letter("a", "two", at(1)).await.unwrap();
    assert_eq!(take(&store, "two", 1, 10).await, [""; 0], "only who holds it puts it off");
    store.letters().put_off_letter("a", "one", at(7)).await.unwrap();
    assert_eq!(take(&store, "two", 6, 10).await, [""; 0]);
    let taken = store.letters().take_letters(lease("two", 9), at(7), 10).await.unwrap();
    assert_eq!(taken, [TakenLetter { letter: letter("a", 0), failures: 1 }]);
}

pub async fn what_is_let_go_of_is_free_at_once_and_keeps_its_place(store: TestStore) {
    store.letters().queue_letter(letter("a", 0)).await.unwrap();
    store.letters().queue_letter(letter("b", 1)).await.unwrap();
    assert_eq!(take(&store, "one", 1, 1).await, ["a"]);
    store.letters().release_letters("two").await.unwrap();
    assert_eq!(take(&store, "two", 1, 0).await, [""; 0]);
    store.letters().release_letters("one").await.unwrap();
    assert_eq!(take(&store, "two", 1, 10).await, ["a", "b"]);
}

pub async fn a_letter_that_was_carried_is_gone(store: TestStore) {
    store.letters().queue_letter(letter("a", 0)).await.unwrap();
    take(&store, "one", 0, 10).await;
    store.letters().remove_letter("a").await.unwrap();
    store.letters().remove_letter("a").await.unwrap();
    assert_eq!(store.letters().waiting_letters(10).await.unwrap(), WaitingLetters::default());
    assert_eq!(take(&store, "one", 999, 10).await, [""; 0]);
}

pub async fn all_letters_are_removed_at_once_whoever_holds_them(store: TestStore) {
    for id in ["held", "free"] {
        store.letters().queue_letter(letter(id, 1)).await.unwrap();
    }
    take(&store, "one", 1, 1).await;
    assert_eq!(store.letters().remove_every_letter().await.unwrap(), 2);
    assert_eq!((count(&store).await, store.letters().remove_every_letter().await.unwrap()), (0, 0));
}

pub async fn waiting_letters_are_counted_up_to_a_limit(store: TestStore) {
    for number in 0..5 {
        store.letters().queue_letter(letter(&number.to_string(), 7)).await.unwrap();
    }
    let waiting = store.letters().waiting_letters(3).await.unwrap();
    assert_eq!(waiting, WaitingLetters { count: 3, next: Some(at(7)) });
}

//
pub async fn a_letter_is_there_exactly_when_the_change_it_tells_of_is_made(store: TestStore) {
    store.create_user(person("ada"), password("ada"), None, Some(letter("sign-up", 0))).await.unwrap();
    store.create_verification(proof("reset", "ada"), Some(letter("reset", 0))).await.unwrap();
    let change = UserChange { email: Some("new@example.com".to_owned()), ..UserChange::default() };
    let change = UserChange { letter: Some(letter("address", 0)), ..change };
    store.update_user("user-ada", change.clone(), at(1)).await.unwrap();
    let new = NewPassword {
        user_id: "user-ada".to_owned(),
        password_hash: "salt:new".to_owned(),
        new_account_id: "account-new".to_owned(),
        ending: Ending::None,
        session: None,
        at: at(2),
        letter: Some(letter("password", 0)),
        proof: None,
    };
    store.set_password(new.clone()).await.unwrap();
    assert_eq!(take(&store, "one", 0, 10).await, ["sign-up", "reset", "address", "password"]);

    // What is refused leaves no letter, and what its letter is refused for is not done.
    sign_up(&store, "eve").await;
    // The first one went with the new address.
    store.create_verification(proof("reset", "ada"), None).await.unwrap();
    let gone = Some(letter("gone", 0));
    assert_refused!(store.create_user(person("eve"), password("eve"), None, gone.clone()).await, Conflict);
    assert_refused!(store.create_verification(proof("reset", "ada"), gone.clone()).await, Conflict);
    let nobody = NewPassword { user_id: "nobody".to_owned(), letter: gone.clone(), ..new.clone() };
    assert_refused!(store.set_password(nobody).await, NotFound);
    let taken = UserChange { letter: gone, ..change.clone() };
    assert_refused!(store.update_user("user-eve", taken, at(3)).await, Conflict);
    assert_eq!(count(&store).await, 4);

    assert_refused!(
        store.create_user(person("bob"), password("bob"), None, Some(letter("reset", 0))).await,
        Conflict
    );
    assert!(store.user_by_id("user-bob").await.unwrap().is_none());
    assert_refused!(
        store.create_verification(proof("other", "ada"), Some(letter("reset", 0))).await,
        Conflict
    );
    assert!(store.verification(&token("other")).await.unwrap().is_none());
    let other = NewPassword { password_hash: "salt:other".to_owned(), ..new };
    assert_refused!(store.set_password(other).await, Conflict);
    let found = store.user_by_email("new@example.com").await.unwrap().unwrap();
    assert_eq!(found.password_hash.as_deref(), Some("salt:new"));
    let renamed = UserChange {
        name: Some("Eve".to_owned()),
        letter: Some(letter("reset", 0)),
        ..UserChange::default()
    };
    assert_refused!(store.update_user("user-eve", renamed, at(3)).await, Conflict);
    assert_eq!(store.user_by_id("user-eve").await.unwrap().unwrap().name, "eve");
}
