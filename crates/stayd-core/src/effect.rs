//! What the machine asks of its host: orders, few and bounded, carried out in their order after the step.

use crate::event::Trouble;
use crate::record::Message;

/// What is wanted of the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Need {
    /// Who is signed in?
    Check = 1,
    /// A later end, or the next credential.
    Renewal = 2,
    /// What the page's sign-in call asks for.
    SignIn = 4,
    /// The end of the session.
    SignOut = 8,
}

/// What becomes of the one request that the event was about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Send it, or send it again, now.
    Admit,
    /// Keep it until the held ones are released or rejected.
    Hold,
    /// Give the page the answer that came.
    Settle,
    /// Reject it.
    Reject(Rejection),
}

/// An order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// Every request that is held: send it, in the order it came.
    ReleaseHeld,
    /// Every request that is held: reject it, once.
    RejectHeld(Rejection),
    /// Wait for this browser's turn, read storage within it, and say `LeadershipGained`.
    AskLeadership {
        /// The attempt.
        attempt: u32,
    },
    /// End this tab's turn, or its wait for one, once what is to be remembered is written.
    GiveUpLeadership {
        /// The attempt.
        attempt: u32,
    },
    /// As `GiveUpLeadership`, and the attempt's request is given up as well: its answer is not wanted, nor its cookies.
    Cancel {
        /// The attempt.
        attempt: u32,
    },
    /// Send a request and say `Answered`, at the latest when the request's time is over.
    Send {
        /// The attempt.
        attempt: u32,
        /// What is wanted.
        need: Need,
    },
    /// Those who wait for this need have their answer.
    Settled {
        /// What was wanted.
        need: Need,
        /// What came of it.
        result: Settlement,
    },
    /// What came with the event is what pages show from now on.
    KeepData,
    /// Nothing is shown of any session from now on.
    DropData,
    /// Write the record: only over an older one. Where a newer one is found, say `Heard`.
    Remember,
    /// Send the record to the other tabs.
    Tell(Message),
    /// The view has changed: show it.
    Publish,
    /// Something has happened that the page may want to hear of.
    Notify(Notice),
    /// What is connected with the session's credential: close it.
    CloseChannels,
    /// What is connected: connect it again, with the credential of now.
    OpenChannels,
}

/// Why a request is rejected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rejection {
    /// The session has ended while it waited.
    Ended,
    /// Too many wait already.
    QueueFull,
    /// The machine is disposed of.
    Disposed,
}

/// What came of a need.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Settlement {
    /// It is met.
    Met,
    /// The server has refused it: nobody is signed in, or the command was not granted.
    Refused,
    /// It could not be met now. A sign-out that failed is owed and will be tried again.
    Failed,
    /// Something else came first: a sign-out, or the end of the machine.
    Overtaken,
}

/// What a page may want to hear of (EN-13). Only real transitions (never one for a focus).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Notice {
    /// Somebody is signed in who was not.
    SignedIn,
    /// The person signed out, here or in another tab.
    SignedOut,
    /// The server ended the session.
    Ended,
    /// Another person is signed in.
    Switched,
    /// The session has a later end or a new credential.
    Renewed,
    /// A renewal or a check failed; it will be tried again.
    Failed(Trouble),
    /// The session ends soon.
    Warned,
}

/// What one step asks for. At most [`Effects::LIMIT`]; no step asks for more.
#[derive(Debug, Clone)]
#[must_use]
pub struct Effects {
    verdict: Option<Verdict>,
    list: [Effect; Self::LIMIT],
    len: usize,
}

impl Effects {
    /// The most effects of one step; a test explores that none needs more.
    pub const LIMIT: usize = 20;

    pub(crate) const NONE: Self = Self { verdict: None, list: [Effect::Publish; Self::LIMIT], len: 0 };

    pub(crate) fn answer(&mut self, verdict: Verdict) {
        self.verdict = Some(verdict);
    }

    // One copy in the module: it is called from half a hundred places.
    #[inline(never)]
    pub(crate) fn push(&mut self, effect: Effect) {
        if let Some(place) = self.list.get_mut(self.len) {
            *place = effect;
            self.len += 1;
        }
    }

    /// The effects, in the order in which they are to be carried out.
    pub fn as_slice(&self) -> &[Effect] {
        self.list.get(..self.len).unwrap_or_default()
    }

    /// What becomes of the request, where the event was `Requested` or `Refused`.
    pub fn verdict(&self) -> Option<Verdict> {
        self.verdict
    }
}
