//! What is unusual, and what is done about it (AA-10, AA-18): a request that comes from another browser than its session, a sign-in from a new
//! device or a place too far away, a token shown again after its time.
//!
//! Each is a [`SecurityEvent`] with its evidence. [`SecurityPolicy`] says of each what follows: nothing, a line in the log, a letter to the
//! person, the loss of freshness, the end of the session.

mod device;
mod drift;
mod event;
mod fingerprint;
mod policy;
mod react;
mod sign_in;
mod travel;

pub(crate) use drift::Familiar;
pub use drift::{Drift, RequestFrom};
pub use event::SecurityEvent;
pub use fingerprint::{Fingerprint, NetworkSize};
pub use policy::{Reaction, SecurityPolicy};
pub(crate) use react::{Incident, Told};

use std::hash::{BuildHasher, RandomState};

/// What this node keeps in memory for this.
#[derive(Default)]
pub(crate) struct Security {
    told: Told,
    keys: RandomState,
}

impl Security {
    /// A number for something a stranger sent, under a key that nobody knows; never 0.
    fn print_of(&self, parts: impl std::hash::Hash) -> u64 {
        self.keys.hash_one(parts) | 1
    }
}
