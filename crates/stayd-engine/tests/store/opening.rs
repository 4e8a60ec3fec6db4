//! What is refused when a database is opened, that refusing touches nothing, and what opening makes.

#![allow(clippy::unwrap_used, reason = "a test says what went wrong by panicking")]
#![cfg(feature = "sqlite")]

use std::fs;
use std::path::{Path, PathBuf};

use crate::support::{open, open_store, place};
use rusqlite::Connection;
use stayd_engine::SessionKind;
use stayd_engine::store::conformance::samples::{at, sign_up, token};
use stayd_engine::store::sqlite::{FileKind, OpenError, SqliteOptions};
use stayd_engine::store::{SqliteStore, Store};

fn refused(path: impl AsRef<Path>) -> OpenError {
    match SqliteStore::open(path, &SqliteOptions::default(), at(0)) {
        Ok(_) => panic!("it was opened"),
        Err(error) => error,
    }
}

/// Everything in a directory, by name.
fn contents(directory: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let files = fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path());
    let mut files: Vec<_> = files.map(|path| (path.clone(), fs::read(path).unwrap())).collect();
    files.sort();
    files
}

/// The error for a file, after making sure that neither the file nor its directory was touched.
fn refused_untouched(path: &Path) -> OpenError {
    let before = contents(path.parent().unwrap());
    let error = refused(path);
    assert_eq!(contents(path.parent().unwrap()), before, "it was touched: {error}");
    assert!(error.to_string().contains(path.to_str().unwrap()), "{error} does not say which file");
    error
}

/// A database of ours with a person in it, closed.
async fn make(path: &PathBuf) {
    let store = open(path);
    sign_up(&(store.clone() as _), "ada").await;
    store.close().await.unwrap();
}

#[test]
fn a_database_in_memory_is_refused() {
    assert!(matches!(refused(":memory:"), OpenError::InMemory));
    assert!(matches!(refused(""), OpenError::InMemory));
    assert!(!Path::new(":memory:").exists());
}

#[test]
fn a_directory_that_does_not_exist_is_named() {
    let (directory, _) = place();
    let path = directory.path().join("no/such/stayd.db");
    let error = refused(&path);
    assert!(matches!(&error, OpenError::NoDirectory { directory, .. } if directory.ends_with("no/such")));
    assert!(!directory.path().join("no").exists());
}

#[test]
fn a_directory_in_place_of_a_file_is_refused() {
    let (directory, _) = place();
    assert!(matches!(refused(directory.path()), OpenError::NotAFile { .. }));
    assert!(matches!(refused("/dev/null"), OpenError::NotAFile { .. }));
}

#[test]
fn a_file_that_is_no_database_is_refused_and_named_by_its_kind() {
    for (bytes, kind) in [
        (&b"listen = \"127.0.0.1:3000\"\n"[..], FileKind::Text),
        (b"\x1f\x8b\x08\0\0\0\0\0", FileKind::Gzip),
        (b"PK\x03\x04\x14\0\0\0", FileKind::Zip),
        (&[0; 8192], FileKind::Zeros),
        (&[0xfe; 8192], FileKind::Unknown),
        (b"SQLite format 3\0", FileKind::Unknown),
    ] {
        let (_directory, path) = place();
        fs::write(&path, bytes).unwrap();
        let error = refused_untouched(&path);
        assert!(matches!(error, OpenError::NotADatabase { found, .. } if found == kind), "{error}");
    }
}

#[test]
fn the_content_of_a_file_that_is_no_database_is_not_shown() {
    let (_directory, path) = place();
    fs::write(&path, "hunter2-hunter2-hunter2").unwrap();
    let error = refused_untouched(&path);
    assert!(!format!("{error} {error:?}").contains("hunter"));
}

