//! What can go wrong, sorted by who erred.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

/// Why a call could not do what it was asked for. Cloned for each caller that waits for the same attempt. It may be logged as it is, with its
/// causes: no token, password or query of an address is in it.
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The caller: the server's address cannot be one.
    #[error("{address:?} is not the address of a server: expected http:// or https:// with a host")]
    InvalidAddress {
        /// As it was given, without a name and a password before an `@`, and without a query.
        address: String,
    },
    /// The caller: the request goes to a place that the session's credential does not belong to. It was not sent.
    #[error("{url} is not at {server}: the credential is not sent there")]
    ForeignAddress {
        /// Where it was to go: without a name, a password, a query or a fragment.
        url: String,
        /// Where the credential belongs.
        server: String,
    },
    /// The caller: the request itself, or the HTTP client that was handed in, cannot be built.
    #[error("the request cannot be built")]
    InvalidRequest(#[source] Arc<reqwest::Error>),

    /// The server understood and did not grant it: a wrong password, an address that is taken.
    #[error("the server declined: {message} ({code})")]
    Declined {
        /// The HTTP status.
        status: u16,
        /// The server's own code, such as `INVALID_EMAIL_OR_PASSWORD`; `HTTP_` and the status where it names none.
        code: String,
        /// The server's own words.
        message: String,
    },
    /// What answers is no server of this protocol: a login page, a captive portal, another service. Nothing has changed.
    #[error("{url} answered with {found}; expected {expected}")]
    OtherProtocol {
        /// What was asked, without its query.
        url: String,
        /// What this protocol answers there.
        expected: &'static str,
        /// What came instead: status and kind of content, never the content.
        found: String,
    },
    /// The server says that it cannot answer now (5xx).
    #[error("the server is not available (status {status})")]
    Unavailable {
        /// The HTTP status.
        status: u16,
        /// What it asks for in `Retry-After`.
        retry_after: Option<Duration>,
    },
    /// The server says that it was asked too often (429).
    #[error("the server was asked too often")]
    TooManyRequests {
        /// What it asks for in `Retry-After`.
        retry_after: Option<Duration>,
    },

    /// The world: no answer came.
    #[error("the server could not be reached")]
    Unreachable(#[source] Arc<reqwest::Error>),
    /// The world: no answer came in time.
    #[error("no answer came in time")]
    TimedOut,
    /// The server could not be asked a moment ago, and is not asked again yet.
    #[error("the server could not be asked a moment ago ({trouble:?}): it is tried again later")]
    CoolingDown {
        /// What went wrong then, here or in another process.
        trouble: stayd_core::Trouble,
    },
    /// The session could not be read or written.
    #[error(transparent)]
    Storage(#[from] StorageError),

    /// The session ended, or another one began, while this waited.
    #[error("the session has ended")]
    SessionEnded,
    /// Too many requests wait for a renewal already.
    #[error("too many requests wait for the session's renewal")]
    TooManyWaiting,
    /// The client is closed.
    #[error("the client is closed")]
    Closed,
}

/// Why the session cannot be read or written. What was there is left as it is.
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum StorageError {
    /// Others than its owner may read the file, or change it: whoever could has to be assumed to have.
    #[error("{path} may be used by others (mode {mode:o}); expected mode 600")]
    TooOpen {
        /// The file.
        path: PathBuf,
        /// Its permissions.
        mode: u32,
    },
    /// Others may put files into its folder, and so may change what lies there.
    #[error("others may put files into {path} (mode {mode:o}); `chmod go-w` takes that from them")]
    FolderTooOpen {
        /// The folder.
        path: PathBuf,
        /// Its permissions.
        mode: u32,
    },
    /// The file, or its folder, is another user's: whatever they put there is not this person's session.
    #[error("{path} belongs to another user (number {owner})")]
    ForeignOwner {
        /// The file or the folder.
        path: PathBuf,
        /// The owner's number.
        owner: u32,
    },
    /// Where a file is expected lies a link, a folder, a pipe or the like. It has not been followed or waited for.
    #[error("{path} is not a regular file")]
    NotAFile {
        /// What lies there.
        path: PathBuf,
    },
    /// It holds something else than a session of this crate.
    #[error("{place} holds no session of this format")]
    NotASession {
        /// The file, or the keyring's entry.
        place: String,
    },
    /// It holds the session of another server, whose credential is not sent to this one.
    #[error(
        "{place} holds a session at {found}, which is not told to {expected}; sign out there, or keep this one elsewhere"
    )]
    OtherServer {
        /// The file, or the keyring's entry.
        place: String,
        /// Whose session it holds.
        found: String,
        /// The server that this client is for.
        expected: String,
    },
    /// The file system refused.
    #[error("cannot {doing} {path}")]
    File {
        /// What was tried.
        doing: &'static str,
        /// With what.
        path: PathBuf,
        /// What it said.
        #[source]
        source: Arc<std::io::Error>,
    },
    /// The keyring refused, or there is none.
    #[cfg(feature = "keyring")]
    #[error("the keyring cannot be used")]
    Keyring(#[source] Arc<keyring_core::Error>),
    /// Another process has kept the storage to itself for too long.
    #[error("{path} is kept locked by another process")]
    Locked {
        /// The lock.
        path: PathBuf,
    },
}

impl StorageError {
    pub(crate) fn file(doing: &'static str, path: &std::path::Path) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::File { doing, path, source: Arc::new(source) }
    }
}
