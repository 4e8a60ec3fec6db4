//! Promises about people who are disabled, and about hashes that are renewed.

use super::samples::{
    TestStore, assert_refused, at, is_live, new_password, password, person, session, sign_up, sign_up_with,
    sorted, token, tokens,
};
use crate::SessionKind;
use crate::store::{Ending, FamilyRecord, SessionRecord};

async fn hash_of(store: &TestStore, name: &str) -> Option<String> {
    store.user_by_email(&format!("{name}@example.com")).await.unwrap().unwrap().password_hash
}

/// A family that was begun with the session `web` of the person named `ada`.
fn family(name: &str) -> (SessionRecord, FamilyRecord) {
    let row = SessionRecord { kind: SessionKind::Api, ..session(name, "ada") };
    let family = FamilyRecord {
        session_id: row.id.clone(),
        parent_id: session("web", "ada").id,
        parent: None,
        client_id: None,
        scope: None,
        audience: None,
        token_hash: token("refresh"),
        generation: 0,
        rotation: None,
    };
    (row, family)
}

// L-7
pub async fn disabling_a_person_ends_their_sessions_and_families_and_nobody_elses(store: TestStore) {
    sign_up_with(&store, "ada", &["web", "two"]).await;
    sign_up_with(&store, "eve", &["other"]).await;
    let (row, record) = family("api");
    store.create_family(row.clone(), record).await.unwrap();
    let ended = store.people().disable_user("user-ada", at(5)).await.unwrap();
    assert_eq!(sorted(ended), tokens(&["web", "two", "api"]));
    for gone in ["web", "two", "api"] {
        assert!(!is_live(&store, gone).await, "{gone}");
    }
    assert!(store.family(&row.id).await.unwrap().is_none());
    assert!(is_live(&store, "other").await);
    assert_eq!(store.people().disabled_since("user-ada").await.unwrap(), Some(at(5)));
    assert_eq!(store.people().disabled_since("user-eve").await.unwrap(), None);
}

// L-7
pub async fn no_session_of_somebody_disabled_begins_in_any_way(store: TestStore) {
    sign_up_with(&store, "ada", &["web"]).await;
    store.people().disable_user("user-ada", at(5)).await.unwrap();
    assert_refused!(store.create_session(session("new", "ada"), None).await, Disabled);
    let with_session = new_password("ada", "account-new", Ending::All, Some(session("new", "ada")));
    assert_refused!(store.set_password(with_session).await, Disabled);
    assert_eq!(hash_of(&store, "ada").await.as_deref(), Some("salt:ada"), "nothing else is done either");
    assert!(!is_live(&store, "new").await);
    // A new password alone opens nothing.
    store.set_password(new_password("ada", "account-new", Ending::All, None)).await.unwrap();
    sign_up_with(&store, "eve", &["other"]).await;
    assert!(is_live(&store, "other").await);
}

// L-7
pub async fn who_is_enabled_again_signs_in_anew(store: TestStore) {
    sign_up_with(&store, "ada", &["web"]).await;
    assert!(!store.people().enable_user("user-ada").await.unwrap());
    store.people().disable_user("user-ada", at(5)).await.unwrap();
    assert!(store.people().disable_user("user-ada", at(9)).await.unwrap().is_empty());
    assert_eq!(store.people().disabled_since("user-ada").await.unwrap(), Some(at(5)), "since the first time");
    assert!(store.people().enable_user("user-ada").await.unwrap());
    assert_eq!(store.people().disabled_since("user-ada").await.unwrap(), None);
    assert!(!is_live(&store, "web").await, "what ended stays ended");
    store.create_session(session("new", "ada"), None).await.unwrap();
    assert!(is_live(&store, "new").await);
}

pub async fn nobody_can_be_disabled_or_enabled_who_is_not_there(store: TestStore) {
    assert_refused!(store.people().disable_user("user-ada", at(5)).await, NotFound);
    assert_refused!(store.people().enable_user("user-ada").await, NotFound);
    assert_eq!(store.people().disabled_since("user-ada").await.unwrap(), None);
}

pub async fn a_deleted_person_is_not_disabled_any_more(store: TestStore) {
    sign_up(&store, "ada").await;
    store.people().disable_user("user-ada", at(5)).await.unwrap();
    store.delete_user("user-ada").await.unwrap();
    let first = Some(session("one", "ada"));
    store.create_user(person("ada"), password("ada"), first, None).await.unwrap();
    assert!(is_live(&store, "one").await);
}

//
pub async fn a_renewed_hash_replaces_only_the_one_it_was_made_from(store: TestStore) {
    sign_up_with(&store, "ada", &["web"]).await;
    let renew = async |present: &str| {
        store.people().renew_password_hash("user-ada", present, "$renewed".to_owned()).await.unwrap()
    };
    assert!(!renew("salt:other").await);
    assert_eq!(hash_of(&store, "ada").await.as_deref(), Some("salt:ada"));
    assert!(renew("salt:ada").await);
    assert!(!renew("salt:ada").await);
    assert_eq!(hash_of(&store, "ada").await.as_deref(), Some("$renewed"));
    assert!(is_live(&store, "web").await);
    let nobody = store.people().renew_password_hash("nobody", "salt:ada", "x".to_owned()).await.unwrap();
    assert!(!nobody);
}
