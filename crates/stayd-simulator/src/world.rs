//! The world: what happens, in the order of virtual time. The clock jumps from event to event.

use std::collections::BTreeMap;
use std::rc::Rc;

use stayd_core::{Event, Key, Outcome, Trouble};

use crate::browser::Browser;
use crate::checkers::Violation;
use crate::dice::Dice;
use crate::history::History;
use crate::network::{Request, Weather};
use crate::plan::Plan;
use crate::server::{Broken, Described, PageData, Response, Server};
use crate::situations::{Situation, Situations};
use crate::storage::{Keeps, Slot};
use crate::tab::{Input, Life, TabId};

/// When every history begins: 2026-01-02T03:04:05Z, in milliseconds.
pub(crate) const START_MS: u64 = 1_767_323_045_000;

/// Something that is going to happen.
#[derive(Debug)]
pub(crate) enum Happening {
    /// An act of the plan.
    Act(usize),
    /// Something that lasted is over.
    Over(Over),
    /// A tab's timer, which was set for this moment.
    Timer(TabId, u64),
    /// Something reaches a tab.
    Reach(TabId, Input),
    /// A request is at the server.
    AtServer(u64, Rc<Request>),
    /// An answer is back.
    Answered(u64, Rc<Request>, Response),
    /// A request fails.
    Failed(u64, Trouble),
    /// A tab's record is written to IndexedDB.
    Written(TabId, Slot),
    /// A tab sees another's write to localStorage.
    LocalSeen(TabId, Option<Slot>),
    /// A tab opens, with what the server has rendered into its page.
    Opens(usize, Option<Rendering>),
    /// The server has pushed to a browser that a session has ended.
    Pushed(usize, Key),
    /// All tabs of a browser are looked at: a time limit of a promise is over.
    Look(usize),
}

/// What the server has said while it rendered a page.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Rendering(pub(crate) Option<Described>);

/// The end of something that lasted.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Over {
    Frozen(TabId),
    Cached(TabId),
    Stalled(TabId),
    Offline(usize),
    Asleep(usize),
}

/// What one history came to.
#[derive(Debug)]
pub struct Report {
    /// The promise that was broken, if one was.
    pub violation: Option<String>,
    /// For how long tabs ran, together.
    pub tab_ms: u64,
    /// Events of the machines.
    pub steps: u64,
    /// Requests of the machines.
    pub requests: u64,
    /// The situations that came about.
    pub situations: Situations,
    /// What happened, where that was to be kept.
    pub history: Vec<String>,
}

/// Everything there is.
pub(crate) struct World {
    pub(crate) plan: Plan,
    pub(crate) now: u64,
    pub(crate) queue: crate::queue::Queue<Happening>,
    pub(crate) browsers: Vec<Browser>,
    pub(crate) server: Server,
    /// The requests that somebody waits for.
    pub(crate) requests: BTreeMap<u64, Rc<Request>>,
    pub(crate) request_count: u64,
    pub(crate) weather: Weather,
    pub(crate) history: History,
    /// Chance for each browser's network, and for what goes on inside it.
    pub(crate) network_dice: Vec<Dice>,
    pub(crate) inner_dice: Vec<Dice>,
    pub(crate) violation: Option<Violation>,
    pub(crate) tab_ms: u64,
    pub(crate) situations: Situations,
    pub(crate) steps: u64,
    /// Of them those since the last full second, which is the first number.
    pub(crate) steps_in_second: (u64, u64),
}

impl World {
    pub(crate) fn new(plan: Plan, keep_history: bool) -> Result<Self, Broken> {
        let setting = &plan.setting;
        let server = Server::new(plan.seed, &setting.lifetimes, setting.people, START_MS)?;
        let browsers: Vec<Browser> = setting.browsers.iter().cloned().map(Browser::new).collect();
        let dice = |group: u64| {
            (0..browsers.len() as u64).map(|browser| Dice::new(plan.seed, group + browser)).collect()
        };
        let (network_dice, inner_dice) = (dice(100), dice(200));
        let mut world = Self {
            plan,
            now: START_MS,
            queue: crate::queue::Queue::new(),
            browsers,
            server,
            requests: BTreeMap::new(),
            request_count: 0,
            weather: Weather::default(),
            history: History::new(keep_history),
            network_dice,
            inner_dice,
            violation: None,
            tab_ms: 0,
            situations: Situations::default(),
            steps: 0,
            steps_in_second: (0, 0),
        };
        world.begin()?;
        Ok(world)
    }

