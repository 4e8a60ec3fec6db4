//! What the page sees.

use crate::effect::Need;
use crate::event::Trouble;
use crate::machine::Machine;
use crate::session::{Ending, Standing};

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
    /// Somebody is remembered, and not confirmed.
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

impl Machine {
    /// What the page sees now.
    pub fn view(&self) -> View {
        let session = self.standing.session();
        let troubled = self.backoff.failures > 0;
        let commanded = self.needs.has(Need::SignIn);
        let identity = match self.standing {
            Standing::Unknown | Standing::Out(_) => Identity::Anonymous,
            Standing::Remembered(_) => Identity::Rehydrating,
            Standing::Active(_) => Identity::Active,
        };
        let status = match self.standing {
            _ if commanded && identity != Identity::Active => Status::Loading,
            Standing::Out(_) => Status::Initial,
            Standing::Active(_) => Status::Active,
            _ if troubled || !self.page.online => Status::Error,
            _ => Status::Loading,
        };
        let ending = match self.standing {
            Standing::Out(ending) => ending,
            _ => Ending::Never,
        };
        let over = session.is_some_and(|session| session.ends_at <= self.now);
        let expired = over || matches!(ending, Ending::Expired | Ending::Revoked);
        let verified = match self.standing {
            Standing::Active(_) => !troubled,
            Standing::Out(_) => !troubled && self.was_verified(),
            _ => false,
        };
        let offline = !self.page.online;
        let can_mutate = identity == Identity::Active && verified && !offline && !over && !self.doubt;
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
