//! Connections and their settings.

use std::path::Path;
use std::thread::sleep;
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, ErrorCode, OpenFlags};

use super::log;
use super::open_error::OpenError;
use super::options::SqliteOptions;

/// "STYD", in the file's header: how a file says that it is ours.
pub(super) const APPLICATION_ID: u32 = u32::from_be_bytes(*b"STYD");

/// Page caches in KiB. Small: the system caches the file as well, and an idle server has to stay small.
const WRITER_CACHE_KIB: u32 = 4096;
const READER_CACHE_KIB: u32 = 1024;
/// Every statement of the queries fits.
const STATEMENTS: usize = 64;
/// How long to sleep between tries to switch to the log.
const RETRY: Duration = Duration::from_millis(5);

/// What both kinds of connections need.
fn prepare(connection: &Connection, options: &SqliteOptions) -> rusqlite::Result<()> {
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false)?;
    // Without this SQLite plans a statement anew whenever its parameters have changed, which is the larger part of a lookup's time.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    connection.busy_timeout(options.lock_wait)
}

/// Opens the connection that writes, before migrations have run. Until [`finish_writer`] it leaves the log alone when it is closed, so
/// that a database that is refused after all is not touched.
pub(super) fn writer(path: &Path, options: &SqliteOptions) -> Result<Connection, OpenError> {
    let open = || -> rusqlite::Result<Connection> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(path, flags)?;
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
        prepare(&connection, options)?;
        connection.pragma_update(None, "foreign_keys", true)?;
        // What was deleted is overwritten: a dump of the file holds no ended session.
        connection.pragma_update(None, "secure_delete", true)?;
        connection.pragma_update(None, "cache_size", -i64::from(WRITER_CACHE_KIB))?;
        connection.pragma_update(None, "synchronous", "FULL")?;
        Ok(connection)
    };
    open().map_err(|source| OpenError::from_sqlite(path, source))
}

/// Switches to the log and sets what may only be set on a database that is ours.
pub(super) fn finish_writer(
    connection: &Connection,
    path: &Path,
    options: &SqliteOptions,
) -> Result<(), OpenError> {
    let finish = || -> rusqlite::Result<bool> {
        if !switch_to_log(connection, options.lock_wait)? {
            return Ok(false);
        }
        // After a migration that drops a column SQLite (3.40 to 3.54) leaves a read open here, and then the log could not be moved into the
        // file ("database table is locked"). The next read ends it.
        connection.query_row("SELECT EXISTS (SELECT 1 FROM sqlite_schema)", [], |_| Ok(()))?;
        connection.pragma_update(None, "synchronous", options.durability.synchronous())?;
        connection.pragma_update(None, "journal_size_limit", log::KEPT_BYTES)?;
        if let Some(bytes) = options.max_bytes {
            let page: i64 = connection.pragma_query_value(None, "page_size", |row| row.get(0))?;
            let pages = i64::try_from(bytes).unwrap_or(i64::MAX) / page.max(1);
            connection.pragma_update(None, "max_page_count", pages.max(1))?;
        }
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, false)?;
        Ok(true)
    };
    match finish() {
        Ok(true) => Ok(()),
        Ok(false) => Err(OpenError::NoSharedMemory { path: path.to_owned() }),
        Err(source) => Err(OpenError::from_sqlite(path, source)),
    }
}

/// Opens a connection that cannot write. The writer must have been set up before.
pub(super) fn reader(path: &Path, options: &SqliteOptions) -> Result<Connection, OpenError> {
    let open = || -> rusqlite::Result<Connection> {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(path, flags)?;
        prepare(&connection, options)?;
        connection.pragma_update(None, "cache_size", -i64::from(READER_CACHE_KIB))?;
        Ok(connection)
    };
    open().map_err(|source| OpenError::from_sqlite(path, source))
}

/// The switch needs the file for itself for a moment, and SQLite does not wait for that moment where another process is opening the
/// same new database. `false` on a file system that has no shared memory.
fn switch_to_log(connection: &Connection, wait: Duration) -> rusqlite::Result<bool> {
    let tries = (wait.as_millis() / RETRY.as_millis()).max(1);
    let mut tried = 0;
    loop {
        tried += 1;
        match connection.pragma_update_and_check(None, "journal_mode", "WAL", |row| row.get::<_, String>(0)) {
            Err(error) if error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy) && tried < tries => {
                sleep(RETRY);
            }
            answer => return answer.map(|mode| mode.eq_ignore_ascii_case("wal")),
        }
    }
}
