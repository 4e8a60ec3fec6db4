//! What the server's answers mean.
//!
//! ```text
//!   a session  --same-->  Active, later times           (generation + 1 where it was renewed)
//!              --other--> Active, new data              (epoch + 1)
//!   nobody     --------->  Out                          (epoch + 1; only this and a sign-out end a session: P6; a check that is declined
//!                                                        says the same; where the credential may have lapsed a renewal is asked first)
//!   superseded --------->  ask again soon; nothing is known
//!   failed     --------->  as before, marked stale; ask again later
//! ```
//!
//! A request of an epoch that is over has been given up, and its answer with it: an attempt's number tells.

use core::borrow::Borrow;

use crate::config::{END_SLACK_MS, LATENCY_MS, SHORTEST_LIFE_MS, SUPERSEDED_LIMIT, SUPERSEDED_RETRY_MS};
use crate::effect::{Effect, Need, Notice, Settlement};
use crate::event::{Answer, Outcome, Trouble};
use crate::machine::{Machine, WHOSE};
use crate::record::Message;
use crate::session::{Ending, Key, Known, Session, Standing};
use crate::time::Instant;

impl Machine {
    pub(crate) fn answered<A: Borrow<Answer>>(&mut self, number: u32, outcome: Outcome<A>) {
        let Some(attempt) = self.attempt.filter(|attempt| attempt.number == number && attempt.is_sent())
        else {
            return;
        };
        let sent_at = attempt.sent_at;
        let refused = matches!(outcome, Outcome::Nobody | Outcome::Declined);
        if refused && attempt.need == Need::Check && self.is_lapsed() {
            // The refusal of a credential that had lapsed: whether the session lives only a renewal can tell. Where that has been declined it is over.
            // In the same turn, or each tab that looks would ask the same before it (P5).
            if let Some(attempt) = &mut self.attempt {
                attempt.need = Need::Renewal;
            }
            return self.send();
        }
        self.attempt = None;
        match attempt.need {
            Need::SignOut => self.sign_out_answered(outcome, sent_at),
            Need::SignIn => self.sign_in_answered(outcome, attempt.session, sent_at),
            need => self.word_given(outcome, need, attempt.generation, sent_at),
        }
        self.effects.push(Effect::GiveUpLeadership { attempt: number });
    }

    /// The server's word on who is signed in.
    fn word_given<A: Borrow<Answer>>(
        &mut self,
        outcome: Outcome<A>,
        need: Need,
        generation: u32,
        sent_at: Instant,
    ) {
        match outcome {
            Outcome::Session(answer) => self.confirm(answer.borrow(), sent_at, need),
            Outcome::Superseded => self.ask_again_soon(need),
            Outcome::Failed { retry_after_ms, trouble } => self.fail(need, retry_after_ms, trouble),
            Outcome::Declined if need == Need::Renewal => self.declined(),
            // The credential had been replaced before it was refused: that refusal says nothing of the new one (fact 2).
            _ if generation != self.generation => self.ask_again_soon(need),
            _ => self.confirm_nobody(sent_at),
        }
    }

    /// Whether the credential may have lapsed by now, in a session that has not: perhaps on the way, and the clock of here may be behind.
    fn is_lapsed(&self) -> bool {
        let (_, lapses_at) = self.standing.renewal_times();
        let soon = self.now.plus(SHORTEST_LIFE_MS);
        self.renewal_at < Instant::NEVER && self.standing.ends_at() > self.now && lapses_at <= soon
    }

    /// The server says: this session.
    pub(crate) fn confirm(&mut self, answer: &Answer, sent_at: Instant, need: Need) {
        self.accept(answer, sent_at, need);
        self.share();
    }

