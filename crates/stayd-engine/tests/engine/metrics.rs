//! What is counted of sessions (EN-13).

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on fails")]

use crate::families::issue;
use crate::support::{PASSWORD, World};
use stayd_engine::{
    Device, EndReason, Grant, LiveSession, PasswordChange, Rotation, SessionKind, SessionPolicy, SignedIn,
};
use std::sync::Arc;
use std::time::Duration;

const HOUR: Duration = Duration::from_hours(1);
const DAY: Duration = Duration::from_hours(24);

/// The value on the line that begins with this name, as it stands there.
fn value(world: &World, name: &str) -> String {
    let mut text = String::new();
    world.engine.write_metrics(&mut text).unwrap();
    let found = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
    found.unwrap_or_else(|| panic!("no {name} in {text}")).to_owned()
}

fn world(rotation: Rotation) -> World {
    let mut sessions = SessionPolicy::default();
    sessions.kinds.rotate(rotation);
    World::with(|policy| policy.sessions = sessions)
}

/// A session that is to be renewed: it began a day and an hour ago.
async fn due(world: &World) -> (SignedIn, Arc<LiveSession>) {
    let user = world.sign_up("zoe@example.com").await.user;
    let kind = SessionKind::Remember;
    let begun = world.engine.begin_session(user, kind, Device::default(), None).await.unwrap();
    world.clock.forward(DAY + HOUR);
    let live = world.engine.session(&begun.token.hash()).await.unwrap().unwrap();
    (begun, live)
}

#[tokio::test]
async fn every_outcome_kind_and_reason_is_told_before_it_happens() {
    let world = world(Rotation::Off);
    for kind in SessionKind::ALL {
        assert_eq!(value(&world, &format!("stayd_sessions_begun_total{{kind=\"{}\"}}", kind.name())), "0");
    }
    for reason in EndReason::ALL {
        let name = format!("stayd_sessions_ended_total{{reason=\"{}\"}}", reason.name());
        assert_eq!(value(&world, &name), "0");
    }
    for outcome in ["renewed", "repeated", "ended", "superseded", "failed"] {
        assert_eq!(value(&world, &format!("stayd_renewals_total{{outcome=\"{outcome}\"}}")), "0");
    }
}

#[tokio::test]
async fn a_renewal_counts_once_and_one_of_a_session_that_is_over_as_that() {
    let world = world(Rotation::Off);
    let (begun, live) = due(&world).await;
    world.engine.renew(&begun.token, &live).await.unwrap();
    world.engine.renew(&begun.token, &live).await.unwrap();
    assert!(world.engine.end_session(&begun.token.hash()).await.unwrap());
    assert!(world.engine.renew(&begun.token, &live).await.is_err());
    for outcome in ["renewed", "repeated", "ended"] {
        assert_eq!(value(&world, &format!("stayd_renewals_total{{outcome=\"{outcome}\"}}")), "1");
    }
    assert_eq!(value(&world, "stayd_renewal_interval_seconds_sum"), "90000.0");
    assert_eq!(value(&world, "stayd_sessions_ended_total{reason=\"signed-out\"}"), "1");
    assert_eq!(value(&world, "stayd_session_duration_seconds_sum"), "90000.0");
}

#[tokio::test]
async fn where_tokens_work_once_whoever_comes_second_counts_as_superseded() {
    let world = world(Rotation::Strict);
    let (begun, live) = due(&world).await;
    let (first, second) =
        tokio::join!(world.engine.renew(&begun.token, &live), world.engine.renew(&begun.token, &live));
    assert!(first.is_ok() != second.is_ok());
    assert_eq!(value(&world, "stayd_renewals_total{outcome=\"superseded\"}"), "1");
}

#[tokio::test]
async fn a_session_that_is_swept_late_has_lasted_until_its_end() {
    let world = world(Rotation::Off);
    let first = world.sign_up("zoe@example.com").await;
    let kind = SessionKind::Default;
    let second = world.engine.begin_session(first.user, kind, Device::default(), None).await.unwrap();
    let lives = [&first.session, &second.session].map(|session| session.expires_at.since(session.created_at));
    world.clock.forward(365 * DAY);
    world.engine.sweep().await.unwrap();
    assert_eq!(value(&world, "stayd_sessions_ended_total{reason=\"expired\"}"), "2");
    let lasted = lives.iter().map(Duration::as_secs).sum::<u64>();
    assert_eq!(value(&world, "stayd_session_duration_seconds_sum"), format!("{lasted}.0"));
}

#[tokio::test]
async fn a_changed_password_begins_one_session_and_ends_the_one_before() {
    let world = world(Rotation::Off);
    let begun = world.sign_up("zoe@example.com").await;
    let live = world.engine.session(&begun.token.hash()).await.unwrap().unwrap();
    let change = PasswordChange {
        current: PASSWORD.to_owned(),
        new: "a quite new password".to_owned(),
        end_sessions: Some(true),
    };
    world.engine.change_password(&begun.token, &live, change, Device::default()).await.unwrap();
    assert_eq!(value(&world, "stayd_sessions_begun_total{kind=\"remember\"}"), "2");
    assert_eq!(value(&world, "stayd_sessions_ended_total{reason=\"replaced\"}"), "1");
}

#[tokio::test]
async fn a_pair_of_tokens_begins_a_session_of_a_program() {
    let world = world(Rotation::Off);
    let begun = world.sign_up("zoe@example.com").await;
    let pair = issue(&world, &begun, Grant::default()).await;
    assert!(pair.is_ok());
    assert_eq!(value(&world, "stayd_sessions_begun_total{kind=\"api\"}"), "1");
}
