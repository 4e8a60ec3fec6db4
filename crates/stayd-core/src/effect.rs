//! What the machine asks of its host: orders, few and bounded, carried out in their order after the step.

use crate::codec::names::{Coded as _, verdict};
use crate::event::Trouble;
use crate::record::Message;

/// What is wanted of the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
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
#[repr(u8)]
pub enum Effect {
    /// Every request that is held: send it, in the order it came.
    ReleaseHeld = 1,
    /// Every request that is held: reject it, once.
    RejectHeld(Rejection) = 2,
    /// Wait for this browser's turn, read storage within it, and say `LeadershipGained`.
    AskLeadership {
        /// The attempt.
        attempt: u32,
    } = 3,
    /// End this tab's turn, or its wait for one, once what is to be remembered is written.
    GiveUpLeadership {
        /// The attempt.
        attempt: u32,
    } = 4,
    /// As `GiveUpLeadership`, and the attempt's request is given up as well: its answer is not wanted, nor its cookies.
    Cancel {
        /// The attempt.
        attempt: u32,
    } = 5,
    /// Send a request and say `Answered`, at the latest when the request's time is over.
    Send {
        /// What is wanted.
        need: Need,
        /// The attempt.
        attempt: u32,
    } = 6,
    /// Those who wait for this need have their answer.
    Settled {
        /// What was wanted.
        need: Need,
        /// What came of it.
        result: Settlement,
    } = 7,
    /// What came with the event is what pages show from now on.
    KeepData = 8,
    /// Nothing is shown of any session from now on.
    DropData = 9,
    /// Write the record: only over an older one. Where a newer one is found, say `Heard`.
    Remember = 10,
    /// Send the record to the other tabs.
    Tell(Message) = 11,
    /// The view has changed: show it.
    Publish = 12,
    /// Something has happened that the page may want to hear of.
    Notify(Notice) = 13,
    /// What is connected with the session's credential: close it.
    CloseChannels = 14,
    /// What is connected: connect it again, with the credential of now.
    OpenChannels = 15,
}

/// Why a request is rejected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
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
#[repr(u8)]
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
#[repr(u8)]
pub enum Notice {
    /// Somebody is signed in who was not.
    SignedIn = 0,
    /// The person signed out, here or in another tab.
    SignedOut = 1,
    /// The server ended the session.
    Ended = 2,
    /// Another person is signed in.
    Switched = 3,
    /// The session has a later end or a new credential.
    Renewed = 4,
    /// A renewal or a check failed; it will be tried again.
    Failed(Trouble) = 5,
    /// The session ends soon.
    Warned = 6,
}

/// What one step asks for. At most [`Effects::LIMIT`]; no step asks for more.
#[derive(Debug, Clone)]
#[must_use]
#[repr(C)]
pub struct Effects {
    /// The verdict's number, and why where it is a rejection.
    verdict: [u8; 2],
    len: u8,
    list: [Effect; Self::LIMIT],
}

impl Effects {
    /// The most effects of one step; a test explores that none needs more.
    pub const LIMIT: usize = 20;

    pub(crate) const NONE: Self =
        Self { verdict: [verdict::NONE, 0], list: [Effect::Publish; Self::LIMIT], len: 0 };

    /// Before a step.
    pub(crate) fn clear(&mut self) {
        self.verdict = [verdict::NONE, 0];
        self.len = 0;
    }

    pub(crate) fn answer(&mut self, verdict: Verdict) {
        self.verdict = match verdict {
            Verdict::Admit => [verdict::ADMIT, 0],
            Verdict::Hold => [verdict::HOLD, 0],
            Verdict::Settle => [verdict::SETTLE, 0],
            Verdict::Reject(why) => [verdict::REJECT, why.code()],
        };
    }

    // One copy in the module: it is called from half a hundred places.
    #[inline(never)]
    pub(crate) fn push(&mut self, effect: Effect) {
        if let Some(place) = self.list.get_mut(usize::from(self.len)) {
            *place = effect;
            self.len += 1;
        }
    }

    /// The effects, in the order in which they are to be carried out.
    pub fn as_slice(&self) -> &[Effect] {
        self.list.get(..usize::from(self.len)).unwrap_or_default()
    }

    /// What becomes of the request, where the event was `Requested` or `Refused`.
    pub fn verdict(&self) -> Option<Verdict> {
        match self.verdict {
            [verdict::ADMIT, _] => Some(Verdict::Admit),
            [verdict::HOLD, _] => Some(Verdict::Hold),
            [verdict::SETTLE, _] => Some(Verdict::Settle),
            [verdict::REJECT, why] => Rejection::from_code(why).map(Verdict::Reject),
            _ => None,
        }
    }
}
