//! The machine: one match over events, one order of work in each step.
//!
//! ```text
//!   event --> what is due --> what it says --> what is due now --> needs that are met --> pursue what is left: a turn, a request
//!         --> the gate of held requests --> publish where the view differs --> the next deadline
//!
//!   a page: new --started--> running <--resumed-- frozen          (each: visible or hidden, online or offline)
//!                               \------frozen------^    any --disposed--> over
//! ```

use core::borrow::Borrow;

use crate::backoff::Backoff;
use crate::config::{Config, REDIRECT_MS};
use crate::effect::{Effect, Effects, Need, Notice, Settlement};
use crate::event::{Answer, Event, Outcome, Rendered, Stored, Trouble};
use crate::leadership::Attempt;
use crate::needs::Needs;
use crate::queue::Queue;
use crate::random::Random;
use crate::record::Message;
use crate::session::{Ending, Known, Standing};
use crate::time::Instant;
use crate::timer::Timer;
use crate::warning::Warning;

/// How the page is doing.
#[derive(Debug, Clone)]
#[expect(clippy::struct_excessive_bools, reason = "each is true or not whatever the others are")]
pub(crate) struct Page {
    pub(crate) started: bool,
    pub(crate) running: bool,
    pub(crate) disposed: bool,
    pub(crate) visible: bool,
    pub(crate) online: bool,
    /// It was away, and what is connected may have died: connected again after the server's word (scenario 49).
    pub(crate) rejoin: bool,
}

/// The clock has leapt, or the page was away: what is known may be long over. A server that cannot say is no reason to wait.
pub(crate) const HOW_LONG: u8 = 1;
/// The cookie may have become another person's: until the server has said whose it is nothing is sent, however long that takes (P9).
pub(crate) const WHOSE: u8 = 2;

/// The session machine of one tab.
#[derive(Debug, Clone)]
// In the browser's module addresses below 128 are one byte of code each (`stayd-wasm`): what is used much comes first. Found by trying: the
// package is 40 bytes smaller under gzip than with the order that Rust chooses.
#[repr(C)]
pub struct Machine {
    pub(crate) page: Page,
    /// Why the server's word comes before the page's requests; 0 for no reason.
    pub(crate) doubt: u8,
    published: (u64, u64),
    /// Whether the server has yet to be told of a sign-out.
    pub(crate) owed: bool,
    /// Whether the last renewal did not move the end.
    pub(crate) fixed_end: bool,
    pub(crate) queue: Queue,
    /// When the session began, in s since 1970, that was rendered into the page and contradicts what this browser remembers, while the server
    /// is being asked; else 0. What is counted lower is from before it, but for an owed sign-out that no sign-in follows.
    pub(crate) rendered: u32,
    pub(crate) attempts: u32,
    pub(crate) epoch: u32,
    pub(crate) generation: u32,
    pub(crate) now: Instant,
    /// When the credential was last renewed.
    pub(crate) renewed_at: Instant,
    /// Superseded answers in a row.
    pub(crate) superseded: u8,
    pub(crate) standing: Standing,
    pub(crate) attempt: Option<Attempt>,
    /// When this tab sets out to renew: `renew_at`, spread.
    pub(crate) renewal_at: Instant,
    /// When the request was sent that the server last answered about this.
    pub(crate) verified_at: Instant,
    pub(crate) config: Config,
    pub(crate) random: Random,
    deadline: Instant,
    /// Since when another tab's sign-in is under way; [`Instant::NEVER`] while none is.
    pub(crate) switching_since: Instant,
    /// The end that has been acted upon.
    pub(crate) end_noted: Instant,
    pub(crate) heartbeat_at: Instant,
    /// When the person last signed out in this tab.
    pub(crate) signed_out_at: Instant,
    pub(crate) needs: Needs,
    pub(crate) backoff: Backoff,
    pub(crate) warning: Warning,
    pub(crate) effects: Effects,
}

