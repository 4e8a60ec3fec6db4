//! The statements on signing keys.

use rusqlite::{Connection, OptionalExtension, Row, params};
use stayd_protocol::jws::Algorithm;
use stayd_protocol::{Sealed, Timestamp};

use super::error::Outcome;
use crate::store::SigningKeyRecord;

pub(super) fn all(connection: &Connection) -> Outcome<Vec<SigningKeyRecord>> {
    let mut statement = connection.prepare_cached(
        "SELECT id, algorithm, public, sealed_by, sealed, created_at, signs_from FROM signing_key ORDER BY seq",
    )?;
    let keys = statement.query_map([], record)?;
    Ok(keys.collect::<Result<_, _>>()?)
}

/// On the one connection that writes, and under its lock: nobody else adds one between the two statements.
pub(super) fn add(connection: &Connection, key: &SigningKeyRecord, after: Option<&str>) -> Outcome<bool> {
    let last: Option<String> = connection
        .prepare_cached("SELECT id FROM signing_key ORDER BY seq DESC LIMIT 1")?
        .query_row([], |row| row.get(0))
        .optional()?;
    if last.as_deref() != after {
        return Ok(false);
    }
    connection
        .prepare_cached(
            "INSERT INTO signing_key (id, algorithm, public, sealed_by, sealed, created_at, signs_from)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        )?
        .execute(params![
            key.id,
            key.algorithm.name(),
            key.public,
            key.sealed.key_id,
            key.sealed.bytes,
            key.created_at.as_ms(),
            key.signs_from.as_ms(),
        ])?;
    Ok(true)
}

pub(super) fn reseal(connection: &Connection, id: &str, sealed: &Sealed) -> Outcome<()> {
    connection
        .prepare_cached("UPDATE signing_key SET sealed_by = ?2, sealed = ?3 WHERE id = ?1")?
        .execute(params![id, sealed.key_id, sealed.bytes])?;
    Ok(())
}

pub(super) fn remove(connection: &Connection, ids: &[String]) -> Outcome<()> {
    let mut statement = connection.prepare_cached("DELETE FROM signing_key WHERE id = ?1")?;
    for id in ids {
        statement.execute([id])?;
    }
    Ok(())
}

fn record(row: &Row<'_>) -> rusqlite::Result<SigningKeyRecord> {
    let unknown =
        || rusqlite::Error::InvalidColumnType(1, "algorithm".to_owned(), rusqlite::types::Type::Text);
    Ok(SigningKeyRecord {
        id: row.get(0)?,
        algorithm: Algorithm::from_name(row.get_ref(1)?.as_str()?).ok_or_else(unknown)?,
        public: row.get(2)?,
        sealed: Sealed { key_id: row.get(3)?, bytes: row.get(4)? },
        created_at: Timestamp::from_ms(row.get(5)?),
        signs_from: Timestamp::from_ms(row.get(6)?),
    })
}
