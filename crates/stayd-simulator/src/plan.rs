//! What a seed stands for: a setting, and everything that people, networks and computers will do in it. Drawn before anything happens,
//! so that a history can be shortened by leaving some of it out.

use stayd_core::{Config, RenewalMode};
use stayd_engine::Rotation;

use crate::dice::Dice;
use crate::storage::Keeps;

/// A setting and what happens in it.
#[derive(Debug, Clone)]
pub struct Plan {
    /// What all chance in it comes from.
    pub seed: u64,
    pub(crate) setting: Setting,
    pub(crate) acts: Vec<Act>,
}

/// What does not change during a history.
#[derive(Debug, Clone)]
#[expect(clippy::struct_excessive_bools, reason = "each is drawn whatever the others are")]
pub(crate) struct Setting {
    pub(crate) browsers: Vec<BrowserSetting>,
    pub(crate) people: usize,
    pub(crate) lifetimes: Lifetimes,
    pub(crate) config: Config,
    /// The client asks for renewals so many percent of the server's `update_age` after the last one: it can only guess.
    pub(crate) guess_percent: u64,
    /// How long messages between tabs take at most. Less than a password hash: see the documentation on P9.
    pub(crate) message_ms: u64,
    /// How long localStorage of another tab takes to be seen at most.
    pub(crate) local_ms: u64,
    /// Pages dispose of their session before they are closed.
    pub(crate) disposes: bool,
    /// The server declines to renew what lives.
    pub(crate) declines: bool,
    /// A credential works for so much of what is left of its session, as far as clients are told.
    pub(crate) lapses_percent: u64,
    /// One answer in three that brings the next token is lost.
    pub(crate) loses_tokens: bool,
    /// The browser keeps pages, and shows what was rendered long ago.
    pub(crate) keeps_pages: bool,
    /// What pages show is kept beside the record.
    pub(crate) remembers: bool,
    /// How long a write to IndexedDB takes at most, and the reading of it once a turn has come.
    pub(crate) disk_ms: u64,
    /// Timers of hidden tabs are late by as much.
    pub(crate) throttle_ms: u64,
    /// When the faults stop.
    pub(crate) length_ms: u64,
}

/// How the server's sessions live.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Lifetimes {
    pub(crate) life_ms: u64,
    pub(crate) update_age_ms: u64,
    pub(crate) remember: bool,
    pub(crate) rotation: Rotation,
    /// A token that is shown long after it was replaced ends its session, for whoever has the next.
    pub(crate) reuse_ends: bool,
}

/// One browser.
#[derive(Debug, Clone)]
pub(crate) struct BrowserSetting {
    pub(crate) tabs: usize,
    pub(crate) locks: bool,
    pub(crate) channel: bool,
    pub(crate) keeps: Keeps,
    /// How far its wall clock is from the truth.
    pub(crate) wall_offset_ms: i64,
    /// Whether somebody is signed in at the beginning.
    pub(crate) signed_in: bool,
}

/// Something that is done at its time, in one browser. `tab` counts those that are open then.
#[derive(Debug, Clone)]
pub(crate) struct Act {
    pub(crate) at_ms: u64,
    pub(crate) browser: usize,
    pub(crate) tab: usize,
    pub(crate) deed: Deed,
}

/// What is done. Whatever lasts says for how long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Deed {
    OpenTab {
        rendered: bool,
    },
    CloseTab,
    Hide,
    Show,
    Freeze {
        for_ms: u64,
    },
    Cache {
        for_ms: u64,
    },
    Stall {
        for_ms: u64,
    },
    SignIn {
        person: usize,
        granted: bool,
    },
    SignOut,
    AskRenewal,
    AskCheck,
    Requests {
        count: u64,
    },
    Withdraw,
    Dismiss,
    Hint,
    GoOffline {
        for_ms: u64,
    },
    /// The network is dead and the browser does not notice.
    LoseNetwork {
        for_ms: u64,
    },
    Sleep {
        for_ms: u64,
    },
    SetClock {
        by_ms: i64,
    },
    Wipe {
        cookies: bool,
    },
    BadWeather {
        lost: u64,
        late: u64,
        doubled: u64,
        for_ms: u64,
    },
    ServerDown {
        for_ms: u64,
    },
    Busy {
        with_429: bool,
        retry_after_ms: u64,
        for_ms: u64,
    },
    Portal {
        for_ms: u64,
    },
    Revoke,
    RevokeAll {
        person: usize,
    },
    Rename {
        person: usize,
    },
}

