//! Migrations: run by themselves when a database is opened, and recorded in it.

use std::path::Path;

use rusqlite::{Connection, OptionalExtension, TransactionBehavior, params};
use sha2::{Digest, Sha256};
use stayd_protocol::Timestamp;

use super::connection::APPLICATION_ID;
use super::open_error::{ForeignDatabase, OpenError};

/// A step from one version of the tables to the next. Steps are only ever added: a published one is never changed.
struct Migration {
    name: &'static str,
    sql: &'static str,
}

const MIGRATIONS: &[Migration] = &[
    Migration {
        name: "0001_people_and_sessions",
        sql: include_str!("migrations/0001_people_and_sessions.sql"),
    },
    Migration { name: "0002_rotation", sql: include_str!("migrations/0002_rotation.sql") },
    Migration { name: "0003_kind", sql: include_str!("migrations/0003_kind.sql") },
    Migration { name: "0004_tokens", sql: include_str!("migrations/0004_tokens.sql") },
    Migration { name: "0005_devices", sql: include_str!("migrations/0005_devices.sql") },
    Migration { name: "0006_checks", sql: include_str!("migrations/0006_checks.sql") },
    Migration { name: "0007_documents", sql: include_str!("migrations/0007_documents.sql") },
    Migration { name: "0008_letters", sql: include_str!("migrations/0008_letters.sql") },
    Migration { name: "0009_mark", sql: include_str!("migrations/0009_mark.sql") },
    Migration { name: "0010_disabled", sql: include_str!("migrations/0010_disabled.sql") },
    Migration { name: "0011_families", sql: include_str!("migrations/0011_families.sql") },
];

impl Migration {
    /// SHA-256 of the text, with the line endings that it has in the repository.
    fn checksum(&self) -> [u8; 32] {
        Sha256::digest(self.sql.replace("\r\n", "\n").as_bytes()).into()
    }
}

/// A migration that a database has been through.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AppliedMigration {
    /// Its name, which begins with its number.
    pub name: String,
    /// When it was run.
    pub applied_at: Timestamp,
    /// Whether it was run now, by this opening.
    pub is_new: bool,
}

/// Compares what a database has been through with what we know, without changing anything.
pub(super) fn check(connection: &Connection, path: &Path) -> Result<Vec<AppliedMigration>, OpenError> {
    let applied = applied(connection).map_err(|source| OpenError::from_sqlite(path, source))?;
    for (place, record) in applied.iter().enumerate() {
        let Some(known) = MIGRATIONS.get(place) else {
            return Err(OpenError::NewerMigration { path: path.to_owned(), name: record.name.clone() });
        };
        if known.name != record.name || known.checksum() != record.checksum {
            return Err(OpenError::AlteredMigration { path: path.to_owned(), name: record.name.clone() });
        }
    }
    let applied = applied.into_iter();
    Ok(applied
        .map(|record| AppliedMigration { name: record.name, applied_at: record.applied_at, is_new: false })
        .collect())
}

/// Runs what a database has not been through yet: all of it or nothing. Several processes may do so at once.
pub(super) fn run(
    connection: &mut Connection,
    path: &Path,
    now: Timestamp,
) -> Result<Vec<AppliedMigration>, OpenError> {
    let sqlite = |source| OpenError::from_sqlite(path, source);
    // Whoever comes second waits here, and then finds everything done.
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(sqlite)?;
    claim(&transaction, path)?;
    let mut applied = check(&transaction, path)?;
    for migration in MIGRATIONS.iter().skip(applied.len()) {
        apply(&transaction, migration, now).map_err(sqlite)?;
        tracing::info!(migration = migration.name, "migrated the database");
        applied.push(AppliedMigration { name: migration.name.to_owned(), applied_at: now, is_new: true });
    }
    transaction.commit().map_err(sqlite)?;
    Ok(applied)
}

/// Makes an empty database ours, and refuses one that somebody else has filled since we looked.
fn claim(connection: &Connection, path: &Path) -> Result<(), OpenError> {
    let sqlite = |source| OpenError::from_sqlite(path, source);
    let id: i64 = connection.pragma_query_value(None, "application_id", |row| row.get(0)).map_err(sqlite)?;
    if id == i64::from(APPLICATION_ID) {
        return Ok(());
    }
    let table: Option<String> = connection
        .query_row("SELECT name FROM sqlite_schema LIMIT 1", [], |row| row.get(0))
        .optional()
        .map_err(sqlite)?;
    if id != 0 || table.is_some() {
        let found = ForeignDatabase {
            application_id: u32::try_from(id).unwrap_or_default(),
            tables: table.into_iter().collect(),
        };
        return Err(OpenError::Foreign { path: path.to_owned(), found });
    }
    let claim = || {
        connection.pragma_update(None, "application_id", i64::from(APPLICATION_ID))?;
        connection.execute_batch(
            "CREATE TABLE migration (
                number     INTEGER PRIMARY KEY,
                name       TEXT    NOT NULL UNIQUE,
                checksum   BLOB    NOT NULL CHECK (length(checksum) = 32),
                applied_at INTEGER NOT NULL
            ) STRICT",
        )
    };
    claim().map_err(sqlite)
}

fn apply(connection: &Connection, migration: &Migration, now: Timestamp) -> rusqlite::Result<()> {
    connection.execute_batch(migration.sql)?;
    connection.execute(
        "INSERT INTO migration (name, checksum, applied_at) VALUES (?1, ?2, ?3)",
        params![migration.name, migration.checksum(), now.as_ms()],
    )?;
    Ok(())
}

struct Record {
    name: String,
    checksum: [u8; 32],
    applied_at: Timestamp,
}

fn applied(connection: &Connection) -> rusqlite::Result<Vec<Record>> {
    let mut statement =
        connection.prepare("SELECT name, checksum, applied_at FROM migration ORDER BY number")?;
    let records = statement.query_map([], |row| {
        let applied_at = Timestamp::from_ms(row.get(2)?);
        Ok(Record { name: row.get(0)?, checksum: row.get(1)?, applied_at })
    })?;
    records.collect()
}
