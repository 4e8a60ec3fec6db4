//! When the server's word is wanted again: on a schedule, when a time has come, and when the page's world changes (AU-13).
//!
//! ```text
//!   visible, online, signed in: --heartbeat_ms since the last answer--> check
//!   shown, resumed, woken, online again, hinted at: check, unless another tab has just done it
//! ```

use crate::config::{FRESH_MS, RenewalMode, SPREAD_MS};
use crate::effect::{Effect, Need};
use crate::event::Stored;
use crate::machine::Machine;
use crate::record::Message;
use crate::session::Session;
use crate::time::Instant;

/// A message that something has changed takes so long at most: a check sent within it before the message came counts.
pub(crate) const HINT_SLACK_MS: u64 = 100;

impl Machine {
    /// Turns the times that have come into needs.
    pub(crate) fn see_what_is_due(&mut self) {
        if !self.page.started || !self.page.running {
            return;
        }
        let now = self.now;
        if self.next_renewal() <= now {
            self.want(Need::Renewal, now);
        }
        let end = self.next_end();
        if end <= now {
            self.end_noted = end;
            // Only the server ends a session (P6): it is asked.
            let need = if self.renews() && self.doubt == 0 { Need::Renewal } else { Need::Check };
            self.want(need, now);
        }
        if self.next_heartbeat() <= now {
            self.want(Need::Check, self.recent());
            self.beat_later();
        }
        let by = self.switched_by();
        if by <= now {
            self.switching_since = Instant::NEVER;
            // It may have come to pass although nobody told: what waits is not sent for whoever is signed in now (P9).
            self.doubt_since(by);
        }
    }

    /// When another tab's sign-in has been under way for as long as one can be.
    pub(crate) fn switched_by(&self) -> Instant {
        self.switching_since.plus(self.config.patience_ms())
    }

    /// Since when an answer counts as recent.
    pub(crate) fn recent(&self) -> Instant {
        self.now.minus(FRESH_MS)
    }

    /// Whether the machine renews by itself now.
    pub(crate) fn renews(&self) -> bool {
        match self.config.renewal {
            RenewalMode::Always => true,
            RenewalMode::WhileVisible => self.page.visible,
            RenewalMode::Manual => false,
        }
    }

    /// When a renewal is to be asked for.
    pub(crate) fn next_renewal(&self) -> Instant {
        let waits = self.standing.is_in() && self.renews() && !self.needs.has(Need::Renewal);
        // While in doubt a check comes first, and tells the time anew.
        self.renewal_at.only_if(waits && self.doubt == 0)
    }

    /// When the session reaches an end that nobody has acted upon.
    pub(crate) fn next_end(&self) -> Instant {
        let ends_at = self.standing.ends_at();
        ends_at.only_if(self.end_noted != ends_at)
    }

    /// When the server is to be asked again although nothing happened.
    pub(crate) fn next_heartbeat(&self) -> Instant {
        let beats = self.config.heartbeat_ms > 0 && self.page.visible && self.page.online;
        self.heartbeat_at.only_if(beats && self.standing.is_in())
    }

    /// Puts the heartbeat off, spread so that tabs do not beat together.
    pub(crate) fn beat_later(&mut self) {
        let period = u64::from(self.config.heartbeat_ms);
        self.heartbeat_at = self.now.plus(period).plus(self.random.below(period / 10));
    }

    /// What was asked before a sleep is seldom answered: nobody waits for it. Not so a renewal, whose answer may hold the session's next token, nor a
    /// command: they have what is left of their time.
    pub(crate) fn wake(&mut self) {
        if self.under_way() == Need::Check as u8 {
            self.abandon();
        }
        self.look_again();
    }

    /// Also of a window that nothing covered, when it is worked in again: somebody looks.
    pub(crate) fn shown(&mut self) {
        self.page.visible = true;
        if self.page.started {
            self.look_again();
        }
    }

    pub(crate) fn resume(&mut self, remembered: Option<&Stored>) {
        self.page.running = true;
        // What went on without a turn is asked anew: its answer would take away the cookie of a sign-in that follows (P9).
        self.abandon();
        if let Some(stored) = remembered {
            self.absorb(stored);
        }
        if self.standing.is_in() && self.rendered == 0 {
            // What was said meanwhile was not heard here, and storage may have been wiped since.
            self.effects.push(Effect::Tell(Message::Asking));
        }
        self.look_again();
    }

    /// A turn is not kept by a page that does not run (fact 8). Of what is on its way, only a renewal and a sign-out go on without
    /// it: any other answer would set a cookie, or clear one, behind the back of every tab (P9).
    pub(crate) fn freeze(&mut self) {
        self.page.running = false;
        // A renewal's answer may hold the session's next token; without a session it could only clear the cookie of a sign-in that
        // follows. Of a sign-out that is owed nobody else has told the server, and the person may have left for good.
        let goes_on = self.under_way() & (Need::Renewal as u8 | Need::SignOut as u8) != 0
            && (self.standing.is_in() || self.owed);
        match self.attempt {
            Some(attempt) if goes_on => {
                self.effects.push(Effect::GiveUpLeadership { attempt: attempt.number });
            }
            _ => self.abandon(),
        }
        // An open connection keeps a page out of some browsers' back/forward cache; it is joined again after the next answer.
        self.disconnect();
    }

    fn disconnect(&mut self) {
        if self.standing.is_in() {
            self.effects.push(Effect::CloseChannels);
        }
    }

    pub(crate) fn online(&mut self) {
        if !self.page.online {
            self.page.online = true;
            self.needs.start_at = self.now.plus(self.random.below(SPREAD_MS));
            self.look_again();
        }
    }

    pub(crate) fn offline(&mut self) {
        if self.page.online {
            // A connection may not notice that it was cut off; the page makes another as soon as the network is back.
            self.disconnect();
        }
        self.page.online = false;
        if self.attempt.is_some_and(|attempt| !attempt.is_sent() && attempt.need != Need::SignIn) {
            self.abandon();
        }
        self.leave_nobody_waiting(Need::Check);
    }

    /// The world may have changed: the server's word is wanted, unless it was given just now.
    pub(crate) fn look_again(&mut self) {
        // Long enough for the tabs that saw the same to take one answer, and no longer: somebody looks (scenario 48).
        self.want(Need::Check, self.now.minus(SPREAD_MS));
        self.backoff.nudge();
    }

    /// Somebody in this browser or the server says that something changed.
    pub(crate) fn hinted(&mut self) {
        self.want(Need::Check, self.now.minus(HINT_SLACK_MS));
    }

    pub(crate) fn check_asked(&mut self) {
        self.want(Need::Check, self.now);
        self.fail_fast(Need::Check);
    }

    pub(crate) fn renewal_asked(&mut self) {
        self.want(Need::Renewal, self.now);
        self.fail_fast(Need::Renewal);
    }

    pub(crate) fn spread(&mut self, session: &Session) -> Instant {
        let room = session.ends_at.since(session.renew_at) / 4;
        session.renew_at.plus(self.random.below(room.min(SPREAD_MS * 10)))
    }
}
