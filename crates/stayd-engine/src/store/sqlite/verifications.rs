//! The statements on verifications.

use rusqlite::{Connection, OptionalExtension, params};
use stayd_protocol::{Timestamp, TokenHash};

use super::error::Outcome;
use super::{letters, rows};
use crate::store::{LetterRecord, VerificationRecord};

pub(super) fn create(
    connection: &Connection,
    verification: &VerificationRecord,
    letter: Option<&LetterRecord>,
) -> Outcome<()> {
    connection
        .prepare_cached(
            "INSERT INTO verification (key, value, expires_at, created_at) VALUES (?1, ?2, ?3, ?4)",
        )?
        .execute(params![
            verification.key.as_bytes(),
            verification.value,
            verification.expires_at.as_ms(),
            verification.created_at.as_ms(),
        ])?;
    letters::insert(connection, letter)
}

pub(super) fn by_key(connection: &Connection, key: &TokenHash) -> Outcome<Option<VerificationRecord>> {
    let mut statement = connection
        .prepare_cached("SELECT key, value, expires_at, created_at FROM verification WHERE key = ?1")?;
    Ok(statement.query_row([key.as_bytes()], rows::verification).optional()?)
}

/// Reads and deletes in one statement, on the one connection that writes: nobody else gets it.
pub(super) fn take(connection: &Connection, key: &TokenHash) -> Outcome<Option<VerificationRecord>> {
    let mut statement = connection.prepare_cached(
        "DELETE FROM verification WHERE key = ?1 RETURNING key, value, expires_at, created_at",
    )?;
    Ok(statement.query_row([key.as_bytes()], rows::verification).optional()?)
}

/// Deletes the `limit` verifications that ended first, none of them after `before`.
pub(super) fn sweep(connection: &Connection, before: Timestamp, limit: usize) -> Outcome<usize> {
    let mut statement = connection.prepare_cached(
        "DELETE FROM verification WHERE seq IN (
             SELECT seq FROM verification WHERE expires_at <= ?1 ORDER BY expires_at, seq LIMIT ?2
         )",
    )?;
    Ok(statement.execute([before.as_ms(), rows::limit(limit)])?)
}
