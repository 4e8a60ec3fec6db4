//! What has to happen somewhere among the seeds: a promise that held in situations that never came says nothing.
//!
//! Each is noted when it comes about, in the middle of whatever else goes on. That all of them came is checked where enough seeds were run.

use crate::network::{Ask, Request};
use crate::tab::TabId;
use crate::world::World;

/// A situation of `scenarios.md`, in which a session system has failed before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Situation {
    /// Scenario 13: the tab whose turn it is is closed while its request is under way.
    TurnHolderClosed,
    /// Scenario 14: the same tab is frozen, or stopped without a word.
    TurnHolderStopped,
    /// Scenario 15: the server has replaced the token, and the answer with the next one is lost.
    RotationLost,
    /// Scenario 16: a tab finds, when its turn comes, that another has gone on meanwhile.
    AdvancedWhileWaiting,
    /// Scenario 17: somebody signs out while the server is being asked, which is how it renews.
    SignOutDuringRenewal,
    /// Scenario 18: a tab writes what is older than what is stored.
    OlderWrittenLate,
    /// Scenario 21: somebody who is signed in is answered 429, with a time to wait for.
    TooManyWithRetryAfter,
    /// Scenario 22: somebody who is signed in is answered 503.
    Unavailable,
    /// Scenario 25: somebody signs out whom another tab shows.
    SignOutElsewhere,
    /// Scenario 26: somebody signs in whom another tab does not show, for it shows nobody.
    SignInElsewhere,
    /// Scenario 27: somebody signs in while another tab shows somebody else.
    SwitchElsewhere,
    /// Scenario 33: a session has run out, as far as the client knows, when the network is back.
    RanOutOffline,
    /// Scenario 35: the network is dead and the browser does not know.
    DeadNetwork,
    /// Scenario 36: somebody signs out while there is no network.
    SignOutOffline,
    /// Scenario 37: the computer sleeps for longer than until the next renewal.
    SleptAcrossRenewal,
    /// Scenario 39: the wall clock is set by an hour or more while somebody is signed in.
    ClockSet,
    /// Scenario 41: a tab is shown again after it was hidden for a day.
    HiddenForADay,
    /// Scenarios 45 and 46: a page comes back from the cache as it was before somebody signed out.
    BackAfterSignOut,
    /// Scenario 48: a session that a tab shows is ended on another device.
    RevokedElsewhere,
    /// Scenario 52: the browser wipes what pages have stored, and keeps the cookie.
    Wiped,
    /// Scenario 20: a renewal is refused while the session lives.
    RenewalDeclined,
    /// Scenario 32: a page is opened again that was rendered before.
    PageKept,
    /// Without the lock API: a tab waits for the lease that another one holds.
    LeaseWaitedFor,
    /// Without the lock API and, scenario 6, without IndexedDB: a tab asks while another one is answered.
    AskedWithoutTurns,
}

impl Situation {
    /// All of them.
    pub const ALL: [Self; 24] = [
        Self::TurnHolderClosed,
        Self::TurnHolderStopped,
        Self::RotationLost,
        Self::AdvancedWhileWaiting,
        Self::SignOutDuringRenewal,
        Self::OlderWrittenLate,
        Self::TooManyWithRetryAfter,
        Self::Unavailable,
        Self::SignOutElsewhere,
        Self::SignInElsewhere,
        Self::SwitchElsewhere,
        Self::RanOutOffline,
        Self::DeadNetwork,
        Self::SignOutOffline,
        Self::SleptAcrossRenewal,
        Self::ClockSet,
        Self::HiddenForADay,
        Self::BackAfterSignOut,
        Self::RevokedElsewhere,
        Self::Wiped,
        Self::RenewalDeclined,
        Self::PageKept,
        Self::LeaseWaitedFor,
        Self::AskedWithoutTurns,
    ];
}

/// The situations that came about in one history.
#[derive(Debug, Clone, Copy, Default)]
pub struct Situations([bool; Situation::ALL.len()]);

impl Situations {
    pub(crate) fn note(&mut self, situation: Situation) {
        self.0[situation as usize] = true;
    }

    /// Whether this one came about.
    pub fn include(&self, situation: Situation) -> bool {
        self.0[situation as usize]
    }
}

impl World {
    pub(crate) fn shows_somebody(&self, browser: usize) -> bool {
        self.browsers[browser].tabs.iter().any(|tab| tab.is_open() && tab.shows.is_some())
    }

    pub(crate) fn others_that_run(&self, id: TabId) -> Vec<TabId> {
        let open = self.open_tabs(id.browser).into_iter();
        open.filter(|other| *other != id && self.tab(*other).runs()).collect()
    }

    /// Whether it is this tab's turn, and its question is on the way.
    pub(crate) fn asks_in_turn(&self, id: TabId) -> bool {
        let holds = self.browsers[id.browser].turns.holder.filter(|(holder, _)| *holder == id);
        let asks =
            |attempt| self.requests.values().any(|request| (request.tab, request.attempt) == (id, attempt));
        holds.is_some_and(|(_, attempt)| asks(attempt))
    }

    pub(crate) fn note_stop_in_turn(&mut self, id: TabId) {
        if self.asks_in_turn(id) {
            self.situations.note(Situation::TurnHolderStopped);
        }
    }

    pub(crate) fn note_sign_out(&mut self, id: TabId) {
        let browser = &self.browsers[id.browser];
        let renews = |request: &Request| {
            request.tab.browser == id.browser && matches!(request.ask, Ask::Session { .. })
        };
        if self.requests.values().any(|request| renews(request)) {
            self.situations.note(Situation::SignOutDuringRenewal);
        }
        if self.now < browser.offline_until {
            self.situations.note(Situation::SignOutOffline);
        }
        let person = self.tab(id).machine.record().person;
        let shows = |other: &TabId| self.tab(*other).shows.is_some_and(|data| data.person == person);
        if self.others_that_run(id).iter().any(shows) {
            self.situations.note(Situation::SignOutElsewhere);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_situation_has_a_place_of_its_own() {
        for (place, situation) in Situation::ALL.into_iter().enumerate() {
            assert_eq!(situation as usize, place);
        }
    }
}