impl Machine {
    /// A machine that has yet to hear [`Event::Started`]. The jitter comes from `seed`.
    pub fn new(config: Config, seed: u32) -> Self {
        let mut machine = Self::PRISTINE;
        machine.config = config;
        machine.random = Random::new(seed);
        machine
    }

    /// Copied as it is: setting each field would be a thirtieth of the module.
    const PRISTINE: Self = Self {
        config: Config::DEFAULT,
        random: Random::new(0),
        now: Instant::from_ms(0),
        page: Page {
            started: false,
            running: true,
            disposed: false,
            visible: true,
            online: true,
            rejoin: false,
        },
        epoch: 0,
        generation: 0,
        standing: Standing::UNKNOWN,
        verified_at: Instant::LONG_AGO,
        renewed_at: Instant::LONG_AGO,
        renewal_at: Instant::NEVER,
        fixed_end: false,
        end_noted: Instant::NEVER,
        heartbeat_at: Instant::NEVER,
        doubt: 0,
        owed: false,
        signed_out_at: Instant::LONG_AGO,
        rendered: 0,
        switching_since: Instant::NEVER,
        superseded: 0,
        needs: Needs::NONE,
        attempt: None,
        attempts: 0,
        backoff: Backoff::CLEAR,
        queue: Queue::EMPTY,
        warning: Warning::NONE,
        deadline: Instant::NEVER,
        published: (0xff, 0),
        effects: Effects::NONE,
    };

    /// Takes in one fact and says what is to be done. Total: every event is legal at every moment, and one that comes too late
    /// changes nothing. A `now` before an earlier one counts as that one.
    pub fn handle(&mut self, now: Instant, event: Event) -> Effects {
        self.take_in(now, event);
        self.effects.clone()
    }

    /// As [`Self::handle`]; the effects stay where they are ([`Self::effects`]).
    pub fn take_in<S: Borrow<Stored>, A: Borrow<Answer>>(&mut self, now: Instant, event: Event<S, A>) {
        self.now = self.now.max(now);
        self.effects.clear();
        if self.page.disposed {
            self.refuse_after_disposal(&event);
        } else {
            if matches!(event, Event::Woke | Event::Resumed { .. }) {
                self.page.rejoin = self.standing.is_in();
                // Where the server has asked to be left alone nobody waits for it: its outage is none of the application's.
                let may_ask = self.backoff.floor <= self.now;
                self.doubt |= HOW_LONG * u8::from(self.page.rejoin && may_ask);
                if let Some(attempt) = self.attempt.as_mut().filter(|attempt| !attempt.is_sent()) {
                    // Nobody kept its turn from this tab while it slept.
                    attempt.patience_ends_at = self.now.plus(self.config.patience_ms());
                }
            }
            self.see_what_is_due();
            self.consider(event);
            self.see_what_is_due();
            self.drop_met_needs();
            self.pursue();
            self.open_gate();
            self.publish();
        }
        self.schedule();
    }

    /// What the page was last shown, as it crosses the boundary.
    pub fn published(&self) -> [u64; 2] {
        [self.published.0, self.published.1]
    }

    /// What the last step asks for.
    pub fn effects(&self) -> &Effects {
        &self.effects
    }

    /// When to say [`Event::DeadlineReached`]: the host keeps one timer.
    pub fn deadline(&self) -> Option<Instant> {
        (self.deadline < Instant::NEVER).then_some(self.deadline)
    }

    /// As [`Self::deadline`]; [`Instant::NEVER`] for none.
    pub fn due_at(&self) -> Instant {
        self.deadline
    }

    /// What the deadline is for; of several at the same moment the first.
    pub fn deadline_reason(&self) -> Option<Timer> {
        let due = |at: &Instant| *at == self.deadline && *at < Instant::NEVER;
        self.timers().iter().position(due).and_then(|place| Timer::ALL.get(place).copied())
    }

    /// Counts sign-ins, sign-outs and ends, and within them renewals: what a request of the page is sent in.
    pub fn moment(&self) -> (u32, u32) {
        (self.epoch, self.generation)
    }

