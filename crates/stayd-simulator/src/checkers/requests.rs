//! How machines ask: in turn, not too often (P5), and never so that somebody waits for ever.

use stayd_core::{Need, Rejection, Switch};

use crate::checkers::data::tabs_can_talk;
use crate::storage::Keeps;
use crate::tab::TabId;
use crate::wire::TIMEOUT_MS;
use crate::world::World;

/// What a person waits for goes ahead without a turn after this long, anything else after the time of a request and a little.
const COMMAND_PATIENCE_MS: u64 = 3_000;
const PATIENCE_MS: u64 = 17_000;

/// Requests that a browser may send in a minute although nothing happens, and for each thing that happens.
const OF_ITSELF: usize = 10;
const FOR_EACH_OCCASION: usize = 1;
const SUPERSEDED_TRIES: usize = 6;

impl World {
    /// One request at a time in a browser, but for those who lost patience. A lease can be lost: the clock by which it lasts may leap.
    pub(crate) fn check_turn(&mut self, id: TabId, attempt: u32, need: Need) {
        let browser = &self.browsers[id.browser];
        let tab = &browser.tabs[id.tab];
        let waited = tab.clock.now().saturating_sub(tab.asked_at);
        let patience = if need >= Need::SignIn { COMMAND_PATIENCE_MS } else { PATIENCE_MS };
        let in_turn = browser.turns.holder == Some((id, attempt));
        if browser.setting.locks && !in_turn && waited < patience {
            self.violate(Some(id), format!("{need:?} is sent out of turn after {waited} ms"));
        }
    }

    /// No storms of requests.
    pub(crate) fn check_rate(&mut self, id: TabId) {
        let now = self.now;
        let setting = &self.browsers[id.browser].setting;
        // Without IndexedDB a turn begins with nothing of what the one before has brought, until that is told.
        let alone = !setting.takes_turns() || setting.keeps != Keeps::Everything || !tabs_can_talk(setting);
        // Where a request is never answered, two things that it is asked for before and after take all that is left of a tab's patience.
        let alone = alone || 2 * self.plan.setting.disk_ms > PATIENCE_MS - TIMEOUT_MS;
        let tabs = self.open_tabs(id.browser).len();
        let truth = &mut self.browsers[id.browser].truth;
        truth.note_sent(now);
        // A renewal that is declined once the credential has lapsed is followed by a check.
        let of_itself = if self.plan.setting.declines { 2 * OF_ITSELF } else { OF_ITSELF };
        // Without turns, or a way to speak to the others, each tab may ask.
        let each = if alone { tabs } else { 1 };
        // Where the next token is lost, or late, each tab hears "superseded" a few times before it lets the others wait as well.
        let superseded = truth.superseded_at.is_some_and(|at| at + 60_000 >= now);
        let superseded = if superseded { tabs * SUPERSEDED_TRIES } else { 0 };
        let limit = (of_itself + FOR_EACH_OCCASION * truth.occasions.len()) * each + superseded;
        let sent = truth.sent.len();
        if sent > limit {
            self.violate(Some(id), format!("P5: {sent} requests in a minute, at most {limit} have a reason"));
        }
    }

    /// Somebody who waits is waited for: there is a deadline, or where nobody knows whose cookie is there a network to come back.
    pub(crate) fn check_held(&mut self, id: TabId) {
        let tab = self.tab(id);
        let (held, machine_held) = (tab.held.len(), usize::from(tab.machine.held()));
        let unsure = tab.machine.record().switch == Switch::Unsure;
        let waits = tab.machine.deadline().is_some() || (tab.machine.view().offline && unsure);
        if machine_held > 0 && tab.runs() && !waits {
            self.violate(Some(id), format!("{held} requests wait for nothing"));
        }
    }

    /// What waits for the server's word on a person is sent once that person is still there, also where it is by another session.
    pub(crate) fn check_rejected(&mut self, id: TabId, why: Rejection) {
        let tab = self.tab_mut(id);
        let shown = tab.shows.map(|shown| shown.person);
        let held = std::mem::take(&mut tab.held);
        if why == Rejection::Ended && shown.is_some() && held.iter().any(|request| request.person == shown) {
            self.violate(Some(id), format!("what was asked as {shown:?} is rejected, who is shown"));
        }
    }

    /// Whoever disposes leaves the turn, and the line for it.
    pub(crate) fn check_left(&mut self, id: TabId) {
        let turns = &self.browsers[id.browser].turns;
        let holds = turns.holder.is_some_and(|(holder, _)| holder == id) && self.tab(id).giving_up.is_none();
        if holds || turns.waiting.iter().any(|(waiting, _)| *waiting == id) {
            self.violate(Some(id), "a session that is disposed of keeps the turn from others".to_owned());
        }
    }

    /// Where the deadline has come, the next one is still to come.
    pub(crate) fn check_deadline(&mut self, id: TabId) {
        let tab = self.tab(id);
        let now = tab.clock.now();
        if let Some(deadline) = tab.machine.deadline().filter(|deadline| deadline.as_ms() <= now) {
            let (late, why) = (now - deadline.as_ms(), tab.machine.deadline_reason());
            self.violate(
                Some(id),
                format!("the deadline {why:?} is {late} ms in the past after it was reached"),
            );
        }
    }
}
