//! Promises about people.

use std::sync::Arc;

use stayd_protocol::Timestamp;

use super::samples::{
    TestStore, assert_refused, at, at_once, found, is_live, new_password, password, person, proof, provided,
    session, sign_up, sign_up_with, sorted, token, tokens,
};
use crate::store::{Ending, StoreError, UserChange, UserRecord};

pub async fn a_person_is_found_by_id_and_by_address(store: TestStore) {
    sign_up(&store, "ada").await;
    assert_eq!(store.user_by_id("user-ada").await.unwrap(), Some(person("ada")));
    let by_email = store.user_by_email("ada@example.com").await.unwrap().unwrap();
    assert_eq!(by_email.user, person("ada"));
    assert_eq!(by_email.password_hash.as_deref(), Some("salt:ada"));
}

pub async fn a_person_without_a_password_is_found_without_one(store: TestStore) {
    store.create_user(person("ada"), provided("ada"), None, None).await.unwrap();
    let found = store.user_by_email("ada@example.com").await.unwrap().unwrap();
    assert_eq!(found.user, person("ada"));
    assert_eq!(found.password_hash, None);
}

pub async fn nobody_is_found_in_an_empty_store(store: TestStore) {
    assert_eq!(store.user_by_id("user-ada").await.unwrap(), None);
    assert!(store.user_by_email("ada@example.com").await.unwrap().is_none());
    assert_eq!(store.users(None, 10).await.unwrap(), []);
}

pub async fn an_address_is_found_only_as_it_is_written(store: TestStore) {
    sign_up(&store, "ada").await;
    for other in ["ADA@example.com", "ada@example.com ", "ada@example.co", "%", ""] {
        assert!(store.user_by_email(other).await.unwrap().is_none(), "{other:?}");
    }
}

pub async fn odd_text_comes_back_as_it_was(store: TestStore) {
    let names =
        ["", " ", "nul\0in\0side", "'; DROP TABLE user; --", "Zoë 名前 🦀 \u{202e}abc", &"x".repeat(100_000)];
    for (number, name) in names.into_iter().enumerate() {
        let key = number.to_string();
        let mut user = person(&key);
        name.clone_into(&mut user.name);
        user.image = Some(name.to_owned());
        let mut session = session(&key, &key);
        session.user_agent = Some(name.to_owned());
        store.create_user(user.clone(), password(&key), Some(session.clone()), None).await.unwrap();
        let found = found(&store, &key).await.unwrap();
        assert_eq!(found.user, user);
        assert_eq!(found.session, session);
    }
}

pub async fn times_at_the_ends_of_their_range_come_back_as_they_were(store: TestStore) {
    for (name, time) in [("first", i64::MIN), ("epoch", 0), ("last", i64::MAX)] {
        let mut user = person(name);
        user.created_at = Timestamp::from_ms(time);
        store.create_user(user.clone(), password(name), None, None).await.unwrap();
        assert_eq!(store.user_by_id(&user.id).await.unwrap(), Some(user));
    }
}

pub async fn sign_up_adds_person_account_and_session_in_one_step(store: TestStore) {
    store.create_user(person("ada"), password("ada"), Some(session("one", "ada")), None).await.unwrap();
    let found = found(&store, "one").await.unwrap();
    assert_eq!(found.user, person("ada"));
    assert_eq!(found.session, session("one", "ada"));
    assert!(store.accounts_of("user-ada").await.unwrap() == [password("ada")]);
}

pub async fn sign_up_without_a_session_adds_none(store: TestStore) {
    sign_up(&store, "ada").await;
    assert_eq!(store.sessions_of("user-ada", at(0)).await.unwrap(), []);
}

pub async fn a_taken_address_is_a_conflict(store: TestStore) {
    sign_up(&store, "ada").await;
    let mut other = person("eve");
    other.email.clone_from(&person("ada").email);
    assert_refused!(store.create_user(other, password("eve"), None, None).await, Conflict);
    assert_eq!(store.user_by_id("user-eve").await.unwrap(), None);
    assert!(store.accounts_of("user-eve").await.unwrap().is_empty());
}