    fn consider<S: Borrow<Stored>, A: Borrow<Answer>>(&mut self, event: Event<S, A>) {
        match event {
            Event::Started { rendered, remembered } => {
                self.start(rendered, remembered.as_ref().map(Borrow::borrow));
            }
            Event::LeadershipGained { attempt, stored } => {
                self.lead(attempt, stored.as_ref().map(Borrow::borrow));
            }
            Event::Answered { attempt, outcome } => self.answered(attempt, outcome),
            Event::Heard { message, stored } => self.hear(message, stored.borrow()),
            Event::Hinted => self.hinted(),
            Event::DeadlineReached => self.lose_patience(),
            Event::Shown => self.shown(),
            Event::Hidden => self.page.visible = false,
            Event::Frozen => self.freeze(),
            Event::Resumed { remembered } => self.resume(remembered.as_ref().map(Borrow::borrow)),
            Event::Woke => self.wake(),
            Event::Online => self.online(),
            Event::Offline => self.offline(),
            Event::SignInAsked => self.needs.add(Need::SignIn),
            Event::SignOutAsked => self.sign_out(),
            Event::RenewalAsked => self.renewal_asked(),
            Event::CheckAsked => self.check_asked(),
            Event::WarningDismissed => self.dismiss_warning(),
            Event::Requested => self.request(),
            Event::Refused { epoch, generation } => self.refuse(epoch, generation),
            Event::Withdrawn => self.queue.withdraw(),
            Event::Disposed => self.dispose(),
        }
    }

    fn start<A: Borrow<Answer>>(&mut self, rendered: Rendered<A>, remembered: Option<&Stored>) {
        if self.page.started {
            return;
        }
        self.page.started = true;
        let now = self.now;
        // Storage may have been wiped, or written by a tab that had stood still.
        self.effects.push(Effect::Tell(Message::Asking));
        if let Some(stored) = remembered {
            self.absorb(stored);
            // A new page is somebody's wish to know: only what the server asked for holds it back.
            self.backoff.nudge();
        }
        match rendered {
            _ if self.owed => self.needs.owed_at = now,
            Rendered::Somebody(answer) => self.believe_rendering(answer.borrow()),
            // A page is older than what tabs tell each other: what contradicts them is asked about, and ends nothing (P6).
            Rendered::Nobody if self.standing.is_in() => self.want(Need::Check, now),
            Rendered::Nobody => self.confirm_nobody(now),
            Rendered::Nothing => {
                if self.standing.known == Known::Nothing {
                    self.needs.nobody_since = now.minus(REDIRECT_MS);
                }
                self.want(Need::Check, self.recent());
            }
        }
    }

    /// Notes that something is wanted; a check that it must be answered by a request sent at `since` or later.
    pub(crate) fn want(&mut self, need: Need, since: Instant) {
        if need == Need::Check {
            self.needs.fresher_than = self.needs.fresher_than.max(since);
        } else if need == Need::Renewal && !self.needs.has(need) {
            self.needs.renewal_since = self.generation;
        }
        self.needs.add(need);
    }

    /// Whose cookie is there only the server can say: until it has, nothing of the page is sent (P9).
    #[inline(never)]
    pub(crate) fn doubt_since(&mut self, since: Instant) {
        self.doubt = WHOSE;
        self.want(Need::Check, since);
    }

    /// Whether the server has ever said how things stand.
    pub(crate) fn was_verified(&self) -> bool {
        self.verified_at > Instant::LONG_AGO
    }

