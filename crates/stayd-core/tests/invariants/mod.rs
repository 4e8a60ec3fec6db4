//! What holds after every step of a machine, whatever it is told.

use stayd_core::{
    Effect, Effects, Event, Identity, Instant, Machine, Message, Need, Outcome, Record, Rendered, Status,
    Switch, Verdict,
};

/// A machine whose every step is checked.
#[derive(Clone)]
#[expect(clippy::struct_excessive_bools, reason = "what a page is doing is several yeses and noes")]
pub(crate) struct Checked {
    pub(crate) machine: Machine,
    pub(crate) now: Instant,
    /// The turn that is asked for or held.
    turn: Option<u32>,
    /// The last request that was sent, and the epoch and generation in which it was.
    sent: u32,
    sent_in: (u32, u32),
    signs_in: bool,
    checks: bool,
    running: bool,
    started: bool,
    disposed: bool,
    online: bool,
    /// The epoch in which the person signed out here.
    signed_out: Option<u32>,
}

impl Checked {
    pub(crate) fn new(machine: Machine, now: Instant) -> Self {
        Self {
            machine,
            now,
            turn: None,
            sent: 0,
            sent_in: (0, 0),
            signs_in: false,
            checks: false,
            running: true,
            started: false,
            disposed: false,
            online: true,
            signed_out: None,
        }
    }

    /// The attempt that is under way, or the last one.
    pub(crate) fn attempt(&self) -> u32 {
        self.turn.unwrap_or(self.sent)
    }

    /// Takes in an event; `Err` names the invariant that it broke.
    pub(crate) fn step(&mut self, now: Instant, event: &Event) -> Result<Effects, String> {
        let before = self.machine.record();
        let due = self.machine.deadline();
        self.now = self.now.max(now);
        let effects = self.machine.handle(now, *event);
        if self.disposed {
            return self.after_disposal(event, effects);
        }
        match event {
            Event::Started { .. } => self.started = true,
            Event::Frozen => self.running = false,
            Event::Resumed { .. } => self.running = true,
            Event::Online => self.online = true,
            Event::Offline => self.online = false,
            Event::Disposed => self.disposed = true,
            _ => {}
        }
        self.answers_in_time_count(event, &before)?;
        self.effects_are_in_order(event, &effects)?;
        self.knowledge_is_kept(event, &before, &effects)?;
        self.view_is_consistent()?;
        ensure(!self.disposed || self.turn.is_none(), "whoever disposes leaves the turn")?;
        self.time_goes_on(event, due, &effects)?;
        Ok(effects)
    }

    fn after_disposal(&self, event: &Event, effects: Effects) -> Result<Effects, String> {
        ensure(effects.is_empty(), "a disposed machine asks for nothing")?;
        ensure(self.machine.deadline().is_none(), "a disposed machine has no deadline")?;
        let asked = matches!(event, Event::Requested | Event::Refused { .. });
        let rejected = matches!(effects.verdict(), Some(Verdict::Reject(_)));
        ensure(asked == rejected, "a disposed machine rejects requests")?;
        Ok(effects)
    }

    /// What was asked for in an older epoch is no news, unless it is a sign-in's; nor is a refusal of an older credential.
    fn answers_in_time_count(&self, event: &Event, before: &Record) -> Result<(), String> {
        let Event::Answered { attempt, outcome } = event else { return Ok(()) };
        let (epoch, _) = self.sent_in;
        let late = epoch != before.epoch && !self.signs_in;
        let lost = self.sent_in != (before.epoch, before.generation) && *outcome == Outcome::Nobody;
        let after = self.machine.record();
        let changed = (after.epoch, after.session) != (before.epoch, before.session);
        ensure(*attempt != self.sent || !(late || lost) || !changed, "a late answer changes nothing")
    }

