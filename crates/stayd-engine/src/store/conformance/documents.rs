//! Promises about documents.

use std::sync::Arc;

use super::samples::{TestStore, assert_refused, at, at_once, sign_up};
use crate::store::{
    DocumentChange, DocumentChanged, DocumentEntry, DocumentRecord, REMOVALS_OF_ONE, Revision,
};
use DocumentChanged::{Full, Made, Unexpected};

/// Of the changes that are made at one moment this one, counted from 1.
fn revision(number: u64) -> Revision {
    (1..number).fold(Revision::NONE.next(at(7)), |last, _| last.next(at(7)))
}

/// A change of a document of `ada`, a moment after the beginning, which expects this revision.
fn change(name: &str, value: Option<&str>, expected: Option<u64>) -> DocumentChange {
    DocumentChange {
        user_id: "user-ada".to_owned(),
        name: name.to_owned(),
        value: value.map(str::to_owned),
        expected: expected.map(revision),
        at_most: 10,
        at: at(7),
    }
}

async fn make(store: &TestStore, change: DocumentChange) -> DocumentChanged {
    store.documents().change_document(change).await.unwrap()
}

async fn value(store: &TestStore, name: &str) -> Option<(String, Revision)> {
    let found = store.documents().document("user-ada", name).await.unwrap();
    found.map(|found| (found.value, found.revision))
}

fn entry(name: &str, number: u64, is_removed: bool) -> DocumentEntry {
    DocumentEntry { name: name.to_owned(), revision: revision(number), updated_at: at(7), is_removed }
}

async fn entries(store: &TestStore) -> Vec<DocumentEntry> {
    store.documents().documents_of("user-ada").await.unwrap()
}

pub async fn a_document_is_made_changed_and_removed(store: TestStore) {
    sign_up(&store, "ada").await;
    assert_eq!(value(&store, "profile").await, None);
    assert_eq!(make(&store, change("profile", Some("1"), None)).await, Made(revision(1)));
    let expected = DocumentRecord {
        user_id: "user-ada".to_owned(),
        name: "profile".to_owned(),
        value: "1".to_owned(),
        revision: revision(1),
        updated_at: at(7),
    };
    assert_eq!(store.documents().document("user-ada", "profile").await.unwrap(), Some(expected));
    let later = DocumentChange { at: at(8), ..change("profile", Some("\"é\u{1f373}\\u0000\""), Some(1)) };
    assert_eq!(make(&store, later).await, Made(revision(2)));
    assert_eq!(value(&store, "profile").await, Some(("\"é\u{1f373}\\u0000\"".to_owned(), revision(2))));
    assert_eq!(entries(&store).await, [DocumentEntry { updated_at: at(8), ..entry("profile", 2, false) }]);
    assert_eq!(make(&store, change("profile", None, Some(2))).await, Made(revision(3)));
    assert_eq!(value(&store, "profile").await, None);
}

pub async fn a_revision_is_as_great_as_the_time_so_that_one_that_a_backup_lost_does_not_come_again(
    store: TestStore,
) {
    sign_up(&store, "ada").await;
    let made_at = |moment: i64, value, expected| DocumentChange {
        at: at(moment),
        expected,
        ..change("profile", Some(value), None)
    };
    let number = |moment: i64| Revision::new(u64::try_from(at(moment).as_ms()).unwrap());
    assert_eq!(make(&store, made_at(10, "1", None)).await, Made(number(10)));
    assert_eq!(make(&store, made_at(500, "2", Some(number(10)))).await, Made(number(500)));
    assert_eq!(make(&store, made_at(500, "3", Some(number(500)))).await, Made(number(501)), "of one moment");
    assert_eq!(
        make(&store, made_at(20, "4", Some(number(501)))).await,
        Made(number(502)),
        "a clock went back"
    );
    let before_all_time = DocumentChange { at: at(i64::MIN / 2), ..change("old", Some("1"), None) };
    assert_eq!(make(&store, before_all_time).await, Made(number(503)));
}

pub async fn a_change_that_expects_another_document_is_not_made(store: TestStore) {
    sign_up(&store, "ada").await;
    make(&store, change("profile", Some("1"), None)).await;
    make(&store, change("profile", Some("2"), Some(1))).await;
    for expected in [None, Some(1), Some(3)] {
        for value in [Some("3"), None] {
            assert_eq!(make(&store, change("profile", value, expected)).await, Unexpected, "{expected:?}");
        }
    }
    assert_eq!(make(&store, change("account", Some("1"), Some(2))).await, Unexpected);
    assert_eq!(make(&store, change("account", None, None)).await, Unexpected, "there is nothing to remove");
    assert_eq!(entries(&store).await, [entry("profile", 2, false)]);
}

