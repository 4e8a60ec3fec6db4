//! What one tab learns from another, directly or through storage.
//!
//! ```text
//!   older epoch:  nothing (a fresh contradiction: ask the server)
//!   newer epoch:  adopted, whatever this tab thought
//!   same epoch:   newer generation adopted, and what the server confirmed later
//! ```
//!
//! What was learned is never sent on: each fact is told once, by the tab that heard it from the server or from the person.

use crate::config::{FRESH_MS, OWED_MS, RETRY_AFTER_CEILING_MS, RETRY_FLOOR_MS, SPREAD_MS};
use crate::effect::{Effect, Need, Notice, Settlement};
use crate::event::Stored;
use crate::heartbeat::HINT_SLACK_MS;
use crate::machine::{Machine, WHOSE};
use crate::record::{Message, Record, Switch};
use crate::session::{Ending, Known, Session, Standing};
use crate::time::Instant;

/// The same moment, read off two clocks of which one counts whole milliseconds, differs by less.
const CLOCKS_DIFFER_MS: u64 = 2;

impl Machine {
    /// How things stand, for the other tabs and for storage.
    pub fn record(&self) -> Record {
        let now = self.now;
        let session = self.standing.session();
        let until = |at: fn(&Session) -> Instant| session.map_or(0, |session| at(session).since(now));
        Record {
            epoch: self.epoch,
            generation: self.generation,
            session: self.standing.key(),
            person: self.standing.person(),
            data: self.standing.data(),
            ending: self.standing.ending,
            owed: self.owed,
            verified_ago_ms: self.ago(self.verified_at),
            renews_in_ms: until(|session| session.renew_at),
            lapses_in_ms: until(|session| session.lapses_at),
            ends_in_ms: until(|session| session.ends_at),
            failures: self.backoff.failures,
            tried_ago_ms: self.ago(self.backoff.tried_at),
            retry_in_ms: self.backoff.floor.since(now),
            trouble: self.backoff.trouble,
            fixed_end: self.fixed_end,
            switch: self.switch(),
            reserved: [0; 6],
        }
    }

    fn switch(&self) -> Switch {
        if self.switching_since < Instant::NEVER || self.signs_in() {
            Switch::UnderWay
        } else if self.doubt & WHOSE != 0 {
            Switch::Unsure
        } else {
            Switch::None
        }
    }

    /// How long ago that was; `u64::MAX` for never.
    #[inline(never)]
    fn ago(&self, at: Instant) -> u64 {
        if at == Instant::LONG_AGO { u64::MAX } else { self.now.since(at) }
    }

    pub(crate) fn hear(&mut self, message: Message, stored: &Stored) {
        match message {
            Message::State | Message::Asking => {
                if message == Message::Asking && self.signs_in() {
                    self.effects.push(Effect::Tell(Message::Switching));
                }
                if stored.record.epoch < self.epoch {
                    self.bring_up_to_date(message, stored);
                }
                if message == Message::State {
                    self.absorb(stored);
                }
            }
            Message::Dismissed => {
                self.warning_dismissed(self.written_at(stored).plus(stored.record.ends_in_ms));
            }
            Message::Switching => {
                let begun_at = self.written_at(stored);
                // Heard of by a page that did not run, which has read what came of it: it is over.
                if stored.record.epoch >= self.epoch || begun_at.since(self.verified_at) > CLOCKS_DIFFER_MS {
                    self.switching_since = begun_at;
                }
                // Its answer could come after that of the sign-in, and take the new cookie away.
                if !self.standing.is_in() && self.attempt.is_some_and(|a| a.need != Need::SignIn) {
                    self.abandon();
                }
            }
        }
    }

    /// A tab that counts fewer epochs is told, or it would not be heard when it signs out: storage may have been wiped before it began.
    /// Unless it asks, what it has just heard from the server is not spoken against, but by a sign-out that the server has yet to hear of; and
    /// what it said before the server spoke last is over: it has been told that since, as has this tab, which may have stood still for a day.
    fn bring_up_to_date(&mut self, message: Message, stored: &Stored) {
        let written_at = self.now.minus(stored.age_ms);
        let agrees = stored.record.session == self.standing.key();
        let has_heard = written_at.minus(stored.record.verified_ago_ms) > self.verified_at;
        if message == Message::Asking
            || self.owed
            || (written_at >= self.verified_at && (!has_heard || agrees))
        {
            self.share();
        }
    }

