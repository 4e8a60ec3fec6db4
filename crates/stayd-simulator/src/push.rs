//! The push connection: the server says that a session has ended, and one tab tells all of its browser before it asks
//! (`packages/stayd/src/ended.ts`, `push.ts`).

use stayd_core::{Ending, Event, Key, Message, Record};

use crate::storage::Slot;
use crate::tab::{Input, TabId};
use crate::world::{Happening, World};

impl World {
    /// Somebody's act has ended this session. Half of the browsers have a connection that says so.
    pub(crate) fn push_end(&mut self, browser: usize, session: Key) {
        // Of the key, not of the dice: the rest of a history is the same with and without.
        if session.is_multiple_of(2) {
            self.queue.push(self.now + 1 + session % 60, Happening::Pushed(browser, session));
        }
    }

    /// The word is there: where what is remembered is the session that has ended, all tabs are told of the next epoch with nobody.
    pub(crate) fn pushed(&mut self, browser: usize, session: Key) {
        let place = &self.browsers[browser];
        if place.is_cut_off(self.now) || place.asleep_since.is_some() || !place.setting.channel {
            return;
        }
        let tabs = self.open_tabs(browser);
        let Some(&teller) = tabs.iter().find(|id| self.tab(**id).runs()) else { return };
        let remembered = self.tab(teller).local.filter(|slot| slot.data.is_some());
        let Some(slot) = remembered.filter(|slot| slot.record.session == session) else { return };
        self.browsers[browser].truth.nobody_at = Some(self.now);
        let record = Record {
            epoch: slot.record.epoch.wrapping_add(1),
            ending: Ending::Revoked,
            verified_ago_ms: u64::MAX,
            tried_ago_ms: u64::MAX,
            switch: slot.record.switch,
            ..Record::NOTHING
        };
        let slot = Slot { record, data: None, ..slot };
        self.note(|| format!("{teller}  is told that {session:x} has ended"));
        for other in tabs {
            self.tell_of_end(teller, other, slot);
        }
        // As it may be wrong, the server is asked in any case.
        let _ = self.tell(teller, Event::CheckAsked, None);
    }

    fn tell_of_end(&mut self, teller: TabId, other: TabId, slot: Slot) {
        let at = self.now + 1 + u64::from(slot.record.epoch) % self.plan.setting.message_ms.max(1);
        let at = self.browsers[teller.browser].in_order(teller, other, at);
        self.queue.push(at, Happening::Reach(other, Input::Message { message: Message::State, slot }));
    }
}
