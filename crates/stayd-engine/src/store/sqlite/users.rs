//! The statements on people and their accounts.

use rusqlite::{Connection, OptionalExtension, params};
use stayd_protocol::Timestamp;

use super::error::Outcome;
use super::rows::{self, credential_of, user_columns};
use super::{letters, sessions};
use crate::store::{
    AccountRecord, CREDENTIAL, ChangedUser, EndedSession, Ending, LetterRecord, NewPassword, PasswordProof,
    SessionRecord, StoreError, UserChange, UserRecord, UserWithPassword,
};

pub(super) fn create(
    connection: &Connection,
    user: &UserRecord,
    account: &AccountRecord,
    session: Option<&SessionRecord>,
    letter: Option<&LetterRecord>,
) -> Outcome<()> {
    connection
        .prepare_cached(
            "INSERT INTO user (id, name, email, email_verified, image, created_at, updated_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        )?
        .execute(params![
            user.id,
            user.name,
            user.email,
            user.email_verified,
            user.image,
            user.created_at.as_ms(),
            user.updated_at.as_ms(),
        ])?;
    insert_account(connection, account)?;
    if let Some(session) = session {
        sessions::insert(connection, session)?;
    }
    letters::insert(connection, letter)
}

fn insert_account(connection: &Connection, account: &AccountRecord) -> Outcome<()> {
    connection
        .prepare_cached(
            "INSERT INTO account (id, account_id, provider_id, user_id, password_hash, created_at, updated_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        )?
        .execute(params![
            account.id,
            account.account_id,
            account.provider_id,
            account.user_id,
            account.password_hash,
            account.created_at.as_ms(),
            account.updated_at.as_ms(),
        ])?;
    Ok(())
}

pub(super) fn by_id(connection: &Connection, id: &str) -> Outcome<Option<UserRecord>> {
    let mut statement =
        connection.prepare_cached(concat!("SELECT ", user_columns!(), " FROM user WHERE id = ?1"))?;
    Ok(statement.query_row([id], |row| rows::user(row, 0)).optional()?)
}

pub(super) fn by_email(connection: &Connection, email: &str) -> Outcome<Option<UserWithPassword>> {
    let mut statement = connection.prepare_cached(concat!(
        "SELECT (SELECT password_hash FROM account WHERE ",
        credential_of!("user.id"),
        "), ",
        user_columns!(),
        " FROM user WHERE email = ?1"
    ))?;
    let user = statement
        .query_row([email, CREDENTIAL], |row| {
            Ok(UserWithPassword { password_hash: row.get(0)?, user: rows::user(row, 1)? })
        })
        .optional()?;
    Ok(user)
}

pub(super) fn list(connection: &Connection, after: Option<&str>, limit: usize) -> Outcome<Vec<UserRecord>> {
    let limit = rows::limit(limit);
    let users = match after {
        None => connection
            .prepare_cached(concat!(
                "SELECT ",
                user_columns!(),
                " FROM user ORDER BY created_at, seq LIMIT ?1"
            ))?
            .query_map([limit], |row| rows::user(row, 0))?
            .collect::<Result<_, _>>()?,
        Some(id) => connection
            .prepare_cached(concat!(
                "SELECT ",
                user_columns!(),
                " FROM user WHERE (created_at, seq) > (SELECT created_at, seq FROM user WHERE id = ?1)
                  ORDER BY created_at, seq LIMIT ?2"
            ))?
            .query_map(params![id, limit], |row| rows::user(row, 0))?
            .collect::<Result<_, _>>()?,
    };
    Ok(users)
}

pub(super) fn update(
    connection: &Connection,
    id: &str,
    change: &UserChange,
    at: Timestamp,
) -> Outcome<ChangedUser> {
    let mut statement = connection.prepare_cached(concat!(
        "UPDATE user SET
             name = coalesce(?2, name),
             image = CASE WHEN ?3 THEN ?4 ELSE image END,
             email = coalesce(?5, email),
             email_verified = coalesce(?6, email_verified),
             updated_at = ?7
         WHERE id = ?1 AND (?8 IS NULL OR email = ?8) AND (?9 IS NULL OR NOT EXISTS (
             SELECT 1 FROM account WHERE user_id = ?1 AND provider_id = ?10 AND updated_at >= ?9
         ))
         RETURNING ",
        user_columns!()
    ))?;
    let changed = statement
        .query_row(
            params![
                id,
                change.name,
                change.image.is_some(),
                change.image.as_ref().and_then(Option::as_ref),
                change.email,
                change.email_verified,
                at.as_ms(),
                change.only_if_email,
                change.only_if_no_password_since.map(Timestamp::as_ms),
                CREDENTIAL,
            ],
            |row| rows::user(row, 0),
        )
        .optional()?;
    let changed = changed.ok_or(StoreError::NotFound)?;
    if change.email.is_some() {
        forget_verifications(connection, id)?;
    }
    let ended = sessions::end_of_user(connection, id, change.ending)?;
    letters::insert(connection, change.letter.as_ref())?;
    Ok(ChangedUser { user: changed, ended })
}

pub(super) fn delete(connection: &Connection, id: &str) -> Outcome<Vec<EndedSession>> {
    let ended = sessions::end_of_user(connection, id, Ending::All)?;
    forget_verifications(connection, id)?;
    // Accounts go with the user.
    let deleted = connection.prepare_cached("DELETE FROM user WHERE id = ?1")?.execute([id])?;
    if deleted == 0 { Err(StoreError::NotFound.into()) } else { Ok(ended) }
}

/// What was asked for in a person's name is worth nothing any more.
fn forget_verifications(connection: &Connection, id: &str) -> Outcome<()> {
    connection.prepare_cached("DELETE FROM verification WHERE value = ?1")?.execute([id])?;
    Ok(())
}

pub(super) fn accounts(connection: &Connection, user_id: &str) -> Outcome<Vec<AccountRecord>> {
    let mut statement = connection.prepare_cached(
        "SELECT id, account_id, provider_id, user_id, password_hash, created_at, updated_at
         FROM account WHERE user_id = ?1 ORDER BY created_at, seq",
    )?;
    let accounts = statement.query_map([user_id], rows::account)?;
    Ok(accounts.collect::<Result<_, _>>()?)
}

pub(super) fn set_password(connection: &Connection, new: NewPassword) -> Outcome<Vec<EndedSession>> {
    if by_id(connection, &new.user_id)?.is_none() {
        return Err(StoreError::NotFound.into());
    }
    if let Some(proof) = &new.proof {
        check_proof(connection, &new.user_id, proof)?;
    }
    let updated = connection
        .prepare_cached(concat!(
            "UPDATE account SET password_hash = ?3, updated_at = ?4 WHERE ",
            credential_of!("?1")
        ))?
        .execute(params![new.user_id, CREDENTIAL, new.password_hash, new.at.as_ms()])?;
    if updated == 0 {
        let account = AccountRecord {
            id: new.new_account_id,
            account_id: new.user_id.clone(),
            provider_id: CREDENTIAL.to_owned(),
            user_id: new.user_id.clone(),
            password_hash: Some(new.password_hash),
            created_at: new.at,
            updated_at: new.at,
        };
        insert_account(connection, &account)?;
    }
    forget_verifications(connection, &new.user_id)?;
    let ended = sessions::end_of_user(connection, &new.user_id, new.ending)?;
    if let Some(session) = &new.session {
        sessions::insert(connection, session)?;
    }
    letters::insert(connection, new.letter.as_ref())?;
    Ok(ended)
}

fn check_proof(connection: &Connection, user_id: &str, proof: &PasswordProof) -> Outcome<()> {
    let holds: bool = match proof {
        PasswordProof::Present(hash) => connection
            .prepare_cached(concat!(
                "SELECT (SELECT password_hash FROM account WHERE ",
                credential_of!("?1"),
                ") IS ?3"
            ))?
            .query_row(params![user_id, CREDENTIAL, hash], |row| row.get(0))?,
        // It goes with the person's other links.
        PasswordProof::Link(key) => connection
            .prepare_cached("SELECT EXISTS (SELECT 1 FROM verification WHERE key = ?1 AND value = ?2)")?
            .query_row(params![key.as_bytes(), user_id], |row| row.get(0))?,
    };
    if holds { Ok(()) } else { Err(StoreError::NotFound.into()) }
}

pub(super) fn delete_account(
    connection: &Connection,
    user_id: &str,
    account_id: &str,
    allow_last: bool,
) -> Outcome<()> {
    let deleted = connection
        .prepare_cached("DELETE FROM account WHERE id = ?1 AND user_id = ?2")?
        .execute([account_id, user_id])?;
    if deleted == 0 {
        return Err(StoreError::NotFound.into());
    }
    let others: bool = connection
        .prepare_cached("SELECT EXISTS (SELECT 1 FROM account WHERE user_id = ?1)")?
        .query_row([user_id], |row| row.get(0))?;
    // A failure undoes the deletion.
    if others || allow_last { Ok(()) } else { Err(StoreError::Conflict.into()) }
}