pub async fn a_taken_user_id_is_a_conflict(store: TestStore) {
    sign_up(&store, "ada").await;
    let mut other = person("eve");
    other.id = person("ada").id;
    assert_refused!(store.create_user(other, provided("ada"), None, None).await, Conflict);
    assert_eq!(store.user_by_id("user-ada").await.unwrap(), Some(person("ada")));
    assert!(store.user_by_email("eve@example.com").await.unwrap().is_none());
}

pub async fn create_user_with_a_taken_token_writes_nothing(store: TestStore) {
    sign_up_with(&store, "ada", &["one"]).await;
    let mut taken = session("two", "eve");
    taken.token_hash = token("one");
    assert_refused!(store.create_user(person("eve"), password("eve"), Some(taken), None).await, Conflict);
    assert_absent(&store, "eve").await;
    assert_eq!(found(&store, "one").await.unwrap().user, person("ada"));
}

pub async fn create_user_with_a_taken_session_id_writes_nothing(store: TestStore) {
    sign_up_with(&store, "ada", &["one"]).await;
    let mut taken = session("two", "eve");
    taken.id = session("one", "ada").id;
    assert_refused!(store.create_user(person("eve"), password("eve"), Some(taken), None).await, Conflict);
    assert_absent(&store, "eve").await;
    assert!(!is_live(&store, "two").await);
}

pub async fn create_user_with_a_taken_account_writes_nothing(store: TestStore) {
    store.create_user(person("ada"), provided("ada"), None, None).await.unwrap();
    let mut same_subject = provided("eve");
    same_subject.account_id = provided("ada").account_id;
    let mut same_id = provided("eve");
    same_id.id = provided("ada").id;
    for account in [same_subject, same_id] {
        let result = store.create_user(person("eve"), account, Some(session("two", "eve")), None).await;
        assert_refused!(result, Conflict);
        assert_absent(&store, "eve").await;
        assert!(!is_live(&store, "two").await);
    }
}

pub async fn create_user_with_an_account_of_nobody_writes_nothing(store: TestStore) {
    assert_refused!(store.create_user(person("ada"), password("eve"), None, None).await, NotFound);
    assert_absent(&store, "ada").await;
    assert!(store.accounts_of("user-eve").await.unwrap().is_empty());
    let session = session("one", "eve");
    assert_refused!(store.create_user(person("ada"), password("ada"), Some(session), None).await, NotFound);
    assert_absent(&store, "ada").await;
}

async fn assert_absent(store: &TestStore, name: &str) {
    let id = format!("user-{name}");
    assert_eq!(store.user_by_id(&id).await.unwrap(), None);
    assert!(store.user_by_email(&format!("{name}@example.com")).await.unwrap().is_none());
    assert!(store.accounts_of(&id).await.unwrap().is_empty());
    assert_eq!(store.sessions_of(&id, at(0)).await.unwrap(), []);
}

pub async fn of_many_sign_ups_with_one_address_exactly_one_succeeds(store: TestStore) {
    let results = at_once(32, |number| {
        let store = Arc::clone(&store);
        async move {
            let name = number.to_string();
            let user = UserRecord { email: "same@example.com".to_owned(), ..person(&name) };
            store.create_user(user, password(&name), Some(session(&name, &name)), None).await
        }
    })
    .await;
    assert_eq!(results.iter().filter(|result| result.is_ok()).count(), 1);
    assert!(results.iter().all(|result| matches!(result, Ok(()) | Err(StoreError::Conflict))));
    assert_eq!(store.users(None, 100).await.unwrap().len(), 1);
    assert_eq!(store.sessions(at(0), 100).await.unwrap().len(), 1);
}

pub async fn an_address_is_free_again_after_its_person_was_deleted(store: TestStore) {
    sign_up_with(&store, "ada", &["one"]).await;
    store.delete_user("user-ada").await.unwrap();
    sign_up_with(&store, "ada", &["one"]).await;
    assert!(is_live(&store, "one").await);
}

pub async fn people_are_listed_in_the_order_they_signed_up(store: TestStore) {
    for (name, moment) in [("third", 30), ("first", 10), ("second", 20)] {
        let mut user = person(name);
        user.created_at = at(moment);
        store.create_user(user, password(name), None, None).await.unwrap();
    }
    assert_eq!(listed(&store, None, 10).await, ["first", "second", "third"]);
}

