//! What people, computers and networks do, as the plan says, and how each of it ends.

use stayd_core::{Event, Rendered};

use crate::clock::HostClock;
use crate::plan::{Act, Deed};
use crate::situations::Situation;
use crate::tab::{Life, Tab, TabId, Wish};
use crate::world::{Happening, Over, Rendering, World};

/// More tabs than this are not opened.
const MOST_TABS: usize = 7;

const HOUR_MS: u64 = 3_600_000;
const DAY_MS: u64 = 24 * HOUR_MS;

impl World {
    pub(crate) fn act(&mut self, number: usize) {
        let Some(Act { browser, tab, deed, .. }) = self.plan.acts.get(number).cloned() else { return };
        self.note(|| format!("--- browser {browser} tab {tab}: {deed:?}"));
        let now = self.now;
        for browser in &mut self.browsers {
            browser.truth.occasions.push_back(now);
        }
        if self.act_on_world(browser, deed) || self.browsers[browser].asleep_since.is_some() {
            return;
        }
        if let Deed::OpenTab { rendered } = deed {
            return self.load_page(browser, rendered);
        }
        let open = self.open_tabs(browser);
        let Some(id) = tab.checked_rem(open.len()).and_then(|place| open.get(place)).copied() else { return };
        match (self.tab(id).life, deed) {
            (_, Deed::CloseTab) => self.close_tab(id),
            (Life::Running, deed) => self.act_in_tab(id, deed),
            _ => {}
        }
    }

    /// What concerns more than one tab; whether that is all.
    fn act_on_world(&mut self, browser: usize, deed: Deed) -> bool {
        let now = self.now;
        match deed {
            Deed::GoOffline { for_ms } => self.go_offline(browser, for_ms),
            Deed::LoseNetwork { for_ms } => self.browsers[browser].dead_until = now + for_ms,
            Deed::Sleep { for_ms } => self.fall_asleep(browser, for_ms),
            Deed::SetClock { by_ms } => {
                if by_ms.unsigned_abs() >= HOUR_MS && self.shows_somebody(browser) {
                    self.situations.note(Situation::ClockSet);
                }
                self.browsers[browser].wall_offset += by_ms;
            }
            Deed::Wipe { cookies } => self.wipe(browser, cookies),
            Deed::BadWeather { lost, late, doubled, for_ms } => {
                let bad_until = now + for_ms;
                self.weather = crate::network::Weather { lost, late, doubled, bad_until, ..self.weather };
            }
            Deed::ServerDown { for_ms } => self.weather.down_until = now + for_ms,
            Deed::Busy { with_429, retry_after_ms, for_ms } => {
                let busy_until = now + for_ms;
                self.weather =
                    crate::network::Weather { busy_until, with_429, retry_after_ms, ..self.weather };
            }
            Deed::Portal { for_ms } => self.weather.portal_until = now + for_ms,
            Deed::Revoke => {
                let cookie = self.browsers[browser].cookie.clone();
                let held = self.server.holds(cookie.as_deref());
                let held = self.or_broken(held).flatten();
                let revoked = self.server.revoke(cookie.as_deref());
                if let (Some(true), Some(held)) = (self.or_broken(revoked), held) {
                    if self.browsers[browser].tabs.iter().any(|tab| tab.runs() && tab.shows == Some(held)) {
                        self.situations.note(Situation::RevokedElsewhere);
                    }
                    self.push_end(browser, held.session);
                }
            }
            Deed::RevokeAll { person } => {
                let revoked = self.server.revoke_all(person);
                self.or_broken(revoked);
            }
            Deed::Rename { person } => {
                let renamed = self.server.rename(person);
                self.or_broken(renamed);
            }
            _ => return false,
        }
        true
    }

