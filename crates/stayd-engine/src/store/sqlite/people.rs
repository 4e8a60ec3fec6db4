//! The statements on who is disabled, and on hashes that are renewed.

use async_trait::async_trait;
use rusqlite::{Connection, OptionalExtension, params};
use stayd_protocol::Timestamp;

use super::error::Outcome;
use super::{SqliteStore, rows::credential_of, sessions};
use crate::store::{CREDENTIAL, EndedSession, Ending, PeopleStore, StoreError, StoreResult};

#[async_trait]
impl PeopleStore for SqliteStore {
    async fn renew_password_hash(&self, user_id: &str, present: &str, renewed: String) -> StoreResult<bool> {
        let (user_id, present) = (user_id.to_owned(), present.to_owned());
        self.writer.write(move |db| renew_hash(db, &user_id, &present, &renewed)).await
    }

    async fn disable_user(&self, id: &str, at: Timestamp) -> StoreResult<Vec<EndedSession>> {
        let id = id.to_owned();
        self.writer.write(move |db| disable(db, &id, at)).await
    }

    async fn enable_user(&self, id: &str) -> StoreResult<bool> {
        let id = id.to_owned();
        self.writer.write(move |db| enable(db, &id)).await
    }

    async fn disabled_since(&self, id: &str) -> StoreResult<Option<Timestamp>> {
        let id = id.to_owned();
        self.readers
            .read(move |db| {
                let mut statement =
                    db.prepare_cached("SELECT since FROM disabled_user WHERE user_id = ?1")?;
                Ok(statement.query_row([id], |row| row.get(0).map(Timestamp::from_ms)).optional()?)
            })
            .await
    }
}

fn renew_hash(connection: &Connection, user_id: &str, present: &str, renewed: &str) -> Outcome<bool> {
    let renewed = connection
        .prepare_cached(concat!(
            "UPDATE account SET password_hash = ?4 WHERE password_hash = ?3 AND ",
            credential_of!("?1")
        ))?
        .execute(params![user_id, CREDENTIAL, present, renewed])?;
    Ok(renewed > 0)
}

/// A trigger refuses sessions of whoever is in the table.
fn disable(connection: &Connection, id: &str, at: Timestamp) -> Outcome<Vec<EndedSession>> {
    exists(connection, id)?;
    connection
        .prepare_cached("INSERT INTO disabled_user (user_id, since) VALUES (?1, ?2) ON CONFLICT DO NOTHING")?
        .execute(params![id, at.as_ms()])?;
    sessions::end_of_user(connection, id, Ending::All)
}

fn enable(connection: &Connection, id: &str) -> Outcome<bool> {
    exists(connection, id)?;
    let removed = connection.prepare_cached("DELETE FROM disabled_user WHERE user_id = ?1")?.execute([id])?;
    Ok(removed > 0)
}

fn exists(connection: &Connection, id: &str) -> Outcome<()> {
    let found: Option<()> = connection
        .prepare_cached("SELECT 1 FROM user WHERE id = ?1")?
        .query_row([id], |_| Ok(()))
        .optional()?;
    Ok(found.ok_or(StoreError::NotFound)?)
}