    /// Takes out the needs that something else has met, and leaves an attempt that waits for nothing any more.
    fn drop_met_needs(&mut self) {
        let complete = !self.standing.is_in() || self.standing.data() != 0;
        let known = self.was_verified() && self.verified_at >= self.needs.fresher_than;
        if known && complete && self.standing.is_settled() {
            self.meet(Need::Check, Settlement::Met);
        }
        if self.needs.renewal_since != self.generation {
            self.meet(Need::Renewal, Settlement::Met);
        }
        if !self.owed {
            self.meet(Need::SignOut, Settlement::Met);
        }
        // A sign-in that is left behind stays under way for whoever reads the record.
        if self.page.started && !self.needs.has(Need::Check) {
            self.doubt = 0;
            if core::mem::take(&mut self.page.rejoin) && self.standing.is_in() {
                self.connect();
            }
        }
        if self.attempt.is_some_and(|attempt| !attempt.is_sent() && !self.needs.has(attempt.need)) {
            self.abandon();
        }
    }

    /// Ends a need; those who wait for it hear the result.
    pub(crate) fn meet(&mut self, need: Need, result: Settlement) {
        if self.needs.remove(need) {
            self.effects.push(Effect::Settled { need, result });
        }
    }

    /// Sets out for the most urgent need, if one may start now.
    fn pursue(&mut self) {
        if !self.page.started || !self.page.running {
            return;
        }
        let ready =
            Needs::ORDER.iter().find(|need| self.needs.has(**need) && self.may_start_at(**need) <= self.now);
        let Some(&need) = ready else { return };
        if let Some(attempt) = &self.attempt {
            // What a person asked for does not stand behind what the machine itself wanted and still waits for.
            if attempt.is_sent() || need < Need::SignIn || need <= attempt.need {
                return;
            }
            self.abandon();
        }
        self.attempts = self.attempts.wrapping_add(1);
        self.attempt = Some(Attempt {
            number: self.attempts,
            need,
            patience_ends_at: self.now.plus(self.patience_ms(need)),
            sent_at: Instant::NEVER,
            generation: self.generation,
            session: 0,
        });
        self.effects.push(Effect::AskLeadership { attempt: self.attempts });
    }

    /// The earliest moment at which a need may be seen to; [`Instant::NEVER`] while something else must happen first.
    pub(crate) fn may_start_at(&self, need: Need) -> Instant {
        match need {
            // The person waits for it, and shall see at once when it cannot be.
            Need::SignIn => self.now,
            _ if !self.page.online => Instant::NEVER,
            // A sign-in is under way in another tab: the answer could take its cookie away, or speak of whom it replaces (P9).
            _ if self.switching_since < Instant::NEVER => Instant::NEVER,
            Need::SignOut => self.needs.owed_at.max(self.backoff.until),
            // Until the server has heard of the sign-out it would name the session that the person has left.
            _ if self.owed => Instant::NEVER,
            Need::Renewal | Need::Check => self.needs.start_at.max(self.backoff.until),
        }
    }

    /// Leaves the attempt, if there is one; what it was for is still wanted, but for a sign-in that was sent: that is nobody's any more.
    pub(crate) fn abandon(&mut self) {
        let signs_in = self.signs_in();
        if let Some(attempt) = self.attempt.take() {
            self.effects.push(Effect::Cancel { attempt: attempt.number });
            if signs_in {
                self.meet(Need::SignIn, Settlement::Overtaken);
                // It may have come to pass. The other tabs need not wait for what is not going to be told.
                self.doubt_since(self.now);
                self.share();
            }
        }
    }

    fn lead(&mut self, number: u32, stored: Option<&Stored>) {
        // Also where nothing is to be asked any more: it decides.
        if let Some(stored) = stored {
            self.absorb(stored);
            self.drop_met_needs();
        }
        match self.attempt {
            Some(attempt) if attempt.number == number && !attempt.is_sent() => self.send(),
            // It lost patience and acts alone: the turn is given back with the answer.
            Some(attempt) if attempt.number == number => {}
            _ => self.effects.push(Effect::GiveUpLeadership { attempt: number }),
        }
    }

