//! What a host tells the machine: facts, each with the moment it was noticed.

use crate::record::{Message, Record};
use crate::session::Key;

/// A fact. Every event is legal at every moment; one that comes too late changes nothing. What came with it is its own, or
/// borrowed (`Event<&Stored, &Answer>`) by a host that has it at hand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Event<S = Stored, A = Answer> {
    /// The page has started: with what the server rendered into it and what this browser remembers.
    Started {
        /// What the server has said about this page's person while rendering it.
        rendered: Rendered<A>,
        /// The remembered record.
        remembered: Option<S>,
    } = 1,
    /// It is this tab's turn to ask the server. The record is what storage holds now, read within the turn.
    LeadershipGained {
        /// The attempt that asked for the turn.
        attempt: u32,
        /// What storage holds.
        stored: Option<S>,
    } = 2,
    /// The server has answered, or has not.
    Answered {
        /// The attempt that is answered.
        attempt: u32,
        /// What came of it.
        outcome: Outcome<A>,
    } = 3,
    /// Another tab has spoken, or storage holds something newer than this tab does.
    Heard {
        /// What it says.
        message: Message,
        /// How things stand there.
        stored: S,
    } = 4,
    /// Somebody says that something has changed, and not what: an official client in this browser, a push notice.
    Hinted = 5,
    /// The deadline has come.
    DeadlineReached = 6,
    /// The page can be seen, or is looked at again.
    Shown = 7,
    /// The page cannot be seen.
    Hidden = 8,
    /// The page is about to stop running: frozen, or in the back/forward cache.
    Frozen = 9,
    /// The page runs again. With what storage remembers, if that can be read at once.
    Resumed {
        /// The remembered record.
        remembered: Option<S>,
    } = 10,
    /// The clock has leapt forward: the computer slept, or somebody set it.
    Woke = 11,
    /// The browser says that there is a network.
    Online = 12,
    /// The browser says that there is none.
    Offline = 13,
    /// The page wants to sign somebody in, or do something else that may change who is signed in.
    SignInAsked = 14,
    /// The page wants to sign out.
    SignOutAsked = 15,
    /// The page wants the session renewed.
    RenewalAsked = 16,
    /// The page wants the server's word.
    CheckAsked = 17,
    /// The person has dismissed the warning.
    WarningDismissed = 18,
    /// A request of the page that needs the session. Answered by a verdict: admitted, held or rejected.
    Requested = 19,
    /// Such a request was answered 401. Answered by a verdict: admitted (again), held, rejected or settled.
    Refused {
        /// The epoch in which it was sent.
        epoch: u32,
        /// The generation in which it was sent.
        generation: u32,
    } = 20,
    /// A request that was held is no longer wanted: aborted, or timed out.
    Withdrawn = 21,
    /// The page is done with the machine.
    Disposed = 22,
}

/// A record from outside this machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stored {
    /// What it says.
    pub record: Record,
    /// How long ago it was written, by the browser's wall clock; `u64::MAX` where that would be negative, for nobody knows then.
    pub age_ms: u64,
    /// Whether what pages show of the session came with it.
    pub has_data: bool,
}

/// What the server has said while it rendered the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rendered<A = Answer> {
    /// It has not said.
    Nothing,
    /// Nobody is signed in.
    Nobody,
    /// Somebody is.
    Somebody(A),
}

/// What came of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome<A = Answer> {
    /// There is a session. Of a sign-out: never.
    Session(A),
    /// There is none: the server has said so, in so many words. Of a sign-out: done.
    Nobody,
    /// The command was understood and not granted (a wrong password), or a renewal was refused that is not a session's end.
    Declined,
    /// Another request had already replaced the credential of this one: nothing is known, ask again.
    Superseded,
    /// Nothing can be concluded: no network, a timeout, 5xx, 429, an answer that makes no sense.
    Failed {
        /// What the server asked for in `Retry-After`; 0 for nothing.
        retry_after_ms: u64,
        /// Shown to the page as the error.
        trouble: Trouble,
    },
}

/// Why nothing could be concluded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Trouble {
    /// None.
    None,
    /// There is no network.
    Offline,
    /// The network failed or was too slow.
    Unreachable,
    /// The server says it cannot answer now: 5xx.
    Unavailable,
    /// The server says it was asked too often: 429.
    TooMany,
    /// The answer is not one of the protocol: a login page, a captive portal, another service.
    Unexpected,
}

/// A session as the server describes it. Durations count from when the request was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Answer {
    /// Which session.
    pub session: Key,
    /// Whose session.
    pub person: Key,
    /// A fingerprint of what pages show of it; never 0.
    pub data: u32,
    /// When the session was made, in s since 1970 by the server's clock, and 0 where nobody says: its epoch counts from there.
    pub created_s: u32,
    /// Until a renewal is to be asked for.
    pub renews_in_ms: u64,
    /// Until the credential stops working.
    pub lapses_in_ms: u64,
    /// Until the session is over.
    pub ends_in_ms: u64,
}
