//! What a client may know of its session: keys, times, and how it stands. Never a token, never what the person is called.
//!
//! ```text
//!             remembered            confirmed
//!   Unknown ------------> Remembered ---------> Active
//!      |  \______________________ confirmed ______^ |
//!      |                                            |
//!      +--- refused ---> Out <--- refused, sign-out-+
//!                         \___ sign-in ____________/
//! ```

use crate::time::Instant;

/// A session or a person as a number: a hash of the id, made by the host. 0 stands for none.
pub type Key = u64;

/// What is known of a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Session {
    /// Which session.
    pub key: Key,
    /// Whose session.
    pub person: Key,
    /// A fingerprint of what the page is shown of it; 0 while the host holds none of that.
    pub data: u32,
    /// When a renewal is to be asked for.
    pub renew_at: Instant,
    /// When the credential stops working; requests wait for a renewal from here on.
    pub lapses_at: Instant,
    /// When the session is over, if nobody renews it.
    pub ends_at: Instant,
}

/// Why nobody is signed in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Ending {
    /// Nobody was.
    Never,
    /// The person signed out, here or in another tab.
    SignedOut,
    /// The server ended it after the time that it had named (EN-7).
    Expired,
    /// The server ended it before its time: signed out elsewhere, revoked.
    Revoked,
}

/// How the session stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Standing {
    /// Nothing is known yet.
    Unknown,
    /// Nobody is signed in.
    Out(Ending),
    /// Somebody was, as this browser remembers; the server has not confirmed it (SS-6).
    Remembered(Session),
    /// The server has confirmed it.
    Active(Session),
}

impl Standing {
    pub(crate) fn session(&self) -> Option<&Session> {
        match self {
            Self::Remembered(session) | Self::Active(session) => Some(session),
            Self::Unknown | Self::Out(_) => None,
        }
    }

    pub(crate) fn session_mut(&mut self) -> Option<&mut Session> {
        match self {
            Self::Remembered(session) | Self::Active(session) => Some(session),
            Self::Unknown | Self::Out(_) => None,
        }
    }

    /// When the session is over; [`Instant::NEVER`] where there is none.
    pub(crate) fn ends_at(&self) -> Instant {
        self.session().map_or(Instant::NEVER, |session| session.ends_at)
    }

    /// The session's key, 0 for none.
    pub(crate) fn key(&self) -> Key {
        self.session().map_or(0, |session| session.key)
    }

    /// The fingerprint of what the host shows of the session, 0 for nothing.
    pub(crate) fn data(&self) -> u32 {
        self.session().map_or(0, |session| session.data)
    }
}
