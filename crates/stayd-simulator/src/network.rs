//! The way to the server and back: late, lost, doubled, out of order, or not there at all.

use crate::dice::Dice;
use crate::server::{Body, Response};
use crate::tab::TabId;

/// What a request asks of the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ask {
    /// `GET /get-session`, for a check or a renewal.
    Session {
        renewal: bool,
    },
    SignIn {
        person: usize,
        granted: bool,
    },
    SignOut,
    /// A request of the page, as it was sent.
    Page(PageRequest),
}

/// A request of the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct PageRequest {
    /// The epoch and the generation it was sent in.
    pub(crate) moment: (u32, u32),
    /// The person that the page showed when it was sent, and when the page asked.
    pub(crate) person: Option<u64>,
    pub(crate) asked_as: Option<u64>,
    /// Whether it was refused once already.
    pub(crate) again: bool,
}

/// A request on its way.
#[derive(Debug, Clone)]
pub(crate) struct Request {
    pub(crate) tab: TabId,
    /// The machine's attempt; 0 for the page's own.
    pub(crate) attempt: u32,
    pub(crate) ask: Ask,
    /// The cookie that the browser sent with it.
    pub(crate) cookie: Option<String>,
    pub(crate) sent_at: u64,
    /// How long an answer takes; `None` where none arrives.
    pub(crate) back_ms: Option<u64>,
}

/// What becomes of one request.
#[derive(Debug, Clone, Copy)]
#[expect(clippy::struct_field_names, reason = "the unit comes last")]
pub(crate) struct Fate {
    /// Until it is at the server; `None` where it never is.
    pub(crate) there_ms: Option<u64>,
    /// Until the answer is back; `None` where it never is.
    pub(crate) back_ms: Option<u64>,
    /// Until a copy of it is at the server.
    pub(crate) copy_ms: Option<u64>,
}

/// The state of the network and of what stands between it and the engine. Each until its time.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Weather {
    pub(crate) lost: u64,
    pub(crate) late: u64,
    pub(crate) doubled: u64,
    pub(crate) bad_until: u64,
    pub(crate) down_until: u64,
    pub(crate) busy_until: u64,
    pub(crate) with_429: bool,
    pub(crate) retry_after_ms: u64,
    pub(crate) portal_until: u64,
}

impl Weather {
    /// What becomes of a request that is sent now. The work of a password hash is part of a sign-in's way.
    pub(crate) fn fate(&self, now: u64, ask: &Ask, dice: &mut Dice) -> Fate {
        let bad = now < self.bad_until;
        let hash_ms = if matches!(ask, Ask::SignIn { .. }) { 60 } else { 0 };
        let way = |dice: &mut Dice| match () {
            () if bad && dice.chance(self.late) => dice.magnitude(500..=14_000),
            () => dice.magnitude(2..=60),
        };
        let there_ms = way(dice) + hash_ms;
        let back_ms = way(dice);
        // Nobody sends a form twice by himself; proxies and browsers repeat what may be repeated.
        let doubled = bad && dice.chance(self.doubled) && !matches!(ask, Ask::SignIn { .. });
        Fate {
            there_ms: (!(bad && dice.chance(self.lost))).then_some(there_ms),
            back_ms: (!(bad && dice.chance(self.lost))).then_some(back_ms),
            copy_ms: doubled.then(|| there_ms + dice.magnitude(1..=10_000)),
        }
    }

    /// The answer of whatever stands before the engine, where it does not let the request through.
    pub(crate) fn intercepts(&self, now: u64) -> Option<Response> {
        if now < self.portal_until {
            return Some(Response::plain(Body::Html));
        }
        if now < self.down_until {
            return Some(Response::plain(Body::Unavailable));
        }
        (now < self.busy_until).then(|| {
            let body = if self.with_429 { Body::TooMany } else { Body::Unavailable };
            Response { retry_after_ms: self.retry_after_ms, ..Response::plain(body) }
        })
    }
}
