//! What `SqliteStore` promises beyond any store: files, other processes, groups, full disks, closing.

#![allow(clippy::unwrap_used, reason = "a test says what went wrong by panicking")]
#![cfg(feature = "sqlite")]

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::task::{Context, Waker};
use std::time::Duration;

use crate::support::{open, open_store, place};
use rusqlite::Connection;
use stayd_engine::store::conformance::samples::{
    TestStore, at, at_once, is_live, password, person, proof, session, sign_up, sign_up_with, token,
};
use stayd_engine::store::sqlite::SqliteOptions;
use stayd_engine::store::{Ending, SqliteStore, Store, StoreError};

#[tokio::test]
async fn everything_is_there_after_reopening() {
    let (_directory, path) = place();
    let store = open_store(&path);
    sign_up_with(&store, "ada", &["one", "two", "three"]).await;
    store.create_verification(proof("reset", "ada"), None).await.unwrap();
    store.end_session(&token("two")).await.unwrap();
    store.record_activity(vec![(token("one"), at(5))]).await.unwrap();
    drop(store);
    let store = open_store(&path);
    assert_eq!(store.user_by_id("user-ada").await.unwrap(), Some(person("ada")));
    assert!(store.accounts_of("user-ada").await.unwrap() == [password("ada")]);
    assert!(is_live(&store, "one").await && is_live(&store, "three").await);
    assert!(!is_live(&store, "two").await);
    let one = store.session_by_token(&token("one")).await.unwrap().unwrap();
    assert_eq!(one.session.last_active_at, at(5), "a graceful stop loses no activity");
    assert!(store.verification(&token("reset")).await.unwrap().is_some());
}

#[tokio::test]
async fn a_copy_of_the_closed_file_is_a_backup() {
    let (directory, path) = place();
    let store = open(&path);
    sign_up_with(&(store.clone() as TestStore), "ada", &["one"]).await;
    store.close().await.unwrap();
    let copy = directory.path().join("copy.db");
    fs::copy(&path, &copy).unwrap();
    let restored = open_store(&copy);
    assert!(is_live(&restored, "one").await);
    assert_eq!(open(&copy).integrity().await.unwrap(), Vec::<String>::new());
}

#[tokio::test]
async fn two_processes_see_each_others_writes() {
    let (_directory, path) = place();
    let (server, command_line) = (open_store(&path), open_store(&path));
    sign_up_with(&server, "ada", &["one"]).await;
    assert!(is_live(&command_line, "one").await);
    assert!(command_line.end_session(&token("one")).await.unwrap().is_some());
    assert!(!is_live(&server, "one").await);
}

#[tokio::test]
async fn writes_of_another_process_are_foreign() {
    let (_directory, path) = place();
    let (server, command_line) = (open_store(&path), open_store(&path));
    sign_up_with(&server, "ada", &["one", "two"]).await;
    let mut last = server.foreign_writes().await.unwrap();
    for name in ["one", "two"] {
        command_line.end_session(&token(name)).await.unwrap();
        let now = server.foreign_writes().await.unwrap();
        assert_ne!(now, last, "the end of {name} was not noticed");
        last = now;
    }
    // Reading is not writing, and neither is a write that changes nothing.
    is_live(&command_line, "one").await;
    server.end_session(&token("one")).await.unwrap();
    sign_up(&server, "eve").await;
    assert_eq!(server.foreign_writes().await.unwrap(), last);
}