const SECOND: u64 = 1_000;
const MINUTE: u64 = 60 * SECOND;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;

impl Plan {
    /// What `seed` stands for.
    pub fn draw(seed: u64) -> Self {
        let mut dice = Dice::new(seed, 0);
        let mut setting = Setting::draw(&mut dice);
        // From dice of its own: no other draw depends on it.
        setting.lifetimes.reuse_ends = Dice::new(seed, 1).chance(500);
        setting.disposes = Dice::new(seed, 2).chance(500);
        setting.declines = Dice::new(seed, 3).chance(150);
        setting.lapses_percent = if Dice::new(seed, 4).chance(150) { 40 } else { 100 };
        setting.keeps_pages = Dice::new(seed, 5).chance(300);
        setting.remembers = !Dice::new(seed, 6).chance(100);
        setting.loses_tokens = Dice::new(seed, 8).chance(100);
        setting.disk_ms = Dice::new(seed, 7).pick([8, 8, 8, 8, 8, 500, 1_500]);
        let count = dice.magnitude(3..=90);
        let mut acts: Vec<Act> = (0..count).map(|_| Act::draw(&mut dice, &setting)).collect();
        acts.sort_by_key(|act| act.at_ms);
        Self { seed, setting, acts }
    }

    /// How many things happen in it.
    pub fn len(&self) -> usize {
        self.acts.len()
    }

    /// Whether nothing happens in it.
    pub fn is_empty(&self) -> bool {
        self.acts.is_empty()
    }

    /// The same without the acts from `first` on, `count` of them.
    #[must_use]
    pub(crate) fn without(&self, first: usize, count: usize) -> Self {
        let mut less = self.clone();
        let end = first.saturating_add(count).min(less.acts.len());
        less.acts.drain(first.min(end)..end);
        less
    }

    /// Everything that it says, a line each.
    pub fn lines(&self) -> Vec<String> {
        let act = |act: &Act| {
            let at = (act.at_ms / 1000, act.at_ms % 1000);
            format!("{:>7}.{:03}  browser {} tab {}: {:?}", at.0, at.1, act.browser, act.tab, act.deed)
        };
        std::iter::once(format!("{:#?}", self.setting)).chain(self.acts.iter().map(act)).collect()
    }
}

impl Setting {
    fn draw(dice: &mut Dice) -> Self {
        let life_ms = dice.magnitude(2 * MINUTE..=7 * DAY);
        let rotation = dice.pick([Rotation::Off, Rotation::Off, Rotation::Grace, Rotation::Strict]);
        let lifetimes = Lifetimes {
            life_ms,
            update_age_ms: life_ms / dice.within(2..=10),
            remember: !dice.chance(100),
            rotation,
            reuse_ends: false,
        };
        let heartbeat_ms = if dice.chance(100) { 0 } else { 300_000 };
        let renewal = dice.pick([
            RenewalMode::Always,
            RenewalMode::Always,
            RenewalMode::WhileVisible,
            RenewalMode::Manual,
        ]);
        let length_ms = dice.magnitude(10 * SECOND..=2 * DAY);
        let browsers = dice.within(1..=3);
        Self {
            browsers: (0..browsers).map(|_| BrowserSetting::draw(dice)).collect(),
            people: 3,
            lifetimes,
            config: Config { renewal, heartbeat_ms, ..Config::DEFAULT },
            guess_percent: dice.pick([100, 100, 50, 180]),
            message_ms: dice.pick([1, 5, 30]),
            local_ms: dice.pick([1, 20, 40]),
            disposes: false,
            declines: false,
            lapses_percent: 100,
            loses_tokens: false,
            keeps_pages: false,
            remembers: true,
            disk_ms: 8,
            throttle_ms: dice.pick([1_000, 60_000]),
            length_ms,
        }
    }
}