pub async fn one_count_goes_through_all_documents_of_a_person(store: TestStore) {
    sign_up(&store, "ada").await;
    sign_up(&store, "eve").await;
    let of_eve = |value| DocumentChange { user_id: "user-eve".to_owned(), ..value };
    assert_eq!(make(&store, change("b", Some("1"), None)).await, Made(revision(1)));
    assert_eq!(make(&store, change("a", Some("1"), None)).await, Made(revision(2)));
    assert_eq!(make(&store, of_eve(change("a", Some("2"), None))).await, Made(revision(1)));
    assert_eq!(make(&store, change("b", None, Some(1))).await, Made(revision(3)));
    assert_eq!(make(&store, change("b", Some("1"), None)).await, Made(revision(4)), "none is used again");
    assert_eq!(entries(&store).await, [entry("a", 2, false), entry("b", 4, false)]);
}

pub async fn a_document_that_is_one_too_many_is_not_made(store: TestStore) {
    sign_up(&store, "ada").await;
    let few = |value| DocumentChange { at_most: 2, ..value };
    make(&store, few(change("a", Some("1"), None))).await;
    make(&store, few(change("b", Some("1"), None))).await;
    assert_eq!(make(&store, few(change("c", Some("1"), None))).await, Full);
    assert_eq!(make(&store, few(change("b", Some("2"), Some(2)))).await, Made(revision(3)));
    assert_eq!(make(&store, few(change("b", None, Some(3)))).await, Made(revision(4)));
    assert_eq!(make(&store, few(change("c", Some("1"), None))).await, Made(revision(5)), "there is room");
}

pub async fn of_removals_only_the_last_ones_are_remembered(store: TestStore) {
    sign_up(&store, "ada").await;
    make(&store, change("stays", Some("1"), None)).await;
    for number in 0..=REMOVALS_OF_ONE as u64 {
        let name = format!("d{number}");
        make(&store, change(&name, Some("1"), None)).await;
        make(&store, change(&name, None, Some(2 * number + 2))).await;
    }
    let entries = entries(&store).await;
    assert_eq!(entries.len(), REMOVALS_OF_ONE + 1);
    assert_eq!(entries[..2], [entry("stays", 1, false), entry("d1", 5, true)]);
    assert_eq!(entries.last(), Some(&entry("d32", 67, true)));
}

pub async fn the_last_changes_of_many_people_come_in_their_order_and_removals_are_among_them(
    store: TestStore,
) {
    for name in ["ada", "eve", "max"] {
        sign_up(&store, name).await;
    }
    make(&store, change("a", Some("1"), None)).await;
    make(&store, change("b", Some("1"), None)).await;
    make(&store, change("a", None, Some(1))).await;
    let of_eve = DocumentChange { user_id: "user-eve".to_owned(), ..change("a", Some("1"), None) };
    make(&store, of_eve).await;
    let people = ["user-eve", "nobody", "user-ada", "user-max"].map(Arc::from).to_vec();
    let last = store.documents().last_revisions(people).await.unwrap();
    assert_eq!(last, [revision(1), Revision::NONE, revision(3), Revision::NONE]);
    assert_eq!(store.documents().last_revisions(Vec::new()).await.unwrap(), []);
}

pub async fn of_many_who_change_one_document_exactly_one_does(store: TestStore) {
    sign_up(&store, "ada").await;
    for expected in [None, Some(1)] {
        let made = at_once(8, |number| {
            let (store, value) = (store.clone(), number.to_string());
            async move { make(&store, change("profile", Some(&value), expected)).await }
        });
        let made = made.await;
        assert_eq!(made.iter().filter(|made| **made != Unexpected).count(), 1, "{made:?}");
    }
}

pub async fn documents_belong_to_one_person_and_go_with_them(store: TestStore) {
    sign_up(&store, "ada").await;
    sign_up(&store, "eve").await;
    make(&store, change("profile", Some("1"), None)).await;
    assert_eq!(store.documents().document("user-eve", "profile").await.unwrap(), None);
    store.delete_user("user-eve").await.unwrap();
    assert_eq!(entries(&store).await, [entry("profile", 1, false)]);
    store.delete_user("user-ada").await.unwrap();
    sign_up(&store, "ada").await;
    assert_eq!((value(&store, "profile").await, entries(&store).await), (None, Vec::new()));
}

pub async fn documents_of_nobody_are_not_found(store: TestStore) {
    let changes = [change("a", Some("1"), None), change("a", Some("1"), Some(1)), change("a", None, Some(1))];
    for change in changes {
        let none_allowed = DocumentChange { at_most: 0, ..change.clone() };
        assert_refused!(store.documents().change_document(change).await, NotFound);
        assert_refused!(store.documents().change_document(none_allowed).await, NotFound);
    }
    assert!(entries(&store).await.is_empty());
}
