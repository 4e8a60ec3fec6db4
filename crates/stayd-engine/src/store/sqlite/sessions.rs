//! The statements on sessions.

use rusqlite::{Connection, OptionalExtension, params};
use stayd_protocol::{Timestamp, TokenHash};

use super::devices;
use super::error::Outcome;
use super::families;
use super::rows::{self, SESSION_COLUMNS, session_columns, session_of_token, user_columns};
use crate::SessionKind;
use crate::store::{EndedSession, Ending, SessionRecord, SessionWithUser, StoreError};

/// Adds a session and ends `replaced`, if it belongs to the same person. Answers with the tokens of what ended.
pub(super) fn create(
    connection: &Connection,
    session: &SessionRecord,
    replaced: Option<&TokenHash>,
) -> Outcome<Option<EndedSession>> {
    let ended = match replaced {
        None => None,
        Some(token) => {
            let mut statement = connection.prepare_cached(concat!(
                "DELETE FROM session WHERE ",
                session_of_token!(),
                " AND user_id = ?2 RETURNING id, user_id, token_hash, predecessor_hash, created_at, expires_at"
            ))?;
            statement.query_row(params![token.as_bytes(), session.user_id], rows::ended).optional()?
        }
    };
    insert(connection, session)?;
    ended.map(|ended| families::end_with(connection, ended)).transpose()
}

pub(super) fn insert(connection: &Connection, session: &SessionRecord) -> Outcome<()> {
    let rotation = session.rotation.as_ref();
    let predecessor = rotation.map(|rotation| rotation.predecessor.as_bytes());
    // What the unique columns cannot say: no token is another session's predecessor. Asked before the insertion, which would
    // say first that there is no such person; that the person is disabled, its trigger shall say.
    let taken: bool = connection
        .prepare_cached(
            "SELECT (EXISTS (SELECT 1 FROM session WHERE predecessor_hash = ?1)
                     OR EXISTS (SELECT 1 FROM session WHERE token_hash = ?2))
                AND NOT EXISTS (SELECT 1 FROM disabled_user WHERE user_id = ?3)",
        )?
        .query_row(params![session.token_hash.as_bytes(), predecessor, session.user_id], |row| row.get(0))?;
    if taken {
        return Err(StoreError::Conflict.into());
    }
    connection
        .prepare_cached(
            "INSERT INTO session (seq, id, token_hash, user_id, expires_at, created_at, updated_at, ip_address,
                                  user_agent, kind, last_active_at, predecessor_hash, rotated_at, shown_at,
                                  authenticated_at, device_id)
             -- Never a number that was given before the floor was set, though its row may be gone by now.
             VALUES (1 + max((SELECT seq FROM session_floor), coalesce((SELECT max(seq) FROM session), 0)), ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)",
        )?
        .execute(params![
            session.id,
            session.token_hash.as_bytes(),
            session.user_id,
            session.expires_at.as_ms(),
            session.created_at.as_ms(),
            session.updated_at.as_ms(),
            session.ip_address,
            session.user_agent,
            session.kind.name(),
            session.last_active_at.as_ms(),
            predecessor,
            rotation.map(|rotation| rotation.rotated_at.as_ms()),
            rotation.and_then(|rotation| rotation.shown_at).map(Timestamp::as_ms),
            session.authenticated_at.as_ms(),
            session.device_id,
        ])?;
    devices::see(connection, session)
}

pub(super) fn by_token(connection: &Connection, token: &TokenHash) -> Outcome<Option<SessionWithUser>> {
    let mut statement = connection.prepare_cached(concat!(
        "SELECT ",
        session_columns!(),
        ", ",
        user_columns!(),
        " FROM session JOIN user ON user.id = session.user_id WHERE ",
        session_of_token!()
    ))?;
    let found = statement
        .query_row([token.as_bytes()], |row| {
            Ok(SessionWithUser { session: rows::session(row)?, user: rows::user(row, SESSION_COLUMNS)? })
        })
        .optional()?;
    Ok(found)
}