#[test]
fn a_better_auth_database_is_refused_and_recognised() {
    for mode in ["DELETE", "WAL"] {
        let (_directory, path) = place();
        let foreign = Connection::open(&path).unwrap();
        foreign.pragma_update(None, "journal_mode", mode).unwrap();
        // The tables as Better Auth makes them.
        foreign
            .execute_batch(
                r#"create table "user" ("id" text not null primary key, "name" text not null, "email" text not null unique, "emailVerified" integer not null, "image" text, "createdAt" date not null, "updatedAt" date not null);
                   create table "session" ("id" text not null primary key, "expiresAt" date not null, "token" text not null unique, "createdAt" date not null, "updatedAt" date not null, "ipAddress" text, "userAgent" text, "userId" text not null references "user" ("id") on delete cascade);
                   create table "account" ("id" text not null primary key, "accountId" text not null, "providerId" text not null, "userId" text not null references "user" ("id") on delete cascade, "password" text, "createdAt" date not null, "updatedAt" date not null);
                   create table "verification" ("id" text not null primary key, "identifier" text not null, "value" text not null, "expiresAt" date not null, "createdAt" date not null, "updatedAt" date not null);
                   insert into user values ('1', 'Ada', 'ada@example.com', 0, null, '', '')"#,
            )
            .unwrap();
        drop(foreign);
        let error = refused_untouched(&path);
        assert!(matches!(&error, OpenError::Foreign { found, .. } if found.is_better_auth()), "{error}");
        assert!(error.to_string().contains("Better Auth"), "{error}");
    }
}

#[test]
fn a_database_of_another_application_is_refused_even_while_it_is_open() {
    let (_directory, path) = place();
    let foreign = Connection::open(&path).unwrap();
    foreign
        .execute_batch(
            "PRAGMA journal_mode = WAL; PRAGMA application_id = 0x0f055112; CREATE TABLE event (x)",
        )
        .unwrap();
    foreign.execute_batch("PRAGMA wal_checkpoint(TRUNCATE); INSERT INTO event VALUES (1)").unwrap();
    let error = refused_untouched(&path);
    assert!(
        matches!(&error, OpenError::Foreign { found, .. } if found.application_id == 0x0f05_5112),
        "{error}"
    );
    assert!(error.to_string().contains("event"), "{error}");
    drop(foreign);
}

#[tokio::test]
async fn a_truncated_database_is_refused() {
    let (_directory, path) = place();
    make(&path).await;
    let length = fs::metadata(&path).unwrap().len();
    for shorter in [length - 1, length / 2, 4096, 2000, 100] {
        fs::File::options().write(true).open(&path).unwrap().set_len(shorter).unwrap();
        let error = refused_untouched(&path);
        assert!(matches!(error, OpenError::Damaged { .. }), "{shorter} bytes: {error}");
    }
}

#[tokio::test]
async fn a_database_with_a_damaged_first_page_is_refused() {
    let (_directory, path) = place();
    make(&path).await;
    let mut bytes = fs::read(&path).unwrap();
    bytes[100..4096].fill(0xaa);
    fs::write(&path, bytes).unwrap();
    assert!(matches!(refused_untouched(&path), OpenError::Damaged { .. }));
}

#[tokio::test]
async fn damage_further_in_is_an_error_where_it_is_met_and_found_by_the_integrity_check() {
    let (_directory, path) = place();
    make(&path).await;
    let mut bytes = fs::read(&path).unwrap();
    let whole = open(&path);
    assert_eq!(whole.integrity().await.unwrap(), Vec::<String>::new());
    whole.close().await.unwrap();
    // The page that holds the only person.
    let place = bytes.windows(15).position(|window| window == b"ada@example.com").unwrap();
    let page = place / 4096 * 4096;
    bytes[page..page + 4096].fill(0xaa);
    fs::write(&path, bytes).unwrap();
    let store = open(&path);
    let error = store.users(None, 10).await.unwrap_err();
    assert!(matches!(error, stayd_engine::store::StoreError::Corrupt(_)), "{error:?}");
    assert!(!store.integrity().await.unwrap().is_empty());
}

#[tokio::test]
async fn a_newer_database_is_refused() {
    let (_directory, path) = place();
    make(&path).await;
    change(
        &path,
        "INSERT INTO migration (name, checksum, applied_at) VALUES ('9999_from_the_future', zeroblob(32), 0)",
    );
    let error = refused_untouched(&path);
    assert!(
        matches!(&error, OpenError::NewerMigration { name, .. } if name == "9999_from_the_future"),
        "{error}"
    );
}