    /// Sends the request of the attempt whose turn it is, or leaves it where something else must happen first.
    pub(crate) fn send(&mut self) {
        if self.attempt.is_none_or(|attempt| self.may_start_at(attempt.need) > self.now) {
            return self.abandon();
        }
        let Some(attempt) = &mut self.attempt else { return };
        (attempt.sent_at, attempt.generation) = (self.now, self.generation);
        // The host gives up first; this is for a host that could not.
        attempt.patience_ends_at = self.now.plus(self.config.patience_ms());
        attempt.session = self.standing.key();
        let (number, need) = (attempt.number, attempt.need);
        if need == Need::SignIn {
            // What is written down now stays, whatever becomes of this page.
            self.drop_rendering();
            self.effects.push(Effect::Tell(Message::Switching));
            // For a tab that opens before this one can tell what came of it, or never does.
            self.effects.push(Effect::Remember);
        }
        self.effects.push(Effect::Send { attempt: number, need });
    }

    fn lose_patience(&mut self) {
        let Some(attempt) = self.attempt.filter(|attempt| attempt.patience_ends_at <= self.now) else {
            return;
        };
        if attempt.is_sent() {
            self.effects.push(Effect::Cancel { attempt: attempt.number });
            let trouble = Trouble::Unreachable;
            self.answered(attempt.number, Outcome::<&Answer>::Failed { retry_after_ms: 0, trouble });
        } else {
            self.send();
        }
    }

    pub(crate) fn sign_out(&mut self) {
        // After a sign-in that may have come to pass that is not known.
        let nobody = self.standing.known == Known::Out && self.doubt < WHOSE;
        if nobody && !self.needs.has(Need::SignIn) {
            if self.owed {
                self.needs.owed_at = self.now;
                self.fail_fast(Need::SignOut);
            } else {
                self.effects.push(Effect::Settled { need: Need::SignOut, result: Settlement::Met });
            }
            return;
        }
        self.abandon();
        self.meet(Need::SignIn, Settlement::Overtaken);
        self.meet(Need::Renewal, Settlement::Overtaken);
        self.meet(Need::Check, Settlement::Overtaken);
        self.leave(Ending::SignedOut, Notice::SignedOut);
        self.switching_since = Instant::NEVER;
        self.owed = true;
        // Not where it has only been heard of: by the time a tab that stood still hears of it somebody may have signed in.
        (self.signed_out_at, self.needs.owed_at) = (self.now, self.now);
        self.needs.add(Need::SignOut);
        self.share();
        self.fail_fast(Need::SignOut);
    }

    fn dispose(&mut self) {
        self.abandon();
        for need in &Needs::ORDER {
            self.meet(*need, Settlement::Overtaken);
        }
        self.queue.reject(crate::effect::Rejection::Disposed, &mut self.effects);
        self.page.disposed = true;
        // What has come due meanwhile, or was only met by giving up, is not set out for in the same step.
        self.page.started = false;
    }

    fn publish(&mut self) {
        let view = self.view();
        let before = core::mem::replace(&mut self.published, view.words());
        if before != self.published {
            if view.minutes_left > 0 && before.0 >> 56 == 0 {
                self.effects.push(Effect::Notify(Notice::Warned));
            }
            self.effects.push(Effect::Publish);
        }
    }

    /// Derives the deadline from the state as it is after the step, so that nothing has to be cleared.
    fn schedule(&mut self) {
        self.deadline = self.timers().iter().fold(Instant::NEVER, |least, at| least.min(*at));
    }

    /// When each timer fires, in the order of [`Timer::ALL`].
    fn timers(&self) -> [Instant; 7] {
        if !self.page.started || !self.page.running {
            return [Instant::NEVER; 7];
        }
        let (mut retry, mut patience) = (Instant::NEVER, Instant::NEVER);
        if let Some(attempt) = &self.attempt {
            patience = attempt.patience_ends_at;
        } else {
            for need in &Needs::ORDER {
                if self.needs.has(*need) {
                    retry = retry.min(self.may_start_at(*need));
                }
            }
        }
        let (renewal, end) = (self.next_renewal(), self.next_end());
        [renewal, end, self.next_warning(), self.next_heartbeat(), retry, patience, self.switched_by()]
    }
}