    /// When a record was written. Of unknown age (the clock was set back): its times may count from now, and nothing in it is recent.
    fn written_at(&self, stored: &Stored) -> Instant {
        if stored.age_ms == u64::MAX { self.now } else { self.now.minus(stored.age_ms) }
    }

    /// Takes over what a record knows better.
    pub(crate) fn absorb(&mut self, stored: &Stored) {
        let record = &stored.record;
        let aged = self.now.minus(stored.age_ms);
        let written_at = self.written_at(stored);
        let verified_at = aged.minus(record.verified_ago_ms);
        // While two tabs' words on the session are at odds, what was asked before that settles nothing.
        let at_odds = self.standing.data() == 0 && verified_at < self.needs.fresher_than;
        let fresher = verified_at.since(self.verified_at) > CLOCKS_DIFFER_MS && !at_odds;
        let agrees = record.session == self.standing.key();
        let opens = self.standing.known == Known::Nothing && self.doubt == 0 && !self.signs_in();
        let is_news = record.epoch > self.epoch || !agrees;
        if record.epoch < self.epoch {
            // Old news contradicts nothing; what the server has said meanwhile does.
            if !agrees && fresher && !self.owed {
                self.want(Need::Check, self.now);
            }
            return;
        }
        if self.rendered > 0 && record.owed && record.switch == Switch::None {
            // Whoever signed out knew nothing of the sign-in that this page was rendered for: it is signed out of that as well, later than that.
            self.epoch = record.epoch;
            return self.sign_out();
        }
        if record.epoch > self.epoch && record.epoch >= self.rendered {
            // The person has just signed out here, after the server said that and before it was heard. (Of two sign-outs neither is the later.)
            let said_at = written_at.minus(record.verified_ago_ms);
            if !agrees && self.signed_out_at >= said_at.max(self.now.minus(HINT_SLACK_MS)) {
                self.epoch = record.epoch.wrapping_add(1);
                return self.share();
            }
            self.adopt(stored, written_at);
        } else if agrees {
            self.merge(stored, written_at, verified_at, fresher);
        } else {
            self.settle_tie(stored, written_at);
        }
        self.learn_of_sign_in(record, written_at, is_news);
        if opens && record.switch == Switch::UnderWay {
            // As if it had been here when that was told.
            self.switching_since = aged;
        }
        self.learn_of_failure(record, aged, written_at, verified_at, fresher);
        // In a tie that the server is yet to settle its word to the other tab is no word on what this one holds.
        if fresher && record.session == self.standing.key() {
            self.verified_at = verified_at;
            self.superseded = 0;
            self.beat_later();
        }
    }

    /// What a record says of another tab's sign-in. What was written before that began, or by a tab that waits for it itself or knows nothing
    /// of it, says nothing of what came of it.
    fn learn_of_sign_in(&mut self, record: &Record, written_at: Instant, is_news: bool) {
        let (tells, by) = match record.switch {
            Switch::UnderWay => (false, written_at),
            Switch::None => (is_news, written_at),
            // Told with the beginning in one moment, where the server was not even asked.
            Switch::Unsure => (true, written_at.plus(CLOCKS_DIFFER_MS)),
        };
        if by >= self.switching_since && tells {
            self.switching_since = Instant::NEVER;
        }
        // Whoever is in doubt asks already; what was on its way when that began is passed on as doubtful, which begins nothing anew.
        if record.switch == Switch::Unsure && self.doubt < WHOSE {
            self.doubt_since(written_at);
        }
    }

