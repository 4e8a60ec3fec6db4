//! Requests of the page that need the session: admitted, or held while it is being renewed.
//!
//! ```text
//!   asked --gate open--> admitted --401--> refused --older credential--> asked anew, at once
//!     |                                      |------ current credential --> held, one renewal
//!     +--gate closed--> held --gate opens--> admitted in order | --session ended--> rejected, once
//! ```
//!
//! The host keeps the requests; here they are a number and a gate.

use crate::config::{HELD_LIMIT, REFUSAL_COOL_DOWN_MS, RenewalMode};
use crate::effect::{Effect, Effects, Need, Rejection, Verdict};
use crate::machine::{Machine, WHOSE};
use crate::time::Instant;

#[derive(Debug, Clone)]
pub(crate) struct Queue {
    held: u16,
    /// Whether one of them was refused with the credential of now.
    pub(crate) refused: bool,
}

impl Queue {
    pub(crate) const EMPTY: Self = Self { held: 0, refused: false };

    fn hold(&mut self) -> Verdict {
        if self.held >= HELD_LIMIT {
            return Verdict::Reject(Rejection::QueueFull);
        }
        self.held += 1;
        Verdict::Hold
    }

    pub(crate) fn withdraw(&mut self) {
        self.held = self.held.saturating_sub(1);
    }

    pub(crate) fn reject(&mut self, why: Rejection, effects: &mut Effects) {
        self.refused = false;
        if core::mem::take(&mut self.held) > 0 {
            effects.push(Effect::RejectHeld(why));
        }
    }
}

impl Machine {
    /// How many requests of the page are held.
    pub fn held(&self) -> u16 {
        self.queue.held
    }

    pub(crate) fn request(&mut self) {
        let verdict = if self.holding() {
            self.queue.hold()
        } else if self.owed {
            // It would go out as the person who has left: the server has yet to hear of it (P4).
            Verdict::Reject(Rejection::Ended)
        } else {
            Verdict::Admit
        };
        self.effects.answer(verdict);
    }

    /// Of a request that was asked as one person and answered when another is signed in the host does not tell (P9).
    pub(crate) fn refuse(&mut self, epoch: u32, generation: u32) {
        let verdict = if !self.standing.is_in() {
            Verdict::Settle
        } else if (epoch, generation) != self.moment() {
            // Asked anew: another tab may be signing somebody in by now (P9).
            return self.request();
        } else if self.renewal_would_help() {
            self.want(Need::Renewal, self.now);
            self.queue.refused = true;
            self.queue.hold()
        } else {
            Verdict::Settle
        };
        self.effects.answer(verdict);
    }

    /// Whether a refusal of the present credential is a reason to renew. One that was renewed just now is good: the refusal has
    /// another reason. During an outage everybody waits for the one next attempt.
    fn renewal_would_help(&self) -> bool {
        let just_renewed = self.now.since(self.renewed_at) < REFUSAL_COOL_DOWN_MS;
        self.config.renewal != RenewalMode::Manual
            && self.page.online
            && self.backoff.until <= self.now
            && !just_renewed
    }

    /// Whether requests wait now. While it is so a timer runs, unless the page is offline or stands still: the host has a limit for each of
    /// them.
    pub(crate) fn holding(&self) -> bool {
        if self.switching_since < Instant::NEVER {
            return true;
        }
        let Some(session) = self.standing.session() else { return false };
        // Until the server, or the answer to what is on its way, has said whose cookie is there: also while there is no network (P9).
        if self.doubt >= WHOSE || self.under_way() > Need::Check as u8 {
            return true;
        }
        let lapsed = session.lapses_at <= self.now && self.config.renewal != RenewalMode::Manual;
        let wanted = self.needs.has(Need::Renewal) || self.needs.has(Need::Check);
        wanted && self.page.online && (self.doubt != 0 || self.queue.refused || lapsed)
    }

    /// Lets the held requests go once nothing holds them.
    pub(crate) fn open_gate(&mut self) {
        if self.queue.held == 0 || self.holding() {
            return;
        }
        if self.owed {
            // As in `request`.
            self.queue.reject(Rejection::Ended, &mut self.effects);
        } else {
            self.queue.refused = false;
            self.queue.held = 0;
            self.effects.push(Effect::ReleaseHeld);
        }
    }

    /// What a request of the page waited for belongs to a session that is gone: it is not sent for another (P9).
    pub(crate) fn reject_held(&mut self) {
        self.queue.reject(Rejection::Ended, &mut self.effects);
    }

    pub(crate) fn refuse_after_disposal<S, A>(&mut self, event: &crate::event::Event<S, A>) {
        use crate::event::Event;
        if matches!(event, Event::Requested | Event::Refused { .. }) {
            self.effects.answer(Verdict::Reject(Rejection::Disposed));
        }
    }
}
