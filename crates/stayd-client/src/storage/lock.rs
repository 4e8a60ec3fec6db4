//! A lock between processes. The operating system frees it when its holder ends, however that ends.

use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::trust;
use crate::error::StorageError;

/// A lock that is taken is tried again after this long, so that a wait can be left at any moment.
const AGAIN: Duration = Duration::from_millis(10);

#[derive(Debug)]
pub(crate) struct Lock {
    path: PathBuf,
}

/// The lock is this process's until this is dropped.
#[derive(Debug)]
pub(crate) struct Held {
    _file: File,
}

impl Lock {
    pub(crate) fn at(path: PathBuf) -> Self {
        Self { path }
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Refuses what could never be taken. The file is made when it is taken first.
    pub(crate) fn check(&self) -> Result<(), StorageError> {
        trust::open(&self.path).map(drop)
    }

    /// Waits until nobody else holds it. The file is never removed: whoever waits on a removed one would hold a lock of their own.
    pub(crate) async fn take(&self) -> Result<Held, StorageError> {
        let file = trust::open_lock(&self.path)?;
        loop {
            match file.try_lock() {
                Ok(()) => return Ok(Held { _file: file }),
                Err(TryLockError::WouldBlock) => tokio::time::sleep(AGAIN).await,
                Err(TryLockError::Error(error)) => return Err(StorageError::file("lock", &self.path)(error)),
            }
        }
    }
}
