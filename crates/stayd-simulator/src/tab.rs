//! One tab: a real machine, the clock its page made for it, and what its page shows and waits for.

use std::collections::VecDeque;

use stayd_core::{Config, Machine, Message, Trouble};

use crate::clock::HostClock;
use crate::network::PageRequest;
use crate::server::{PageData, Response};
use crate::storage::Slot;

/// Which tab of which browser.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct TabId {
    pub(crate) browser: usize,
    pub(crate) tab: usize,
}

impl std::fmt::Display for TabId {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "{}.{}", self.browser, self.tab)
    }
}

/// Whether a page runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Life {
    Running,
    /// Told to stop; what comes waits.
    Frozen,
    /// In the back/forward cache; what comes is lost.
    Cached,
    /// Stopped without a word; what comes waits.
    Stalled,
    Dead,
}

/// What reaches a page from outside.
#[derive(Debug, Clone)]
pub(crate) enum Input {
    /// Its turn has come: it reads storage.
    Turn {
        attempt: u32,
    },
    /// Where there are no locks it looks whether the lease is free.
    LookAtLease {
        attempt: u32,
    },
    Message {
        message: Message,
        slot: Slot,
    },
    /// Storage has been read, outside a turn.
    Read,
    Answer {
        attempt: u32,
        response: Response,
    },
    Failed {
        attempt: u32,
        trouble: Trouble,
    },
    PageAnswer {
        request: PageRequest,
        response: Response,
    },
    PageFailed,
}

/// A wish to sign in that waits for its turn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Wish {
    pub(crate) person: usize,
    pub(crate) granted: bool,
}

/// One tab.
#[derive(Debug)]
pub(crate) struct Tab {
    pub(crate) machine: Machine,
    pub(crate) clock: HostClock,
    pub(crate) life: Life,
    pub(crate) visible: bool,
    pub(crate) hidden_since: Option<u64>,
    /// What the page shows.
    pub(crate) shows: Option<PageData>,
    /// Since when it shows something of that session.
    pub(crate) shows_since: u64,
    pub(crate) wish: Option<Wish>,
    pub(crate) inbox: VecDeque<Input>,
    pub(crate) held: VecDeque<PageRequest>,
    /// What it sees in localStorage.
    pub(crate) local: Option<Slot>,
    /// When the one timer fires.
    pub(crate) timer_at: Option<u64>,
    /// Writes to storage that have not been confirmed, and the turn that is given back after them.
    pub(crate) writing: u32,
    pub(crate) giving_up: Option<u32>,
    /// Since when it runs without a break.
    pub(crate) running_since: u64,
    /// Since when it counts the epoch that it counts.
    pub(crate) epoch_since: u64,
    /// When its attempt began to wait for its turn.
    pub(crate) asked_at: u64,
    /// When its last request was sent.
    pub(crate) sent_at: u64,
    pub(crate) channels_open: bool,
    /// The session that its page was rendered with.
    pub(crate) rendered: Option<u64>,
    /// Answers to the machine's requests that reached it while it waited for them.
    pub(crate) answers: u32,
    /// The last attempt that it gave up.
    pub(crate) gave_up: u32,
    /// Its running time is added up until here.
    pub(crate) counted_until: u64,
}

impl Tab {
    pub(crate) fn new(config: Config, seed: u32, clock: HostClock, now: u64) -> Self {
        Self {
            machine: Machine::new(config, seed),
            clock,
            life: Life::Running,
            visible: true,
            hidden_since: None,
            shows: None,
            shows_since: now,
            wish: None,
            inbox: VecDeque::new(),
            held: VecDeque::new(),
            local: None,
            timer_at: None,
            writing: 0,
            giving_up: None,
            running_since: now,
            epoch_since: now,
            asked_at: now,
            sent_at: now,
            channels_open: false,
            rendered: None,
            answers: 0,
            gave_up: 0,
            counted_until: now,
        }
    }

    pub(crate) fn is_open(&self) -> bool {
        self.life != Life::Dead
    }

    pub(crate) fn runs(&self) -> bool {
        self.life == Life::Running
    }
}