#[tokio::test]
async fn a_foreign_write_is_noticed_although_own_writes_go_on() {
    let (_directory, path) = place();
    let (server, command_line) = (open_store(&path), open_store(&path));
    sign_up_with(&server, "ada", &["one"]).await;
    for round in 0..20 {
        let before = server.foreign_writes().await.unwrap();
        command_line.record_activity(vec![(token("one"), at(round + 1))]).await.unwrap();
        sign_up(&server, &round.to_string()).await;
        assert_ne!(server.foreign_writes().await.unwrap(), before);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn foreign_writes_answers_while_another_process_holds_the_lock() {
    let (_directory, path) = place();
    let options = SqliteOptions { lock_wait: Duration::from_mins(1), ..SqliteOptions::default() };
    let store: TestStore = Arc::new(SqliteStore::open(&path, &options, at(0)).unwrap());
    sign_up(&store, "ada").await;
    let other = Connection::open(&path).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let waiting = tokio::spawn({
        let store = Arc::clone(&store);
        async move { store.create_session(session("one", "ada"), None).await }
    });
    for _ in 0..20 {
        store.foreign_writes().await.unwrap();
    }
    // Whoever waited for the lock would have been refused by now, as this write.
    assert!(!waiting.is_finished());
    other.execute_batch("COMMIT").unwrap();
    waiting.await.unwrap().unwrap();
    assert!(is_live(&store, "one").await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lock_that_is_held_too_long_makes_writes_unavailable_and_reads_go_on() {
    let (_directory, path) = place();
    let options = SqliteOptions { lock_wait: Duration::from_millis(50), ..SqliteOptions::default() };
    let store: TestStore = Arc::new(SqliteStore::open(&path, &options, at(0)).unwrap());
    sign_up_with(&store, "ada", &["one"]).await;
    let other = Connection::open(&path).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    assert!(matches!(store.end_session(&token("one")).await, Err(StoreError::Unavailable(_))));
    assert!(matches!(store.check().await, Err(StoreError::Unavailable(_))));
    assert!(is_live(&store, "one").await);
    other.execute_batch("ROLLBACK").unwrap();
    store.check().await.unwrap();
    assert!(store.end_session(&token("one")).await.unwrap().is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_conflict_in_a_group_leaves_the_others_alone() {
    let (_directory, path) = place();
    let store = open_store(&path);
    sign_up(&store, "taken").await;
    // While another process holds the lock, all of these come together into one group (the first may be in one of its own).
    let other = Connection::open(&path).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let mut calls: Vec<_> = (0..100)
        .map(|number| {
            let name = number.to_string();
            let mut user = person(&name);
            if number % 10 == 0 {
                user.email = person("taken").email;
            }
            store.create_user(user, password(&name), Some(session(&name, &name)), None)
        })
        .collect();
    for call in &mut calls {
        assert!(call.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
    }
    other.execute_batch("COMMIT").unwrap();
    let mut results = Vec::new();
    for call in calls {
        results.push(call.await);
    }
    for (number, result) in results.iter().enumerate() {
        if number % 10 == 0 {
            assert!(matches!(result, Err(StoreError::Conflict)), "{number}: {result:?}");
        } else {
            assert!(result.is_ok(), "{number}: {result:?}");
        }
        assert_eq!(is_live(&store, &number.to_string()).await, number % 10 != 0);
    }
}

/// A store whose file may not grow beyond half a megabyte.
fn open_small(path: &Path) -> TestStore {
    let options = SqliteOptions { max_bytes: Some(512 << 10), ..SqliteOptions::default() };
    Arc::new(SqliteStore::open(path, &options, at(0)).unwrap())
}

/// Adds sessions from many tasks until there is no room; answers with the names of those that were acknowledged.
async fn fill(store: &TestStore) -> Vec<String> {
    let filled = at_once(8, |task| {
        let store = Arc::clone(store);
        async move {
            let mut added = Vec::new();
            for number in 0..100_000 {
                let name = format!("{task}-{number}");
                let mut session = session(&name, "ada");
                session.user_agent = Some("x".repeat(500));
                match store.create_session(session, None).await {
                    Ok(_) => added.push(name),
                    Err(StoreError::Unavailable(source)) => {
                        let text = format!("{source:?} {source}");
                        assert!(text.contains("DiskFull") || text.contains("another one"), "{text}");
                        return added;
                    }
                    Err(other) => panic!("{other:?}"),
                }
            }
            panic!("it was never full");
        }
    })
    .await;
    filled.concat()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_store_says_so_keeps_what_it_acknowledged_and_goes_on_when_there_is_room() {
    let (_directory, path) = place();
    let store = open_small(&path);
    sign_up(&store, "ada").await;
    for round in 0..3 {
        let added = fill(&store).await;
        assert!(added.len() > 50, "round {round}: {}", added.len());
        for name in &added {
            assert!(is_live(&store, name).await, "{name} was acknowledged");
        }
        let kept = store.sessions_of("user-ada", at(0)).await.unwrap();
        assert_eq!(kept.len(), added.len(), "what was refused is not there");
        // Ending sessions makes room, and it works although the store is full.
        let ended = store.end_sessions_of("user-ada", Ending::All).await.unwrap();
        assert_eq!(ended.len(), added.len());
        store.check().await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn closing_finishes_what_was_asked_for() {
    let (_directory, path) = place();
    let store = open(&path);
    sign_up(&(store.clone() as TestStore), "ada").await;
    let writes: Vec<_> = (0..200)
        .map(|number| {
            let store = Arc::clone(&store);
            tokio::spawn(async move {
                let name = number.to_string();
                (name.clone(), store.create_session(session(&name, "ada"), None).await)
            })
        })
        .collect();
    store.close().await.unwrap();
    let mut acknowledged = Vec::new();
    for write in writes {
        let (name, result) = write.await.unwrap();
        match result {
            Ok(_) => acknowledged.push(name),
            Err(error) => assert!(matches!(error, StoreError::Unavailable(_)), "{error:?}"),
        }
    }
    let reopened = open_store(&path);
    for name in &acknowledged {
        assert!(is_live(&reopened, name).await, "{name} was acknowledged");
    }
    assert_eq!(reopened.sessions_of("user-ada", at(0)).await.unwrap().len(), acknowledged.len());
}

#[tokio::test]
async fn a_closed_store_is_unavailable_and_may_be_closed_again() {
    let (_directory, path) = place();
    let store = open(&path);
    store.close().await.unwrap();
    store.close().await.unwrap();
    let unavailable = |error: StoreError| matches!(error, StoreError::Unavailable(_));
    assert!(unavailable(store.check().await.unwrap_err()));
    assert!(unavailable(store.user_by_id("user-ada").await.unwrap_err()));
    assert!(unavailable(store.end_session(&token("one")).await.unwrap_err()));
    assert!(unavailable(store.record_activity(Vec::new()).await.unwrap_err()));
    assert!(unavailable(store.foreign_writes().await.unwrap_err()));
}

#[tokio::test(flavor = "multi_thread")]
async fn many_dropped_stores_leave_nothing_open() {
    let (directory, path) = place();
    for round in 0..10 {
        let store = open_store(&path);
        sign_up(&store, &round.to_string()).await;
        drop(store);
        assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 1, "only the database stays");
    }
}

#[tokio::test]
async fn the_file_holds_hashes_and_forgets_what_was_deleted() {
    let (_directory, path) = place();
    let store = open(&path);
    let mut signed_in = session("secret-token-of-ada", "ada");
    signed_in.id = "handle".to_owned();
    store.create_user(person("ada"), password("ada"), Some(signed_in), None).await.unwrap();
    store.close().await.unwrap();
    let bytes = fs::read(&path).unwrap();
    assert!(contains(&bytes, b"ada@example.com"));
    assert!(!contains(&bytes, b"secret-token-of-ada"));
    let store = open(&path);
    store.delete_user("user-ada").await.unwrap();
    store.close().await.unwrap();
    let bytes = fs::read(&path).unwrap();
    for text in [&b"ada@example.com"[..], b"salt:ada", b"handle", token("secret-token-of-ada").as_bytes()] {
        assert!(!contains(&bytes, text), "{} is still in the file", text.escape_ascii());
    }
}

fn contains(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}

#[tokio::test]
async fn a_person_table_that_somebody_dropped_is_corrupt_and_not_a_panic() {
    let (_directory, path): (_, PathBuf) = place();
    let store = open_store(&path);
    let other = Connection::open(&path).unwrap();
    other.execute_batch("PRAGMA foreign_keys = OFF; DROP TABLE user").unwrap();
    assert!(matches!(store.user_by_id("user-ada").await, Err(StoreError::Corrupt(_))));
    let result = store.create_user(person("ada"), password("ada"), None, None).await;
    assert!(matches!(result, Err(StoreError::Corrupt(_))));
    // A verification needs no person.
    store.create_verification(proof("reset", "ada"), None).await.unwrap();
}
