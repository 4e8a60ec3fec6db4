//! The promises, as plain predicates over what is there after a step.

mod data;
mod liveness;
mod losses;
mod requests;

use stayd_core::{Event, Key, Machine, Status};

use crate::tab::TabId;
use crate::world::{START_MS, World};

/// A busy second of all browsers has a few hundred steps.
const MOST_STEPS: u64 = 20_000;

/// A promise that was broken.
#[derive(Debug, Clone)]
pub(crate) struct Violation {
    at_ms: u64,
    tab: Option<TabId>,
    what: String,
}

impl std::fmt::Display for Violation {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (seconds, ms) = (self.at_ms / 1000, self.at_ms % 1000);
        write!(out, "after {seconds}.{ms:03} s")?;
        if let Some(tab) = self.tab {
            write!(out, ", tab {tab}")?;
        }
        write!(out, ": {}", self.what)
    }
}

/// How a machine stood before a step.
pub(crate) struct Before {
    pub(crate) session: Key,
    pub(crate) moment: (u32, u32),
    pub(crate) status: Status,
}

impl Before {
    pub(crate) fn of(machine: &Machine) -> Self {
        let (record, view) = (machine.record(), machine.view());
        Self { session: record.session, moment: machine.moment(), status: view.status }
    }
}

impl World {
    /// A promise is broken: the history ends here.
    pub(crate) fn violate(&mut self, tab: Option<TabId>, what: String) {
        self.note(|| format!("!!! {what}"));
        if self.violation.is_none() {
            self.violation = Some(Violation { at_ms: self.now - START_MS, tab, what });
        }
    }

    /// Tabs come to rest: what they tell each other has an end, and no machine turns on the spot.
    pub(crate) fn check_rest(&mut self, id: TabId) {
        let second = self.now / 1000;
        let (of, steps) = self.steps_in_second;
        self.steps_in_second = (second, if of == second { steps + 1 } else { 1 });
        if self.steps_in_second.1 > MOST_STEPS {
            self.violate(Some(id), format!("more than {MOST_STEPS} steps within a second"));
        }
    }

    /// Everything that must hold of a tab after each of its steps.
    pub(crate) fn check_step(&mut self, id: TabId, before: &Before, event: Event) {
        let (moment, record) = (self.tab(id).machine.moment(), self.tab(id).machine.record());
        // Where two tabs went different ways in one epoch, a sign-out wins whatever the generation.
        let same = record.session == before.session;
        if moment.0 < before.moment.0 || (same && moment < before.moment) {
            self.violate(Some(id), format!("epochs fell from {:?} to {moment:?}", before.moment));
        }
        self.check_data(id);
        self.check_going_out(id, before, event);
        // A page that is being stopped, or has yet to hear that it runs again, waits for that.
        let stands =
            event == Event::Frozen || (event == Event::Woke && self.tab(id).running_since == self.now);
        if !stands {
            self.check_held(id);
        }
    }

    pub(crate) fn look_at_all(&mut self, browser: usize) {
        for id in self.open_tabs(browser) {
            self.check_data(id);
        }
    }
}
