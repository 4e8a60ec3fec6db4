//! The statements on proofs and known devices.

use async_trait::async_trait;
use rusqlite::{Connection, OptionalExtension, Row, params};
use stayd_protocol::{Timestamp, TokenHash};

use super::SqliteStore;
use super::error::Outcome;
use super::rows::{self, session_columns, session_of_token};
use crate::store::{
    Authentication, Coordinates, KnownDevice, SecurityStore, SessionRecord, SignInPlace, StoreError,
    StoreResult,
};

#[async_trait]
impl SecurityStore for SqliteStore {
    async fn authenticate_session(
        &self,
        token: &TokenHash,
        authentication: Authentication,
    ) -> StoreResult<Option<SessionRecord>> {
        let token = *token;
        self.writer.write(move |db| authenticate(db, &token, &authentication)).await
    }

    async fn known_devices(&self, user_id: &str) -> StoreResult<Vec<KnownDevice>> {
        let user_id = user_id.to_owned();
        self.readers.read(move |db| known(db, &user_id)).await
    }

    async fn remember_devices(
        &self,
        user_id: &str,
        devices: Vec<KnownDevice>,
        at_most: usize,
    ) -> StoreResult<()> {
        let user_id = user_id.to_owned();
        self.writer.write(move |db| remember(db, &user_id, &devices, at_most)).await
    }

    async fn forget_devices(&self, before: Timestamp, limit: usize) -> StoreResult<usize> {
        self.writer.write(move |db| forget(db, before, limit)).await
    }
}

fn authenticate(
    connection: &Connection,
    token: &TokenHash,
    Authentication { at, from }: &Authentication,
) -> Outcome<Option<SessionRecord>> {
    let token = token.as_bytes();
    match from {
        None => connection
            .prepare_cached(concat!("UPDATE session SET authenticated_at = ?2 WHERE ", session_of_token!()))?
            .execute(params![token, at.as_ms()])?,
        Some(from) => connection
            .prepare_cached(concat!(
                "UPDATE session SET authenticated_at = ?2, ip_address = ?3, user_agent = ?4 WHERE ",
                session_of_token!()
            ))?
            .execute(params![token, at.as_ms(), from.ip_address, from.user_agent])?,
    };
    let mut statement = connection.prepare_cached(concat!(
        "SELECT ",
        session_columns!(),
        " FROM session WHERE ",
        session_of_token!()
    ))?;
    Ok(statement.query_row([token], rows::session).optional()?)
}

fn known(connection: &Connection, user_id: &str) -> Outcome<Vec<KnownDevice>> {
    let mut statement = connection.prepare_cached(
        "SELECT key, first_seen_at, last_seen_at, place, latitude, longitude FROM known_device
         WHERE user_id = ?1 ORDER BY last_seen_at DESC, key",
    )?;
    let devices = statement.query_map([user_id], device)?;
    Ok(devices.collect::<Result<_, _>>()?)
}

fn device(row: &Row<'_>) -> rusqlite::Result<KnownDevice> {
    let (latitude, longitude): (Option<i16>, Option<i16>) = (row.get(4)?, row.get(5)?);
    let at = latitude.zip(longitude).map(|(latitude, longitude)| Coordinates { latitude, longitude });
    let name: Option<String> = row.get(3)?;
    Ok(KnownDevice {
        key: row.get(0).map(TokenHash::from_bytes)?,
        first_seen_at: row.get(1).map(Timestamp::from_ms)?,
        last_seen_at: row.get(2).map(Timestamp::from_ms)?,
        place: name.map(|name| SignInPlace { name, at }),
    })
}

fn remember(connection: &Connection, user_id: &str, devices: &[KnownDevice], at_most: usize) -> Outcome<()> {
    let is_there = connection
        .prepare_cached("SELECT 1 FROM user WHERE id = ?1")?
        .query_row([user_id], |_| Ok(()))
        .optional()?;
    if is_there.is_none() {
        return Err(StoreError::NotFound.into());
    }
    let mut upsert = connection.prepare_cached(
        "INSERT INTO known_device (user_id, key, first_seen_at, last_seen_at, place, latitude, longitude)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
         ON CONFLICT DO UPDATE SET last_seen_at = ?4, place = ?5, latitude = ?6, longitude = ?7",
    )?;
    for device in devices {
        let at = device.place.as_ref().and_then(|place| place.at);
        upsert.execute(params![
            user_id,
            device.key.as_bytes(),
            device.first_seen_at.as_ms(),
            device.last_seen_at.as_ms(),
            device.place.as_ref().map(|place| &place.name),
            at.map(|at| at.latitude),
            at.map(|at| at.longitude),
        ])?;
    }
    connection
        .prepare_cached(
            "DELETE FROM known_device WHERE user_id = ?1 AND key NOT IN (
                 SELECT key FROM known_device WHERE user_id = ?1 ORDER BY last_seen_at DESC, key LIMIT ?2
             )",
        )?
        .execute(params![user_id, rows::limit(at_most)])?;
    Ok(())
}

fn forget(connection: &Connection, before: Timestamp, limit: usize) -> Outcome<usize> {
    let mut statement = connection.prepare_cached(
        "DELETE FROM known_device WHERE (user_id, key) IN (
             SELECT user_id, key FROM known_device WHERE last_seen_at <= ?1 ORDER BY last_seen_at LIMIT ?2
         )",
    )?;
    Ok(statement.execute(params![before.as_ms(), rows::limit(limit)])?)
}
