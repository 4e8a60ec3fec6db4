//! Why a database was not opened.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use rusqlite::ErrorCode;

use super::error::may_pass;

/// Why a database was not opened. Where the file is not ours or is damaged, not a byte of it has been touched.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OpenError {
    /// The path is empty or `:memory:`.
    #[error("a database needs a file: one in memory would lose every session when the server stops")]
    InMemory,
    /// The directory of the file does not exist.
    #[error("{}: the directory {} does not exist", path.display(), directory.display())]
    NoDirectory {
        /// The database.
        path: PathBuf,
        /// What is missing.
        directory: PathBuf,
    },
    /// The path is a directory or a device.
    #[error("{}: not a regular file", path.display())]
    NotAFile {
        /// The path.
        path: PathBuf,
    },
    /// The file cannot be read.
    #[error("{}: cannot be read", path.display())]
    Unreadable {
        /// The database.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// The file cannot be made or written.
    #[error("{}: cannot be written", path.display())]
    Unwritable {
        /// The database.
        path: PathBuf,
        /// What the system or the database says.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The file is not a SQLite database.
    #[error("{}: not a SQLite database, but {found}", path.display())]
    NotADatabase {
        /// The file.
        path: PathBuf,
        /// What it looks like.
        found: FileKind,
    },
    /// The file is somebody else's SQLite database.
    #[error("{}: a SQLite database, but not one of Stayd: {found}", path.display())]
    Foreign {
        /// The file.
        path: PathBuf,
        /// What is in it.
        found: ForeignDatabase,
    },
    /// The file is ours, and damaged.
    #[error("{}: the database is damaged; restore it from a backup", path.display())]
    Damaged {
        /// The database.
        path: PathBuf,
        /// What is wrong.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// There is a write-ahead log, but the database it belongs to is missing or empty. Opening would throw acknowledged writes away.
    #[error("{}: missing or empty, but its log {} is there; put the database back, or move the log away", path.display(), log.display())]
    OrphanedLog {
        /// The database.
        path: PathBuf,
        /// The log.
        log: PathBuf,
    },
    /// The database was migrated by a newer Stayd.
    #[error("{}: made by a newer Stayd (migration {name}); use that version", path.display())]
    NewerMigration {
        /// The database.
        path: PathBuf,
        /// The migration this version does not know.
        name: String,
    },
    /// A recorded migration is not the one this version has under that name.
    #[error("{}: migration {name} is not the one this version of Stayd knows", path.display())]
    AlteredMigration {
        /// The database.
        path: PathBuf,
        /// Which migration.
        name: String,
    },
    /// The file system lacks what a database needs that several processes share (network file systems do).
    #[error("{}: the file system has no shared memory; put the database on a local disk", path.display())]
    NoSharedMemory {
        /// The database.
        path: PathBuf,
    },
    /// Another process holds the database, or the system lacks something now. Trying again may work.
    #[error("{}: the database is unavailable", path.display())]
    Unavailable {
        /// The database.
        path: PathBuf,
        /// What the database says.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// A thread could not be started.
    #[error("{}: no thread for the database", path.display())]
    Thread {
        /// The database.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
}

impl OpenError {
    pub(super) fn from_sqlite(path: &Path, source: rusqlite::Error) -> Self {
        let path = path.to_owned();
        let cause = source.sqlite_error().copied();
        let source = Box::new(source);
        match cause {
            Some(cause)
                if matches!(
                    cause.code,
                    ErrorCode::ReadOnly | ErrorCode::CannotOpen | ErrorCode::PermissionDenied
                ) =>
            {
                Self::Unwritable { path, source }
            }
            Some(cause) if may_pass(cause) => Self::Unavailable { path, source },
            _ => Self::Damaged { path, source },
        }
    }
}

/// What a file that is no database looks like. Its content is not shown: it may be a secret that was named by mistake.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum FileKind {
    /// Readable text.
    Text,
    /// A gzip archive.
    Gzip,
    /// A zip archive.
    Zip,
    /// Nothing but zeros at the beginning.
    Zeros,
    /// Shorter than a database's header, or something unknown.
    Unknown,
}

impl FileKind {
    pub(super) fn of(start: &[u8]) -> Self {
        match start {
            [0x1f, 0x8b, ..] => Self::Gzip,
            [b'P', b'K', 3, 4, ..] => Self::Zip,
            _ if start.iter().all(|byte| *byte == 0) => Self::Zeros,
            _ if start.iter().all(|byte| byte.is_ascii_graphic() || byte.is_ascii_whitespace()) => Self::Text,
            _ => Self::Unknown,
        }
    }
}

impl fmt::Display for FileKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Text => "a text file",
            Self::Gzip => "a gzip archive",
            Self::Zip => "a zip archive",
            Self::Zeros => "zeros",
            Self::Unknown => "something else",
        })
    }
}

/// What was found in a database that is not ours.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ForeignDatabase {
    /// The application id in its header; 0 where the application has set none.
    pub application_id: u32,
    /// Its tables by name, at most ten.
    pub tables: Vec<String>,
}

impl ForeignDatabase {
    /// Whether it has the tables of a Better Auth server.
    pub fn is_better_auth(&self) -> bool {
        self.application_id == 0
            && ["user", "session", "account", "verification"]
                .iter()
                .all(|table| self.tables.iter().any(|found| found == table))
    }
}

impl fmt::Display for ForeignDatabase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_better_auth() {
            f.write_str("it looks like one of Better Auth, ")?;
        }
        write!(f, "application id {:#010x}, tables: ", self.application_id)?;
        if self.tables.is_empty() {
            return f.write_str("none that can be read");
        }
        f.write_str(&self.tables.join(", "))
    }
}
