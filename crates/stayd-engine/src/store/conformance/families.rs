//! Promises about families of refresh tokens.

use std::sync::Arc;

use super::samples::{
    TestStore, assert_refused, at, at_once, is_live, session, sign_up, sign_up_with, token,
};
use crate::SessionKind;
use crate::store::{
    EndedSession, Ending, FamilyParent, FamilyPredecessor, FamilyRecord, FamilyRotation, FamilyWithSession,
    SessionRecord,
};

/// The session of the family named `name`, of the person named `ada`.
fn row(name: &str) -> SessionRecord {
    SessionRecord { kind: SessionKind::Api, ..session(name, "ada") }
}

/// The family named `name`, begun with the session named `parent`.
fn family(name: &str, parent: &str) -> FamilyRecord {
    FamilyRecord {
        session_id: format!("session-{name}"),
        parent_id: format!("session-{parent}"),
        client_id: Some("cli".to_owned()),
        parent: Some(FamilyParent { kind: SessionKind::Remember, began_at: at(0) }),
        scope: None,
        audience: Some("https://api.example".to_owned()),
        token_hash: token(&format!("{name}-0")),
        generation: 0,
        rotation: None,
    }
}

pub(super) fn rotation(name: &str, from: u32, moment: i64) -> FamilyRotation {
    FamilyRotation {
        session_id: format!("session-{name}"),
        token_hash: token(&format!("{name}-{from}")),
        successor: token(&format!("{name}-{}", from + 1)),
        expires_at: at(90_000),
        at: at(moment),
    }
}

/// Ada, her session `web`, and the family `api` begun with it.
pub(super) async fn begun(store: &TestStore) {
    sign_up_with(store, "ada", &["web"]).await;
    store.create_family(row("api"), family("api", "web")).await.unwrap();
}

pub(super) async fn found(store: &TestStore, name: &str) -> Option<FamilyWithSession> {
    store.family(&format!("session-{name}")).await.unwrap()
}

pub async fn a_family_is_found_by_its_session(store: TestStore) {
    begun(&store).await;
    let expected = FamilyWithSession { session: row("api"), family: family("api", "web") };
    assert_eq!(found(&store, "api").await, Some(expected));
    assert_eq!(found(&store, "web").await, None, "a session of a browser is no family");
    assert_eq!(found(&store, "gone").await, None);
    assert!(is_live(&store, "api").await, "it is a session like any other");
}

pub async fn a_family_needs_a_session_of_the_same_person_to_begin_with(store: TestStore) {
    sign_up_with(&store, "eve", &["hers"]).await;
    sign_up(&store, "ada").await;
    for parent in ["gone", "hers"] {
        assert_refused!(store.create_family(row("api"), family("api", parent)).await, NotFound);
    }
    assert!(!is_live(&store, "api").await && found(&store, "api").await.is_none());
}

pub async fn a_family_with_a_taken_id_or_token_is_a_conflict_and_writes_nothing(store: TestStore) {
    begun(&store).await;
    let same_id = SessionRecord { id: "session-api".to_owned(), ..row("other") };
    let of_it = FamilyRecord { session_id: "session-api".to_owned(), ..family("other", "web") };
    assert_refused!(store.create_family(same_id, of_it).await, Conflict);
    let same_token = SessionRecord { token_hash: token("web"), ..row("other") };
    assert_refused!(store.create_family(same_token, family("other", "web")).await, Conflict);
    assert!(found(&store, "other").await.is_none());
}

pub async fn a_rotation_gives_the_next_token_and_a_later_end(store: TestStore) {
    begun(&store).await;
    let rotated = store.rotate_family(rotation("api", 0, 7)).await.unwrap().unwrap();
    assert!(rotated.is_new);
    let expected = FamilyWithSession {
        session: SessionRecord {
            expires_at: at(90_000),
            updated_at: at(7),
            last_active_at: at(7),
            ..row("api")
        },
        family: FamilyRecord {
            token_hash: token("api-1"),
            generation: 1,
            rotation: Some(FamilyPredecessor { token_hash: token("api-0"), rotated_at: at(7) }),
            ..family("api", "web")
        },
    };
    assert_eq!(rotated.found, expected);
    assert_eq!(found(&store, "api").await, Some(expected));
}