    /// Signs people in and opens their tabs.
    fn begin(&mut self) -> Result<(), Broken> {
        for browser in 0..self.browsers.len() {
            let setting = self.browsers[browser].setting.clone();
            if setting.signed_in {
                let response = self.server.sign_in(browser % self.plan.setting.people, None)?;
                self.take_cookie(browser, &response, true);
            }
            for _ in 0..setting.tabs {
                self.open_tab(browser, None);
            }
        }
        for (number, act) in self.plan.acts.iter().enumerate() {
            self.queue.push(START_MS + act.at_ms, Happening::Act(number));
        }
        Ok(())
    }

    /// Runs the plan, ends all faults, and looks at what becomes of it.
    pub(crate) fn run(mut self) -> Report {
        self.run_until(self.faults_stop());
        if self.violation.is_none() {
            self.end_faults();
            self.check_liveness();
        }
        self.count_tab_time();
        Report {
            violation: self.violation.as_ref().map(ToString::to_string),
            tab_ms: self.tab_ms,
            steps: self.steps,
            requests: self.request_count,
            situations: self.situations,
            history: self.history.into_lines(),
        }
    }

    pub(crate) fn faults_stop(&self) -> u64 {
        START_MS + self.plan.setting.length_ms
    }

    pub(crate) fn run_until(&mut self, end: u64) {
        while self.violation.is_none() {
            let Some((at, what)) = self.queue.pop(end) else { break };
            self.now = self.now.max(at);
            self.server.set_time(self.now);
            self.happen(what);
        }
        if self.violation.is_none() {
            self.now = self.now.max(end);
            self.server.set_time(self.now);
        }
    }

    fn happen(&mut self, what: Happening) {
        if let Some(browser) = self.browser_of(&what)
            && self.browsers[browser].asleep_since.is_some()
        {
            self.browsers[browser].deferred.push(what);
            return;
        }
        match what {
            Happening::Act(number) => self.act(number),
            Happening::Over(over) => self.over(over),
            Happening::Timer(tab, at) => self.timer(tab, at),
            Happening::Reach(tab, input) => self.reach(tab, input),
            Happening::AtServer(number, request) => self.at_server(number, request),
            Happening::Answered(number, request, response) => self.answered(number, &request, response),
            Happening::Failed(request, trouble) => self.failed(request, trouble),
            Happening::Written(tab, slot) => self.written(tab, slot),
            Happening::LocalSeen(tab, slot) => self.local_seen(tab, slot),
            Happening::Opens(browser, rendering) => self.open_tab(browser, rendering),
            Happening::Pushed(browser, session) => self.pushed(browser, session),
            Happening::Look(browser) => self.look_at_all(browser),
        }
    }

    /// The browser whose computer has to be awake for it.
    fn browser_of(&self, what: &Happening) -> Option<usize> {
        match what {
            Happening::Timer(tab, _)
            | Happening::Reach(tab, _)
            | Happening::Written(tab, _)
            | Happening::LocalSeen(tab, _)
            | Happening::Over(Over::Frozen(tab) | Over::Cached(tab) | Over::Stalled(tab)) => {
                Some(tab.browser)
            }
            Happening::Answered(_, request, _) => Some(request.tab.browser),
            Happening::Failed(number, _) => self.requests.get(number).map(|request| request.tab.browser),
            Happening::Act(_) | Happening::Over(_) | Happening::AtServer(..) | Happening::Look(_) => None,
            Happening::Opens(browser, _) | Happening::Pushed(browser, _) => Some(*browser),
        }
    }

    fn timer(&mut self, id: TabId, at: u64) {
        let tab = self.tab_mut(id);
        if tab.timer_at != Some(at) {
            return;
        }
        tab.timer_at = None;
        if !tab.runs() {
            return;
        }
        self.sample(id);
        let tab = self.tab(id);
        let now = tab.clock.now();
        if tab.machine.deadline().is_some_and(|deadline| deadline.as_ms() <= now) {
            self.step(id, Event::DeadlineReached, None);
            self.check_deadline(id);
        } else {
            self.set_timer(id);
        }
    }

    /// Something reaches a tab: at once where it runs, later or never where it does not.
    pub(crate) fn reach(&mut self, id: TabId, input: Input) {
        match self.tab(id).life {
            Life::Running => self.take_in(id, input),
            Life::Frozen | Life::Stalled => self.tab_mut(id).inbox.push_back(input),
            // A message to a page in the back/forward cache ends it there, or is lost (fact 5).
            Life::Cached => {
                if matches!(input, Input::Message { .. }) && self.inner_dice[id.browser].chance(500) {
                    self.close_tab(id);
                }
            }
            Life::Dead => {}
        }
    }