#[tokio::test]
async fn a_changed_migration_is_refused() {
    let (_directory, path) = place();
    make(&path).await;
    change(&path, "UPDATE migration SET checksum = zeroblob(32)");
    let error = refused_untouched(&path);
    assert!(
        matches!(&error, OpenError::AlteredMigration { name, .. } if name == "0001_people_and_sessions"),
        "{error}"
    );
}

fn change(path: &Path, sql: &str) {
    let connection = Connection::open(path).unwrap();
    connection.execute_batch(sql).unwrap();
}

#[tokio::test]
async fn a_log_without_its_database_is_refused() {
    let (directory, path) = place();
    let store = open(&path);
    sign_up(&(store.clone() as _), "ada").await;
    // A copy of the log, beside a database that somebody has removed.
    let moved = directory.path().join("moved");
    fs::create_dir(&moved).unwrap();
    let lonely = moved.join("stayd.db");
    fs::copy(directory.path().join("stayd.db-wal"), moved.join("stayd.db-wal")).unwrap();
    assert!(matches!(refused_untouched(&lonely), OpenError::OrphanedLog { .. }));
    fs::write(&lonely, "").unwrap();
    assert!(matches!(refused_untouched(&lonely), OpenError::OrphanedLog { .. }));
}

#[tokio::test]
async fn migrations_are_recorded_and_run_once() {
    let (_directory, path) = place();
    let first = SqliteStore::open(&path, &SqliteOptions::default(), at(7)).unwrap();
    let applied = first.migrations().to_vec();
    let count = applied.len();
    assert!(count >= 4);
    assert!(applied.iter().all(|migration| migration.is_new && migration.applied_at == at(7)));
    first.close().await.unwrap();
    let second = SqliteStore::open(&path, &SqliteOptions::default(), at(9)).unwrap();
    assert_eq!(second.migrations().len(), count);
    assert!(second.migrations().iter().all(|migration| !migration.is_new && migration.applied_at == at(7)));
}

#[tokio::test]
async fn sessions_from_before_there_were_kinds_get_the_one_that_says_the_same() {
    let (_directory, path) = place();
    open(&path).close().await.unwrap();
    go_back_to_two_migrations(&path);
    for (name, remembered) in [("remembered", 1), ("not-remembered", 0)] {
        let hash =
            token(name).as_bytes().iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().concat();
        let end = at(60_000).as_ms();
        let session = format!(
            "INSERT INTO session (token_hash, id, user_id, expires_at, created_at, updated_at, remembered, last_active_at)
             VALUES (x'{hash}', 'session-{name}', 'user-ada', {end}, 7, 7, {remembered}, 7)"
        );
        change(&path, &session);
    }
    let store = open(&path);
    for (name, kind) in [("remembered", SessionKind::Remember), ("not-remembered", SessionKind::Default)] {
        let found = store.session_by_token(&token(name)).await.unwrap().unwrap();
        assert_eq!(found.session.kind, kind, "{name}");
        assert_eq!(found.session.authenticated_at.as_ms(), 7, "what was proved at the sign-in counts");
    }
}

/// Makes an empty database as it was after the second migration, with a person.
fn go_back_to_two_migrations(path: &Path) {
    let connection = Connection::open(path).unwrap();
    let mut tables = connection
        .prepare("SELECT name FROM sqlite_schema WHERE type = 'table' AND name <> 'migration'")
        .unwrap();
    let names = tables.query_map([], |row| row.get::<_, String>(0)).unwrap();
    let drops = names.map(|name| format!("DROP TABLE {};", name.unwrap())).collect::<Vec<_>>().concat();
    let back = format!(
        "PRAGMA foreign_keys = OFF; {drops} {} {}
         DELETE FROM migration WHERE name >= '0003';
         INSERT INTO user (id, name, email, email_verified, created_at, updated_at)
         VALUES ('user-ada', 'Ada', 'ada@example.com', 0, 7, 7);",
        include_str!("../../src/store/sqlite/migrations/0001_people_and_sessions.sql"),
        include_str!("../../src/store/sqlite/migrations/0002_rotation.sql"),
    );
    drop(tables);
    connection.execute_batch(&back).unwrap();
}

