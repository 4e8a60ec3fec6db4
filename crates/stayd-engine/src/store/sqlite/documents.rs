//! The statements on documents.

use std::sync::Arc;

use async_trait::async_trait;
use rusqlite::{Connection, OptionalExtension, Row, params};
use stayd_protocol::Timestamp;

use super::SqliteStore;
use super::error::Outcome;
use super::{rows, users};
use crate::store::{
    DocumentChange, DocumentChanged, DocumentEntry, DocumentRecord, DocumentStore, REMOVALS_OF_ONE, Revision,
    StoreError, StoreResult,
};

#[async_trait]
impl DocumentStore for SqliteStore {
    async fn document(&self, user_id: &str, name: &str) -> StoreResult<Option<DocumentRecord>> {
        let (user_id, name) = (user_id.to_owned(), name.to_owned());
        self.readers.read(move |db| by_name(db, &user_id, &name)).await
    }

    async fn documents_of(&self, user_id: &str) -> StoreResult<Vec<DocumentEntry>> {
        let user_id = user_id.to_owned();
        self.readers.read(move |db| of_user(db, &user_id)).await
    }

    async fn last_revisions(&self, user_ids: Vec<Arc<str>>) -> StoreResult<Vec<Revision>> {
        self.readers.read(move |db| user_ids.iter().map(|user_id| last(db, user_id)).collect()).await
    }

    async fn change_document(&self, change: DocumentChange) -> StoreResult<DocumentChanged> {
        self.writer.write(move |db| make(db, &change)).await
    }
}

fn by_name(connection: &Connection, user_id: &str, name: &str) -> Outcome<Option<DocumentRecord>> {
    let mut statement = connection.prepare_cached(
        "SELECT revision, updated_at, value FROM document
         WHERE user_id = ?1 AND name = ?2 AND value IS NOT NULL",
    )?;
    let document = statement.query_row([user_id, name], |row| {
        Ok(DocumentRecord {
            user_id: user_id.to_owned(),
            name: name.to_owned(),
            revision: revision(row, 0)?,
            updated_at: row.get(1).map(Timestamp::from_ms)?,
            value: row.get(2)?,
        })
    });
    Ok(document.optional()?)
}

fn of_user(connection: &Connection, user_id: &str) -> Outcome<Vec<DocumentEntry>> {
    let mut statement = connection.prepare_cached(
        "SELECT name, revision, updated_at, value IS NULL FROM document WHERE user_id = ?1 ORDER BY revision",
    )?;
    let entries = statement.query_map([user_id], |row| {
        Ok(DocumentEntry {
            name: row.get(0)?,
            revision: revision(row, 1)?,
            updated_at: row.get(2).map(Timestamp::from_ms)?,
            is_removed: row.get(3)?,
        })
    })?;
    Ok(entries.collect::<Result<_, _>>()?)
}

/// A look at the end of an index.
fn last(connection: &Connection, user_id: &str) -> Outcome<Revision> {
    let mut statement =
        connection.prepare_cached("SELECT coalesce(max(revision), 0) FROM document WHERE user_id = ?1")?;
    Ok(statement.query_row([user_id], |row| revision(row, 0))?)
}

fn make(connection: &Connection, change: &DocumentChange) -> Outcome<DocumentChanged> {
    let DocumentChange { user_id, name, value, expected, at_most, at } = change;
    let present = present(connection, user_id, name)?;
    let removes_nothing = present.is_none() && value.is_none();
    if present != *expected || removes_nothing {
        return not_made(connection, user_id, DocumentChanged::Unexpected);
    }
    let count: i64 = connection
        .prepare_cached("SELECT count(value) FROM document WHERE user_id = ?1")?
        .query_row([user_id], |row| row.get(0))?;
    if present.is_none() && count >= rows::limit(*at_most) {
        return not_made(connection, user_id, DocumentChanged::Full);
    }
    let revision = last(connection, user_id)?.next(*at);
    connection
        .prepare_cached(
            "INSERT INTO document (user_id, name, revision, updated_at, value) VALUES (?1, ?2, ?3, ?4, ?5)
             ON CONFLICT (user_id, name) DO UPDATE SET
                 revision = excluded.revision, updated_at = excluded.updated_at, value = excluded.value",
        )?
        .execute(params![user_id, name, number(revision), at.as_ms(), value])?;
    if value.is_none() {
        forget_removals(connection, user_id)?;
    }
    Ok(DocumentChanged::Made(revision))
}

/// Why a change is not made. Whoever does not exist has no documents, and is to hear of that first.
fn not_made(connection: &Connection, user_id: &str, why: DocumentChanged) -> Outcome<DocumentChanged> {
    let somebody = users::by_id(connection, user_id)?;
    Ok(somebody.map(|_| why).ok_or(StoreError::NotFound)?)
}

/// The last change of a document that is there.
fn present(connection: &Connection, user_id: &str, name: &str) -> Outcome<Option<Revision>> {
    let mut statement = connection.prepare_cached(
        "SELECT revision FROM document WHERE user_id = ?1 AND name = ?2 AND value IS NOT NULL",
    )?;
    Ok(statement.query_row([user_id, name], |row| revision(row, 0)).optional()?)
}

fn forget_removals(connection: &Connection, user_id: &str) -> Outcome<()> {
    connection
        .prepare_cached(
            "DELETE FROM document WHERE seq IN (
                 SELECT seq FROM document WHERE user_id = ?1 AND value IS NULL
                 ORDER BY revision DESC LIMIT -1 OFFSET ?2
             )",
        )?
        .execute(params![user_id, rows::limit(REMOVALS_OF_ONE)])?;
    Ok(())
}

/// A revision as SQLite takes it.
fn number(revision: Revision) -> i64 {
    i64::try_from(revision.number()).unwrap_or(i64::MAX)
}

fn revision(row: &Row<'_>, column: usize) -> rusqlite::Result<Revision> {
    let number: i64 = row.get(column)?;
    let revision = u64::try_from(number).map(Revision::new);
    revision.map_err(|_| rusqlite::Error::IntegralValueOutOfRange(column, number))
}
