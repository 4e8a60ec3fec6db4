//! The statements on renewals and on tokens that take the place of others.

use rusqlite::{Connection, OptionalExtension, params};
use stayd_protocol::{Timestamp, TokenHash};

use super::error::Outcome;
use super::rows::{self, session_columns, session_of_token};
use crate::store::{Renewal, Renewed, SessionRecord, StoreError};

pub(super) fn renew(connection: &Connection, renewal: &Renewal) -> Outcome<Option<Renewed>> {
    let (token, is_new) = match &renewal.successor {
        None => (&renewal.token_hash, extend(connection, renewal)?),
        Some(successor) if rotate(connection, renewal, successor)? => (successor, true),
        Some(_) => (&renewal.token_hash, false),
    };
    let mut statement = connection.prepare_cached(concat!(
        "SELECT ",
        session_columns!(),
        " FROM session WHERE ",
        session_of_token!()
    ))?;
    let session = statement.query_row([token.as_bytes()], rows::session).optional()?;
    Ok(session.map(|session| Renewed { session, is_new }))
}

/// Each condition closes a race: the session was renewed meanwhile, or is over, or ends later already.
fn extend(connection: &Connection, renewal: &Renewal) -> Outcome<bool> {
    let changed = connection
        .prepare_cached(concat!(
            "UPDATE session SET expires_at = ?2, updated_at = ?3 WHERE ",
            session_of_token!(),
            " AND expires_at <= ?4 AND expires_at > ?3 AND expires_at < ?2"
        ))?
        .execute(params![
            renewal.token_hash.as_bytes(),
            renewal.expires_at.as_ms(),
            renewal.at.as_ms(),
            renewal.only_if_expires_by.as_ms(),
        ])?;
    Ok(changed > 0)
}

/// The same with a new token; and of many that are given to one token, only the first is.
fn rotate(connection: &Connection, renewal: &Renewal, successor: &TokenHash) -> Outcome<bool> {
    let changed = connection
        .prepare_cached(
            "UPDATE session SET expires_at = ?2, updated_at = ?3,
                 token_hash = ?5, predecessor_hash = token_hash, rotated_at = ?3, shown_at = NULL
             WHERE token_hash = ?1 AND expires_at <= ?4 AND expires_at > ?3 AND expires_at <= ?2
                 AND seq > (SELECT seq FROM session_floor)",
        )?
        .execute(params![
            renewal.token_hash.as_bytes(),
            renewal.expires_at.as_ms(),
            renewal.at.as_ms(),
            renewal.only_if_expires_by.as_ms(),
            successor.as_bytes(),
        ])?;
    if changed == 0 {
        return Ok(false);
    }
    // What the unique columns cannot say: no token is a predecessor. The failure undoes the rotation.
    let taken: bool = connection
        .prepare_cached("SELECT EXISTS (SELECT 1 FROM session WHERE predecessor_hash = ?1)")?
        .query_row([successor.as_bytes()], |row| row.get(0))?;
    if taken { Err(StoreError::Conflict.into()) } else { Ok(true) }
}

/// Notes the first showing of a successor.
pub(super) fn show(
    connection: &Connection,
    token: &TokenHash,
    at: Timestamp,
) -> Outcome<Option<SessionRecord>> {
    connection
        .prepare_cached(
            "UPDATE session SET shown_at = ?2
             WHERE token_hash = ?1 AND predecessor_hash IS NOT NULL AND shown_at IS NULL
                 AND seq > (SELECT seq FROM session_floor)",
        )?
        .execute(params![token.as_bytes(), at.as_ms()])?;
    let mut statement = connection.prepare_cached(concat!(
        "SELECT ",
        session_columns!(),
        " FROM session WHERE token_hash = ?1 AND session.seq > (SELECT seq FROM session_floor)"
    ))?;
    Ok(statement.query_row([token.as_bytes()], rows::session).optional()?)
}
