//! One browser: what its tabs share.

use std::collections::VecDeque;

use crate::model::Truth;
use crate::plan::BrowserSetting;
use crate::storage::Storage;
use crate::tab::{Tab, TabId};
use crate::world::{Happening, Rendering};

/// Whose turn it is: by a lock, in the order of asking, or by a lease.
#[derive(Debug, Default)]
pub(crate) struct Turns {
    pub(crate) holder: Option<(TabId, u32)>,
    /// What the wall clock says when the lease is over.
    pub(crate) leased_until: i64,
    pub(crate) waiting: VecDeque<(TabId, u32)>,
}

impl Turns {
    /// Takes a tab's wish or turn out; whether the lock is free now because of it.
    pub(crate) fn leave(&mut self, tab: TabId, attempt: Option<u32>) -> bool {
        let is_it = |entry: &(TabId, u32)| entry.0 == tab && attempt.is_none_or(|number| number == entry.1);
        self.waiting.retain(|entry| !is_it(entry));
        self.holder.take_if(|entry| is_it(entry)).is_some()
    }
}

/// One browser.
#[derive(Debug)]
pub(crate) struct Browser {
    pub(crate) setting: BrowserSetting,
    pub(crate) tabs: Vec<Tab>,
    pub(crate) cookie: Option<String>,
    pub(crate) storage: Storage,
    pub(crate) turns: Turns,
    /// How far the wall clock is from the truth.
    pub(crate) wall_offset: i64,
    /// For how long the computer has slept so far.
    pub(crate) slept_ms: u64,
    pub(crate) asleep_since: Option<u64>,
    pub(crate) asleep_until: u64,
    /// What waits for it to wake up.
    pub(crate) deferred: Vec<Happening>,
    /// The browser says that there is no network.
    pub(crate) offline_until: u64,
    /// There is none, and it does not say so.
    pub(crate) dead_until: u64,
    /// When the latest message of each pair of tabs arrives: messages keep their order.
    pub(crate) channel: Vec<(TabId, TabId, u64)>,
    /// When IndexedDB has done what it was asked for: it does one thing after the other.
    pub(crate) disk_until: u64,
    /// What stands in the page that it keeps, and opens again without asking the server.
    pub(crate) kept_page: Option<Rendering>,
    pub(crate) truth: Truth,
}

impl Browser {
    pub(crate) fn new(setting: BrowserSetting) -> Self {
        let (storage, wall_offset) = (Storage::new(), setting.wall_offset_ms);
        Self {
            setting,
            tabs: Vec::new(),
            cookie: None,
            storage,
            turns: Turns::default(),
            wall_offset,
            slept_ms: 0,
            asleep_since: None,
            asleep_until: 0,
            deferred: Vec::new(),
            offline_until: 0,
            dead_until: 0,
            channel: Vec::new(),
            disk_until: 0,
            kept_page: None,
            truth: Truth::default(),
        }
    }

    /// What its wall clock says.
    pub(crate) fn wall(&self, now: u64) -> i64 {
        self.wall_offset.saturating_add_unsigned(now)
    }

    /// What its monotonic clock says: it stands still while the computer sleeps.
    pub(crate) fn monotonic(&self, now: u64) -> u64 {
        let asleep = self.asleep_since.map_or(0, |since| now.saturating_sub(since));
        now.saturating_sub(self.slept_ms + asleep)
    }

    pub(crate) fn is_cut_off(&self, now: u64) -> bool {
        now < self.offline_until || now < self.dead_until
    }

    /// When a message from one tab to another arrives: no earlier than the one before it.
    pub(crate) fn in_order(&mut self, from: TabId, to: TabId, at: u64) -> u64 {
        for (earlier_from, earlier_to, last) in &mut self.channel {
            if (*earlier_from, *earlier_to) == (from, to) {
                *last = at.max(*last);
                return *last;
            }
        }
        self.channel.push((from, to, at));
        at
    }
}
