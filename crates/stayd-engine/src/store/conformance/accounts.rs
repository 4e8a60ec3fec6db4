//! Promises about accounts and passwords.

use super::samples::{
    TestStore, assert_refused, at, found, is_live, password, person, provided, session, sign_up,
    sign_up_with, sorted, token, tokens,
};
use crate::store::{CREDENTIAL, EndedSession, Ending, SessionRecord, StoreResult};

async fn set(
    store: &TestStore,
    name: &str,
    ending: Ending,
    session: Option<SessionRecord>,
) -> StoreResult<Vec<EndedSession>> {
    let (hash, account) = ("salt:new".to_owned(), format!("account-new-{name}"));
    store.set_password(&format!("user-{name}"), hash, account, ending, session, at(9)).await
}

async fn password_of(store: &TestStore, name: &str) -> Option<String> {
    store.user_by_email(&format!("{name}@example.com")).await.unwrap().unwrap().password_hash
}

/// Signs a person up with an account at a provider and then a password.
async fn sign_up_with_two_accounts(store: &TestStore, name: &str) {
    store.create_user(person(name), provided(name), None).await.unwrap();
    set(store, name, Ending::None, None).await.unwrap();
}

pub async fn accounts_come_oldest_first(store: TestStore) {
    sign_up_with_two_accounts(&store, "ada").await;
    let accounts = store.accounts_of("user-ada").await.unwrap();
    let ids: Vec<_> = accounts.iter().map(|account| account.id.as_str()).collect();
    assert_eq!(ids, ["provided-ada", "account-new-ada"]);
    assert!(accounts.first() == Some(&provided("ada")));
}

pub async fn nobody_has_no_accounts(store: TestStore) {
    sign_up(&store, "ada").await;
    assert!(store.accounts_of("user-eve").await.unwrap().is_empty());
}

pub async fn a_new_password_replaces_the_old_one(store: TestStore) {
    sign_up(&store, "ada").await;
    set(&store, "ada", Ending::None, None).await.unwrap();
    assert_eq!(password_of(&store, "ada").await.as_deref(), Some("salt:new"));
    let mut expected = password("ada");
    expected.password_hash = Some("salt:new".to_owned());
    expected.updated_at = at(9);
    assert!(store.accounts_of("user-ada").await.unwrap() == [expected]);
}

pub async fn a_first_password_makes_an_account(store: TestStore) {
    sign_up_with_two_accounts(&store, "ada").await;
    assert_eq!(password_of(&store, "ada").await.as_deref(), Some("salt:new"));
    let accounts = store.accounts_of("user-ada").await.unwrap();
    let made = accounts.last().unwrap();
    assert_eq!(made.account_id, "user-ada");
    assert_eq!(made.provider_id, CREDENTIAL);
    assert_eq!((made.created_at, made.updated_at), (at(9), at(9)));
}

pub async fn a_password_of_nobody_is_not_found(store: TestStore) {
    assert_refused!(set(&store, "ada", Ending::All, None).await, NotFound);
    assert!(store.accounts_of("user-ada").await.unwrap().is_empty());
}

pub async fn a_new_password_ends_all_sessions_when_told_so(store: TestStore) {
    sign_up_with(&store, "ada", &["one", "two"]).await;
    let ended = set(&store, "ada", Ending::All, None).await.unwrap();
    assert_eq!(sorted(ended), tokens(&["one", "two"]));
    assert_eq!(store.sessions_of("user-ada", at(0)).await.unwrap(), []);
}

pub async fn a_new_password_ends_all_sessions_but_one_when_told_so(store: TestStore) {
    sign_up_with(&store, "ada", &["one", "two", "three"]).await;
    let ended = set(&store, "ada", Ending::AllBut(token("two")), None).await.unwrap();
    assert_eq!(sorted(ended), tokens(&["one", "three"]));
    assert!(is_live(&store, "two").await);
}