    /// One cool-down for all tabs.
    fn learn_of_failure(
        &mut self,
        record: &Record,
        aged: Instant,
        written_at: Instant,
        verified_at: Instant,
        fresher: bool,
    ) {
        // Attempts are further apart than that: a little later is the same one, by a clock that is read in whole milliseconds.
        let tried_at = aged.minus(record.tried_ago_ms);
        // A tab that was stopped for long takes its own delay for the server's.
        let behind = self.verified_at.since(verified_at) > RETRY_FLOOR_MS;
        if !behind && tried_at.since(self.backoff.tried_at) >= RETRY_FLOOR_MS {
            // As many failures are the same ones, by a clock that was set since, or one beside it: nothing begins anew.
            if record.failures != self.backoff.failures {
                let floor = written_at.plus(record.retry_in_ms.min(RETRY_AFTER_CEILING_MS));
                self.backoff.cool(record.failures, tried_at, floor, record.trouble, &mut self.random);
                // The tab that failed may be gone before it tries again; any word from after the failure does.
                if record.failures > 0 {
                    self.want(Need::Check, tried_at);
                    self.leave_nobody_waiting(Need::Check);
                }
            }
            self.doubt &= WHOSE;
            self.queue.refused = false;
        } else if fresher && record.failures == 0 {
            self.backoff.clear();
        }
    }

    /// A newer epoch: things stand as the record says.
    fn adopt(&mut self, stored: &Stored, written_at: Instant) {
        let record = &stored.record;
        let before = self.standing;
        (self.epoch, self.generation) = (record.epoch, record.generation);
        self.rendered = 0;
        self.queue.refused = false;
        self.call_back();
        if record.session == 0 {
            self.stand_out(stored, &before);
        } else {
            self.owed = false;
            self.stand_in(stored, written_at, &before);
        }
    }

    /// What was asked before another tab spoke is answered for the session of before, and would put that one's cookie over the new one.
    fn call_back(&mut self) {
        if self.signs_in() {
            // Whoever has heard of that one waits no longer, and this one's cookie is still to come.
            self.effects.push(Effect::Tell(Message::Switching));
        } else if self.under_way() != 0 {
            self.abandon();
        }
    }

    fn stand_out(&mut self, stored: &Stored, before: &Standing) {
        let record = &stored.record;
        if before.session().is_some() {
            let ended = matches!(record.ending, Ending::Expired | Ending::Revoked);
            self.effects.push(Effect::DropData);
            self.effects.push(Effect::CloseChannels);
            self.effects.push(Effect::Notify(if ended { Notice::Ended } else { Notice::SignedOut }));
        }
        self.reject_held();
        self.meet(Need::Renewal, Settlement::Refused);
        // A page that has just started asks before it says "nobody": a redirect may have signed somebody in (scenario 1).
        let ask = (before.known == Known::Nothing) && !record.owed && !self.answers_this_page(stored);
        self.standing = Standing::out(record.ending);
        if ask {
            self.standing.known = Known::Nothing;
            self.standing.ending = Ending::Never;
        }
        self.owe(record.owed);
    }

    /// Whether the server has given the word that this page waits for to another tab.
    fn answers_this_page(&self, stored: &Stored) -> bool {
        let ago = stored.record.verified_ago_ms.saturating_add(stored.age_ms);
        self.needs.has(Need::Check)
            && self.now.minus(ago) >= self.needs.fresher_than.max(self.needs.nobody_since)
    }

    fn owe(&mut self, owed: bool) {
        if owed && !self.owed {
            self.needs.add(Need::SignOut);
            self.needs.owed_at = self.now.plus(OWED_MS).plus(self.random.below(OWED_MS));
        }
        self.owed = owed;
    }

    fn stand_in(&mut self, stored: &Stored, written_at: Instant, before: &Standing) {
        let record = &stored.record;
        let mut session = session_of(record, written_at);
        let same = before.key() == session.key;
        if stored.has_data && before.data() != session.data {
            self.effects.push(Effect::KeepData);
        } else if before.data() != session.data {
            // Better nothing than another person's (P9); of the same session what there is stays until the server is heard.
            session.data = 0;
            if before.data() != 0 {
                self.effects.push(Effect::DropData);
            }
            self.want(Need::Check, self.now);
        }
        // Another tab has the server's word; storage alone only remembers.
        let recent = record.verified_ago_ms.saturating_add(stored.age_ms) <= FRESH_MS;
        let confirmed = recent || (same && before.known == Known::Active);
        let known = if confirmed { Known::Active } else { Known::Remembered };
        self.standing = Standing::with(known, session);
        self.renewal_at = self.spread(&session);
        self.fixed_end = record.fixed_end;
        if !confirmed {
            self.want(Need::Check, self.recent());
        }
        if same {
            return;
        }
        self.arrive(before);
    }