pub async fn people_of_the_same_moment_are_listed_in_the_order_they_were_added(store: TestStore) {
    for name in ["b", "c", "a"] {
        sign_up(&store, name).await;
    }
    assert_eq!(listed(&store, None, 10).await, ["b", "c", "a"]);
    assert_eq!(listed(&store, Some("user-b"), 10).await, ["c", "a"]);
}

pub async fn people_are_listed_page_by_page(store: TestStore) {
    for number in 0..10 {
        sign_up(&store, &number.to_string()).await;
    }
    assert_eq!(listed(&store, None, 4).await, ["0", "1", "2", "3"]);
    assert_eq!(listed(&store, Some("user-3"), 4).await, ["4", "5", "6", "7"]);
    assert_eq!(listed(&store, Some("user-7"), 4).await, ["8", "9"]);
    assert!(listed(&store, Some("user-9"), 4).await.is_empty());
    assert!(listed(&store, None, 0).await.is_empty());
    assert_eq!(listed(&store, None, usize::MAX).await.len(), 10);
}

pub async fn after_an_unknown_person_nobody_is_listed(store: TestStore) {
    sign_up(&store, "ada").await;
    assert!(listed(&store, Some("user-eve"), 10).await.is_empty());
}

async fn listed(store: &TestStore, after: Option<&str>, limit: usize) -> Vec<String> {
    store.users(after, limit).await.unwrap().into_iter().map(|user| user.name).collect()
}

pub async fn a_change_leaves_other_fields_as_they_were(store: TestStore) {
    sign_up(&store, "ada").await;
    let change = UserChange { name: Some("Countess".to_owned()), ..UserChange::default() };
    let changed = store.update_user("user-ada", change, at(5)).await.unwrap().user;
    let expected = UserRecord { name: "Countess".to_owned(), updated_at: at(5), ..person("ada") };
    assert_eq!(changed, expected);
    assert_eq!(store.user_by_id("user-ada").await.unwrap(), Some(expected));
}

pub async fn a_change_is_noted_with_its_time(store: TestStore) {
    sign_up(&store, "ada").await;
    let changed = store.update_user("user-ada", UserChange::default(), at(7)).await.unwrap().user;
    assert_eq!((changed.created_at, changed.updated_at), (at(0), at(7)));
}

pub async fn a_picture_can_be_set_and_removed(store: TestStore) {
    sign_up(&store, "ada").await;
    let set =
        UserChange { image: Some(Some("https://example.com/a.png".to_owned())), ..UserChange::default() };
    let changed = store.update_user("user-ada", set, at(1)).await.unwrap().user;
    assert_eq!(changed.image.as_deref(), Some("https://example.com/a.png"));
    let kept = store.update_user("user-ada", UserChange::default(), at(2)).await.unwrap().user;
    assert_eq!(kept.image, changed.image);
    let remove = UserChange { image: Some(None), ..UserChange::default() };
    assert_eq!(store.update_user("user-ada", remove, at(3)).await.unwrap().user.image, None);
}

fn new_email(email: &str) -> UserChange {
    UserChange { email: Some(email.to_owned()), email_verified: Some(true), ..UserChange::default() }
}

pub async fn a_change_to_a_taken_address_is_a_conflict_and_changes_nothing(store: TestStore) {
    sign_up(&store, "ada").await;
    sign_up(&store, "eve").await;
    assert_refused!(store.update_user("user-eve", new_email("ada@example.com"), at(1)).await, Conflict);
    assert_eq!(store.user_by_id("user-eve").await.unwrap(), Some(person("eve")));
    assert_eq!(store.user_by_email("ada@example.com").await.unwrap().unwrap().user, person("ada"));
}

pub async fn a_change_to_the_own_address_is_no_conflict(store: TestStore) {
    sign_up(&store, "ada").await;
    let changed = store.update_user("user-ada", new_email("ada@example.com"), at(1)).await.unwrap().user;
    assert!(changed.email_verified);
}

