//! The system's keyring.

use std::sync::Arc;

use keyring_core::{Entry, Error};

use crate::error::StorageError;

#[derive(Debug)]
pub(crate) struct Keyring {
    entry: Entry,
    place: String,
}

impl Keyring {
    pub(crate) fn open(service: &str, account: &str) -> Result<Self, StorageError> {
        let entry = Entry::new(service, account).map_err(refused)?;
        Ok(Self { entry, place: format!("the keyring's entry {service}, {account}") })
    }

    pub(crate) fn place(&self) -> String {
        self.place.clone()
    }

    pub(crate) fn read(&self) -> Result<Option<Vec<u8>>, StorageError> {
        match self.entry.get_secret() {
            Ok(secret) => Ok(Some(secret)),
            Err(Error::NoEntry) => Ok(None),
            Err(error) => Err(refused(error)),
        }
    }

    pub(crate) fn write(&self, bytes: &[u8]) -> Result<(), StorageError> {
        self.entry.set_secret(bytes).map_err(refused)
    }
}

/// What a keyring says when it holds something that is not a secret is that thing itself: it goes no further.
fn refused(error: Error) -> StorageError {
    let without_content = match error {
        Error::BadEncoding(_) => Error::BadEncoding(Vec::new()),
        Error::BadDataFormat(_, cause) => Error::BadDataFormat(Vec::new(), cause),
        other => other,
    };
    StorageError::Keyring(Arc::new(without_content))
}