    fn act_in_tab(&mut self, id: TabId, deed: Deed) {
        match deed {
            Deed::Hide => self.set_visible(id, false),
            Deed::Show => self.set_visible(id, true),
            Deed::Freeze { for_ms } => self.stop(id, Life::Frozen, for_ms, Over::Frozen(id)),
            Deed::Cache { for_ms } => self.stop(id, Life::Cached, for_ms, Over::Cached(id)),
            Deed::Stall { for_ms } => {
                self.note_stop_in_turn(id);
                self.count_tab_time();
                self.tab_mut(id).life = Life::Stalled;
                self.queue.push(self.now + for_ms, Happening::Over(Over::Stalled(id)));
            }
            Deed::SignIn { person, granted } => self.sign_in(id, Wish { person, granted }),
            Deed::SignOut => self.sign_out(id),
            Deed::AskRenewal => drop(self.tell(id, Event::RenewalAsked, None)),
            Deed::AskCheck => drop(self.tell(id, Event::CheckAsked, None)),
            Deed::Requests { count } => (0..count).for_each(|_| self.page_asks(id)),
            Deed::Withdraw if self.tab(id).held.is_empty() => {}
            Deed::Withdraw => {
                self.tab_mut(id).held.pop_front();
                self.tell(id, Event::Withdrawn, None);
            }
            Deed::Dismiss => drop(self.tell(id, Event::WarningDismissed, None)),
            Deed::Hint => drop(self.tell(id, Event::Hinted, None)),
            _ => {}
        }
    }

    fn sign_in(&mut self, id: TabId, wish: Wish) {
        if self.tab(id).wish.is_some() {
            return;
        }
        self.tab_mut(id).wish = Some(wish);
        self.browsers[id.browser].truth.signing_in += 1;
        self.tell(id, Event::SignInAsked, None);
    }

    fn sign_out(&mut self, id: TabId) {
        self.sample(id);
        // Who sees nobody signed in has nothing to sign out with.
        if self.tab(id).machine.record().session == 0 {
            return;
        }
        self.note_sign_out(id);
        let now = self.now;
        self.browsers[id.browser].truth.sign_out(now);
        self.tell(id, Event::SignOutAsked, None);
        self.queue.push(now + self.shown_for_ms(id.browser) + 1, Happening::Look(id.browser));
    }

    pub(crate) fn set_visible(&mut self, id: TabId, visible: bool) {
        let now = self.now;
        let tab = self.tab_mut(id);
        tab.visible = visible;
        let since = tab.hidden_since.get_or_insert(now);
        let long = now - *since >= DAY_MS;
        if visible {
            tab.hidden_since = None;
            if long {
                self.situations.note(Situation::HiddenForADay);
            }
        }
        self.tell(id, if visible { Event::Shown } else { Event::Hidden }, None);
    }

    /// The page is told that it is about to stop, and stops.
    fn stop(&mut self, id: TabId, life: Life, for_ms: u64, over: Over) {
        if life == Life::Frozen {
            self.note_stop_in_turn(id);
        }
        self.set_visible(id, false);
        self.tell(id, Event::Frozen, None);
        self.count_tab_time();
        self.tab_mut(id).life = life;
        if life == Life::Cached {
            self.drop_requests(id);
        }
        self.queue.push(self.now + for_ms, Happening::Over(over));
    }

    pub(crate) fn over(&mut self, over: Over) {
        match over {
            Over::Frozen(id) if self.tab(id).life == Life::Frozen => self.resume(id),
            Over::Cached(id) if self.tab(id).life == Life::Cached => {
                if self.tab(id).shows.is_some() && self.browsers[id.browser].truth.out_since.is_some() {
                    self.situations.note(Situation::BackAfterSignOut);
                }
                self.resume(id);
            }
            Over::Stalled(id) if self.tab(id).life == Life::Stalled => self.run_again(id),
            Over::Offline(browser) if self.browsers[browser].offline_until <= self.now => {
                for id in self.open_tabs(browser) {
                    self.tell_network(id);
                    let record = self.tab(id).machine.record();
                    if record.session != 0 && record.lapses_in_ms == 0 {
                        self.situations.note(Situation::RanOutOffline);
                    }
                }
            }
            Over::Asleep(browser) if self.browsers[browser].asleep_until <= self.now => self.wake(browser),
            _ => {}
        }
    }

    fn resume(&mut self, id: TabId) {
        self.count_tab_time();
        let now = self.now;
        let (wall, monotonic) =
            (self.browsers[id.browser].wall(now), self.browsers[id.browser].monotonic(now));
        let tab = self.tab_mut(id);
        (tab.life, tab.running_since, tab.counted_until) = (Life::Running, now, now);
        let (local, clock) = (tab.local, &tab.clock);
        let remembered =
            local.map(|slot| slot.stored(wall, clock.unsure_until(), clock.running_ms(monotonic)));
        self.tell(id, Event::Resumed { remembered }, local.and_then(|slot| slot.data));
        self.read_storage(id);
        self.tell_network(id);
        self.set_visible(id, true);
        self.empty_inbox(id);
    }

