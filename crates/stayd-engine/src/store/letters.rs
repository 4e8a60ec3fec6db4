//! The part of a store in which letters wait: each is written in the same step as what it tells of, so that neither is there without
//! the other, and stays until it was carried.

use async_trait::async_trait;
use stayd_protocol::{Sealed, Timestamp};

use super::StoreResult;

/// A letter that waits. What it says is sealed: it may hold a link that opens an account (T-6).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LetterRecord {
    /// The key.
    pub id: String,
    /// The address, the name, and what it says.
    pub sealed: Sealed,
    /// When it was written; it is first due then.
    pub created_at: Timestamp,
}

/// A letter that somebody has taken in order to carry it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TakenLetter {
    /// It.
    pub letter: LetterRecord,
    /// How often it was put off.
    pub failures: u32,
}

/// A claim on letters: while it lasts nobody else takes them. Who is killed with it loses it by its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LetterLease {
    /// Whose; a name that nobody else has.
    pub holder: String,
    /// From this moment on others may take the letters.
    pub until: Timestamp,
}

/// What waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct WaitingLetters {
    /// How many, counted up to a limit; those that were taken are among them.
    pub count: usize,
    /// When the next one can be taken.
    pub next: Option<Timestamp>,
}

/// The part of a [`Store`](super::Store) in which letters wait. Its promises are those of a store. Letters that tell of a change are written
/// by the method that makes the change ([`Store::create_user`](super::Store::create_user) and others).
#[async_trait]
pub trait LetterStore: Send + Sync + 'static {
    /// Adds a letter that goes with no other change. `Conflict` when its id is taken.
    async fn queue_letter(&self, letter: LetterRecord) -> StoreResult<()>;

    /// Takes at most `limit` letters that are due at `now` and that nobody holds, in the order in which they became due (of the same moment:
    /// in which they were added). Of any number of callers exactly one gets each.
    async fn take_letters(
        &self,
        lease: LetterLease,
        now: Timestamp,
        limit: usize,
    ) -> StoreResult<Vec<TakenLetter>>;

    /// What the lease's holder still holds is theirs until its new end.
    async fn extend_letters(&self, lease: LetterLease) -> StoreResult<()>;

    /// Removes a letter: it was carried, or given up. Whoever holds it.
    async fn remove_letter(&self, id: &str) -> StoreResult<()>;

    /// Puts a letter back, due at `due_at`, after one more failure. Does nothing where `holder` does not hold it any more.
    async fn put_off_letter(&self, id: &str, holder: &str, due_at: Timestamp) -> StoreResult<()>;

    /// Lets go of everything that `holder` still holds: others may take it at once.
    async fn release_letters(&self, holder: &str) -> StoreResult<()>;

    /// Removes every letter, whoever holds it. Answers with how many there were.
    async fn remove_every_letter(&self) -> StoreResult<usize>;

    /// What waits; more than `at_most` are not counted.
    async fn waiting_letters(&self, at_most: usize) -> StoreResult<WaitingLetters>;
}