    fn accept(&mut self, answer: &Answer, sent_at: Instant, need: Need) {
        let session = session_of(answer, sent_at);
        let before = self.standing;
        if before.data() != session.data {
            self.effects.push(Effect::KeepData);
        }
        self.standing = Standing::with(Known::Active, session);
        self.renewal_at = self.spread(&session);
        let rendered = core::mem::take(&mut self.rendered);
        match before.session().filter(|old| old.key == session.key && rendered == 0) {
            Some(old) => self.prolong(old, &session, need),
            None => self.begin(&before, answer.created_s),
        }
        if need == Need::Renewal {
            self.renewed_at = self.now;
        }
        self.heard_from_server(sent_at);
        // Whoever signed in after a sign-out that the server has not heard of stays in.
        self.owed = false;
    }

    /// The page was rendered with a session. Where this browser remembers something else, that may be the later news, for nobody knows how old
    /// a page is that the browser kept: it shows what it was rendered with, no other tab is told, and the server is asked.
    pub(crate) fn believe_rendering(&mut self, answer: &Answer) {
        let before = self.standing;
        let same = before.key() == answer.session;
        if self.epoch == 0 || (same && (before.data() == 0 || before.data() == answer.data)) {
            self.confirm(answer, self.now, Need::Check);
            // A page is no renewal: what is refused from here on may be renewed at once.
            self.renewed_at = Instant::LONG_AGO;
            return;
        }
        let session = session_of(answer, self.now);
        self.effects.push(Effect::KeepData);
        self.standing = Standing::with(if same { Known::Active } else { Known::Remembered }, session);
        self.renewal_at = self.spread(&session);
        if same {
            return self.want(Need::Check, self.now);
        }
        self.arrive(&before);
        self.rendered = answer.created_s.max(1);
        self.doubt_since(self.now);
        self.leave_nobody_waiting(Need::Check);
    }

    /// The same session as before, perhaps with later times.
    fn prolong(&mut self, old: &Session, session: &Session, need: Need) {
        // A slow answer names an end that seems earlier by as long as it took: the next one does not move it. A renewal moves it by far more.
        let slack = (session.ends_at.since(self.now) / 8).min(LATENCY_MS);
        let moved = session.ends_at.since(old.ends_at) > slack;
        // Nor is a credential a new one that is said to have lapsed: it is given a moment, so that nobody asks in a circle.
        let lapsed = self.now.plus(SHORTEST_LIFE_MS);
        if need == Need::Renewal || moved || session.lapses_at.since(old.lapses_at.max(lapsed)) > slack {
            self.generation = self.generation.wrapping_add(1);
            // Soon after the last renewal there is no telling.
            self.fixed_end |= self.now.since(self.renewed_at) > slack;
            self.fixed_end &= !moved;
            self.renewed_at = self.now;
            self.effects.push(Effect::Notify(Notice::Renewed));
            self.connect();
        }
        if session.renew_at <= self.now {
            // The server will not renew it yet: half of what is left, again and again. For every tab, so that they do not try in turn.
            let until = self.now.plus(session.lapses_at.since(self.now) / 2 + SHORTEST_LIFE_MS);
            // Only a renewal's own answer says so; after any other it is due when it was, if that comes first.
            self.put_off_renewal(if need == Need::Renewal { until } else { until.min(old.renew_at) });
        }
    }

    fn put_off_renewal(&mut self, until: Instant) {
        if let Some(session) = self.standing.session_mut() {
            session.renew_at = until;
        }
        self.renewal_at = until;
    }

    /// The server has declined to renew: it is not asked again before the credential lapses, nor soon for what it refuses.
    pub(crate) fn renewal_declined(&mut self, until: Instant) {
        self.put_off_renewal(until);
        self.renewed_at = self.now;
        self.queue.refused = false;
        self.meet(Need::Renewal, Settlement::Refused);
    }

    /// Connects again what was connected with the credential of before, or before the page was away.
    pub(crate) fn connect(&mut self) {
        // A page in doubt may not connect yet.
        self.page.rejoin = self.doubt != 0;
        if !self.page.rejoin {
            self.effects.push(Effect::OpenChannels);
        }
    }

