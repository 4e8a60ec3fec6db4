//! The statements on devices.

use async_trait::async_trait;
use rusqlite::{Connection, params};
use stayd_protocol::Timestamp;

use super::SqliteStore;
use super::error::Outcome;
use super::families;
use super::rows;
use super::sessions;
use crate::store::{
    DEVICES_OF_ONE, DeviceRecord, DeviceStore, EndedSession, SessionFilter, SessionRecord, StoreResult,
};

#[async_trait]
impl DeviceStore for SqliteStore {
    async fn devices_of(&self, user_id: &str) -> StoreResult<Vec<DeviceRecord>> {
        let user_id = user_id.to_owned();
        self.readers.read(move |db| of_user(db, &user_id)).await
    }

    async fn rename_device(&self, user_id: &str, id: &str, name: Option<String>) -> StoreResult<bool> {
        let (user_id, id) = (user_id.to_owned(), id.to_owned());
        self.writer.write(move |db| rename(db, &user_id, &id, name.as_deref())).await
    }

    async fn end_meant(&self, user_id: &str, meant: SessionFilter) -> StoreResult<Vec<EndedSession>> {
        let user_id = user_id.to_owned();
        self.writer.write(move |db| end_meant(db, &user_id, &meant)).await
    }

    async fn end_everybody(&self) -> StoreResult<usize> {
        self.writer.write(sessions::end_all).await
    }

    async fn sweep_devices(&self, before: Timestamp, limit: usize) -> StoreResult<usize> {
        self.writer.write(move |db| sweep(db, before, limit)).await
    }
}

/// Notes that a session was begun on its device, in the step that adds the session.
pub(super) fn see(connection: &Connection, session: &SessionRecord) -> Outcome<()> {
    let Some(device) = &session.device_id else { return Ok(()) };
    connection
        .prepare_cached(
            "INSERT INTO device (user_id, id, first_seen_at, last_seen_at) VALUES (?1, ?2, ?3, ?3)
             ON CONFLICT (user_id, id) DO UPDATE SET last_seen_at = max(last_seen_at, excluded.last_seen_at)",
        )?
        .execute(params![session.user_id, device, session.created_at.as_ms()])?;
    connection
        .prepare_cached(
            "DELETE FROM device WHERE seq IN (
                 SELECT seq FROM device WHERE user_id = ?1 ORDER BY last_seen_at DESC, seq DESC LIMIT -1 OFFSET ?2
             )",
        )?
        .execute(params![session.user_id, rows::limit(DEVICES_OF_ONE)])?;
    Ok(())
}

fn of_user(connection: &Connection, user_id: &str) -> Outcome<Vec<DeviceRecord>> {
    let mut statement = connection.prepare_cached(
        "SELECT id, user_id, name, first_seen_at, last_seen_at FROM device
         WHERE user_id = ?1 ORDER BY last_seen_at DESC, seq DESC",
    )?;
    let devices = statement.query_map([user_id], |row| {
        Ok(DeviceRecord {
            id: row.get(0)?,
            user_id: row.get(1)?,
            name: row.get(2)?,
            first_seen_at: row.get(3).map(Timestamp::from_ms)?,
            last_seen_at: row.get(4).map(Timestamp::from_ms)?,
        })
    })?;
    Ok(devices.collect::<Result<_, _>>()?)
}

fn rename(connection: &Connection, user_id: &str, id: &str, name: Option<&str>) -> Outcome<bool> {
    let mut statement =
        connection.prepare_cached("UPDATE device SET name = ?3 WHERE user_id = ?1 AND id = ?2")?;
    Ok(statement.execute(params![user_id, id, name])? > 0)
}

fn end_meant(connection: &Connection, user_id: &str, meant: &SessionFilter) -> Outcome<Vec<EndedSession>> {
    let mut statement = connection.prepare_cached(
        "DELETE FROM session
         WHERE user_id = ?1 AND seq > (SELECT seq FROM session_floor) AND (?2 IS NULL OR kind = ?2) AND (?3 IS NULL OR device_id = ?3)
             AND (?4 IS NULL OR (token_hash <> ?4 AND predecessor_hash IS NOT ?4))
         RETURNING id, user_id, token_hash, predecessor_hash, created_at, expires_at",
    )?;
    let (kind, kept) = (meant.kind.map(crate::SessionKind::name), meant.kept.as_ref());
    let ended = statement.query_map(
        params![user_id, kind, meant.device, kept.map(stayd_protocol::TokenHash::as_bytes)],
        rows::ended,
    )?;
    let ended = ended.collect::<Result<Vec<_>, _>>()?;
    ended.into_iter().map(|ended| families::end_with(connection, ended)).collect()
}

fn sweep(connection: &Connection, before: Timestamp, limit: usize) -> Outcome<usize> {
    let mut statement = connection.prepare_cached(
        "DELETE FROM device WHERE seq IN (
             SELECT seq FROM device WHERE last_seen_at <= ?1 AND NOT EXISTS (
                 SELECT 1 FROM session WHERE session.user_id = device.user_id AND session.device_id = device.id
             ) ORDER BY last_seen_at, seq LIMIT ?2
         )",
    )?;
    Ok(statement.execute(params![before.as_ms(), rows::limit(limit)])?)
}