    fn run_again(&mut self, id: TabId) {
        self.count_tab_time();
        let now = self.now;
        let tab = self.tab_mut(id);
        (tab.life, tab.running_since, tab.counted_until) = (Life::Running, now, now);
        self.empty_inbox(id);
        self.tell_network(id);
        self.tab_mut(id).timer_at = None;
        self.set_timer(id);
    }

    /// What waited for the page reaches it, in its order.
    fn empty_inbox(&mut self, id: TabId) {
        for input in std::mem::take(&mut self.tab_mut(id).inbox) {
            self.reach(id, input);
        }
    }

    /// The shell reads what decides when it starts and when it runs again, for a hint may be late.
    fn read_storage(&mut self, id: TabId) {
        let at = self.disk_done_at(id.browser);
        self.queue.push(at, Happening::Reach(id, crate::tab::Input::Read));
    }

    fn tell_network(&mut self, id: TabId) {
        if self.tab(id).runs() {
            let offline = self.now < self.browsers[id.browser].offline_until;
            self.tell(id, if offline { Event::Offline } else { Event::Online }, None);
        }
    }

    fn go_offline(&mut self, browser: usize, for_ms: u64) {
        self.browsers[browser].offline_until = self.now + for_ms;
        for id in self.open_tabs(browser) {
            self.tell_network(id);
        }
        self.fail_requests(browser, 5);
        self.queue.push(self.now + for_ms, Happening::Over(Over::Offline(browser)));
    }

    /// Every request of a browser that is under way fails.
    pub(crate) fn fail_requests(&mut self, browser: usize, after_ms: u64) {
        let under_way = self.requests.iter().filter(|(_, request)| request.tab.browser == browser);
        let numbers: Vec<u64> = under_way.map(|(number, _)| *number).collect();
        for number in numbers {
            let failed = Happening::Failed(number, stayd_core::Trouble::Unreachable);
            self.queue.push(self.now + after_ms, failed);
        }
    }

    fn fall_asleep(&mut self, browser: usize, for_ms: u64) {
        if self.browsers[browser].asleep_since.is_some() {
            return;
        }
        self.count_tab_time();
        let now = self.now;
        (self.browsers[browser].asleep_since, self.browsers[browser].asleep_until) =
            (Some(now), now + for_ms);
        if self.network_dice[browser].chance(500) {
            self.fail_requests(browser, 0);
        }
        self.queue.push(now + for_ms, Happening::Over(Over::Asleep(browser)));
    }

    fn wake(&mut self, browser: usize) {
        let now = self.now;
        let Some(since) = self.browsers[browser].asleep_since.take() else { return };
        let setting = &self.plan.setting;
        let renews_after = setting.lifetimes.update_age_ms * setting.guess_percent / 100;
        if now - since > renews_after && self.shows_somebody(browser) {
            self.situations.note(Situation::SleptAcrossRenewal);
        }
        self.browsers[browser].slept_ms += now - since;
        for what in std::mem::take(&mut self.browsers[browser].deferred) {
            self.queue.push(now, what);
        }
        for tab in &mut self.browsers[browser].tabs {
            (tab.running_since, tab.counted_until) = (now, now);
        }
    }

    fn wipe(&mut self, browser: usize, cookies: bool) {
        let now = self.now;
        if !cookies && self.browsers[browser].cookie.is_some() {
            self.situations.note(Situation::Wiped);
        }
        let storage = &self.browsers[browser].storage;
        let knew = [storage.indexed, storage.local].into_iter().flatten().any(|slot| slot.record.owed);
        self.browsers[browser].storage.wipe();
        self.browsers[browser].truth.wiped_at = Some(now);
        for tab in &mut self.browsers[browser].tabs {
            tab.local = None;
        }
        if cookies {
            self.browsers[browser].cookie = None;
            self.browsers[browser].truth.own = None;
        }
        if knew {
            self.notice_forgetting(browser);
        }
    }