    /// Another session than before, or the first. Its epoch counts from the server's clock, so that it is newer than what was counted before
    /// storage was wiped.
    fn begin(&mut self, before: &Standing, created_s: u32) {
        self.epoch = self.epoch.wrapping_add(1).max(created_s);
        self.generation = 0;
        self.fixed_end = false;
        self.renewal_at = self.renewal_at.max(self.now.plus(SHORTEST_LIFE_MS));
        self.arrive(before);
    }

    /// Tells the page that somebody is signed in, where that is news. Whoever waited for a renewal has another session.
    pub(crate) fn arrive(&mut self, before: &Standing) {
        self.page.rejoin = false;
        self.meet(Need::Renewal, Settlement::Met);
        match before.known {
            Known::Out => {
                self.effects.push(Effect::Notify(Notice::SignedIn));
                self.effects.push(Effect::OpenChannels);
            }
            Known::Nothing => self.effects.push(Effect::OpenChannels),
            _ => {
                self.effects.push(Effect::CloseChannels);
                if before.person() != self.standing.person() {
                    self.reject_held();
                    self.effects.push(Effect::Notify(Notice::Switched));
                }
                self.effects.push(Effect::OpenChannels);
            }
        }
    }

    /// The server says: nobody.
    pub(crate) fn confirm_nobody(&mut self, sent_at: Instant) {
        match self.standing.known {
            Known::Remembered | Known::Active => {
                let over = self.now.plus(END_SLACK_MS) >= self.standing.ends_at();
                let ending = if over { Ending::Expired } else { Ending::Revoked };
                self.leave(ending, Notice::Ended);
            }
            Known::Nothing => {
                self.epoch = self.epoch.max(1);
                self.rendered = 0;
                self.standing = Standing::out(Ending::Never);
            }
            Known::Out => {}
        }
        self.meet(Need::Renewal, Settlement::Refused);
        self.heard_from_server(sent_at);
        self.share();
    }

    /// The session is over for this browser.
    pub(crate) fn leave(&mut self, ending: Ending, notice: Notice) {
        if self.standing.is_in() {
            self.effects.push(Effect::DropData);
            self.effects.push(Effect::CloseChannels);
            self.effects.push(Effect::Notify(notice));
        }
        self.epoch = self.epoch.max(self.rendered).wrapping_add(1);
        self.generation = 0;
        self.rendered = 0;
        self.standing = Standing::out(ending);
        self.reject_held();
    }

    fn heard_from_server(&mut self, sent_at: Instant) {
        self.verified_at = self.verified_at.max(sent_at);
        self.backoff.clear();
        self.superseded = 0;
        self.queue.refused = false;
        self.beat_later();
    }

    /// A renewal was refused although the session may live: it is kept until its credential lapses (scenario 20), and one that was asked for early
    /// is asked for in its time. Whether it has lapsed already only a clock of here says: then the server is asked (P6).
    fn declined(&mut self) {
        // Where nobody is known to be in, that is no word on whether somebody is.
        let (renew_at, lapses_at) = self.standing.renewal_times();
        self.backoff.clear();
        let mut until = if renew_at > self.now { renew_at } else { lapses_at };
        if lapses_at.min(self.standing.ends_at()) <= self.now.plus(SHORTEST_LIFE_MS) {
            until = Instant::NEVER;
            self.want(Need::Check, self.now);
        }
        self.renewal_declined(until);
        self.share();
    }

    fn ask_again_soon(&mut self, need: Need) {
        self.superseded = self.superseded.saturating_add(1);
        if self.superseded > SUPERSEDED_LIMIT {
            self.superseded = 0;
            self.fail(need, 0, Trouble::Unexpected);
        } else {
            let jitter = self.random.below(SUPERSEDED_RETRY_MS);
            self.needs.start_at = self.now.plus(SUPERSEDED_RETRY_MS).plus(jitter);
            self.needs.owed_at = self.needs.start_at;
        }
    }

