//! Looks at a file before it is opened: what is not ours is refused, and nothing is touched by looking.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_encode};
use rusqlite::{Connection, OpenFlags};

use super::connection::APPLICATION_ID;
use super::migrate;
use super::open_error::{FileKind, ForeignDatabase, OpenError};

/// What is at a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Found {
    /// No file.
    Nothing,
    /// A file without content.
    Empty,
    /// A database of ours.
    Database,
}

/// The path from the root. SQLite would take a relative one that begins with `file:` for a URI, with parameters.
pub(super) fn whole_path(path: &Path) -> Result<PathBuf, OpenError> {
    if path.as_os_str().is_empty() || path.as_os_str() == ":memory:" {
        return Err(OpenError::InMemory);
    }
    std::path::absolute(path).map_err(|source| OpenError::Unreadable { path: path.to_owned(), source })
}

/// Finds out what is at `path`, reading only.
pub(super) fn look(path: &Path) -> Result<Found, OpenError> {
    let unreadable = |source| OpenError::Unreadable { path: path.to_owned(), source };
    let Some(length) = length_of(path)? else {
        refuse_missing_directory(path)?;
        refuse_orphaned_log(path)?;
        return Ok(Found::Nothing);
    };
    if length == 0 {
        refuse_orphaned_log(path)?;
        return Ok(Found::Empty);
    }
    let mut start = Vec::with_capacity(HEADER);
    let file = File::open(path).map_err(unreadable)?;
    file.take(HEADER as u64).read_to_end(&mut start).map_err(unreadable)?;
    let Some(header) = Header::parse(&start) else {
        return Err(OpenError::NotADatabase { path: path.to_owned(), found: FileKind::of(&start) });
    };
    if header.application_id != APPLICATION_ID {
        let found = ForeignDatabase {
            application_id: header.application_id,
            tables: tables(path).unwrap_or_default(),
        };
        return Err(OpenError::Foreign { path: path.to_owned(), found });
    }
    if header.has_log_mode && !has_content(&beside(path, "-wal")) {
        // Nobody has it open, and all of it is in this one file: it can be read without a lock.
        refuse_truncated(path, &header, length)?;
        let connection = open_untouched(path).map_err(|source| OpenError::from_sqlite(path, source))?;
        migrate::check(&connection, path)?;
    }
    Ok(Found::Database)
}

/// Makes an empty file that only its owner can read. Not an error when somebody else was faster.
pub(super) fn create(path: &Path) -> Result<(), OpenError> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(path) {
        Ok(_) => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(OpenError::Unwritable { path: path.to_owned(), source: Box::new(error) }),
    }
}

/// The length of the regular file at `path`; `None` where there is nothing.
fn length_of(path: &Path) -> Result<Option<u64>, OpenError> {
    match fs::metadata(path) {
        Ok(metadata) if metadata.is_file() => Ok(Some(metadata.len())),
        Ok(_) => Err(OpenError::NotAFile { path: path.to_owned() }),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(OpenError::Unreadable { path: path.to_owned(), source }),
    }
}

fn refuse_missing_directory(path: &Path) -> Result<(), OpenError> {
    let directory = path.parent().unwrap_or(path);
    if directory.is_dir() {
        return Ok(());
    }
    Err(OpenError::NoDirectory { path: path.to_owned(), directory: directory.to_owned() })
}

/// SQLite deletes the log of a database that is missing or empty, and with it what had been acknowledged.
fn refuse_orphaned_log(path: &Path) -> Result<(), OpenError> {
    let log = beside(path, "-wal");
    // The file is looked at again: another process may just have filled it.
    if has_content(&log) && !has_content(path) {
        return Err(OpenError::OrphanedLog { path: path.to_owned(), log });
    }
    Ok(())
}

fn refuse_truncated(path: &Path, header: &Header, length: u64) -> Result<(), OpenError> {
    match header.length {
        Some(expected) if expected > length => Err(OpenError::Damaged {
            path: path.to_owned(),
            source: Box::new(Truncated { expected, length }),
        }),
        _ => Ok(()),
    }
}

/// The file ends too early.
#[derive(Debug, thiserror::Error)]
#[error("the file has {length} bytes of {expected}")]
struct Truncated {
    expected: u64,
    length: u64,
}

/// The names of a database's tables, at most ten.
fn tables(path: &Path) -> rusqlite::Result<Vec<String>> {
    let connection = open_untouched(path)?;
    let mut statement = connection.prepare(
        "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY rowid LIMIT 10",
    )?;
    statement.query_map([], |row| row.get(0))?.collect()
}

/// What a path may hold in a URI as it is.
const PATH: AsciiSet = NON_ALPHANUMERIC.remove(b'/').remove(b'-').remove(b'.').remove(b'_');

/// Opens a file as if it were on a read-only disk: no locks, no log, no shared memory beside it.
fn open_untouched(path: &Path) -> rusqlite::Result<Connection> {
    let uri = format!("file:{}?immutable=1", percent_encode(path.as_os_str().as_encoded_bytes(), &PATH));
    let flags =
        OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    Connection::open_with_flags(uri, flags)
}

fn has_content(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|metadata| metadata.len() > 0)
}

/// The path of a file that belongs to the database.
fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(suffix);
    PathBuf::from(name)
}

/// The length of a database's header in bytes (<https://sqlite.org/fileformat2.html>, 1.3).
const HEADER: usize = 100;

/// What matters of a database's header.
struct Header {
    application_id: u32,
    /// Whether changes go to a log first.
    has_log_mode: bool,
    /// The file's length in bytes, where the header knows it.
    length: Option<u64>,
}

impl Header {
    fn parse(start: &[u8]) -> Option<Self> {
        if start.len() < HEADER || !start.starts_with(b"SQLite format 3\0") {
            return None;
        }
        let number = |at: usize| start.get(at..at + 4)?.try_into().ok().map(u32::from_be_bytes);
        let page = u16::from_be_bytes(start.get(16..18)?.try_into().ok()?);
        let page = if page == 1 { 1 << 16 } else { u64::from(page) };
        // The count of pages holds only if the change counter is the one it was written with.
        let counts = number(24)? == number(92)?;
        Some(Self {
            application_id: number(68)?,
            has_log_mode: start.get(18) == Some(&2),
            length: if counts { Some(page * u64::from(number(28)?)) } else { None },
        })
    }
}
