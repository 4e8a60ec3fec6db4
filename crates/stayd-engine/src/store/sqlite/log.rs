//! The log beside the file (SQLite's WAL): how long it gets, when it is moved into the file, and the room that it is given.

use std::fs::OpenOptions;
use std::io::{self, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicI32, Ordering};

use rusqlite::{Connection, TransactionBehavior};

/// Pages of 4 KiB in the log before they are moved to the file: 8 MiB. A longer log would make reads slower, a shorter one would
/// move the same pages more often.
const CHECKPOINT_PAGES: i32 = 2000;
/// What is kept of the log's file after a checkpoint, in bytes.
pub(super) const KEPT_BYTES: u32 = 16 << 20;
/// The room of a log up to its checkpoint, in bytes: the pages with 24 bytes each, and the transaction that goes beyond them.
const ROOM: u64 = 9 << 20;
/// How much room is made at a time.
const CHUNK: usize = 1 << 20;

/// Counts the pages of the log, and moves it when nobody waits for a commit: SQLite by itself would do so within the commit that
/// fills it, which its callers would wait for.
#[derive(Debug, Default)]
pub(super) struct Log {
    pages: Arc<AtomicI32>,
}

impl Log {
    /// Takes over from SQLite.
    pub(super) fn of(connection: &mut Connection) -> rusqlite::Result<Self> {
        let log = Self::default();
        let pages = Arc::clone(&log.pages);
        connection.wal_hook(Some(move |_: &mut rusqlite::hooks::Wal, count| {
            pages.store(count, Ordering::Relaxed);
            Ok(())
        }))?;
        Ok(log)
    }

    /// Moves the log into the file where it is long enough. What somebody still reads stays, until after the next commit.
    pub(super) fn move_if_long(&self, connection: &Connection) {
        if self.pages.load(Ordering::Relaxed) < CHECKPOINT_PAGES {
            return;
        }
        self.pages.store(0, Ordering::Relaxed);
        if let Err(error) = connection.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(())) {
            tracing::warn!(%error, "the log was not moved into the database; nothing is lost");
        }
    }
}

/// Moves the log into the file and cuts it to nothing.
pub(super) fn move_log(connection: &Connection) -> rusqlite::Result<()> {
    connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))
}

/// Makes room where there is some. Without it the log grows as it is written.
pub(super) fn try_to_make_room(connection: &mut Connection, path: &Path) {
    if let Err(error) = make_room(connection, path) {
        tracing::debug!(%error, "the log was given no room");
    }
}

/// Gives the log of the database at `path` the room that it will need. A file that grows is written to the disk with the file system's
/// own journal, and so with what any other process has just written: measured beside a compiler, that makes the slowest commit of
/// a hundred two to three times as slow. What is written here is no log, and whoever reads it takes it for its end.
fn make_room(connection: &mut Connection, path: &Path) -> io::Result<()> {
    // Whoever holds this lock is the only one who writes to the log or cuts it.
    let lock =
        connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(io::Error::other)?;
    let mut file = OpenOptions::new().write(true).open(path_of_log(path))?;
    let used = file.seek(SeekFrom::End(0))?;
    let made = fill(&mut file, used);
    if made.is_err() {
        // The room is needed elsewhere.
        file.set_len(used)?;
    }
    lock.rollback().map_err(io::Error::other)?;
    made
}

fn fill(file: &mut std::fs::File, used: u64) -> io::Result<()> {
    let zeros = vec![0; CHUNK];
    let mut missing = usize::try_from(ROOM.saturating_sub(used)).unwrap_or(0);
    while missing > 0 {
        let now = missing.min(CHUNK);
        file.write_all(zeros.get(..now).unwrap_or_default())?;
        missing -= now;
    }
    file.sync_all()
}

fn path_of_log(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push("-wal");
    name.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn open(path: &Path) -> Connection {
        let connection = Connection::open(path).unwrap();
        connection.pragma_update(None, "journal_mode", "WAL").unwrap();
        connection.execute_batch("CREATE TABLE IF NOT EXISTS number (value INTEGER)").unwrap();
        connection
    }

    /// What a process leaves that is killed now, opened by the next.
    fn open_after_a_crash(path: &Path) -> Connection {
        let copy = path.with_extension("copy");
        std::fs::copy(path, &copy).unwrap();
        std::fs::copy(path_of_log(path), path_of_log(&copy)).unwrap();
        open(&copy)
    }

    fn put(connection: &Connection, value: i64) {
        connection.execute("INSERT INTO number VALUES (?1)", [value]).unwrap();
    }

    fn sum(connection: &Connection) -> i64 {
        connection.query_row("SELECT sum(value) FROM number", [], |row| row.get(0)).unwrap()
    }

    fn length(path: &Path) -> u64 {
        std::fs::metadata(path_of_log(path)).unwrap().len()
    }

    // P3
    #[test]
    fn a_log_with_room_keeps_what_is_in_it_and_does_not_grow_and_a_crash_loses_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.db");
        let mut connection = open(&path);
        put(&connection, 1);
        make_room(&mut connection, &path).unwrap();
        assert_eq!(length(&path), ROOM);
        put(&connection, 2);
        assert_eq!((sum(&connection), length(&path)), (3, ROOM));
        assert_eq!(sum(&open_after_a_crash(&path)), 3);
    }

    #[test]
    fn an_empty_log_with_room_is_an_empty_log_after_a_crash() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.db");
        let mut connection = open(&path);
        put(&connection, 1);
        move_log(&connection).unwrap();
        make_room(&mut connection, &path).unwrap();
        let again = open_after_a_crash(&path);
        put(&again, 2);
        assert_eq!(sum(&again), 3);
    }

    #[test]
    fn room_is_not_made_while_another_process_writes() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.db");
        let (mut connection, other) = (open(&path), open(&path));
        connection.busy_timeout(std::time::Duration::ZERO).unwrap();
        other.execute_batch("BEGIN IMMEDIATE; INSERT INTO number VALUES (4)").unwrap();
        assert!(make_room(&mut connection, &path).is_err());
        other.execute_batch("COMMIT").unwrap();
        assert_eq!(sum(&connection), 4);
    }

    #[test]
    fn a_long_log_is_moved_when_it_is_asked_for_and_not_within_a_commit() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.db");
        let mut connection = open(&path);
        let log = Log::of(&mut connection).unwrap();
        connection.execute_batch("CREATE TABLE blob (bytes BLOB)").unwrap();
        connection.execute("INSERT INTO blob VALUES (zeroblob(?1))", [4096 * CHECKPOINT_PAGES]).unwrap();
        assert!(log.pages.load(Ordering::Relaxed) >= CHECKPOINT_PAGES);
        let file = || std::fs::metadata(&path).unwrap().len();
        assert!(file() < 1 << 20);
        log.move_if_long(&connection);
        assert!(file() > 8_000_000);
        put(&connection, 1);
        assert!(log.pages.load(Ordering::Relaxed) < 10);
    }
}
