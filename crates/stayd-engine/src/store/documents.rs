//! The part of a store that keeps people's documents.

use async_trait::async_trait;
use stayd_protocol::Timestamp;
use std::fmt;
use std::sync::Arc;

use super::StoreResult;

/// A change of a document of one person, removals among them: no two changes share a number, and a later one has a greater. So it names one
/// state of one document, also where a document was removed and made again. It is not smaller than the time of its change, and so greater than
/// all that a database knew of before it was restored from a backup, as long as clocks go forward.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Revision(u64);

impl Revision {
    /// Before the first change.
    pub const NONE: Self = Self(0);

    /// The change with this number.
    pub const fn new(number: u64) -> Self {
        Self(number)
    }

    /// Its number.
    pub const fn number(self) -> u64 {
        self.0
    }

    /// The change after this one, which is made at `at`: the next number, or the time in ms where that is greater.
    #[must_use]
    pub fn next(self, at: Timestamp) -> Self {
        Self(self.0.saturating_add(1).max(at.as_ms().try_into().unwrap_or_default()))
    }
}

/// Its number.
impl fmt::Display for Revision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A document of a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DocumentRecord {
    /// The person.
    pub user_id: String,
    /// The key, together with the person.
    pub name: String,
    /// JSON.
    pub value: String,
    /// Its last change.
    pub revision: Revision,
    /// When that was.
    pub updated_at: Timestamp,
}

/// What a list says of a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DocumentEntry {
    /// Its name.
    pub name: String,
    /// Its last change.
    pub revision: Revision,
    /// When that was.
    pub updated_at: Timestamp,
    /// Whether that change removed it.
    pub is_removed: bool,
}

/// How many removed documents of one person are remembered, so that who was away can be told of them.
pub const REMOVALS_OF_ONE: usize = 32;

/// A change of a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DocumentChange {
    /// The person.
    pub user_id: String,
    /// The document's name.
    pub name: String,
    /// JSON; `None` removes the document.
    pub value: Option<String>,
    /// The change is made only if this is the document's last change; `None`: only if there is no such document.
    pub expected: Option<Revision>,
    /// A document that is new is made only if the person has fewer than so many.
    pub at_most: usize,
    /// When the change is made.
    pub at: Timestamp,
}

/// What became of a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DocumentChanged {
    /// It was made.
    Made(Revision),
    /// The document is not as expected.
    Unexpected,
    /// The person has as many documents as they may have.
    Full,
}

/// Keeps documents; beside [`super::Store`], and under the same promises.
///
/// **Changes come into sight in their order.** Who sees a change sees all of the same person with a smaller revision: without this somebody is
/// told of the later one and never of the earlier. A document goes with its person.
#[async_trait]
pub trait DocumentStore: Send + Sync {
    /// A person's document, if there is one.
    async fn document(&self, user_id: &str, name: &str) -> StoreResult<Option<DocumentRecord>>;

    /// A person's documents, and the [`REMOVALS_OF_ONE`] that were removed last, in the order of their last changes. The last change of all is
    /// always among them.
    async fn documents_of(&self, user_id: &str) -> StoreResult<Vec<DocumentEntry>>;

    /// The last change of all documents of each of these people, in their order; [`Revision::NONE`] where there was none.
    async fn last_revisions(&self, user_ids: Vec<Arc<str>>) -> StoreResult<Vec<Revision>>;

    /// Makes a change, if its conditions hold: the person's last one has its [`Revision::next`]. `NotFound` when there is no such person.
    async fn change_document(&self, change: DocumentChange) -> StoreResult<DocumentChanged>;
}
