//! What can go wrong in a store, by what a caller can do about it.

/// A store's failure. A backend keeps its own error to itself and maps it to one of these.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// A key that must be unique is taken: an address, a token, a provider's account.
    #[error("taken")]
    Conflict,
    /// The record that was to be changed is not there.
    #[error("not found")]
    NotFound,
    /// The person is disabled, and so may not have the session that was to be added.
    #[error("the person is disabled")]
    Disabled,
    /// The store cannot answer now: full, locked, down. Trying again later may work; nothing was written.
    #[error("the store is unavailable")]
    Unavailable(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// What the store holds is not what it should be. Trying again does not help.
    #[error("the store is corrupt")]
    Corrupt(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// The result of a store's operation.
pub type StoreResult<T> = Result<T, StoreError>;
