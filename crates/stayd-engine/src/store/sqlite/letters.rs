//! The statements on letters that wait.

use async_trait::async_trait;
use rusqlite::{Connection, Row, params};
use stayd_protocol::{Sealed, Timestamp};

use super::SqliteStore;
use super::error::Outcome;
use super::rows;
use crate::store::{LetterLease, LetterRecord, LetterStore, StoreResult, TakenLetter, WaitingLetters};

#[async_trait]
impl LetterStore for SqliteStore {
    async fn queue_letter(&self, letter: LetterRecord) -> StoreResult<()> {
        self.writer.write(move |db| insert(db, Some(&letter))).await
    }

    async fn take_letters(
        &self,
        lease: LetterLease,
        now: Timestamp,
        limit: usize,
    ) -> StoreResult<Vec<TakenLetter>> {
        self.writer.write(move |db| take(db, &lease, now, limit)).await
    }

    async fn extend_letters(&self, lease: LetterLease) -> StoreResult<()> {
        self.writer
            .write(move |db| {
                db.prepare_cached("UPDATE letter SET leased_until = ?2 WHERE holder = ?1")?
                    .execute(params![lease.holder, lease.until.as_ms()])?;
                Ok(())
            })
            .await
    }

    async fn remove_letter(&self, id: &str) -> StoreResult<()> {
        let id = id.to_owned();
        self.writer
            .write(move |db| {
                db.prepare_cached("DELETE FROM letter WHERE id = ?1")?.execute([id])?;
                Ok(())
            })
            .await
    }

    async fn put_off_letter(&self, id: &str, holder: &str, due_at: Timestamp) -> StoreResult<()> {
        let (id, holder) = (id.to_owned(), holder.to_owned());
        self.writer
            .write(move |db| {
                db.prepare_cached(
                    "UPDATE letter SET due_at = ?3, failures = failures + 1, holder = NULL, leased_until = NULL
                     WHERE id = ?1 AND holder = ?2",
                )?
                .execute(params![id, holder, due_at.as_ms()])?;
                Ok(())
            })
            .await
    }

    async fn release_letters(&self, holder: &str) -> StoreResult<()> {
        let holder = holder.to_owned();
        self.writer
            .write(move |db| {
                db.prepare_cached("UPDATE letter SET holder = NULL, leased_until = NULL WHERE holder = ?1")?
                    .execute([holder])?;
                Ok(())
            })
            .await
    }

    async fn remove_every_letter(&self) -> StoreResult<usize> {
        self.writer.write(|db| Ok(db.execute("DELETE FROM letter", [])?)).await
    }

    async fn waiting_letters(&self, at_most: usize) -> StoreResult<WaitingLetters> {
        self.readers.read(move |db| waiting(db, at_most)).await
    }
}

/// Adds a letter, if there is one.
pub(super) fn insert(connection: &Connection, letter: Option<&LetterRecord>) -> Outcome<()> {
    let Some(letter) = letter else { return Ok(()) };
    connection
        .prepare_cached(
            "INSERT INTO letter (id, sealed_by, sealed, created_at, due_at) VALUES (?1, ?2, ?3, ?4, ?4)",
        )?
        .execute(params![letter.id, letter.sealed.key_id, letter.sealed.bytes, letter.created_at.as_ms()])?;
    Ok(())
}

/// Reads and marks on the one connection that writes, and under its lock: nobody else gets them.
fn take(
    connection: &Connection,
    lease: &LetterLease,
    now: Timestamp,
    limit: usize,
) -> Outcome<Vec<TakenLetter>> {
    let mut statement = connection.prepare_cached(
        "SELECT id, sealed_by, sealed, created_at, failures FROM letter
         WHERE due_at <= ?1 AND (leased_until IS NULL OR leased_until <= ?1) ORDER BY due_at, seq LIMIT ?2",
    )?;
    let taken: Vec<TakenLetter> =
        statement.query_map(params![now.as_ms(), rows::limit(limit)], letter)?.collect::<Result<_, _>>()?;
    let mut mark =
        connection.prepare_cached("UPDATE letter SET holder = ?2, leased_until = ?3 WHERE id = ?1")?;
    for letter in &taken {
        mark.execute(params![letter.letter.id, lease.holder, lease.until.as_ms()])?;
    }
    Ok(taken)
}

fn waiting(connection: &Connection, at_most: usize) -> Outcome<WaitingLetters> {
    let count: i64 = connection
        .prepare_cached("SELECT count(*) FROM (SELECT 1 FROM letter LIMIT ?1)")?
        .query_row([rows::limit(at_most)], |row| row.get(0))?;
    let next: Option<i64> = connection
        .prepare_cached("SELECT min(max(due_at, coalesce(leased_until, due_at))) FROM letter")?
        .query_row([], |row| row.get(0))?;
    Ok(WaitingLetters {
        count: usize::try_from(count).unwrap_or_default(),
        next: next.map(Timestamp::from_ms),
    })
}

fn letter(row: &Row<'_>) -> rusqlite::Result<TakenLetter> {
    Ok(TakenLetter {
        letter: LetterRecord {
            id: row.get(0)?,
            sealed: Sealed { key_id: row.get(1)?, bytes: row.get(2)? },
            created_at: row.get(3).map(Timestamp::from_ms)?,
        },
        failures: row.get(4)?,
    })
}