    fn load_page(&mut self, browser: usize, rendered: bool) {
        if self.open_tabs(browser).len() >= MOST_TABS {
            return;
        }
        let rendering = rendered.then(|| self.rendering(browser)).flatten();
        let at = self.now + self.network_dice[browser].magnitude(20..=300);
        self.queue.push(at, Happening::Opens(browser, rendering));
    }

    /// What stands in a page: what the server says now, or where the browser keeps pages what it once said.
    fn rendering(&mut self, browser: usize) -> Option<Rendering> {
        let place = &self.browsers[browser];
        if let Some(kept) = place.kept_page {
            self.situations.note(Situation::PageKept);
            return Some(kept);
        }
        let rendering = self.server.rendering(place.cookie.as_deref());
        let rendering = self.or_broken(rendering).map(Rendering);
        let place = &mut self.browsers[browser];
        if let Some(Rendering(None)) = rendering {
            place.truth.nobody_at = Some(self.now);
        }
        if self.plan.setting.keeps_pages {
            place.kept_page = rendering;
        }
        rendering
    }

    pub(crate) fn open_tab(&mut self, browser: usize, rendering: Option<Rendering>) {
        let id = TabId { browser, tab: self.browsers[browser].tabs.len() };
        let seed = u32::try_from(self.inner_dice[browser].below(u64::from(u32::MAX))).unwrap_or(1);
        let lag = self.inner_dice[browser].within(0..=self.plan.setting.local_ms);
        let (now, config) = (self.now, self.plan.setting.config);
        let place = &mut self.browsers[browser];
        let (monotonic, wall) = (place.monotonic(now), place.wall(now));
        let mut tab = Tab::new(config, seed, HostClock::new(monotonic, wall), now);
        let (before, replaced_at) = place.storage.local_before;
        tab.local = if now < replaced_at + lag { before } else { place.storage.local };
        let (seen, there) = (tab.local, place.storage.local);
        tab.rendered = rendering.and_then(|rendering| rendering.0).map(|described| described.shown.session);
        place.tabs.push(tab);
        self.note(|| format!("{id}  opens, {rendering:?}"));
        self.queue.push(now + lag, Happening::LocalSeen(id, there));

        let described = rendering.and_then(|rendering| rendering.0);
        let data =
            described.map_or_else(|| seen.and_then(|slot| slot.data), |described| Some(described.shown));
        let remembered = seen.map(|slot| slot.stored(wall, i64::MIN, 0));
        let rendered = match rendering {
            None => Rendered::Nothing,
            Some(Rendering(None)) => Rendered::Nobody,
            Some(Rendering(Some(described))) => Rendered::Somebody(self.answer_of(&described)),
        };
        if self.now < self.browsers[browser].offline_until {
            self.tell(id, Event::Offline, None);
        }
        self.tell(id, Event::Started { rendered, remembered }, data);
        self.read_storage(id);
    }

    pub(crate) fn close_tab(&mut self, id: TabId) {
        if self.asks_in_turn(id) {
            self.situations.note(Situation::TurnHolderClosed);
        }
        if self.plan.setting.disposes && self.tab(id).runs() {
            self.tell(id, Event::Disposed, None);
            self.check_left(id);
        }
        self.count_tab_time();
        self.drop_requests(id);
        self.forget_wish(id);
        self.tab_mut(id).life = Life::Dead;
        self.tab_mut(id).inbox.clear();
        let knew = self.tab(id).machine.record().owed;
        if self.browsers[id.browser].setting.locks {
            self.browsers[id.browser].turns.leave(id, None);
            self.grant_turn(id.browser);
        }
        if knew {
            self.notice_forgetting(id.browser);
        }
    }

    /// What knew of a sign-out that the server has yet to hear of is gone: does anything in the browser still know?
    pub(crate) fn notice_forgetting(&mut self, browser: usize) {
        let place = &self.browsers[browser];
        let mut kept = [place.storage.indexed, place.storage.local].into_iter().flatten();
        let known = kept.any(|slot| slot.record.owed)
            || place.tabs.iter().any(|tab| tab.is_open() && tab.machine.record().owed);
        if place.truth.out_since.is_some() && !known {
            let holds = self.server.holds(place.cookie.as_deref());
            if self.or_broken(holds).flatten().is_some() {
                self.browsers[browser].truth.forgotten = true;
            }
        }
    }
}