    /// The same session in the same epoch.
    fn merge(&mut self, stored: &Stored, written_at: Instant, verified_at: Instant, fresher: bool) {
        let record = &stored.record;
        if record.session == 0 {
            // Only the tab that told the server, or another in its place, says that nothing is owed any more.
            if self.owed && !record.owed {
                self.owed = false;
            } else if (self.standing.known == Known::Nothing) && self.answers_this_page(stored) {
                self.rendered = 0;
                self.standing = Standing::out(record.ending);
            }
            return;
        }
        let renewed = record.generation > self.generation;
        // What a tab heard that had missed a renewal counts like any later word of the server's.
        if !renewed && !fresher {
            // The same word with a later renewal: one has been declined since.
            let renews_at = self.now.minus(stored.age_ms).plus(record.renews_in_ms);
            let same_word = self.verified_at.since(verified_at) <= HINT_SLACK_MS;
            if same_word && renews_at.since(self.renewal_at) > RETRY_FLOOR_MS {
                self.renewal_declined(renews_at);
            }
            return;
        }
        let before = self.standing;
        self.generation = self.generation.max(record.generation);
        self.stand_in(stored, written_at, &before);
        if renewed {
            self.renewed_at = self.now;
            self.queue.refused = false;
            self.connect();
        }
    }

    /// Two tabs went different ways at the same moment. A sign-out that the server has yet to hear of wins; otherwise the server knows which.
    fn settle_tie(&mut self, stored: &Stored, written_at: Instant) {
        let before = self.standing;
        if self.rendered > 0 && before.known != Known::Nothing {
            // It has been contradicted already.
        } else if before.known == Known::Nothing || (stored.record.owed && stored.record.session == 0) {
            self.adopt(stored, written_at);
        } else if !self.owed {
            if let Some(session) = self.standing.session_mut() {
                session.data = 0;
                self.standing.known = Known::Remembered;
                self.effects.push(Effect::DropData);
                self.reject_held();
            }
            self.call_back();
            // Of two of one epoch storage keeps the one with more renewals: what the server then says of this one is to be written.
            self.generation = self.generation.max(stored.record.generation);
            // Put off once: storage says the same in every turn until one of the tabs has asked.
            if !self.needs.has(Need::Check) {
                self.needs.start_at = self.now.plus(self.random.below(SPREAD_MS / 4));
            }
            self.want(Need::Check, self.now);
        }
    }
}

