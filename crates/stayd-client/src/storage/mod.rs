//! Where the session is kept between runs, and how the processes of one person share it.
//!
//! ```text
//!   turn lock   held for one request to the server; the session is read within it
//!   write lock  held while the session is compared and written, for moments
//!   mark        its change says that another process has written: looked at before each use, and once a second
//! ```
//!
//! Both locks are the operating system's: a process that is killed leaves none behind.

mod entry;
mod file;
#[cfg(feature = "keyring")]
mod keyring;
mod lock;
mod trust;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

pub(crate) use entry::Entry;
pub(crate) use lock::Held;

use crate::error::StorageError;
pub(crate) use file::Mark;
use file::PrivateFile;
use lock::Lock;

/// A write waits so long for another process's write, which takes moments.
const WRITE_PATIENCE: Duration = Duration::from_secs(3);

/// Where a session is kept between runs. Programs that name the same place share one session.
#[derive(Debug, Clone)]
pub struct Storage(Place);

#[derive(Debug, Clone)]
enum Place {
    Memory,
    File(PathBuf),
    #[cfg(feature = "keyring")]
    Keyring {
        service: String,
        account: String,
        turns: PathBuf,
    },
}

impl Storage {
    /// Nowhere: the session ends with the program, and is shared with no other.
    pub fn memory() -> Self {
        Self(Place::Memory)
    }

    /// A file that only its owner may read (mode 600). It is replaced as a whole, and beside it two empty lock files are made.
    /// The folder is made (mode 700) if it is not there. Refused is a file with wider permissions, one of another user, what is no
    /// regular file, and a folder into which others may put files.
    pub fn file(path: impl Into<PathBuf>) -> Self {
        Self(Place::File(path.into()))
    }

    /// The system's keyring, under a service's name and an account's. Which keyring that is, the program says once, with
    /// `keyring_core::set_default_store`. Keyrings know no turns: `turns` is a path for the files by which processes take them; no
    /// secret is in these.
    #[cfg(feature = "keyring")]
    pub fn keyring(
        service: impl Into<String>,
        account: impl Into<String>,
        turns: impl Into<PathBuf>,
    ) -> Self {
        Self(Place::Keyring { service: service.into(), account: account.into(), turns: turns.into() })
    }
}

/// An open storage. Its functions block; they are called from threads that may.
#[derive(Debug)]
pub(crate) struct Vault {
    keeps: Keeps,
    /// The server's address: a session of another one is not used.
    server: String,
    shared: Option<Shared>,
}

#[derive(Debug)]
enum Keeps {
    Nothing,
    File(PrivateFile),
    #[cfg(feature = "keyring")]
    Keyring(keyring::Keyring),
}

/// What processes share beside the session itself.
#[derive(Debug)]
struct Shared {
    turn: Lock,
    write: Lock,
    /// Changes with each write.
    mark: PathBuf,
}

impl Vault {
    pub(crate) fn open(storage: &Storage, server: &str) -> Result<Self, StorageError> {
        let server = server.to_owned();
        Ok(match &storage.0 {
            Place::Memory => Self { keeps: Keeps::Nothing, server, shared: None },
            Place::File(path) => {
                let shared = Some(Shared::open(path, path.clone())?);
                Self { keeps: Keeps::File(PrivateFile::new(path)), server, shared }
            }
            #[cfg(feature = "keyring")]
            Place::Keyring { service, account, turns } => {
                let keeps = Keeps::Keyring(keyring::Keyring::open(service, account)?);
                Self { keeps, server, shared: Some(Shared::open(turns, file::beside(turns, "mark"))?) }
            }
        })
    }

    /// What is kept; `None` where there is nothing.
    pub(crate) fn read(&self) -> Result<Option<Entry>, StorageError> {
        let (bytes, place) = match &self.keeps {
            Keeps::Nothing => return Ok(None),
            Keeps::File(file) => (file.read()?, file.place()),
            #[cfg(feature = "keyring")]
            Keeps::Keyring(keyring) => (keyring.read()?, keyring.place()),
        };
        let Some(bytes) = bytes else { return Ok(None) };
        Entry::decode(&bytes, &self.server, place)
    }

    /// Writes, but never over something newer.
    pub(crate) async fn write(self: &Arc<Self>, entry: Entry) -> Result<Written, StorageError> {
        let Some(shared) = &self.shared else { return Ok(Written::Done(None)) };
        let held = tokio::time::timeout(WRITE_PATIENCE, shared.write.take())
            .await
            .map_err(|_| StorageError::Locked { path: shared.write.path().to_owned() })??;
        let vault = Arc::clone(self);
        blocking(move || {
            // It ends with the write, also where nobody waits for that any more.
            let _held = held;
            vault.compare_and_set(&entry)
        })
        .await
    }

    fn compare_and_set(&self, entry: &Entry) -> Result<Written, StorageError> {
        // What cannot be read is not ours to write over.
        if let Some(found) = self.read()?.filter(|found| found.moment() > entry.moment()) {
            return Ok(Written::Newer(Box::new(found)));
        }
        let bytes = entry.encode(&self.server);
        match &self.keeps {
            Keeps::Nothing => {}
            Keeps::File(file) => file.replace(&bytes)?,
            #[cfg(feature = "keyring")]
            Keeps::Keyring(keyring) => {
                keyring.write(&bytes)?;
                if let Some(shared) = &self.shared {
                    PrivateFile::new(&shared.mark).replace(b"")?;
                }
            }
        }
        // Within the lock: what changes it afterwards is another process.
        Ok(Written::Done(self.mark()))
    }

    /// Waits for this process's turn to ask the server. Dropping the answer ends it; so does the end of the process.
    pub(crate) async fn turn(&self) -> Result<Option<Held>, StorageError> {
        match &self.shared {
            Some(shared) => shared.turn.take().await.map(Some),
            None => Ok(None),
        }
    }

    /// Changes when anybody writes. One look at the file's metadata: microseconds.
    pub(crate) fn mark(&self) -> Option<Mark> {
        Mark::of(&self.shared.as_ref()?.mark)
    }
}

/// What came of a write.
#[derive(Debug)]
pub(crate) enum Written {
    /// It is written, and the mark is this.
    Done(Option<Mark>),
    /// Another process has written something newer, which stays.
    Newer(Box<Entry>),
}

impl Shared {
    fn open(path: &Path, mark: PathBuf) -> Result<Self, StorageError> {
        file::make_folder_of(path)?;
        let [turn, write] = ["turn", "write"].map(|name| Lock::at(file::beside(path, name)));
        turn.check()?;
        write.check()?;
        Ok(Self { turn, write, mark })
    }
}

/// Runs what blocks on a thread that may.
pub(crate) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, StorageError> + Send + 'static,
) -> Result<T, StorageError> {
    match tokio::task::spawn_blocking(work).await {
        Ok(result) => result,
        Err(failed) => match failed.try_into_panic() {
            Ok(panic) => std::panic::resume_unwind(panic),
            // The runtime is being shut down: nobody hears this.
            Err(_) => std::future::pending().await,
        },
    }
}
