//! [`SqliteStore`]: records in one file beside the server. The default.
//!
//! One connection writes and commits in groups, a few others read beside it; each lives on a thread of its own. Other processes (the
//! command line) may use the file at the same time, on the same machine.

mod connection;
mod devices;
mod documents;
mod error;
mod families;
mod health;
mod job;
mod keys;
mod letters;
mod log;
mod look;
mod mark;
mod migrate;
mod open_error;
mod options;
mod people;
mod reader;
mod rotation;
mod rows;
mod security;
mod sessions;
mod step_back;
mod store;
mod thread;
mod tokens;
mod users;
mod verifications;
mod writer;

use std::path::{Path, PathBuf};

use stayd_protocol::Timestamp;

pub use migrate::AppliedMigration;
pub use open_error::{FileKind, ForeignDatabase, OpenError};
pub use options::{Durability, SqliteOptions};

use super::StoreResult;
use look::Found;
use reader::Readers;
use writer::Writer;

/// Keeps everything in a SQLite database.
///
/// Dropping it finishes what is queued and closes the file, and blocks until that is done; [`SqliteStore::close`] does the same without
/// blocking the runtime, and says how it went.
#[derive(Debug)]
pub struct SqliteStore {
    // Dropped first, so that the writer is the last to close the file and can tidy up beside it.
    readers: Readers,
    writer: Writer,
    path: PathBuf,
    migrations: Vec<AppliedMigration>,
}

impl SqliteStore {
    /// Opens the database at `path`, making it (readable only by its owner) where there is none, and runs the migrations that it has
    /// not been through; `now` is noted with them.
    ///
    /// A file that is not ours, that is damaged, or that a newer version has made is refused, and not touched. Blocks for as long as
    /// that takes, some milliseconds.
    pub fn open(path: impl AsRef<Path>, options: &SqliteOptions, now: Timestamp) -> Result<Self, OpenError> {
        let path = &look::whole_path(path.as_ref())?;
        if look::look(path)? == Found::Nothing {
            look::create(path)?;
        }
        let mut connection = connection::writer(path, options)?;
        let migrations = migrate::run(&mut connection, path, now)?;
        connection::finish_writer(&connection, path, options)?;
        let readers = Readers::start(path, options)?;
        let writer = Writer::start(connection, path, options)?;
        Ok(Self { readers, writer, path: path.clone(), migrations })
    }

    /// Where the database is, from the root.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The migrations that the database has been through, in their order, and which of them were run by this opening.
    pub fn migrations(&self) -> &[AppliedMigration] {
        &self.migrations
    }

    /// Reads the whole file and answers with what is wrong with it: nothing, as a rule. Takes seconds for a large file, during which
    /// one of the readers is busy.
    pub async fn integrity(&self) -> StoreResult<Vec<String>> {
        self.readers.read(health::integrity).await
    }

    /// Finishes every write that was asked for, moves the log into the file and closes it. What is asked for later is answered with
    /// `Unavailable`. An error means that the log stays beside the file; nothing is lost by that.
    pub async fn close(&self) -> StoreResult<()> {
        self.readers.close().await;
        self.writer.close().await
    }
}
