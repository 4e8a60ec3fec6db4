//! The shell of a tab: carries out what its machine asks for, as the one in the browser does.

use stayd_core::{Effect, Event, Instant, Message, Need, Verdict};

use crate::browser::Browser;
use crate::network::{Ask, PageRequest};
use crate::server::PageData;
use crate::situations::Situation;
use crate::storage::{Keeps, Slot};
use crate::tab::{Input, TabId};
use crate::world::{Happening, World};

/// A page looks at its clock at least this often: that is how soon it notices that the computer slept.
const LOOK_MS: u64 = 30_000;

/// How long a lease lasts after its holder was last seen, where locks are missing: a closed tab gives none back.
const LEASE_MS: i64 = 3_000;

impl World {
    /// One step of a tab's machine, with all that it asks for; what came with the event is `data`.
    pub(crate) fn step(&mut self, id: TabId, event: Event, data: Option<PageData>) -> Option<Verdict> {
        self.steps += 1;
        self.check_rest(id);
        let tab = self.tab_mut(id);
        let now = Instant::from_ms(tab.clock.now());
        let before = crate::checkers::Before::of(&tab.machine);
        let epoch = tab.machine.moment().0;
        let effects = tab.machine.handle(now, event);
        if tab.machine.moment().0 != epoch {
            self.tab_mut(id).epoch_since = self.now;
        }
        self.note(|| format!("{id}  {event:?}"));
        for effect in effects.iter() {
            self.note(|| format!("{id}      -> {effect:?}"));
            self.carry_out(id, effect, data);
        }
        let verdict = effects.verdict();
        self.note(|| verdict.map_or_else(String::new, |verdict| format!("{id}      => {verdict:?}")));
        self.set_timer(id);
        self.check_step(id, &before, event);
        verdict
    }

    fn carry_out(&mut self, id: TabId, effect: Effect, data: Option<PageData>) {
        match effect {
            Effect::ReleaseHeld => {
                for request in std::mem::take(&mut self.tab_mut(id).held) {
                    self.send_page_request(id, request);
                }
            }
            Effect::RejectHeld(why) => self.check_rejected(id, why),
            Effect::AskLeadership { attempt } => self.ask_for_turn(id, attempt),
            Effect::GiveUpLeadership { attempt } => self.give_up_turn(id, attempt),
            Effect::Cancel { attempt } => {
                self.abort(id, attempt);
                self.give_up_turn(id, attempt);
            }
            Effect::Send { attempt, need } => self.send_attempt(id, attempt, need),
            Effect::Settled { need: Need::SignIn, .. } => self.forget_wish(id),
            Effect::KeepData => self.keep(id, data),
            Effect::DropData => self.tab_mut(id).shows = None,
            Effect::Remember => self.remember(id),
            Effect::Tell(message) => self.tell_others(id, message),
            Effect::CloseChannels => self.tab_mut(id).channels_open = false,
            Effect::OpenChannels | Effect::Publish => {
                let tab = self.tab_mut(id);
                tab.channels_open |= tab.machine.view().can_mutate;
            }
            Effect::Settled { .. } | Effect::Notify(_) => {}
        }
    }

    fn keep(&mut self, id: TabId, data: Option<PageData>) {
        if data.is_none() {
            self.violate(Some(id), "data is to be kept, and none came with the event".to_owned());
        }
        let now = self.now;
        let tab = self.tab_mut(id);
        if tab.shows.map(|shown| shown.session) != data.map(|data| data.session) {
            tab.shows_since = now;
        }
        tab.shows = data;
        if let Some(data) = data {
            self.browsers[id.browser].truth.see(data.session, now);
        }
    }

    fn ask_for_turn(&mut self, id: TabId, attempt: u32) {
        let now = self.tab(id).clock.now();
        self.tab_mut(id).asked_at = now;
        let browser = &mut self.browsers[id.browser];
        if browser.setting.takes_turns() {
            browser.turns.waiting.push_back((id, attempt));
            if browser.setting.locks {
                self.grant_turn(id.browser);
            } else {
                self.look_at_lease(id, attempt);
            }
        } else {
            let at = self.now + self.inner_dice[id.browser].within(1..=4);
            self.queue.push(at, Happening::Reach(id, Input::Turn { attempt }));
        }
    }

