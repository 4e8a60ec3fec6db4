//! Last use of sessions, gathered in memory and written in batches: a write for every request would cost more than the request.

use stayd_protocol::{Timestamp, TokenHash};
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

#[derive(Default)]
pub(crate) struct Activity {
    seen: Mutex<HashMap<TokenHash, Timestamp>>,
}

impl Activity {
    pub(crate) fn note(&self, token: TokenHash, now: Timestamp) {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).insert(token, now);
    }

    /// When the session of this token was last noted, if that is not written down yet.
    pub(crate) fn noted(&self, token: &TokenHash) -> Option<Timestamp> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).get(token).copied()
    }

    /// Takes back what could not be written down, but for what was noted again meanwhile.
    pub(crate) fn give_back(&self, seen: Vec<(TokenHash, Timestamp)>) {
        let mut noted = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        for (token, at) in seen {
            noted.entry(token).or_insert(at);
        }
    }

    /// What was noted since the last call.
    pub(crate) fn take(&self) -> Vec<(TokenHash, Timestamp)> {
        let seen = std::mem::take(&mut *self.seen.lock().unwrap_or_else(PoisonError::into_inner));
        seen.into_iter().collect()
    }
}
