//! How a database is opened.

use std::num::NonZero;
use std::thread::available_parallelism;
use std::time::Duration;

/// Settings of a SQLite store. The default is right for a server.
#[derive(Debug, Clone)]
pub struct SqliteOptions {
    /// Connections that read beside the writer, each with a thread. At least 1; by default as many as there are processors, 2 to 4.
    pub readers: usize,
    /// What an acknowledged write survives.
    pub durability: Durability,
    /// How long a write waits while another process writes, before it is answered with `Unavailable`.
    pub lock_wait: Duration,
    /// The size in bytes that the database file does not outgrow (a page is 4096 bytes); writes beyond it are answered with
    /// `Unavailable`. `None`: as much as the disk holds.
    pub max_bytes: Option<u64>,
    /// Whether the log beside the file is given its room (9 MiB) at once and not commit by commit, which makes the slowest commits
    /// faster. For a process that stays: it is done when nobody waits for a write, soon after somebody asks for foreign writes.
    pub room_for_log: bool,
}

impl Default for SqliteOptions {
    fn default() -> Self {
        Self {
            readers: available_parallelism().map_or(2, NonZero::get).clamp(2, 4),
            durability: Durability::PowerLoss,
            lock_wait: Duration::from_secs(5),
            max_bytes: None,
            room_for_log: false,
        }
    }
}

/// What an acknowledged write survives (P3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Durability {
    /// Loss of power: the disk has confirmed the write before it is acknowledged.
    #[default]
    PowerLoss,
    /// The end of the process, `kill -9` included. Loss of power may take the last moments with it, and nothing else.
    ProcessCrash,
}

impl Durability {
    /// The value of `PRAGMA synchronous`.
    pub(super) fn synchronous(self) -> &'static str {
        match self {
            Self::PowerLoss => "FULL",
            Self::ProcessCrash => "NORMAL",
        }
    }
}