pub async fn a_new_password_ends_no_session_when_told_so(store: TestStore) {
    sign_up_with(&store, "ada", &["one"]).await;
    assert_eq!(set(&store, "ada", Ending::None, None).await.unwrap(), []);
    assert!(is_live(&store, "one").await);
}

pub async fn a_new_password_leaves_sessions_of_others_alone(store: TestStore) {
    sign_up_with(&store, "ada", &["one"]).await;
    sign_up_with(&store, "eve", &["two"]).await;
    set(&store, "ada", Ending::All, None).await.unwrap();
    assert!(is_live(&store, "two").await);
    assert_eq!(password_of(&store, "eve").await.as_deref(), Some("salt:eve"));
}

pub async fn a_new_password_adds_its_session_after_ending_the_others(store: TestStore) {
    sign_up_with(&store, "ada", &["one"]).await;
    let ended = set(&store, "ada", Ending::All, Some(session("two", "ada"))).await.unwrap();
    assert_eq!(sorted(ended), tokens(&["one"]));
    assert_eq!(found(&store, "two").await.unwrap().session, session("two", "ada"));
}

pub async fn set_password_with_a_taken_token_writes_nothing(store: TestStore) {
    sign_up_with(&store, "ada", &["one"]).await;
    sign_up_with(&store, "eve", &["two"]).await;
    let mut taken = session("three", "ada");
    taken.token_hash = token("two");
    assert_refused!(set(&store, "ada", Ending::All, Some(taken)).await, Conflict);
    assert_eq!(password_of(&store, "ada").await.as_deref(), Some("salt:ada"));
    assert!(is_live(&store, "one").await);
    assert_eq!(found(&store, "two").await.unwrap().user, person("eve"));
}

pub async fn set_password_with_a_taken_account_id_writes_nothing(store: TestStore) {
    store.create_user(person("ada"), provided("ada"), Some(session("one", "ada"))).await.unwrap();
    let (hash, taken) = ("salt:new".to_owned(), provided("ada").id);
    let result = store.set_password("user-ada", hash, taken, Ending::All, None, at(9)).await;
    assert_refused!(result, Conflict);
    assert!(is_live(&store, "one").await);
    assert!(store.accounts_of("user-ada").await.unwrap() == [provided("ada")]);
}

pub async fn an_account_can_be_removed_while_there_is_another(store: TestStore) {
    sign_up_with_two_accounts(&store, "ada").await;
    store.delete_account("user-ada", "account-new-ada", false).await.unwrap();
    assert!(store.accounts_of("user-ada").await.unwrap() == [provided("ada")]);
    assert_eq!(password_of(&store, "ada").await, None);
}

pub async fn the_last_account_is_a_conflict(store: TestStore) {
    sign_up(&store, "ada").await;
    assert_refused!(store.delete_account("user-ada", "account-ada", false).await, Conflict);
    assert!(store.accounts_of("user-ada").await.unwrap() == [password("ada")]);
}

pub async fn the_last_account_goes_when_that_is_allowed(store: TestStore) {
    sign_up(&store, "ada").await;
    store.delete_account("user-ada", "account-ada", true).await.unwrap();
    assert!(store.accounts_of("user-ada").await.unwrap().is_empty());
    assert_eq!(store.user_by_id("user-ada").await.unwrap(), Some(person("ada")));
}

pub async fn the_account_of_another_person_is_not_found(store: TestStore) {
    sign_up(&store, "ada").await;
    sign_up_with_two_accounts(&store, "eve").await;
    assert_refused!(store.delete_account("user-ada", "provided-eve", true).await, NotFound);
    assert_eq!(store.accounts_of("user-eve").await.unwrap().len(), 2);
}

pub async fn an_unknown_account_is_not_found(store: TestStore) {
    sign_up(&store, "ada").await;
    assert_refused!(store.delete_account("user-ada", "account-eve", true).await, NotFound);
    assert_refused!(store.delete_account("user-eve", "account-eve", true).await, NotFound);
}