    /// Takes the lease, or looks again a moment later; whoever has it keeps it so.
    pub(crate) fn look_at_lease(&mut self, id: TabId, attempt: u32) {
        let browser = &mut self.browsers[id.browser];
        let wall = browser.wall(self.now);
        let (turns, dice) = (&mut browser.turns, &mut self.inner_dice[id.browser]);
        let holds = turns.holder == Some((id, attempt));
        if !holds && !turns.waiting.contains(&(id, attempt)) {
            return;
        }
        // One that lasts longer was given before the clock was set back.
        let taken = turns.holder.is_some() && (1..=LEASE_MS).contains(&(turns.leased_until - wall));
        let mut again = LEASE_MS.unsigned_abs() / 3;
        if holds {
            turns.leased_until = wall + LEASE_MS;
        } else if taken {
            self.situations.note(Situation::LeaseWaitedFor);
            again = dice.within(100..=200);
        } else {
            turns.leave(id, Some(attempt));
            (turns.holder, turns.leased_until) = (Some((id, attempt)), wall + LEASE_MS);
            let at = self.disk_done_at(id.browser);
            self.queue.push(at, Happening::Reach(id, Input::Turn { attempt }));
        }
        self.queue.push(self.now + again, Happening::Reach(id, Input::LookAtLease { attempt }));
    }

    /// Gives the lock to the next in line, if it is free. Reading storage takes a moment more.
    pub(crate) fn grant_turn(&mut self, browser: usize) {
        let Browser { setting, turns, .. } = &mut self.browsers[browser];
        if setting.locks
            && turns.holder.is_none()
            && let Some((id, attempt)) = turns.waiting.pop_front()
        {
            turns.holder = Some((id, attempt));
            let at = self.disk_done_at(browser);
            self.queue.push(at, Happening::Reach(id, Input::Turn { attempt }));
        }
    }

    /// When something is read, or written, that is begun now.
    pub(crate) fn disk_done_at(&mut self, browser: usize) -> u64 {
        let begun = self.browsers[browser].disk_until.max(self.now);
        begun + self.inner_dice[browser].within(1..=self.plan.setting.disk_ms)
    }

    /// Leaves the lock, or the line for it; the lock once all writes are done.
    fn give_up_turn(&mut self, id: TabId, attempt: u32) {
        let holds = self.browsers[id.browser].turns.holder == Some((id, attempt));
        let tab = self.tab_mut(id);
        if holds && tab.writing > 0 {
            tab.giving_up = Some(attempt);
        } else {
            self.browsers[id.browser].turns.leave(id, Some(attempt));
            self.grant_turn(id.browser);
        }
    }

    fn remember(&mut self, id: TabId) {
        let mut slot = self.slot_of(id);
        self.check_secrets(id, &slot.record);
        if !self.plan.setting.remembers {
            slot.data = None;
        }
        let keeps = self.browsers[id.browser].setting.keeps;
        if keeps == Keeps::Everything {
            self.tab_mut(id).writing += 1;
            let at = self.disk_done_at(id.browser);
            self.browsers[id.browser].disk_until = at;
            self.queue.push(at, Happening::Written(id, slot));
        }
        if keeps != Keeps::Nothing {
            let (now, late) = (self.now, self.plan.setting.local_ms);
            let browser = &mut self.browsers[id.browser];
            let before = browser.storage.local;
            let seen = browser.tabs[id.tab].local;
            if !browser.storage.write_hint(slot, seen.as_ref(), now) {
                // Where nothing decides, that is the answer.
                if let Some(slot) = seen.filter(|_| keeps == Keeps::LocalOnly) {
                    self.queue
                        .push(now, Happening::Reach(id, Input::Message { message: Message::State, slot }));
                }
                return;
            }
            self.tab_mut(id).local = Some(slot);
            // It may have written over what it could not see yet (fact 1).
            if before.is_some_and(|before| before.record.owed && before.age() > slot.age()) {
                self.notice_forgetting(id.browser);
            }
            for other in self.open_tabs(id.browser).into_iter().filter(|other| *other != id) {
                let at = self.now + self.inner_dice[id.browser].within(0..=late);
                self.queue.push(at, Happening::LocalSeen(other, Some(slot)));
            }
        }
    }

    pub(crate) fn written(&mut self, id: TabId, slot: Slot) {
        let newer = self.browsers[id.browser].storage.compare_and_set(slot);
        let tab = self.tab_mut(id);
        tab.writing = tab.writing.saturating_sub(1);
        if tab.writing == 0
            && let Some(attempt) = tab.giving_up.take()
        {
            self.browsers[id.browser].turns.leave(id, Some(attempt));
            self.grant_turn(id.browser);
        }
        if let Some(slot) = newer {
            self.situations.note(Situation::OlderWrittenLate);
            self.reach(id, Input::Message { message: Message::State, slot });
        }
    }

