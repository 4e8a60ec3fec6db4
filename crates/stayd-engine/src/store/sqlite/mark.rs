//! The last time that was told, kept with the records.

use rusqlite::{Connection, OptionalExtension, params};
use stayd_protocol::Timestamp;

use super::SqliteStore;
use super::error::Outcome;
use crate::store::StoreResult;

impl SqliteStore {
    /// The time that was last told, as far as this database knows; `None` where it was never marked.
    pub async fn time_told(&self) -> StoreResult<Option<Timestamp>> {
        self.readers.read(read).await
    }

    /// Marks the time that is told. A later one that is there stays.
    pub async fn mark_time(&self, told: Timestamp) -> StoreResult<()> {
        self.writer.write(move |db| write(db, told, "max(told_at, excluded.told_at)")).await
    }

    /// Marks an earlier time than the one that is there: the clock was put back on purpose.
    pub async fn put_time_back(&self, told: Timestamp) -> StoreResult<()> {
        self.writer.write(move |db| write(db, told, "excluded.told_at")).await
    }
}

fn read(connection: &Connection) -> Outcome<Option<Timestamp>> {
    let mut statement = connection.prepare_cached("SELECT told_at FROM mark")?;
    Ok(statement.query_row([], |row| Ok(Timestamp::from_ms(row.get(0)?))).optional()?)
}

fn write(connection: &Connection, told: Timestamp, kept: &str) -> Outcome<()> {
    let mut statement = connection.prepare_cached(&format!(
        "INSERT INTO mark (id, told_at) VALUES (1, ?1) ON CONFLICT (id) DO UPDATE SET told_at = {kept}"
    ))?;
    statement.execute(params![told.as_ms()])?;
    Ok(())
}
