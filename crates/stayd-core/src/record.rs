//! What the tabs of one browser share: in storage, where it decides, and in messages. Never a token.

use crate::event::Trouble;
use crate::session::{Ending, Key};

/// One browser's knowledge of its session at one moment. Times are milliseconds from that moment on, so that a wrong clock
/// does not matter; the host says how old a record is when it hands one over.
///
/// Of two records the one with the higher (`epoch`, `generation`) is the newer, and an older one never replaces it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(C)]
pub struct Record {
    /// Counts sign-ins, sign-outs and ends.
    pub epoch: u32,
    /// Counts renewals within the epoch.
    pub generation: u32,
    /// Which session; 0 where nobody is signed in.
    pub session: Key,
    /// Whose session.
    pub person: Key,
    /// A fingerprint of what pages show of it.
    pub data: u32,
    /// Why nobody is signed in.
    pub ending: Ending,
    /// Whether the server has yet to be told of a sign-out.
    pub owed: bool,
    /// How often in a row the server could not be asked.
    pub failures: u8,
    /// What went wrong the last time.
    pub trouble: Trouble,
    /// How long ago the server last answered for this; `u64::MAX` for never.
    pub verified_ago_ms: u64,
    /// Until a renewal is to be asked for.
    pub renews_in_ms: u64,
    /// Until the credential stops working.
    pub lapses_in_ms: u64,
    /// Until the session is over.
    pub ends_in_ms: u64,
    /// How long ago it was last asked in vain; `u64::MAX` for never.
    pub tried_ago_ms: u64,
    /// Until it may be asked again at the earliest.
    pub retry_in_ms: u64,
    /// Whether the last renewal did not move the end: people are warned of such an end (scenario 44).
    pub fixed_end: bool,
    /// What it says of a sign-in.
    pub switch: Switch,
    /// Zero. With it every byte of a record is one that was written.
    pub reserved: [u8; 6],
}

impl Record {
    /// Before anything is known.
    pub const NOTHING: Self = Self {
        epoch: 0,
        generation: 0,
        session: 0,
        person: 0,
        data: 0,
        ending: Ending::Never,
        owed: false,
        failures: 0,
        trouble: Trouble::None,
        verified_ago_ms: 0,
        renews_in_ms: 0,
        lapses_in_ms: 0,
        ends_in_ms: 0,
        tried_ago_ms: 0,
        retry_in_ms: 0,
        fixed_end: false,
        switch: Switch::None,
        reserved: [0; 6],
    };
}

/// What a record says of a sign-in, after which the cookie is perhaps another person's (P9).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Switch {
    /// Nothing.
    None,
    /// One is under way, in the tab that wrote this or in another: it may be nobody's word by now.
    UnderWay,
    /// One came to nothing, or to half of it: whose cookie is there only the server can say.
    Unsure,
}

/// What a message from one tab to the others says beside its record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Message {
    /// This is how things stand.
    State,
    /// A sign-in is on its way: hold requests until it is known who is signed in (P9).
    Switching,
    /// The person has dismissed the warning.
    Dismissed,
    /// This is how things stood when this page was stopped, or what a page that opens remembers: whoever knows better says so.
    Asking,
}
