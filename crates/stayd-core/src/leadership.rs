//! One tab at a time asks the server.
//!
//! ```text
//!   idle --AskLeadership--> waiting --gained--> sent --answered--> idle (GiveUpLeadership)
//!                              |  \--patience: act alone--^ |
//!                              +--met by another tab--> idle <--patience: failed
//! ```
//!
//! A turn is taken for one request and given back after it; where a check is refused because the credential has lapsed, after the
//! renewal, or each tab that looks would ask in vain first. Nothing is held between requests: a closed or crashed tab cannot
//! leave the others without a leader, and no lock keeps a page out of the back/forward cache. A turn saves work and is not
//! needed for safety, for the server treats a repeated renewal as the same renewal.

use crate::config::COMMAND_PATIENCE_MS;
use crate::effect::Need;
use crate::machine::Machine;
use crate::session::Key;
use crate::time::Instant;

/// One try of one request.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Attempt {
    /// Its number; answers carry it.
    pub(crate) number: u32,
    /// What it is for.
    pub(crate) need: Need,
    /// When it has waited long enough for its turn, or for its answer.
    pub(crate) patience_ends_at: Instant,
    /// When the request was sent; [`Instant::NEVER`] while it waits.
    pub(crate) sent_at: Instant,
    /// The generation in which it was sent.
    pub(crate) generation: u32,
    /// In which session it was sent, 0 for none.
    pub(crate) session: Key,
}

impl Machine {
    /// What the request on its way is for, as its bit; 0 while there is none.
    // One copy in the module: it is asked for in many places.
    #[inline(never)]
    pub(crate) fn under_way(&self) -> u8 {
        self.attempt.filter(Attempt::is_sent).map_or(0, |attempt| attempt.need as u8)
    }

    /// How long an attempt that begins now waits for its turn: a person who has just asked, not long. A sign-out that is put off or
    /// tried again, or of another tab, waits like anything else: where the server is slow to answer each tab would send it (P5).
    pub(crate) fn patience_ms(&self, need: Need) -> u64 {
        let asked_now = need == Need::SignIn || self.now == self.signed_out_at;
        if asked_now { COMMAND_PATIENCE_MS } else { self.config.patience_ms() }
    }

    /// Whether this tab's own sign-in is on its way.
    pub(crate) fn signs_in(&self) -> bool {
        self.under_way() == Need::SignIn as u8
    }
}

impl Attempt {
    /// Whether its request is on its way.
    pub(crate) fn is_sent(&self) -> bool {
        self.sent_at != Instant::NEVER
    }
}
