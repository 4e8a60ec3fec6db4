//! What the page sees.

use crate::effect::Need;
use crate::event::Trouble;
use crate::machine::Machine;
use crate::session::{Ending, Known, Standing};

/// The state cycle of SS-1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Status {
    /// Nobody is signed in, and that is known.
    Initial,
    /// The server has yet to answer, or a sign-in or sign-out is under way.
    Loading,
    /// Somebody is signed in.
    Active,
    /// The server could not be asked, and nothing of it is confirmed.
    Error,
}

/// The three cases of SS-6.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Identity {
    /// There is nobody to show.
    Anonymous,
    /// Somebody is remembered and not confirmed, or confirmed and yet to be shown.
    Rehydrating,
    /// Somebody is signed in, as the server has confirmed.
    Active,
}

/// What the page sees. The data of the person is the host's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(C)]
pub struct View {
    /// Where in the cycle.
    pub status: Status,
    /// Whom to show.
    pub identity: Identity,
    /// Whether the server has confirmed it and nothing has failed since.
    pub verified: bool,
    /// Whether the page may change things (SS-7, EN-7).
    pub can_mutate: bool,
    /// Whether the session has reached its end, or has been ended by the server.
    pub expired: bool,
    /// Whether the browser says that there is no network.
    pub offline: bool,
    /// Whether requests of the page wait.
    pub holding: bool,
    /// Minutes until the end when a warning is due and not dismissed; else 0.
    pub minutes_left: u8,
    /// What went wrong last, until something goes right.
    pub trouble: Trouble,
    /// Why nobody is signed in.
    pub ending: Ending,
    /// The fingerprint of the data that is shown.
    pub data: u32,
}

impl View {
    /// The view as it crosses the boundary: its bytes in two numbers.
    pub(crate) fn words(&self) -> (u64, u64) {
        let [a, b, c, d] = self.data.to_le_bytes();
        let shown = [
            self.status as u8,
            self.identity as u8,
            self.verified.into(),
            self.can_mutate.into(),
            self.expired.into(),
            self.offline.into(),
            self.holding.into(),
            self.minutes_left,
        ];
        let rest = [self.trouble as u8, self.ending as u8, 0, 0, a, b, c, d];
        (u64::from_le_bytes(shown), u64::from_le_bytes(rest))
    }
}

impl Machine {
    /// What the page sees now.
    #[expect(clippy::needless_bitwise_bool, reason = "without branches it is half as long in the module")]
    pub fn view(&self) -> View {
        let Standing { known, ending, .. } = self.standing;
        // Where it is known who it is, and there is nothing to show of them, the server has yet to say.
        let active = known == Known::Active && self.standing.data() != 0;
        let out = known == Known::Out;
        let (troubled, offline) = (self.backoff.failures > 0, !self.page.online);
        let over = self.standing.ends_at() <= self.now;
        let status = if out {
            Status::Initial
        } else if active {
            Status::Active
        } else if troubled | offline {
            Status::Error
        } else {
            Status::Loading
        };
        let status = if !active & self.needs.has(Need::SignIn) { Status::Loading } else { status };
        let identity = if active {
            Identity::Active
        } else if self.standing.is_in() {
            Identity::Rehydrating
        } else {
            Identity::Anonymous
        };
        let verified = !troubled & (active | (out & self.was_verified()));
        let can_mutate = active & verified & !offline & !over & (self.doubt == 0) & self.page.running;
        let expired = over | (ending as u8 >= Ending::Expired as u8);
        View {
            status,
            identity,
            verified,
            can_mutate,
            expired,
            offline,
            holding: self.holding(),
            minutes_left: self.minutes_left(),
            trouble: if offline { Trouble::Offline } else { self.backoff.trouble },
            ending,
            data: self.standing.data(),
        }
    }
}
