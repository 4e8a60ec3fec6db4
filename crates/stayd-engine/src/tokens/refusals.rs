//! How often a token was refused, and why. Whoever showed it is told nothing of this.

use crate::Engine;
use stayd_protocol::jws;
use std::sync::atomic::{AtomicU64, Ordering};

/// Reasons beside those of a signature's check.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Because {
    /// What the token itself says.
    Token(jws::Refusal),
    /// It is none of ours, or of a family that is over.
    Unknown,
    /// It is another client's.
    Foreign,
    /// It was used up long ago.
    Reused,
}

impl Because {
    const OTHERS: [(Self, &'static str); 3] =
        [(Self::Unknown, "unknown"), (Self::Foreign, "foreign"), (Self::Reused, "reused")];

    fn all() -> impl Iterator<Item = (Self, &'static str)> {
        let of_tokens = jws::Refusal::ALL.into_iter().map(|refusal| (Self::Token(refusal), refusal.name()));
        of_tokens.chain(Self::OTHERS)
    }
}

/// A counter for each reason.
#[derive(Default)]
pub(super) struct Refusals([AtomicU64; jws::Refusal::ALL.len() + Because::OTHERS.len()]);

impl Refusals {
    pub(super) fn count(&self, because: Because) {
        let counter = Because::all().zip(&self.0).find(|((reason, _), _)| *reason == because);
        if let Some(((_, name), counter)) = counter {
            counter.fetch_add(1, Ordering::Relaxed);
            tracing::debug!(reason = name, "a token was refused");
        }
    }
}

impl Engine {
    /// How many tokens were refused since the start, by reason.
    pub fn token_refusals(&self) -> Vec<(&'static str, u64)> {
        let counters = Because::all().zip(&self.tokens().refusals.0);
        counters.map(|((_, name), counter)| (name, counter.load(Ordering::Relaxed))).collect()
    }
}
