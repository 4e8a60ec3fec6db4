//! Activity prolongs a session, and inactivity ends it (AA-5): one page that renews while somebody looks at it, in a world without faults.

use stayd_core::{Config, Ending, RenewalMode, Status, View};
use stayd_engine::Rotation;

use crate::plan::{Act, BrowserSetting, Deed, Lifetimes, Plan, Setting};
use crate::storage::Keeps;
use crate::tab::TabId;
use crate::world::{START_MS, World};

const HOUR: u64 = 3_600_000;

/// How the page stands after a day, in which its person did this at these times.
fn after_a_day(deeds: impl IntoIterator<Item = (u64, Deed)>) -> View {
    let browser = BrowserSetting {
        tabs: 1,
        locks: true,
        channel: true,
        keeps: Keeps::Everything,
        wall_offset_ms: 0,
        signed_in: true,
    };
    let lifetimes = Lifetimes {
        life_ms: HOUR,
        update_age_ms: HOUR / 4,
        remember: true,
        rotation: Rotation::Off,
        reuse_ends: false,
    };
    let setting = Setting {
        browsers: vec![browser],
        people: 1,
        lifetimes,
        config: Config { renewal: RenewalMode::WhileVisible, ..Config::DEFAULT },
        guess_percent: 100,
        message_ms: 1,
        local_ms: 1,
        disposes: false,
        declines: false,
        lapses_percent: 100,
        loses_tokens: false,
        keeps_pages: false,
        remembers: true,
        disk_ms: 8,
        throttle_ms: 60_000,
        length_ms: 24 * HOUR,
    };
    let acts = deeds.into_iter().map(|(at_ms, deed)| Act { at_ms, browser: 0, tab: 0, deed }).collect();
    let mut world = World::new(Plan { seed: 1, setting, acts }, false).expect("a world");
    world.run_until(START_MS + 24 * HOUR);
    assert!(world.violation.is_none(), "{:?}", world.violation);
    world.tab(TabId { browser: 0, tab: 0 }).machine.view()
}

#[test]
fn a_page_that_is_looked_at_now_and_then_keeps_its_session_for_a_day() {
    let looks = (0..48).flat_map(|half_hour| {
        let at = half_hour * HOUR / 2;
        [(at, Deed::Show), (at + HOUR / 10, Deed::Hide)]
    });
    assert_eq!(after_a_day(looks).status, Status::Active);
}

#[test]
fn a_page_that_nobody_looks_at_lets_its_session_end() {
    let view = after_a_day([(HOUR / 10, Deed::Hide)]);
    assert_eq!((view.status, view.ending), (Status::Initial, Ending::Expired));
}