pub async fn a_rotation_of_another_token_than_the_present_one_changes_nothing(store: TestStore) {
    begun(&store).await;
    let first = store.rotate_family(rotation("api", 0, 7)).await.unwrap().unwrap();
    let again = store.rotate_family(rotation("api", 0, 9)).await.unwrap().unwrap();
    assert!(!again.is_new && again.found == first.found);
    let other = FamilyRotation { token_hash: token("stranger"), ..rotation("api", 0, 9) };
    assert!(!store.rotate_family(other).await.unwrap().unwrap().is_new);
    assert_eq!(found(&store, "api").await, Some(first.found));
}

pub async fn a_rotation_never_brings_the_end_nearer(store: TestStore) {
    begun(&store).await;
    let sooner = FamilyRotation { expires_at: at(10), ..rotation("api", 0, 7) };
    assert_eq!(store.rotate_family(sooner).await.unwrap().unwrap().found.session.expires_at, at(60_000));
}

pub async fn of_many_rotations_of_a_family_exactly_one_is_made(store: TestStore) {
    begun(&store).await;
    let rotated = at_once(64, |_| {
        let store = Arc::clone(&store);
        async move { store.rotate_family(rotation("api", 0, 7)).await.unwrap().unwrap() }
    })
    .await;
    assert_eq!(rotated.iter().filter(|rotated| rotated.is_new).count(), 1);
    assert!(rotated.iter().all(|each| each.found.family.generation == 1));
}

pub async fn a_rotation_never_revives_a_family(store: TestStore) {
    begun(&store).await;
    assert!(store.rotate_family(rotation("api", 0, 60_000)).await.unwrap().is_none(), "it is over by then");
    assert_eq!(found(&store, "api").await.unwrap().family.generation, 0);
    store.end_session_by_id("session-api", None).await.unwrap();
    assert!(store.rotate_family(rotation("api", 0, 7)).await.unwrap().is_none());
    assert!(found(&store, "api").await.is_none());
}

pub async fn a_family_ends_with_the_session_it_was_begun_with(store: TestStore) {
    let families = vec![EndedSession::from(row("api"))];
    begun(&store).await;
    let ended = store.end_session(&token("web")).await.unwrap().unwrap();
    assert_eq!(ended, EndedSession { families: families.clone(), ..session("web", "ada").into() });
    assert!(found(&store, "api").await.is_none() && !is_live(&store, "api").await);

    for way in 0..3 {
        store.create_session(session("web", "ada"), None).await.unwrap();
        store.create_family(row("api"), family("api", "web")).await.unwrap();
        let ended = match way {
            0 => store.end_session_by_id("session-web", Some("user-ada")).await.unwrap(),
            1 => store.end_surplus("user-ada", SessionKind::Remember, 0, at(1)).await.unwrap().pop(),
            _ => store.create_session(session("new", "ada"), Some(token("web"))).await.unwrap(),
        };
        assert_eq!(ended.unwrap().families, families, "{way}");
        assert!(found(&store, "api").await.is_none(), "{way}");
    }
}

pub async fn a_family_ends_with_all_sessions_of_its_person(store: TestStore) {
    begun(&store).await;
    let ended = store.end_sessions_of("user-ada", Ending::AllBut(token("web"))).await.unwrap();
    assert_eq!(ended, [EndedSession::from(row("api"))], "it is another session than the one that is kept");
    store.create_family(row("api"), family("api", "web")).await.unwrap();
    assert_eq!(store.delete_user("user-ada").await.unwrap().len(), 2);
    assert!(found(&store, "api").await.is_none());
}

pub async fn a_family_outlives_a_session_that_is_over_by_time(store: TestStore) {
    sign_up_with(&store, "ada", &["web"]).await;
    let longer = SessionRecord { expires_at: at(90_000), ..row("api") };
    store.create_family(longer, family("api", "web")).await.unwrap();
    let swept = store.sweep(at(60_000), 10).await.unwrap();
    assert_eq!(swept.sessions, [session("web", "ada").into()]);
    assert!(found(&store, "api").await.is_some());
    store.create_session(session("web", "ada"), None).await.unwrap();
    let ended = store.end_overdue_session(&token("web")).await.unwrap();
    assert_eq!(ended, Some(session("web", "ada").into()), "with a limit nothing ends along");
    assert!(!is_live(&store, "web").await && found(&store, "api").await.is_some());
    assert_eq!(store.end_overdue_session(&token("web")).await.unwrap(), None);
    assert_eq!(store.sweep(at(90_000), 10).await.unwrap().sessions.len(), 1);
    assert!(found(&store, "api").await.is_none());
}