pub(super) fn by_id(connection: &Connection, id: &str) -> Outcome<Option<SessionRecord>> {
    let mut statement = connection.prepare_cached(concat!(
        "SELECT ",
        session_columns!(),
        " FROM session WHERE id = ?1 AND session.seq > (SELECT seq FROM session_floor)"
    ))?;
    Ok(statement.query_row([id], rows::session).optional()?)
}

pub(super) fn of_user(connection: &Connection, user_id: &str, now: Timestamp) -> Outcome<Vec<SessionRecord>> {
    let mut statement = connection.prepare_cached(concat!(
        "SELECT ",
        session_columns!(),
        " FROM session WHERE user_id = ?1 AND expires_at > ?2
             AND session.seq > (SELECT seq FROM session_floor) ORDER BY created_at, seq"
    ))?;
    let sessions = statement.query_map(params![user_id, now.as_ms()], rows::session)?;
    Ok(sessions.collect::<Result<_, _>>()?)
}

pub(super) fn newest(
    connection: &Connection,
    now: Timestamp,
    limit: usize,
) -> Outcome<Vec<(SessionRecord, String)>> {
    // The plus keeps SQLite from the index on the end, by which it would have to sort a million sessions.
    let mut statement = connection.prepare_cached(concat!(
        "SELECT ",
        session_columns!(),
        ", user.email FROM session JOIN user ON user.id = session.user_id
         WHERE +session.expires_at > ?1 AND +session.seq > (SELECT seq FROM session_floor)
         ORDER BY session.created_at DESC, session.seq DESC LIMIT ?2"
    ))?;
    let sessions = statement.query_map(params![now.as_ms(), rows::limit(limit)], |row| {
        Ok((rows::session(row)?, row.get(SESSION_COLUMNS)?))
    })?;
    Ok(sessions.collect::<Result<_, _>>()?)
}

pub(super) fn end(connection: &Connection, token: &TokenHash) -> Outcome<Option<EndedSession>> {
    let ended = end_alone(connection, token)?;
    ended.map(|ended| families::end_with(connection, ended)).transpose()
}

/// The families that were begun with it go on.
pub(super) fn end_alone(connection: &Connection, token: &TokenHash) -> Outcome<Option<EndedSession>> {
    let mut statement = connection.prepare_cached(concat!(
        "DELETE FROM session WHERE ",
        session_of_token!(),
        " RETURNING id, user_id, token_hash, predecessor_hash, created_at, expires_at"
    ))?;
    Ok(statement.query_row([token.as_bytes()], rows::ended).optional()?)
}

pub(super) fn end_by_id(
    connection: &Connection,
    id: &str,
    user_id: Option<&str>,
) -> Outcome<Option<EndedSession>> {
    let mut statement = connection.prepare_cached(
        "DELETE FROM session WHERE id = ?1 AND (?2 IS NULL OR user_id = ?2)
             AND seq > (SELECT seq FROM session_floor)
         RETURNING id, user_id, token_hash, predecessor_hash, created_at, expires_at",
    )?;
    let ended = statement.query_row(params![id, user_id], rows::ended).optional()?;
    ended.map(|ended| families::end_with(connection, ended)).transpose()
}

/// Brings the end nearer, never further away.
pub(super) fn shorten(connection: &Connection, token: &TokenHash, expires_at: Timestamp) -> Outcome<()> {
    connection
        .prepare_cached(concat!(
            "UPDATE session SET expires_at = ?2 WHERE ",
            session_of_token!(),
            " AND expires_at > ?2"
        ))?
        .execute(params![token.as_bytes(), expires_at.as_ms()])?;
    Ok(())
}