impl BrowserSetting {
    /// Whether its tabs take turns: by a lock, or where that is missing by a lease in IndexedDB.
    pub(crate) fn takes_turns(&self) -> bool {
        self.locks || self.keeps == Keeps::Everything
    }

    fn draw(dice: &mut Dice) -> Self {
        let degraded = dice.chance(200);
        let wrong_by = i64::try_from(dice.magnitude(SECOND..=3 * HOUR)).unwrap_or(0);
        Self {
            tabs: usize::try_from(dice.within(1..=5)).unwrap_or(1),
            locks: !(degraded && dice.chance(500)),
            channel: !(degraded && dice.chance(300)),
            keeps: match dice.below(10) {
                0 if degraded => Keeps::Nothing,
                1..=3 if degraded => Keeps::LocalOnly,
                _ => Keeps::Everything,
            },
            wall_offset_ms: dice.pick([0, 0, wrong_by, -wrong_by]),
            signed_in: !dice.chance(200),
        }
    }
}

impl Act {
    fn draw(dice: &mut Dice, setting: &Setting) -> Self {
        // Most things happen close together: that is where races are.
        let at_ms = match dice.below(4) {
            0 => dice.below(setting.length_ms),
            1 => setting.length_ms / 2 + dice.below(2 * SECOND),
            2 => setting.length_ms / 3 + dice.below(20 * SECOND),
            _ => setting.lifetimes.update_age_ms + dice.below(20 * SECOND),
        };
        Self {
            at_ms: at_ms.min(setting.length_ms),
            browser: dice.index(setting.browsers.len()),
            tab: dice.index(5),
            deed: Deed::draw(dice, setting),
        }
    }
}

impl Deed {
    fn draw(dice: &mut Dice, setting: &Setting) -> Self {
        let for_ms = dice.magnitude(20..=setting.length_ms.max(40));
        let person = dice.index(setting.people);
        let chances = |dice: &mut Dice| dice.pick([0, 0, 100, 300]);
        match dice.below(38) {
            0..=2 => Self::OpenTab { rendered: dice.chance(300) },
            3..=4 => Self::CloseTab,
            5 => Self::Hide,
            6..=7 => Self::Show,
            8 => Self::Freeze { for_ms },
            9..=10 => Self::Cache { for_ms },
            11 => Self::Stall { for_ms: for_ms.min(2 * MINUTE) },
            12..=13 => Self::SignIn { person, granted: !dice.chance(200) },
            14..=15 => Self::SignOut,
            16 => Self::AskRenewal,
            17 => Self::AskCheck,
            18..=20 => Self::Requests { count: dice.pick([1, 2, 20]) },
            21 => Self::Withdraw,
            22 => Self::Dismiss,
            23 => Self::Hint,
            24 => Self::GoOffline { for_ms },
            25 => Self::LoseNetwork { for_ms },
            26..=27 => Self::Sleep { for_ms },
            28 => {
                let by_ms = i64::try_from(dice.magnitude(SECOND..=2 * DAY)).unwrap_or(0);
                Self::SetClock { by_ms: dice.pick([by_ms, -by_ms]) }
            }
            29 => Self::Wipe { cookies: dice.chance(200) },
            30..=31 => {
                let (lost, late, doubled) = (chances(dice), chances(dice), chances(dice));
                Self::BadWeather { lost, late, doubled, for_ms }
            }
            32 => Self::ServerDown { for_ms },
            33 => {
                let retry_after_ms = dice.pick([0, 0, 5 * SECOND, 90 * SECOND]);
                Self::Busy { with_429: dice.chance(500), retry_after_ms, for_ms }
            }
            34 => Self::Portal { for_ms },
            35 => Self::Revoke,
            36 => Self::RevokeAll { person },
            _ => Self::Rename { person },
        }
    }
}
