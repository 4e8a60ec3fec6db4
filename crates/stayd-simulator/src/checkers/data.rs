//! What pages show: never of a session that the person has left (P4), never of somebody else (P9), and nothing secret (P7).

use stayd_core::{Key, Record};

use crate::network::PageRequest;
use crate::plan::BrowserSetting;
use crate::situations::Situation;
use crate::storage::Keeps;
use crate::tab::{Tab, TabId};
use crate::world::{Happening, World};

/// So long after a sign-out in any tab no tab shows signed-in data (P4), where messages take a few milliseconds, as in browsers.
const SIGN_OUT_MS: u64 = 50;

/// Tabs of a browser that denies both the channel and storage know nothing of each other, by nature.
pub(super) fn tabs_can_talk(setting: &BrowserSetting) -> bool {
    setting.channel || setting.keeps != Keeps::Nothing
}

impl World {
    /// How long data may be shown after it was left. A sign-in and a sign-out that cross are told twice: two of the slowest messages.
    pub(crate) fn shown_for_ms(&self, browser: usize) -> u64 {
        SIGN_OUT_MS.max(2 * self.slowest_message_ms(browser).unwrap_or(0))
    }

    /// P4, and that the host shows what the machine believes it to show.
    pub(crate) fn check_data(&mut self, id: TabId) {
        let browser = &self.browsers[id.browser];
        let tab = &browser.tabs[id.tab];
        let record = tab.machine.record();
        let Some(shown) = tab.shows else {
            if record.data != 0 {
                self.violate(
                    Some(id),
                    "the machine believes that something is shown, and nothing is".to_owned(),
                );
            }
            return;
        };
        if (record.session, record.person) != (shown.session, shown.person) {
            let what = format!(
                "P9: data of session {:x} is shown, the machine stands for {:x}",
                shown.session, record.session
            );
            return self.violate(Some(id), what);
        }
        let Some(left_at) = browser.truth.left_at(shown.session) else { return };
        // A page that has just begun to run first reads what happened meanwhile; where that was wiped, another tab must say it.
        let wiped = browser.truth.wiped_at >= Some(left_at);
        let told_since = if wiped { tab.shows_since } else { tab.running_since };
        let since = left_at.max(tab.running_since).max(told_since);
        // None where nobody who could have said it knew, or not yet.
        let since = if wiped && tab.running_since >= left_at {
            let later = |other: &&Tab| other.runs() && other.machine.moment().0 > record.epoch;
            let knows_since = |other: &Tab| other.epoch_since.max(other.running_since);
            browser.tabs.iter().filter(later).map(knows_since).min().map(|known| known.max(since))
        } else {
            let was_there = tab.running_since < left_at;
            // Who has come since finds it stored, when what was asked of the disk before is done, which are a few things.
            let stored_at = left_at + if was_there { 0 } else { 8 * self.plan.setting.disk_ms };
            let knew = browser.setting.keeps == Keeps::Everything || was_there;
            knew.then_some(since.max(stored_at))
        };
        if tab.runs()
            && browser.asleep_since.is_none()
            && since.is_some_and(|since| since + self.shown_for_ms(id.browser) < self.now)
        {
            // A page that was rendered before the sign-out shows what stands in it until the server is heard.
            let rendered = tab.rendered == Some(shown.session) && tab.answers == 0;
            // One that opens while it still sees what was wiped remembers what nobody is going to speak against (fact 1).
            let seen_until = browser.truth.wiped_at.map(|at| at + self.plan.setting.local_ms);
            let opened_since = tab.running_since >= left_at && Some(tab.running_since) <= seen_until;
            let saw_what_was_wiped = wiped && opened_since;
            // What an answer has brought back that could not be called back is what the server names (4206164).
            let held = self.server.holds(browser.cookie.as_deref()).ok().flatten();
            let is_back = browser.truth.ambiguous && held.is_some_and(|held| held.session == shown.session);
            // Nothing that was kept speaks against a page that was, once all else is wiped: it is believed, and told.
            let nothing_contradicts = wiped && self.plan.setting.keeps_pages;
            let excused = saw_what_was_wiped
                || nothing_contradicts
                || browser.truth.forgotten
                || !tabs_can_talk(&browser.setting)
                || rendered
                || is_back;
            if !excused {
                let ago = self.now - left_at;
                self.violate(Some(id), format!("P4: data of a session is shown {ago} ms after it was left"));
            }
        }
    }

    /// P9: what a page is given is of the person that it showed when it asked, and still shows.
    pub(crate) fn check_page_answer(&mut self, id: TabId, request: &PageRequest, person: Key) {
        let shows = self.tab(id).shows.map(|shown| shown.person);
        let of_another = |shown: Option<Key>| shown.is_some_and(|shown| shown != person);
        let talks = tabs_can_talk(&self.browsers[id.browser].setting);
        let asked = [request.asked_as, request.person];
        if talks && (asked.into_iter().any(of_another) || request.person.is_some() && of_another(shows)) {
            self.violate(Some(id), "P9: a page was given an answer of another person's session".to_owned());
        }
    }

    /// P7: no part of a token in what tabs share, or in what pages see.
    pub(crate) fn check_secrets(&mut self, id: TabId, record: &Record) {
        let Some(token) = self.browsers[id.browser].cookie.as_deref() else { return };
        // Everything in a record and a view that is wide enough to hold as much.
        let shown = self.tab(id).machine.view();
        let words = [record.session, record.person, u64::from(record.data) << 32 | u64::from(shown.data)];
        let secret: Vec<&[u8]> = token.as_bytes().windows(8).collect();
        let holds =
            |word: &u64| secret.iter().any(|part| *part == word.to_le_bytes() || *part == word.to_be_bytes());
        if words.iter().any(holds) {
            self.violate(Some(id), "P7: a record or a view holds a part of a token".to_owned());
        }
    }

    /// A tab has been told that a sign-in was granted: nobody else is shown here any more, a moment later; but where the tab stood still
    /// meanwhile and somebody has signed in since.
    pub(crate) fn signed_in(&mut self, id: TabId, session: Key) {
        let now = self.now;
        let mine = self.tab(id).shows.map(|data| data.person);
        for other in self.others_that_run(id) {
            match self.tab(other).shows {
                None => self.situations.note(Situation::SignInElsewhere),
                Some(data) if Some(data.person) != mine => self.situations.note(Situation::SwitchElsewhere),
                Some(_) => {}
            }
        }
        // Of sign-ins that were under way at once, because there are no turns or a tab had waited long enough for its own, only the server
        // can say which came last.
        let contested = self.tab(id).sent_at;
        let truth = &mut self.browsers[id.browser].truth;
        let overtaken = truth.own.is_some_and(|(own, _)| own != session);
        if truth.signing_in == 0 && !overtaken {
            truth.switch_to(session, contested, now);
            self.queue.push(now + self.shown_for_ms(id.browser) + 1, Happening::Look(id.browser));
        }
    }
}
