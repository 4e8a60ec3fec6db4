//! Databases in directories that are gone after the test.

#![allow(clippy::unwrap_used, reason = "a test says what went wrong by panicking")]
#![allow(dead_code, reason = "each test file uses a part of it")]

use std::path::PathBuf;
use std::sync::Arc;

use stayd_engine::store::conformance::samples::at;
use stayd_engine::store::sqlite::SqliteOptions;
use stayd_engine::store::{SqliteStore, Store};
use tempfile::TempDir;

/// A directory and a database that is not there yet.
pub(crate) fn place() -> (TempDir, PathBuf) {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("stayd.db");
    (directory, path)
}

/// Opens the database at a path as a server does.
pub(crate) fn open(path: &PathBuf) -> Arc<SqliteStore> {
    Arc::new(SqliteStore::open(path, &SqliteOptions::default(), at(0)).unwrap())
}

/// The same, as any store.
pub(crate) fn open_store(path: &PathBuf) -> Arc<dyn Store> {
    open(path)
}

/// An empty store, and what has to live as long as it.
#[allow(clippy::unused_async, reason = "other stores need to wait for it")]
pub(crate) async fn fresh() -> (Arc<dyn Store>, TempDir) {
    let (directory, path) = place();
    (open_store(&path), directory)
}