#[tokio::test]
async fn many_who_open_a_new_database_at_once_all_succeed() {
    for _ in 0..8 {
        let (_directory, path) = place();
        let opening: Vec<_> = (0..6)
            .map(|_| {
                let path = path.clone();
                std::thread::spawn(move || open(&path))
            })
            .collect();
        let stores: Vec<_> = opening.into_iter().map(|thread| thread.join().unwrap()).collect();
        let made = stores.iter().filter(|store| store.migrations().iter().any(|each| each.is_new)).count();
        assert_eq!(made, 1, "exactly one has migrated it");
        for (number, store) in stores.iter().enumerate() {
            sign_up(&(store.clone() as _), &number.to_string()).await;
        }
        assert_eq!(stores[0].users(None, 10).await.unwrap().len(), 6);
    }
}

#[cfg(unix)]
#[test]
fn a_new_database_is_readable_only_by_its_owner() {
    use std::os::unix::fs::PermissionsExt;
    let (directory, path) = place();
    let _store = open_store(&path);
    for (file, _) in contents(directory.path()) {
        let mode = fs::metadata(&file).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode, 0o600, "{}", file.display());
    }
}

#[tokio::test]
async fn a_closed_database_is_one_file() {
    let (directory, path) = place();
    make(&path).await;
    assert_eq!(contents(directory.path()).len(), 1);
    drop(open_store(&path));
    assert_eq!(contents(directory.path()).len(), 1);
}

#[tokio::test]
async fn an_odd_file_name_is_only_a_name() {
    let (directory, _) = place();
    for name in ["with space.db", "a?mode=ro#x%20.db", "file:odd.db", "ü.db"] {
        let path = directory.path().join(name);
        make(&path).await;
        assert!(path.is_file());
        assert_eq!(open(&path).users(None, 10).await.unwrap().len(), 1, "{name}");
    }
}

#[test]
fn a_relative_name_that_looks_like_a_uri_is_only_a_name() {
    let error = refused("file:no-such-directory/stayd.db?mode=memory");
    assert!(matches!(&error, OpenError::NoDirectory { directory, .. } if directory.is_absolute()), "{error}");
}

/// The superuser may write everything, so the test is run again as nobody when it finds itself to be one.
#[cfg(unix)]
#[tokio::test]
async fn a_file_that_may_not_be_written_is_refused() {
    use std::os::unix::fs::PermissionsExt;
    const PLACE: &str = "STAYD_TEST_UNWRITABLE";
    if let Some(path) = std::env::var_os(PLACE) {
        let path = PathBuf::from(path);
        assert!(matches!(refused(&path), OpenError::Unwritable { .. }));
        assert!(matches!(refused(path.with_file_name("new.db")), OpenError::Unwritable { .. }));
        assert!(matches!(refused(path.with_file_name("hidden.db")), OpenError::Unreadable { .. }));
        return;
    }
    let (directory, path) = place();
    make(&path).await;
    fs::copy(&path, path.with_file_name("hidden.db")).unwrap();
    fs::set_permissions(path.with_file_name("hidden.db"), fs::Permissions::from_mode(0o000)).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o444)).unwrap();
    fs::set_permissions(directory.path(), fs::Permissions::from_mode(0o555)).unwrap();
    let before = contents(directory.path());
    // The own executable by its link in /proc: nobody may not be allowed to reach it by its path.
    let mut again = std::process::Command::new("/proc/self/exe");
    again.args(["--exact", "opening::a_file_that_may_not_be_written_is_refused"]).env(PLACE, &path);
    if rustix::process::geteuid().is_root() {
        std::os::unix::process::CommandExt::uid(&mut again, 65534);
    }
    let output = again.output().unwrap();
    assert_eq!(contents(directory.path()), before, "it was touched");
    fs::set_permissions(directory.path(), fs::Permissions::from_mode(0o755)).unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
}
