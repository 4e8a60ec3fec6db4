//! A file beside the database that knows the last time the server told, as the database does. When the file knows a later one, the
//! database was restored from a backup (T-7).

use std::{fs, io, path::PathBuf};

use stayd_engine::store::{StoreResult, sqlite::SqliteStore};
use stayd_protocol::Timestamp;

/// Where the mark outside the database is.
pub(crate) struct Mark {
    file: PathBuf,
    /// What it said at the start. Read before the database is, for another server may be marking both.
    known: Option<Timestamp>,
}

impl Mark {
    /// `.stayd.db.mark` beside `stayd.db`: whoever copies `stayd.db*` leaves it where it is.
    pub(crate) fn beside(store: &SqliteStore) -> Self {
        let path = store.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let file = path.with_file_name(format!(".{name}.mark"));
        let known = fs::read_to_string(&file).ok().and_then(|text| text.trim().parse().ok());
        Self { file, known }
    }

    /// Whether the file knew a later time than the database.
    pub(crate) fn is_later_than(&self, told: Option<Timestamp>) -> bool {
        self.known.is_some_and(|marked| told.is_none_or(|told| told < marked))
    }

    /// Marks the time that is told: in the database first, so that the file never knows more than it.
    pub(crate) async fn set(&self, store: &SqliteStore, told: Timestamp) -> StoreResult<()> {
        store.mark_time(told).await?;
        self.write(told);
        Ok(())
    }

    /// Marks an earlier time: the clock was put back on purpose.
    pub(crate) async fn put_back(&self, store: &SqliteStore, told: Timestamp) -> StoreResult<()> {
        self.write(told);
        store.put_time_back(told).await
    }

    /// Without the file a restored database is not noticed; that is no reason to serve nobody.
    fn write(&self, told: Timestamp) {
        if let Err(error) = self.replace(told) {
            tracing::warn!(file = %self.file.display(), %error, "the mark beside the database could not be written");
        }
    }

    fn replace(&self, told: Timestamp) -> io::Result<()> {
        let new = self.file.with_extension("new");
        fs::write(&new, format!("{told}\n"))?;
        fs::rename(new, &self.file)
    }
}