    fn fail(&mut self, need: Need, retry_after_ms: u64, trouble: Trouble) {
        if !self.page.running {
            // What goes on without a page that goes away fails for that page alone.
            return;
        }
        self.backoff.fail(self.now, retry_after_ms, trouble, &mut self.random);
        self.doubt &= WHOSE;
        self.queue.refused = false;
        self.effects.push(Effect::Notify(Notice::Failed(trouble)));
        self.leave_nobody_waiting(need);
        self.share();
    }

    /// Whoever asks during a cool-down hears at once that it cannot be, instead of trying again (EN-4).
    pub(crate) fn fail_fast(&mut self, need: Need) {
        self.backoff.nudge();
        self.leave_nobody_waiting(need);
    }

    /// Where the server will not be asked for a while, those who wait hear it now.
    pub(crate) fn leave_nobody_waiting(&mut self, need: Need) {
        if !self.page.online || self.backoff.until > self.now {
            self.effects.push(Effect::Settled { need, result: Settlement::Failed });
            self.drop_rendering();
        }
    }

    /// Better nothing than what this browser has perhaps left (P4).
    pub(crate) fn drop_rendering(&mut self) {
        if self.rendered > 0 && self.standing.is_in() {
            self.standing = Standing::UNKNOWN;
            self.effects.push(Effect::DropData);
            self.effects.push(Effect::CloseChannels);
            self.reject_held();
        }
    }

    #[expect(clippy::needless_pass_by_value, reason = "in registers, as its callers have it")]
    fn sign_out_answered<A: Borrow<Answer>>(&mut self, outcome: Outcome<A>, sent_at: Instant) {
        match outcome {
            Outcome::Superseded => self.ask_again_soon(Need::SignOut),
            Outcome::Failed { retry_after_ms, trouble } => self.fail(Need::SignOut, retry_after_ms, trouble),
            Outcome::Session(_) | Outcome::Nobody | Outcome::Declined => {
                self.owed = false;
                self.meet(Need::SignOut, Settlement::Met);
                self.heard_from_server(sent_at);
                self.share();
            }
        }
    }

    fn sign_in_answered<A: Borrow<Answer>>(&mut self, outcome: Outcome<A>, left: Key, sent_at: Instant) {
        let result = match outcome {
            // What was changed of a session that the person has left meanwhile brings nobody back.
            Outcome::Session(answer) if self.owed && answer.borrow().session == left => Settlement::Refused,
            Outcome::Session(answer) => {
                // Also where it is the same session, with another name perhaps: so that every tab knows that this is what came of it.
                self.epoch = self.epoch.wrapping_add(1);
                self.confirm(answer.borrow(), sent_at, Need::SignIn);
                Settlement::Met
            }
            Outcome::Failed { .. } => Settlement::Failed,
            Outcome::Nobody | Outcome::Declined | Outcome::Superseded => Settlement::Refused,
        };
        self.meet(Need::SignIn, result);
        if result == Settlement::Met {
            return;
        }
        // Part of it may have come to pass: whose cookie is there only the server can say (P9).
        self.doubt_since(self.now);
        self.share();
    }

    /// Tells the other tabs how things stand, and then writes it down, which takes longer.
    pub(crate) fn share(&mut self) {
        if self.rendered > 0 {
            return;
        }
        self.effects.push(Effect::Tell(Message::State));
        // While a sign-in is waited for, storage says since when; what a page that opens was rendered with is no reason to begin anew.
        if self.attempts > 0 || self.switching_since == Instant::NEVER {
            self.effects.push(Effect::Remember);
        }
    }
}

fn session_of(answer: &Answer, sent_at: Instant) -> Session {
    Session {
        key: answer.session,
        person: answer.person,
        data: answer.data,
        renew_at: sent_at.plus(answer.renews_in_ms),
        lapses_at: sent_at.plus(answer.lapses_in_ms.max(SHORTEST_LIFE_MS)),
        ends_at: sent_at.plus(answer.ends_in_ms.max(SHORTEST_LIFE_MS)),
    }
}
