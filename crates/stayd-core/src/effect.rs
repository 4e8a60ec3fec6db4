//! What the machine asks of its host: orders, few and bounded, carried out in their order after the step.

use crate::codec::decode_effect;
use crate::codec::names::{Coded as _, effect, verdict};
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
    /// Send a request and say `Answered`, at the latest when the request's time is over. After a check an attempt may send a renewal: of a
    /// credential that has lapsed the check's answer says nothing.
    Send {
        /// What is wanted.
        need: Need,
        /// The attempt.
        attempt: u32,
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
    /// What is connected: connect it again, with the credential of now. Only where the page may change things, by its view; with the next view
    /// in which it may, the host connects what is not connected.
    OpenChannels,
}

impl Effect {
    /// Its number, what it is about, and the attempt: folded into two constants where an effect is named, which is what `inline` is for.
    #[expect(clippy::inline_always, reason = "measured: `cargo xtask wasm`")]
    #[inline(always)]
    pub(crate) fn parts(self) -> ([u8; 3], u32) {
        match self {
            Self::ReleaseHeld => ([effect::RELEASE_HELD, 0, 0], 0),
            Self::RejectHeld(why) => ([effect::REJECT_HELD, why as u8, 0], 0),
            Self::AskLeadership { attempt } => ([effect::ASK_LEADERSHIP, 0, 0], attempt),
            Self::GiveUpLeadership { attempt } => ([effect::GIVE_UP_LEADERSHIP, 0, 0], attempt),
            Self::Cancel { attempt } => ([effect::CANCEL, 0, 0], attempt),
            Self::Send { need, attempt } => ([effect::SEND, need as u8, 0], attempt),
            Self::Settled { need, result } => ([effect::SETTLED, need as u8, result as u8], 0),
            Self::KeepData => ([effect::KEEP_DATA, 0, 0], 0),
            Self::DropData => ([effect::DROP_DATA, 0, 0], 0),
            Self::Remember => ([effect::REMEMBER, 0, 0], 0),
            Self::Tell(message) => ([effect::TELL, message as u8, 0], 0),
            Self::Publish => ([effect::PUBLISH, 0, 0], 0),
            Self::Notify(notice) => {
                let (code, trouble) = notice.code();
                ([effect::NOTIFY, code, trouble as u8], 0)
            }
            Self::CloseChannels => ([effect::CLOSE_CHANNELS, 0, 0], 0),
            Self::OpenChannels => ([effect::OPEN_CHANNELS, 0, 0], 0),
        }
    }
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

/// An effect as it crosses the boundary: the bytes of its parts, and the attempt.
#[derive(Debug, Clone, Copy)]
#[repr(C)]
struct Order {
    parts: u32,
    attempt: u32,
}

impl Order {
    fn effect(self) -> Option<Effect> {
        decode_effect(&(u64::from(self.attempt) << 32 | u64::from(self.parts)).to_le_bytes())
    }
}

/// What one step asks for. At most [`Effects::LIMIT`]; no step asks for more.
#[derive(Debug, Clone)]
#[must_use]
#[repr(C)]
pub struct Effects {
    /// The verdict's number, and why where it is a rejection.
    verdict: [u8; 2],
    len: u8,
    list: [Order; Self::LIMIT],
}

impl Effects {
    /// The most effects of one step; a test explores that none needs more.
    pub const LIMIT: usize = 20;

    pub(crate) const NONE: Self =
        Self { verdict: [verdict::NONE, 0], list: [Order { parts: 0, attempt: 0 }; Self::LIMIT], len: 0 };

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

    /// Two numbers are handed over in registers, where an enum would be written to memory first: that is a fifteenth of the module.
    #[expect(clippy::inline_always, reason = "measured: `cargo xtask wasm`")]
    #[inline(always)]
    pub(crate) fn push(&mut self, effect: Effect) {
        let ([which, a, b], attempt) = effect.parts();
        self.put(u32::from_le_bytes([which, a, b, 0]), attempt);
    }

    // One copy in the module: it is called from half a hundred places.
    #[inline(never)]
    fn put(&mut self, parts: u32, attempt: u32) {
        if let Some(place) = self.list.get_mut(usize::from(self.len)) {
            *place = Order { parts, attempt };
            self.len += 1;
        }
    }

    /// The effects, in the order in which they are to be carried out.
    pub fn iter(&self) -> impl Iterator<Item = Effect> {
        self.list.iter().take(usize::from(self.len)).filter_map(|order| order.effect())
    }

    /// Whether that is among what is asked for.
    pub fn contains(&self, effect: Effect) -> bool {
        self.iter().any(|asked| asked == effect)
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.len.into()
    }

    /// Whether nothing is to be done.
    pub fn is_empty(&self) -> bool {
        self.len == 0
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
