//! What is wanted of the server, and how recent its word must be.

use crate::effect::Need;
use crate::time::Instant;

/// A set of needs. Many callers who want the same are one need (EN-4).
#[derive(Debug, Clone)]
pub(crate) struct Needs {
    bits: u8,
    /// A check is met by an answer to a request that was sent no earlier.
    pub(crate) fresher_than: Instant,
    /// Another tab's word that nobody is signed in counts from here on: a redirect may have signed somebody in since.
    pub(crate) nobody_since: Instant,
    /// A renewal is met once the session is of another generation. (A changed profile begins an epoch, and renews nothing.)
    pub(crate) renewal_since: u32,
    /// Checks and renewals start no earlier: tabs that learned the same are spread.
    pub(crate) start_at: Instant,
    /// A sign-out starts no earlier: the tab that owes it goes first.
    pub(crate) owed_at: Instant,
}

impl Needs {
    pub(crate) const NONE: Self = Self {
        bits: 0,
        fresher_than: Instant::from_ms(0),
        nobody_since: Instant::from_ms(0),
        renewal_since: 0,
        start_at: Instant::from_ms(0),
        owed_at: Instant::from_ms(0),
    };

    /// The order in which needs are seen to.
    pub(crate) const ORDER: [Need; 4] = [Need::SignOut, Need::SignIn, Need::Renewal, Need::Check];

    // One copy of each in the module: a byte of bits is asked for in thirty places.
    #[inline(never)]
    pub(crate) fn has(&self, need: Need) -> bool {
        self.bits & need as u8 != 0
    }

    #[inline(never)]
    pub(crate) fn add(&mut self, need: Need) {
        self.bits |= need as u8;
    }

    /// Takes a need out; whether it was there.
    pub(crate) fn remove(&mut self, need: Need) -> bool {
        let had = self.has(need);
        self.bits &= !(need as u8);
        had
    }
}
