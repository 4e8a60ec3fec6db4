//! Promises about accounts and passwords.

use super::samples::{
    TestStore, assert_refused, at, found, is_live, new_password, password, person, proof, provided, session,
    sign_up, sign_up_with, sorted, token, tokens,
};
use crate::store::{
    CREDENTIAL, EndedSession, Ending, NewPassword, PasswordProof, SessionRecord, StoreResult, UserChange,
};

async fn set(
    store: &TestStore,
    name: &str,
    ending: Ending,
    session: Option<SessionRecord>,
) -> StoreResult<Vec<EndedSession>> {
    store.set_password(new_password(name, &format!("account-new-{name}"), ending, session)).await
}

async fn password_of(store: &TestStore, name: &str) -> Option<String> {
    store.user_by_email(&format!("{name}@example.com")).await.unwrap().unwrap().password_hash
}

/// Signs a person up with an account at a provider and then a password.
async fn sign_up_with_two_accounts(store: &TestStore, name: &str) {
    store.create_user(person(name), provided(name), None, None).await.unwrap();
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

pub async fn a_new_password_or_address_makes_earlier_links_worthless(store: TestStore) {
    sign_up(&store, "ada").await;
    sign_up(&store, "eve").await;
    store.create_verification(proof("other", "eve"), None).await.unwrap();
    let is_there = async |name| store.verification(&token(name)).await.unwrap().is_some();
    let named = |name: &str| UserChange { name: Some(name.to_owned()), ..UserChange::default() };
    let moved = UserChange { email: Some("new@example.com".to_owned()), ..UserChange::default() };
    for change in [None, Some(moved)] {
        store.create_verification(proof("reset", "ada"), None).await.unwrap();
        store.update_user("user-ada", named("Countess"), at(5)).await.unwrap();
        assert!(is_there("reset").await, "a new name is neither");
        match change {
            None => drop(set(&store, "ada", Ending::None, None).await.unwrap()),
            Some(moved) => drop(store.update_user("user-ada", moved, at(5)).await.unwrap()),
        }
        assert!(!is_there("reset").await && is_there("other").await);
    }
}

pub async fn a_new_password_is_set_only_if_what_it_rests_on_still_holds(store: TestStore) {
    sign_up_with(&store, "ada", &["one"]).await;
    sign_up(&store, "eve").await;
    store.create_verification(proof("reset", "ada"), None).await.unwrap();
    store.create_verification(proof("other", "eve"), None).await.unwrap();
    let set = async |hash: &str, proof: PasswordProof| {
        let new = new_password("ada", "account-new", Ending::All, None);
        store.set_password(NewPassword { password_hash: hash.to_owned(), proof: Some(proof), ..new }).await
    };
    let present = |hash: &str| PasswordProof::Present(hash.to_owned());
    for wrong in [present("salt:other"), PasswordProof::Link(token("other")), PasswordProof::Link(token("x"))]
    {
        assert_refused!(set("salt:wrong", wrong).await, NotFound);
    }
    assert!(is_live(&store, "one").await);
    assert!(store.verification(&token("reset")).await.unwrap().is_some());
    set("salt:second", present("salt:ada")).await.unwrap();
    assert_refused!(set("salt:wrong", PasswordProof::Link(token("reset"))).await, NotFound);
    store.create_verification(proof("again", "ada"), None).await.unwrap();
    set("salt:third", PasswordProof::Link(token("again"))).await.unwrap();
    assert!(store.verification(&token("again")).await.unwrap().is_none(), "used up");
    assert_eq!(password_of(&store, "ada").await.as_deref(), Some("salt:third"));
    assert!(store.verification(&token("other")).await.unwrap().is_some());
}

pub async fn a_new_address_ends_the_sessions_that_it_names_in_the_same_step(store: TestStore) {
    sign_up_with(&store, "ada", &["one", "two"]).await;
    sign_up_with(&store, "eve", &["other"]).await;
    let moved =
        |email: &str, ending| UserChange { email: Some(email.to_owned()), ending, ..UserChange::default() };
    let taken = moved("eve@example.com", Ending::All);
    assert_refused!(store.update_user("user-ada", taken, at(5)).await, Conflict);
    assert!(is_live(&store, "one").await && is_live(&store, "two").await);
    let but_one = moved("new@example.com", Ending::AllBut(token("one")));
    let changed = store.update_user("user-ada", but_one, at(5)).await.unwrap();
    assert_eq!(changed.user.email, "new@example.com");
    assert_eq!(sorted(changed.ended), tokens(&["two"]));
    assert!(is_live(&store, "one").await && !is_live(&store, "two").await && is_live(&store, "other").await);
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
    store.create_user(person("ada"), provided("ada"), Some(session("one", "ada")), None).await.unwrap();
    let new = new_password("ada", &provided("ada").id, Ending::All, None);
    let result = store.set_password(new).await;
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
