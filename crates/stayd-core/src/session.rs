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

impl Session {
    /// None.
    pub(crate) const NONE: Self = Self {
        key: 0,
        person: 0,
        data: 0,
        renew_at: Instant::NEVER,
        lapses_at: Instant::NEVER,
        ends_at: Instant::NEVER,
    };
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

/// What is known of who is signed in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub(crate) enum Known {
    /// Nothing yet.
    Nothing,
    /// Nobody is signed in.
    Out,
    /// Somebody was, as this browser remembers; the server has not confirmed it (SS-6).
    Remembered,
    /// The server has confirmed it.
    Active,
}

/// How the session stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Standing {
    pub(crate) known: Known,
    /// Why nobody is signed in; [`Ending::Never`] unless that is known.
    pub(crate) ending: Ending,
    /// [`Session::NONE`] where there is none: what is asked for most is there without asking whether.
    session: Session,
}

impl Standing {
    pub(crate) const UNKNOWN: Self =
        Self { known: Known::Nothing, ending: Ending::Never, session: Session::NONE };

    pub(crate) fn out(ending: Ending) -> Self {
        Self { known: Known::Out, ending, session: Session::NONE }
    }

    pub(crate) fn with(known: Known, session: Session) -> Self {
        Self { known, ending: Ending::Never, session }
    }

    pub(crate) fn is_in(&self) -> bool {
        self.known >= Known::Remembered
    }

    /// Whether it is what the server says, or what the person has done, and not only what there was.
    // `Out` and `Active` are the odd ones. Not inlined, the module is five bytes smaller.
    #[inline(never)]
    pub(crate) fn is_settled(&self) -> bool {
        self.known as u8 & 1 != 0
    }

    pub(crate) fn session(&self) -> Option<&Session> {
        self.is_in().then_some(&self.session)
    }

    pub(crate) fn session_mut(&mut self) -> Option<&mut Session> {
        if self.is_in() { Some(&mut self.session) } else { None }
    }

    /// When the session is over; [`Instant::NEVER`] where there is none.
    pub(crate) fn ends_at(&self) -> Instant {
        self.session.ends_at
    }

    /// When a renewal is to be asked for, and when the credential stops working; [`Instant::NEVER`] where there is none.
    pub(crate) fn renewal_times(&self) -> (Instant, Instant) {
        (self.session.renew_at, self.session.lapses_at)
    }

    /// The session's key, 0 for none.
    pub(crate) fn key(&self) -> Key {
        self.session.key
    }

    /// Whose session, 0 for nobody's.
    pub(crate) fn person(&self) -> Key {
        self.session.person
    }

    /// The fingerprint of what the host shows of the session, 0 for nothing.
    pub(crate) fn data(&self) -> u32 {
        self.session.data
    }
}