fn session_of(record: &Record, written_at: Instant) -> Session {
    Session {
        key: record.session,
        person: record.person,
        data: record.data,
        renew_at: written_at.plus(record.renews_in_ms),
        lapses_at: written_at.plus(record.lapses_in_ms),
        ends_at: written_at.plus(record.ends_in_ms),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;
    use crate::event::{Answer, Event, Outcome, Rendered, Trouble};

    #[test]
    fn its_own_failure_read_back_a_moment_younger_puts_off_no_attempt() {
        let mut machine = Machine::new(Config::DEFAULT, 1);
        let start = Instant::from_ms(1_000_000);
        let mut attempt = 0;
        let mut step = |now: Instant, event: Event| {
            let effects = machine.handle(now, event);
            for effect in effects.iter() {
                if let Effect::AskLeadership { attempt: number } = effect {
                    attempt = number;
                }
            }
            let sends = effects.iter().any(|effect| matches!(effect, Effect::Send { .. }));
            (sends, attempt, machine.deadline(), machine.record())
        };
        let (_, first, ..) = step(start, Event::Started { rendered: Rendered::Nothing, remembered: None });
        assert!(step(start, Event::LeadershipGained { attempt: first, stored: None }).0);
        let outcome = Outcome::Failed { retry_after_ms: 0, trouble: Trouble::Unreachable };
        let (_, _, deadline, record) = step(start, Event::Answered { attempt: first, outcome });
        let again = deadline.expect("it tries again");
        let (_, second, ..) = step(again, Event::DeadlineReached);
        let stored = Stored { record, age_ms: again.since(start) - 2, has_data: false };
        assert!(step(again, Event::LeadershipGained { attempt: second, stored: Some(stored) }).0);
    }

    #[test]
    fn what_the_server_says_of_a_tie_is_written_over_the_record_that_began_it() {
        let mut machine = Machine::new(Config::DEFAULT, 1);
        let start = Instant::from_ms(1_000_000);
        machine.take_in::<Stored, Answer>(
            start,
            Event::Started { rendered: Rendered::Nobody, remembered: None },
        );
        let ours = machine.record();
        let theirs = Record { session: 7, person: 7, data: 7, generation: 3, ends_in_ms: 60_000, ..ours };
        let stored = Stored { record: theirs, age_ms: 10_000, has_data: true };
        let heard = Event::Heard { message: Message::State, stored };
        machine.take_in::<Stored, Answer>(start.plus(1), heard);
        let again = machine.deadline().expect("it asks");
        machine.take_in::<Stored, Answer>(again, Event::DeadlineReached);
        machine.take_in::<Stored, Answer>(again, Event::LeadershipGained { attempt: 1, stored: None });
        let answered = Event::Answered { attempt: 1, outcome: Outcome::Nobody };
        machine.take_in::<Stored, Answer>(again.plus(20), answered);
        let record = machine.record();
        assert_eq!((record.session, record.epoch), (0, theirs.epoch));
        assert!(machine.effects().contains(Effect::Remember));
        assert!(record.generation >= theirs.generation, "storage keeps the record with more renewals");
    }

    #[test]
    fn a_record_says_that_a_sign_in_is_waited_for_and_that_one_failed() {
        let mut machine = Machine::new(Config::DEFAULT, 1);
        let start = Instant::from_ms(1_000_000);
        machine.take_in::<Stored, Answer>(
            start,
            Event::Started { rendered: Rendered::Nobody, remembered: None },
        );
        let stored = Stored { record: machine.record(), age_ms: 0, has_data: false };
        let mut waiting = machine.clone();
        waiting.take_in::<Stored, Answer>(start, Event::Heard { message: Message::Switching, stored });
        assert_eq!(waiting.record().switch, Switch::UnderWay);
        machine.take_in::<Stored, Answer>(start, Event::SignInAsked);
        machine.take_in::<Stored, Answer>(start, Event::LeadershipGained { attempt: 1, stored: None });
        assert_eq!(machine.record().switch, Switch::UnderWay);
        machine.take_in::<Stored, Answer>(
            start.plus(1),
            Event::Answered { attempt: 1, outcome: Outcome::Declined },
        );
        assert_eq!(machine.record().switch, Switch::Unsure);
    }

    #[test]
    fn a_sign_out_that_the_server_has_heard_of_is_its_word_also_for_the_other_tabs() {
        let mut machine = Machine::new(Config::DEFAULT, 1);
        let start = Instant::from_ms(1_000_000);
        let begun = Event::Started { rendered: Rendered::Nobody, remembered: None };
        machine.take_in::<Stored, Answer>(start, begun);
        machine.take_in::<Stored, Answer>(start, Event::SignInAsked);
        machine.take_in::<Stored, Answer>(start, Event::SignOutAsked);
        let later = start.plus(60_000);
        machine.take_in::<Stored, Answer>(later, Event::LeadershipGained { attempt: 2, stored: None });
        machine.take_in::<Stored, Answer>(
            later.plus(20),
            Event::Answered { attempt: 2, outcome: Outcome::Nobody },
        );
        let record = machine.record();
        assert!(!record.owed);
        assert_eq!(record.verified_ago_ms, 20);
    }
}
