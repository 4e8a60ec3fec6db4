//! Rows as records, and the columns they are read from.

use rusqlite::Row;
use stayd_protocol::{Timestamp, TokenHash};

use crate::SessionKind;
use crate::store::{
    AccountRecord, EndedSession, RotationRecord, SessionRecord, SessionTokens, UserRecord, VerificationRecord,
};

/// The columns of a user, in the order of [`user`].
macro_rules! user_columns {
    () => {
        "user.id, user.name, user.email, user.email_verified, user.image, user.created_at, user.updated_at"
    };
}
pub(super) use user_columns;

/// The columns of a session, in the order of [`session`].
macro_rules! session_columns {
    () => {
        "session.id, session.token_hash, session.user_id, session.expires_at, session.created_at, \
         session.updated_at, session.ip_address, session.user_agent, session.kind, session.last_active_at, \
         session.predecessor_hash, session.rotated_at, session.shown_at, session.authenticated_at, session.device_id"
    };
}
pub(super) use session_columns;

/// The row of the session that the token `?1` leads to, unless it was ended with all others: its own, or else the one it is the predecessor in. One look-up for a present token.
macro_rules! session_of_token {
    () => {
        "session.seq = coalesce((SELECT seq FROM session WHERE token_hash = ?1), \
                                (SELECT seq FROM session WHERE predecessor_hash = ?1)) \
         AND session.seq > (SELECT seq FROM session_floor)"
    };
}
pub(super) use session_of_token;

/// The row of the account that holds the password of the person `$user`, the oldest one of the provider `?2`.
macro_rules! credential_of {
    ($user:literal) => {
        concat!(
            "account.seq = (SELECT seq FROM account WHERE user_id = ",
            $user,
            " AND provider_id = ?2 ORDER BY seq LIMIT 1)"
        )
    };
}
pub(super) use credential_of;

/// How many columns a session has.
pub(super) const SESSION_COLUMNS: usize = 15;

/// Reads a user whose columns begin at `first`.
pub(super) fn user(row: &Row<'_>, first: usize) -> rusqlite::Result<UserRecord> {
    Ok(UserRecord {
        id: row.get(first)?,
        name: row.get(first + 1)?,
        email: row.get(first + 2)?,
        email_verified: row.get(first + 3)?,
        image: row.get(first + 4)?,
        created_at: time(row, first + 5)?,
        updated_at: time(row, first + 6)?,
    })
}

/// Reads a session whose columns come first.
pub(super) fn session(row: &Row<'_>) -> rusqlite::Result<SessionRecord> {
    Ok(SessionRecord {
        id: row.get(0)?,
        token_hash: token(row, 1)?,
        user_id: row.get(2)?,
        expires_at: time(row, 3)?,
        created_at: time(row, 4)?,
        updated_at: time(row, 5)?,
        ip_address: row.get(6)?,
        user_agent: row.get(7)?,
        device_id: row.get(14)?,
        kind: kind(row, 8)?,
        last_active_at: time(row, 9)?,
        rotation: rotation(row, 10)?,
        authenticated_at: time(row, 13)?,
    })
}

fn kind(row: &Row<'_>, column: usize) -> rusqlite::Result<SessionKind> {
    let unknown =
        || rusqlite::Error::InvalidColumnType(column, "kind".to_owned(), rusqlite::types::Type::Text);
    SessionKind::from_name(row.get_ref(column)?.as_str()?).ok_or_else(unknown)
}

fn rotation(row: &Row<'_>, first: usize) -> rusqlite::Result<Option<RotationRecord>> {
    let Some(predecessor) = predecessor(row, first)? else { return Ok(None) };
    let shown_at: Option<i64> = row.get(first + 2)?;
    Ok(Some(RotationRecord {
        predecessor,
        rotated_at: time(row, first + 1)?,
        shown_at: shown_at.map(Timestamp::from_ms),
    }))
}

/// Reads a session that was deleted from `id, user_id, token_hash, predecessor_hash, created_at, expires_at`.
pub(super) fn ended(row: &Row<'_>) -> rusqlite::Result<EndedSession> {
    let tokens = SessionTokens { current: token(row, 2)?, predecessor: predecessor(row, 3)? };
    Ok(EndedSession {
        id: row.get(0)?,
        user_id: row.get(1)?,
        tokens,
        created_at: time(row, 4)?,
        expires_at: time(row, 5)?,
        families: Vec::new(),
    })
}

fn predecessor(row: &Row<'_>, column: usize) -> rusqlite::Result<Option<TokenHash>> {
    let hash: Option<[u8; 32]> = row.get(column)?;
    Ok(hash.map(TokenHash::from_bytes))
}

/// Reads an account from `id, account_id, provider_id, user_id, password_hash, created_at, updated_at`.
pub(super) fn account(row: &Row<'_>) -> rusqlite::Result<AccountRecord> {
    Ok(AccountRecord {
        id: row.get(0)?,
        account_id: row.get(1)?,
        provider_id: row.get(2)?,
        user_id: row.get(3)?,
        password_hash: row.get(4)?,
        created_at: time(row, 5)?,
        updated_at: time(row, 6)?,
    })
}

/// Reads a verification from `key, value, expires_at, created_at`.
pub(super) fn verification(row: &Row<'_>) -> rusqlite::Result<VerificationRecord> {
    Ok(VerificationRecord {
        key: token(row, 0)?,
        value: row.get(1)?,
        expires_at: time(row, 2)?,
        created_at: time(row, 3)?,
    })
}

fn token(row: &Row<'_>, column: usize) -> rusqlite::Result<TokenHash> {
    row.get(column).map(TokenHash::from_bytes)
}

fn time(row: &Row<'_>, column: usize) -> rusqlite::Result<Timestamp> {
    row.get(column).map(Timestamp::from_ms)
}

/// A limit as SQLite takes it.
pub(super) fn limit(limit: usize) -> i64 {
    i64::try_from(limit).unwrap_or(i64::MAX)
}
