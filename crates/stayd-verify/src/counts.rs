//! How often what happened.

use std::sync::atomic::{AtomicU64, Ordering};

/// How often what happened since the start; for metrics.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Counts {
    /// Requests by somebody who is signed in.
    pub accepted: u64,
    /// Those of them whose token or cookie had been seen before.
    pub seen_before: u64,
    /// Requests that showed something that opens no session.
    pub refused: u64,
    /// Requests of which it could not be said.
    pub unavailable: u64,
    /// Questions to the server.
    pub asked: u64,
    /// Key sets that were fetched from the server.
    pub key_fetches: u64,
}

#[derive(Debug, Default)]
pub(crate) struct Counters {
    pub(crate) accepted: AtomicU64,
    pub(crate) seen_before: AtomicU64,
    pub(crate) refused: AtomicU64,
    pub(crate) unavailable: AtomicU64,
    pub(crate) asked: AtomicU64,
    pub(crate) key_fetches: AtomicU64,
}

impl Counters {
    pub(crate) fn read(&self) -> Counts {
        let read = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        Counts {
            accepted: read(&self.accepted),
            seen_before: read(&self.seen_before),
            refused: read(&self.refused),
            unavailable: read(&self.unavailable),
            asked: read(&self.asked),
            key_fetches: read(&self.key_fetches),
        }
    }
}

pub(crate) fn count(counter: &AtomicU64) {
    counter.fetch_add(1, Ordering::Relaxed);
}