    fn effects_are_in_order(&mut self, event: &Event, effects: &Effects) -> Result<(), String> {
        ensure(effects.len() < Effects::LIMIT, "no step needs as many effects as there may be")?;
        let asked = matches!(event, Event::Requested | Event::Refused { .. });
        ensure(asked == effects.verdict().is_some(), "requests have a verdict, and nothing else has")?;
        for effect in effects.iter() {
            match effect {
                Effect::AskLeadership { attempt } => {
                    ensure(self.turn.is_none(), "there is one attempt at a time")?;
                    self.turn = Some(attempt);
                }
                Effect::Cancel { attempt } | Effect::GiveUpLeadership { attempt } => {
                    self.turn.take_if(|turn| *turn == attempt);
                }
                Effect::Send { attempt, need } => {
                    self.signs_in = need == Need::SignIn;
                    ensure(self.turn == Some(attempt), "only the attempt under way sends")?;
                    let follows = self.checks && need == Need::Renewal;
                    ensure(
                        self.sent != attempt || follows,
                        "an attempt sends once, or renews after a check",
                    )?;
                    self.sent = attempt;
                    self.checks = need == Need::Check;
                    self.sent_in = self.machine.moment();
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn knowledge_is_kept(&mut self, event: &Event, before: &Record, effects: &Effects) -> Result<(), String> {
        let after = self.machine.record();
        let moment = |record: &Record| (record.epoch, record.generation);
        // Of a session and a sign-out in the same epoch the sign-out wins, whatever the generation.
        let lost_tie = after.epoch == before.epoch && before.session != 0 && after.session == 0;
        ensure(moment(&after) >= moment(before) || lost_tie, "neither epoch nor generation falls")?;
        let from_outside = matches!(
            event,
            Event::Started { .. }
                | Event::LeadershipGained { .. }
                | Event::Heard { .. }
                | Event::Resumed { .. }
        );
        if moment(&after) != moment(before) && !from_outside {
            let has = |wanted| effects.contains(wanted);
            ensure(
                has(Effect::Remember) && has(Effect::Tell(Message::State)),
                "what is new is written down and told",
            )?;
        }
        if before.session != 0 && after.session == 0 {
            let refused = matches!(
                event,
                Event::Answered { outcome: Outcome::Nobody | Outcome::Declined, .. }
                    | Event::Started { rendered: Rendered::Nobody, .. }
                    | Event::SignOutAsked
            );
            ensure(refused || from_outside, "only the server's word, a sign-out or a record ends a session")?;
        }
        if before.session != 0 && after.session != 0 && before.session != after.session {
            ensure(after.epoch != before.epoch, "another session is another epoch")?;
        }
        if matches!(event, Event::SignOutAsked) && before.session != 0 {
            self.signed_out = Some(after.epoch);
            ensure(after.session == 0 && self.machine.held() == 0, "a sign-out is done when it returns")?;
        }
        if self.signed_out == Some(after.epoch) {
            ensure(
                after.session == 0 && after.data == 0,
                "nobody is back after a sign-out in the same epoch",
            )?;
            // None was held when it was done. What was asked since waits for the server to hear of it.
            let admits = (effects.contains(Effect::ReleaseHeld) && after.owed)
                || (matches!(event, Event::Refused { .. }) && effects.verdict() == Some(Verdict::Admit));
            ensure(!admits, "nothing of before a sign-out is sent after it")?;
        }
        Ok(())
    }

    fn view_is_consistent(&self) -> Result<(), String> {
        let (view, record) = (self.machine.view(), self.machine.record());
        ensure(
            (view.identity == Identity::Anonymous) == (record.session == 0),
            "who is shown is who is known",
        )?;
        ensure(view.data == record.data, "the data that is shown is that of the session")?;
        ensure(record.session != 0 || view.data == 0, "of nobody nothing is shown")?;
        let shown = view.identity == Identity::Active && view.data != 0;
        ensure(view.status != Status::Active || shown, "active means confirmed, and shown")?;
        let may = view.identity == Identity::Active && view.verified && !view.offline && !view.expired;
        ensure(!view.can_mutate || may, "changes need a session that is confirmed, online and not over")
    }

    fn time_goes_on(&mut self, event: &Event, due: Option<Instant>, effects: &Effects) -> Result<(), String> {
        let deadline = self.machine.deadline();
        if !self.running || !self.started || self.disposed {
            return ensure(deadline.is_none(), "a page that does not run is not woken");
        }
        // Without a network nobody can be asked whose cookie is there: the host's own limit for each request ends the wait.
        let asks_nobody = !self.online && self.machine.record().switch == Switch::Unsure;
        let woken = deadline.is_some() || asks_nobody;
        ensure(self.machine.held() == 0 || woken, "held requests imply a deadline")?;
        let waits = self.machine.view().status == Status::Loading || self.machine.record().owed;
        ensure(!waits || !self.online || deadline.is_some(), "who waits is woken")?;
        if matches!(event, Event::DeadlineReached) && due.is_some_and(|due| due <= self.now) {
            let moved = deadline.is_none_or(|at| at > self.now) || !effects.is_empty();
            ensure(moved || deadline != due, "a deadline that is met does not stay")?;
        }
        Ok(())
    }

    /// Wakes the machine until its deadline is in the future, as a host does; `Err` if that never comes.
    pub(crate) fn settle(&mut self) -> Result<(), String> {
        for _ in 0..8 {
            if self.machine.deadline().is_none_or(|at| at > self.now) {
                return Ok(());
            }
            let _ = self.step(self.now, &Event::DeadlineReached)?;
        }
        Err("a machine that is woken again and again comes to rest".to_owned())
    }
}

fn ensure(holds: bool, invariant: &str) -> Result<(), String> {
    if holds { Ok(()) } else { Err(invariant.to_owned()) }
}
