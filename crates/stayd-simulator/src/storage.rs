//! What a browser keeps beside its cookie, and what each of its tabs sees of that.
//!
//! IndexedDB is one place for all tabs. localStorage is not: a tab sees its own writes at once and those of other tabs late, lock or no
//! lock (fact 1 of the scenarios). So the record in IndexedDB decides, and the one in localStorage is a hint.

use stayd_core::{Record, Stored};

use crate::server::PageData;

/// Above what the machine takes for fresh.
const STALE_MS: u64 = 5_001;

/// A record as it is kept, or sent.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Slot {
    pub(crate) record: Record,
    /// What the browser's wall clock said then.
    pub(crate) written_at: i64,
    pub(crate) data: Option<PageData>,
}

impl Slot {
    /// What the machine of a page that has been there for `running_ms` is told of it, by a wall clock that has told the times until
    /// `unsure_until` twice.
    pub(crate) fn stored(&self, wall: i64, unsure_until: i64, running_ms: u64) -> Stored {
        // What led to the page may have changed the cookie: no word from before it is fresh.
        let least = |age: u64| if age > running_ms { age.max(STALE_MS + running_ms) } else { age };
        // A clock that was set back tells nothing of the age.
        let age_ms = u64::try_from(wall.saturating_sub(self.written_at))
            .ok()
            .filter(|_| self.written_at > unsure_until)
            .map_or(u64::MAX, least);
        let has_data = self.data.is_some_and(|data| data.session == self.record.session);
        Stored { record: self.record, age_ms, has_data }
    }

    pub(crate) fn age(&self) -> (u32, u32) {
        (self.record.epoch, self.record.generation)
    }
}

/// What a browser lets pages keep.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Keeps {
    Everything,
    /// No IndexedDB: there are hints, and nothing that decides.
    LocalOnly,
    /// Storage is denied.
    Nothing,
}

/// The storage of one browser.
#[derive(Debug)]
pub(crate) struct Storage {
    pub(crate) indexed: Option<Slot>,
    /// The last write to localStorage.
    pub(crate) local: Option<Slot>,
    /// What was there before it, and until when: a tab that is opened meanwhile may still see that.
    pub(crate) local_before: (Option<Slot>, u64),
}

impl Storage {
    pub(crate) fn new() -> Self {
        Self { indexed: None, local: None, local_before: (None, 0) }
    }

    /// Writes over what is not newer; what is newer is the answer.
    pub(crate) fn compare_and_set(&mut self, slot: Slot) -> Option<Slot> {
        match self.indexed {
            Some(there) if there.age() > slot.age() => Some(there),
            _ => {
                self.indexed = Some(slot);
                None
            }
        }
    }

    /// Writes the hint, but not over a newer one that this tab can see.
    pub(crate) fn write_hint(&mut self, slot: Slot, seen: Option<&Slot>, now: u64) -> bool {
        if seen.is_some_and(|seen| seen.age() > slot.age()) {
            return false;
        }
        self.local_before = (self.local, now);
        self.local = Some(slot);
        true
    }

    pub(crate) fn wipe(&mut self) {
        (self.indexed, self.local) = (None, None);
    }
}