    /// What one tab wrote is seen by another. A write that is older than what it sees is overtaken, as in a browser.
    pub(crate) fn local_seen(&mut self, id: TabId, slot: Option<Slot>) {
        let tab = self.tab_mut(id);
        let overtaken =
            matches!((&tab.local, &slot), (Some(seen), Some(new)) if seen.written_at > new.written_at);
        if !overtaken {
            tab.local = slot;
        }
    }

    /// The longest that a message of one tab takes to another; `None` where they cannot tell each other anything.
    pub(crate) fn slowest_message_ms(&self, browser: usize) -> Option<u64> {
        let setting = &self.browsers[browser].setting;
        match (setting.channel, setting.keeps) {
            (true, _) => Some(self.plan.setting.message_ms),
            // Storage events take the place of the channel.
            (false, Keeps::Everything | Keeps::LocalOnly) => Some(self.plan.setting.local_ms.max(2)),
            (false, Keeps::Nothing) => None,
        }
    }

    fn tell_others(&mut self, id: TabId, message: Message) {
        let slot = self.slot_of(id);
        self.check_secrets(id, &slot.record);
        let Some(slowest) = self.slowest_message_ms(id.browser) else { return };
        for other in self.open_tabs(id.browser).into_iter().filter(|other| *other != id) {
            let at = self.now + self.inner_dice[id.browser].within(1..=slowest.max(1));
            let at = self.browsers[id.browser].in_order(id, other, at);
            self.queue.push(at, Happening::Reach(other, Input::Message { message, slot }));
        }
    }

    /// The machine's record with what the page shows.
    fn slot_of(&self, id: TabId) -> Slot {
        let tab = self.tab(id);
        let written_at = self.browsers[id.browser].wall(self.now);
        Slot { record: tab.machine.record(), written_at, data: tab.shows }
    }

    /// Sets the one timer for the machine's deadline. Those of hidden tabs are late.
    pub(crate) fn set_timer(&mut self, id: TabId) {
        let throttle_ms = self.plan.setting.throttle_ms;
        let tab = &self.browsers[id.browser].tabs[id.tab];
        let Some(deadline) = tab.machine.deadline().filter(|_| tab.runs()) else { return };
        let due = self.now + deadline.as_ms().saturating_sub(tab.clock.now()).min(LOOK_MS);
        let latest_ms = if tab.visible { 4 } else { throttle_ms };
        if tab.timer_at.is_some_and(|at| at >= due && at <= due + latest_ms) {
            return;
        }
        let at = due + self.inner_dice[id.browser].within(0..=latest_ms);
        self.tab_mut(id).timer_at = Some(at);
        self.queue.push(at, Happening::Timer(id, at));
    }

    fn send_attempt(&mut self, id: TabId, attempt: u32, need: Need) {
        self.check_turn(id, attempt, need);
        self.tab_mut(id).sent_at = self.now;
        let ask = match need {
            Need::Check => Ask::Session { renewal: false },
            Need::Renewal => Ask::Session { renewal: true },
            Need::SignOut => Ask::SignOut,
            Need::SignIn => match self.tab(id).wish {
                Some(wish) => Ask::SignIn { person: wish.person, granted: wish.granted },
                None => return self.violate(Some(id), "a sign-in is sent that nobody asked for".to_owned()),
            },
        };
        self.send(id, attempt, ask);
    }

    /// What the page asks for now.
    pub(crate) fn new_request(&self, id: TabId) -> PageRequest {
        let tab = self.tab(id);
        let person = tab.shows.map(|data| data.person);
        PageRequest { moment: tab.machine.moment(), person, asked_as: person, again: false }
    }

    /// Sends what the page asked for, now or before.
    pub(crate) fn send_page_request(&mut self, id: TabId, request: PageRequest) {
        let PageRequest { moment, person, .. } = self.new_request(id);
        self.send(id, 0, Ask::Page(PageRequest { moment, person, ..request }));
    }

    pub(crate) fn forget_wish(&mut self, id: TabId) {
        if self.tab_mut(id).wish.take().is_some() {
            let truth = &mut self.browsers[id.browser].truth;
            truth.signing_in = truth.signing_in.saturating_sub(1);
        }
    }
}
