//! Who is signed out, and whether that is right (P1, P6).

use stayd_core::{Ending, Event, Outcome, Status};

use crate::checkers::Before;
use crate::checkers::data::tabs_can_talk;
use crate::network::{Ask, Request};
use crate::server::SetCookie;
use crate::tab::TabId;
use crate::world::World;

/// Within this time a tab hears from another that somebody has signed in.
const HEARSAY_MS: u64 = 100;

impl World {
    pub(crate) fn check_going_out(&mut self, id: TabId, before: &Before, event: Event) {
        let tab = self.tab(id);
        let (out, record) = (tab.machine.view().status == Status::Initial, tab.machine.record());
        if !out || (before.status == Status::Initial && before.session == 0) || event == Event::SignOutAsked {
            return;
        }
        let truth = &self.browsers[id.browser].truth;
        // Of a sign-in and a sign-out that overlap the latter wins, though the session may be the younger one.
        let overlapped = truth.ambiguous && record.ending == Ending::SignedOut;
        // A page that was rendered for it knows only in which second it began: not whether a sign-out of that second came before.
        let same_second =
            tab.rendered == Some(before.session) && truth.began_just_after_leaving(before.session);
        if before.session != 0 && truth.left_at(before.session).is_none() && !overlapped && !same_second {
            // P6: nothing but the server's word.
            let since = truth.seen_since(before.session).unwrap_or(0);
            if truth.nobody_at.is_none_or(|at| at < since) {
                let what = format!("P6: signed out ({:?}) without the server's word", record.ending);
                return self.violate(Some(id), what);
            }
        }
        let told = matches!(event, Event::Answered { outcome: Outcome::Nobody, .. });
        // Who had nobody, and asked before the session began, was told the truth: the next look shows it.
        let began = truth.own.map_or(0, |(_, since)| since);
        if before.session != 0 || (told && tab.sent_at >= began) {
            self.check_loss(id);
        }
    }

    /// P1: the server holds the session of this browser's cookie, and the person did not sign out.
    fn check_loss(&mut self, id: TabId) {
        let browser = &self.browsers[id.browser];
        let (truth, now) = (&browser.truth, self.now);
        if truth.out_since.is_some() || truth.ambiguous || !tabs_can_talk(&browser.setting) {
            return;
        }
        let Some((own, since)) = truth.own else { return };
        // What waited for a page that stood still reaches it in its order, the old news first.
        let since = since.max(browser.tabs[id.tab].running_since);
        let holds = self.server.holds(browser.cookie.as_deref());
        let holds_own = self.or_broken(holds).flatten().is_some_and(|held| held.session == own);
        let knew = since + HEARSAY_MS < now;
        if holds_own && knew {
            self.violate(Some(id), "P1: signed out of a session that the server holds".to_owned());
        }
    }

    /// P1: no answer takes the cookie of a living session away.
    pub(crate) fn check_cookie(&mut self, request: &Request, cookie: &SetCookie) {
        let new = match cookie {
            SetCookie::Keep => return,
            SetCookie::Set(token) => Some(token.as_str()),
            SetCookie::Clear => None,
        };
        let browser = &self.browsers[request.tab.browser];
        let (truth, old) = (&browser.truth, browser.cookie.clone());
        let one_by_one = browser.setting.takes_turns() && tabs_can_talk(&browser.setting);
        if truth.out_since.is_some() || truth.ambiguous {
            return;
        }
        let Some((own, _)) = truth.own else { return };
        let (held, will_hold) = (self.server.holds(old.as_deref()), self.server.holds(new));
        let (held, will_hold) = (self.or_broken(held).flatten(), self.or_broken(will_hold).flatten());
        let of_own = |held: Option<crate::server::PageData>| held.is_some_and(|held| held.session == own);
        if !of_own(held) || of_own(will_hold) {
            return;
        }
        let index = request.tab.browser;
        // A page that stands still lets its sign-out go on, for the person may have left for good; and its renewal, whose answer may hold
        // the next token.
        let goes_on = matches!(request.ask, Ask::SignOut | Ask::Session { renewal: true });
        let cannot_be_called_back = goes_on && !self.tab(request.tab).runs();
        // Where there are no turns two tabs may ask at once, and of two answers a browser keeps what the later one says. So they may where
        // no tab hears of another: who signs in waits 3 s for a turn, and nobody calls back what is on its way.
        let asked_at_once = !one_by_one && request.cookie != old;
        if cannot_be_called_back || asked_at_once {
            self.browsers[index].truth.ambiguous = true;
        } else {
            let what = format!("P1: an answer takes away the cookie of a living session (browser {index})");
            self.violate(None, what);
        }
    }
}
