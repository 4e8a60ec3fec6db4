//! What becomes of everybody once the faults have stopped.

use stayd_core::Status;

use crate::network::Weather;
use crate::server::PageData;
use crate::tab::{Life, TabId};
use crate::world::{Over, World};

/// Within this time everything is right again.
const SETTLES_MS: u64 = 5_000;
/// A sign-in of another tab is waited for so long.
const SWITCH_MS: u64 = 18_000;
/// After so many superseded answers, and the longest cool-down that can follow them with its jitter, the server is asked once more.
const LAST_TOKEN_MS: u64 = 820_000;
/// What the server said so recently is not asked again: whatever happened must be this old before tabs are looked at anew.
const FRESH_MS: u64 = 6_000;
/// After the longest outage a server is asked again within so long by each of several tabs, whose waits grow and are spread.
const RETRIED_MS: u64 = 1_200_000;
/// Sessions that end meanwhile, by their time or by a sign-in that was still under way, make somebody look once more.
const LOOKS: usize = 4;

impl World {
    /// Everybody is awake, online and on speaking terms with the server.
    pub(crate) fn end_faults(&mut self) {
        self.note(|| "=== the faults stop".to_owned());
        self.weather = Weather::default();
        for browser in 0..self.browsers.len() {
            let place = &mut self.browsers[browser];
            (place.offline_until, place.dead_until, place.asleep_until) = (0, 0, 0);
            self.over(Over::Asleep(browser));
            self.fail_requests(browser, 1);
            for id in self.open_tabs(browser) {
                match self.tab(id).life {
                    Life::Frozen => self.over(Over::Frozen(id)),
                    Life::Cached => self.over(Over::Cached(id)),
                    Life::Stalled => self.over(Over::Stalled(id)),
                    Life::Running | Life::Dead => {}
                }
            }
            self.over(Over::Offline(browser));
            if self.open_tabs(browser).is_empty() {
                self.open_tab(browser, None);
            }
        }
        self.check_recovered();
        self.look_at_tabs();
    }

    /// Nobody need look: what a page waits for, and what went wrong, is over by itself.
    fn check_recovered(&mut self) {
        let end = self.now + self.cool_down() + self.last_token_ms() + RETRIED_MS;
        while let Some((id, what)) = self.waits_for_a_look() {
            if self.violation.is_some() {
                return;
            }
            if self.now >= end {
                return self.violate(Some(id), format!("liveness: {what} waits for somebody to look"));
            }
            self.run_until(self.now + FRESH_MS);
        }
    }

    fn waits_for_a_look(&self) -> Option<(TabId, &'static str)> {
        let tabs = (0..self.browsers.len()).flat_map(|browser| self.open_tabs(browser));
        tabs.into_iter().find_map(|id| {
            let tab = self.tab(id);
            let what = match tab.machine.view().status {
                _ if tab.machine.held() > 0 || !tab.held.is_empty() => "a request",
                _ if tab.machine.record().owed => "a sign-out",
                // What is not seen may wait until it is.
                Status::Loading | Status::Error if tab.visible => "a page",
                _ => return None,
            };
            Some((id, what))
        })
    }

    fn look_at_tabs(&mut self) {
        self.run_until(self.now + FRESH_MS);
        for browser in 0..self.browsers.len() {
            for id in self.open_tabs(browser) {
                self.set_visible(id, false);
                self.set_visible(id, true);
            }
        }
    }

    /// Everybody with a session is signed in, everybody without is out, nobody waits, and the server knows of every sign-out.
    pub(crate) fn check_liveness(&mut self) {
        let mut before = self.held_by_server();
        self.settle();
        for _ in 0..LOOKS {
            let after = self.held_by_server();
            if after == before {
                break;
            }
            before = after;
            self.look_at_tabs();
            self.settle();
        }
        if self.violation.is_some() {
            return;
        }
        for (browser, held) in before.into_iter().enumerate() {
            self.check_truth(browser, held);
            for id in self.open_tabs(browser) {
                self.check_settled(id, held);
            }
        }
    }

    /// Runs until everything that is known to be waited for is over. A request that was long on its way may add to that later.
    fn settle(&mut self) {
        let waits = self.cool_down() + self.last_token_ms() + self.switch_ms();
        // A turn reads what is stored, and is over when what it brought is written: of two tabs in line one waits for the other.
        self.run_until(self.now + waits + SETTLES_MS + 4 * self.plan.setting.disk_ms);
    }

    fn held_by_server(&mut self) -> Vec<Option<PageData>> {
        let held: Vec<_> =
            self.browsers.iter().map(|browser| self.server.holds(browser.cookie.as_deref())).collect();
        held.into_iter().map(|held| self.or_broken(held).flatten()).collect()
    }

    /// Where the next token was lost the server says "superseded" for a while, and then "nobody" to whoever asks after a cool-down.
    fn last_token_ms(&self) -> u64 {
        let lost = self.is_losing_a_token() || self.browsers.iter().any(|browser| browser.truth.token_lost);
        if lost { LAST_TOKEN_MS } else { 0 }
    }

    /// What waits for a sign-in that was under way where its tab is gone.
    fn switch_ms(&self) -> u64 {
        let tabs = self.browsers.iter().flat_map(|browser| &browser.tabs).filter(|tab| tab.is_open());
        if tabs.into_iter().any(|tab| tab.machine.view().holding) { SWITCH_MS } else { 0 }
    }

    /// How long servers have asked to be left alone for.
    fn cool_down(&self) -> u64 {
        let tabs = self.browsers.iter().flat_map(|browser| &browser.tabs).filter(|tab| tab.is_open());
        tabs.map(|tab| tab.machine.record().retry_in_ms).max().unwrap_or(0)
    }

    fn check_truth(&mut self, browser: usize, held: Option<PageData>) {
        let truth = &self.browsers[browser].truth;
        if truth.ambiguous {
            return;
        }
        if truth.out_since.is_some() && !truth.forgotten && held.is_some() {
            let what = format!("the server has not heard of the sign-out in browser {browser}");
            return self.violate(None, what);
        }
        let Some((own, _)) = truth.own.filter(|_| truth.out_since.is_none() && !truth.token_lost) else {
            return;
        };
        let lives = self.server.lives(own);
        let lives = self.or_broken(lives).unwrap_or(false);
        if lives && held.is_none_or(|held| held.session != own) {
            self.violate(None, format!("P1: browser {browser} has lost a session that the server holds"));
        }
    }

    fn check_settled(&mut self, id: TabId, held: Option<PageData>) {
        let tab = self.tab(id);
        let (view, record) = (tab.machine.view(), tab.machine.record());
        let what = match held {
            _ if tab.machine.held() > 0 || !tab.held.is_empty() => {
                "liveness: a request of the page still waits"
            }
            _ if record.owed => "liveness: a sign-out is still owed to the server",
            Some(_) if view.status != Status::Active => "liveness: somebody with a session is not signed in",
            Some(held) if tab.shows != Some(held) => "liveness: a tab does not show what the server holds",
            Some(_) if !tab.channels_open => "liveness: what is connected was not connected again",
            None if view.status != Status::Initial => {
                "liveness: somebody without a session is not signed out"
            }
            None if tab.shows.is_some() => "liveness: somebody without a session is shown",
            None if tab.channels_open => "liveness: what is connected was not closed",
            _ => return,
        };
        self.violate(Some(id), format!("{what} ({:?}, {:?})", view.status, view.trouble));
    }
}
