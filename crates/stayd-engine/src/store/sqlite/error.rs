//! What SQLite's errors mean to a caller.

use rusqlite::{Error, ErrorCode, ffi};

use crate::store::{StoreError, StoreResult};

/// What a piece of work on the database comes to.
pub(super) type Outcome<T> = Result<T, Failure>;

/// Why a piece of work failed. Kept inside this module: callers see a [`StoreError`].
#[derive(Debug)]
pub(super) enum Failure {
    /// A rule of the store.
    Refused(StoreError),
    /// The database.
    Sqlite(Error),
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Self::Refused(error)
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Sqlite(error)
    }
}

impl From<Failure> for StoreError {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Refused(error) => error,
            Failure::Sqlite(error) => classify(error),
        }
    }
}

/// The store has been closed, or its thread has ended.
#[derive(Debug, thiserror::Error)]
#[error("the database is closed")]
pub(super) struct Closed;

/// The answer to work that comes too late.
pub(super) fn closed<T>() -> StoreResult<T> {
    Err(StoreError::Unavailable(Box::new(Closed)))
}

/// Sorts an error by what a caller can do about it.
pub(super) fn classify(error: Error) -> StoreError {
    let Some(cause) = error.sqlite_error() else {
        // A value that does not read as what the column holds.
        return StoreError::Corrupt(Box::new(error));
    };
    match cause.code {
        ErrorCode::ConstraintViolation => match cause.extended_code {
            ffi::SQLITE_CONSTRAINT_UNIQUE
            | ffi::SQLITE_CONSTRAINT_PRIMARYKEY
            | ffi::SQLITE_CONSTRAINT_ROWID => StoreError::Conflict,
            ffi::SQLITE_CONSTRAINT_FOREIGNKEY => StoreError::NotFound,
            // There is one: on sessions of people who are disabled.
            ffi::SQLITE_CONSTRAINT_TRIGGER => StoreError::Disabled,
            _ => StoreError::Corrupt(Box::new(error)),
        },
        _ if may_pass(*cause) => StoreError::Unavailable(Box::new(error)),
        _ => StoreError::Corrupt(Box::new(error)),
    }
}

/// Whether trying again later may work.
pub(super) fn may_pass(cause: ffi::Error) -> bool {
    matches!(
        cause.code,
        ErrorCode::DiskFull
            | ErrorCode::SystemIoFailure
            | ErrorCode::DatabaseBusy
            | ErrorCode::DatabaseLocked
            | ErrorCode::ReadOnly
            | ErrorCode::CannotOpen
            | ErrorCode::PermissionDenied
            | ErrorCode::OutOfMemory
            | ErrorCode::TooBig
            | ErrorCode::OperationAborted
            | ErrorCode::OperationInterrupted
            | ErrorCode::FileLockingProtocolFailed
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn classified(code: i32) -> StoreError {
        classify(Error::SqliteFailure(ffi::Error::new(code), None))
    }

    #[test]
    fn what_may_pass_is_unavailable() {
        for code in [
            ffi::SQLITE_FULL,
            ffi::SQLITE_IOERR,
            ffi::SQLITE_IOERR_FSYNC,
            ffi::SQLITE_BUSY,
            ffi::SQLITE_BUSY_SNAPSHOT,
            ffi::SQLITE_LOCKED,
            ffi::SQLITE_READONLY,
            ffi::SQLITE_CANTOPEN,
        ] {
            assert!(matches!(classified(code), StoreError::Unavailable(_)), "{code}");
        }
    }

    #[test]
    fn what_does_not_pass_is_corrupt() {
        for code in [ffi::SQLITE_CORRUPT, ffi::SQLITE_NOTADB, ffi::SQLITE_ERROR, ffi::SQLITE_CONSTRAINT_CHECK]
        {
            assert!(matches!(classified(code), StoreError::Corrupt(_)), "{code}");
        }
    }

    #[test]
    fn a_taken_key_is_a_conflict_and_a_missing_person_not_found() {
        assert!(matches!(classified(ffi::SQLITE_CONSTRAINT_UNIQUE), StoreError::Conflict));
        assert!(matches!(classified(ffi::SQLITE_CONSTRAINT_PRIMARYKEY), StoreError::Conflict));
        assert!(matches!(classified(ffi::SQLITE_CONSTRAINT_FOREIGNKEY), StoreError::NotFound));
    }
}