pub async fn a_changed_address_frees_the_old_one(store: TestStore) {
    sign_up(&store, "ada").await;
    store.update_user("user-ada", new_email("countess@example.com"), at(1)).await.unwrap();
    assert!(store.user_by_email("ada@example.com").await.unwrap().is_none());
    let found = store.user_by_email("countess@example.com").await.unwrap().unwrap();
    assert_eq!(found.user.id, "user-ada");
    let other = UserRecord { email: "ada@example.com".to_owned(), ..person("eve") };
    store.create_user(other, password("eve"), None, None).await.unwrap();
}

pub async fn a_change_of_nobody_is_not_found(store: TestStore) {
    assert_refused!(store.update_user("user-ada", new_email("ada@example.com"), at(1)).await, NotFound);
    assert!(store.user_by_email("ada@example.com").await.unwrap().is_none());
}

pub async fn a_change_on_condition_of_another_address_is_not_found_and_changes_nothing(store: TestStore) {
    sign_up(&store, "ada").await;
    let mut change = new_email("new@example.com");
    change.only_if_email = Some("old@example.com".to_owned());
    assert_refused!(store.update_user("user-ada", change, at(1)).await, NotFound);
    assert_eq!(store.user_by_id("user-ada").await.unwrap(), Some(person("ada")));
}

pub async fn a_change_on_condition_of_the_present_address_is_made(store: TestStore) {
    sign_up(&store, "ada").await;
    let mut change = new_email("new@example.com");
    change.only_if_email = Some("ada@example.com".to_owned());
    assert_eq!(store.update_user("user-ada", change, at(1)).await.unwrap().user.email, "new@example.com");
}

pub async fn a_change_on_condition_of_no_new_password_is_made_only_without_one(store: TestStore) {
    sign_up(&store, "ada").await;
    store.set_password(new_password("ada", "unused", Ending::None, None)).await.unwrap();
    let since =
        |moment| UserChange { only_if_no_password_since: Some(at(moment)), ..new_email("new@example.com") };
    assert_refused!(store.update_user("user-ada", since(9), at(10)).await, NotFound);
    assert_eq!(store.user_by_id("user-ada").await.unwrap(), Some(person("ada")));
    assert_eq!(store.update_user("user-ada", since(10), at(10)).await.unwrap().user.email, "new@example.com");
}

pub async fn of_many_changes_on_condition_of_one_address_exactly_one_is_made(store: TestStore) {
    sign_up(&store, "ada").await;
    let results = at_once(16, |number| {
        let store = Arc::clone(&store);
        async move {
            let mut change = new_email(&format!("{number}@example.com"));
            change.only_if_email = Some("ada@example.com".to_owned());
            store.update_user("user-ada", change, at(1)).await
        }
    })
    .await;
    assert_eq!(results.iter().filter(|result| result.is_ok()).count(), 1);
}

pub async fn deleting_a_person_takes_everything_of_theirs_along(store: TestStore) {
    sign_up_with(&store, "ada", &["one", "two"]).await;
    store.create_verification(proof("reset", "ada"), None).await.unwrap();
    let ended = store.delete_user("user-ada").await.unwrap();
    assert_eq!(sorted(ended), tokens(&["one", "two"]));
    assert_absent(&store, "ada").await;
    assert!(!is_live(&store, "one").await && !is_live(&store, "two").await);
    assert!(store.verification(&token("reset")).await.unwrap().is_none());
}

pub async fn deleting_a_person_leaves_others_alone(store: TestStore) {
    sign_up_with(&store, "ada", &["one"]).await;
    sign_up_with(&store, "eve", &["two"]).await;
    store.create_verification(proof("reset", "eve"), None).await.unwrap();
    assert_eq!(sorted(store.delete_user("user-ada").await.unwrap()), tokens(&["one"]));
    assert!(is_live(&store, "two").await);
    assert!(store.verification(&token("reset")).await.unwrap().is_some());
    assert!(store.accounts_of("user-eve").await.unwrap() == [password("eve")]);
}

pub async fn deleting_nobody_is_not_found(store: TestStore) {
    store.create_verification(proof("reset", "ada"), None).await.unwrap();
    assert_refused!(store.delete_user("user-ada").await, NotFound);
    // Whole or nothing: what refers to the id stays as well.
    assert!(store.verification(&token("reset")).await.unwrap().is_some());
}