    fn take_in(&mut self, id: TabId, input: Input) {
        let (place, clock) = (&self.browsers[id.browser], &self.tab(id).clock);
        let (wall, unsure_until) = (place.wall(self.now), clock.unsure_until());
        let running_ms = clock.running_ms(place.monotonic(self.now));
        match input {
            Input::Turn { attempt } => {
                let slot = self.deciding_record(id);
                if slot.is_some_and(|slot| slot.age() > self.tab(id).machine.moment()) {
                    self.situations.note(Situation::AdvancedWhileWaiting);
                }
                let stored = slot.map(|slot| slot.stored(wall, unsure_until, running_ms));
                let event = Event::LeadershipGained { attempt, stored };
                self.tell(id, event, slot.and_then(|slot| slot.data));
            }
            Input::LookAtLease { attempt } => self.look_at_lease(id, attempt),
            Input::Message { message, slot } => {
                let event = Event::Heard { message, stored: slot.stored(wall, i64::MIN, running_ms) };
                self.tell(id, event, slot.data);
            }
            Input::Read => {
                if let Some(slot) = self.deciding_record(id) {
                    let stored = slot.stored(wall, unsure_until, running_ms);
                    let event = Event::Heard { message: stayd_core::Message::State, stored };
                    self.tell(id, event, slot.data);
                }
            }
            Input::Answer { attempt, response } => self.answer_taken(id, attempt, &response),
            Input::Failed { attempt, trouble } => {
                let outcome = Outcome::Failed { retry_after_ms: 0, trouble };
                self.tell(id, Event::Answered { attempt, outcome }, None);
            }
            Input::PageAnswer { request, response } => self.page_answered(id, request, &response),
            Input::PageFailed => {}
        }
    }

    /// What storage says where it decides.
    fn deciding_record(&self, id: TabId) -> Option<Slot> {
        let browser = &self.browsers[id.browser];
        match browser.setting.keeps {
            Keeps::Everything => browser.storage.indexed,
            Keeps::LocalOnly | Keeps::Nothing => None,
        }
    }

    /// Brings a tab's clock up to date and tells the machine of a leap.
    pub(crate) fn sample(&mut self, id: TabId) {
        let browser = &mut self.browsers[id.browser];
        let (monotonic, wall) = (browser.monotonic(self.now), browser.wall(self.now));
        if browser.tabs[id.tab].clock.sample(monotonic, wall) {
            browser.truth.occasions.push_back(self.now);
            self.step(id, Event::Woke, None);
        }
    }

    /// Tells a tab's machine a fact.
    pub(crate) fn tell(
        &mut self,
        id: TabId,
        event: Event,
        data: Option<PageData>,
    ) -> Option<stayd_core::Verdict> {
        self.sample(id);
        self.step(id, event, data)
    }

    pub(crate) fn tab(&self, id: TabId) -> &crate::tab::Tab {
        &self.browsers[id.browser].tabs[id.tab]
    }

    pub(crate) fn tab_mut(&mut self, id: TabId) -> &mut crate::tab::Tab {
        &mut self.browsers[id.browser].tabs[id.tab]
    }

    /// The tabs of a browser that are open.
    pub(crate) fn open_tabs(&self, browser: usize) -> Vec<TabId> {
        let tabs = self.browsers[browser].tabs.iter().enumerate();
        tabs.filter(|(_, tab)| tab.is_open()).map(|(tab, _)| TabId { browser, tab }).collect()
    }

    pub(crate) fn note(&mut self, line: impl FnOnce() -> String) {
        let at = self.now - START_MS;
        self.history.note(at, line);
    }

    /// Adds up the time that running tabs ran since it was last added up.
    pub(crate) fn count_tab_time(&mut self) {
        for browser in &mut self.browsers {
            let asleep = browser.asleep_since.is_some();
            for tab in browser.tabs.iter_mut().filter(|tab| tab.runs() && !asleep) {
                self.tab_ms += self.now - tab.counted_until;
                tab.counted_until = self.now;
            }
        }
    }

    /// What must not be: the engine failed where nothing was wrong with it.
    pub(crate) fn or_broken<T>(&mut self, result: Result<T, Broken>) -> Option<T> {
        match result {
            Ok(value) => Some(value),
            Err(Broken(what)) => {
                self.violate(None, what.to_owned());
                None
            }
        }
    }
}