/// Ends all but the `at_most` sessions of this kind that were used last.
pub(super) fn end_surplus(
    connection: &Connection,
    user_id: &str,
    kind: SessionKind,
    at_most: usize,
    now: Timestamp,
) -> Outcome<Vec<EndedSession>> {
    // Two statements, for the order in which a DELETE returns rows is nobody's promise.
    let mut surplus = connection.prepare_cached(
        "SELECT id, user_id, token_hash, predecessor_hash, created_at, expires_at FROM session
         WHERE user_id = ?1 AND kind = ?2 AND expires_at > ?3 AND seq > (SELECT seq FROM session_floor)
         ORDER BY last_active_at DESC, seq DESC LIMIT -1 OFFSET ?4",
    )?;
    let newest_first =
        surplus.query_map(params![user_id, kind.name(), now.as_ms(), rows::limit(at_most)], rows::ended)?;
    let mut ended = newest_first.collect::<Result<Vec<_>, _>>()?;
    ended.reverse();
    let mut delete = connection.prepare_cached("DELETE FROM session WHERE id = ?1")?;
    for session in &ended {
        delete.execute([&session.id])?;
    }
    ended.into_iter().map(|ended| families::end_with(connection, ended)).collect()
}

pub(super) fn end_of_user(
    connection: &Connection,
    user_id: &str,
    ending: Ending,
) -> Outcome<Vec<EndedSession>> {
    let kept = match &ending {
        Ending::None => return Ok(Vec::new()),
        Ending::All => None,
        Ending::AllBut(token) => Some(token.as_bytes()),
    };
    let mut statement = connection.prepare_cached(
        "DELETE FROM session
         WHERE user_id = ?1 AND seq > (SELECT seq FROM session_floor)
             AND (?2 IS NULL OR (token_hash <> ?2 AND predecessor_hash IS NOT ?2))
         RETURNING id, user_id, token_hash, predecessor_hash, created_at, expires_at",
    )?;
    let ended = statement.query_map(params![user_id, kept], rows::ended)?;
    Ok(ended.collect::<Result<_, _>>()?)
}

pub(super) fn record_activity(connection: &Connection, seen: &[(TokenHash, Timestamp)]) -> Outcome<()> {
    let mut statement = connection.prepare_cached(concat!(
        "UPDATE session SET last_active_at = ?2 WHERE ",
        session_of_token!(),
        " AND last_active_at < ?2"
    ))?;
    for (token, at) in seen {
        statement.execute(params![token.as_bytes(), at.as_ms()])?;
    }
    Ok(())
}

/// Deletes the `limit` sessions that ended first, none of them after `before`.
pub(super) fn sweep(connection: &Connection, before: Timestamp, limit: usize) -> Outcome<Vec<EndedSession>> {
    let mut statement = connection.prepare_cached(
        "DELETE FROM session WHERE seq IN (
             SELECT seq FROM session WHERE expires_at <= ?1 ORDER BY expires_at, seq LIMIT ?2
         ) RETURNING id, user_id, token_hash, predecessor_hash, created_at, expires_at",
    )?;
    let ended = statement.query_map([before.as_ms(), rows::limit(limit)], rows::ended)?;
    Ok(ended.collect::<Result<_, _>>()?)
}

/// Ends every session that there is, by one number, whatever their count (L-8). Answers how many there were.
pub(super) fn end_all(connection: &Connection) -> Outcome<usize> {
    // Not counted from the floor up, which would read every record: all of them are in an index that is a tenth of that, and below the floor is
    // only what has not been swept yet.
    let mut count = connection.prepare_cached(
        "SELECT (SELECT count(*) FROM session)
              - (SELECT count(*) FROM session WHERE seq <= (SELECT seq FROM session_floor))",
    )?;
    let count: i64 = count.query_row([], |row| row.get(0))?;
    connection
        .prepare_cached(
            "UPDATE session_floor SET seq = max(seq, coalesce((SELECT max(seq) FROM session), 0))",
        )?
        .execute([])?;
    Ok(usize::try_from(count).unwrap_or_default())
}

/// Deletes rows of sessions that were ended all at once; that they ended was told then. Answers how many.
pub(super) fn sweep_what_ended_with_all(connection: &Connection, limit: usize) -> Outcome<usize> {
    let mut statement = connection.prepare_cached(
        "DELETE FROM session WHERE seq IN (
             SELECT seq FROM session WHERE seq <= (SELECT seq FROM session_floor) ORDER BY seq LIMIT ?1
         )",
    )?;
    Ok(statement.execute([rows::limit(limit)])?)
}
