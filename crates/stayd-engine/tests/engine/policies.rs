//! Kinds of session: how each is renewed, when it is over, and why.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on fails")]

use crate::support::{Letters, PASSWORD, World, wish};
use stayd_engine::store::{MemoryStore, Store};
use stayd_engine::{
    Device, Kinds, PasswordChange, PasswordChanged, Renews, Rotation, SessionKind, SessionPolicy, SignIn,
    SignedIn,
};
use std::sync::Arc;
use std::time::Duration;

const MINUTE: Duration = Duration::from_mins(1);
const HOUR: Duration = Duration::from_hours(1);
const DAY: Duration = Duration::from_hours(24);
const MS: Duration = Duration::from_millis(1);
const ZOE: &str = "zoe@example.com";

/// A world with this policy, and a session of this kind that began just now.
async fn begun(kind: SessionKind, sessions: SessionPolicy) -> (World, SignedIn) {
    let world = World::with(|policy| policy.sessions = sessions);
    let user = world.sign_up(ZOE).await.user;
    let signed_in = world.engine.begin_session(user, kind, Device::default(), None).await.unwrap();
    (world, signed_in)
}

/// Asks for the session as a browser does: renews it where that is due. Answers whether it goes on.
async fn ask(world: &World, signed_in: &SignedIn) -> bool {
    let Some(live) = world.engine.session(&signed_in.token.hash()).await.unwrap() else { return false };
    if world.engine.renewal_is_due(&live, world.engine.now()) {
        world.engine.renew(&signed_in.token, &live).await.unwrap();
    }
    true
}

async fn is_stored(world: &World, signed_in: &SignedIn) -> bool {
    world.store.session_by_token(&signed_in.token.hash()).await.unwrap().is_some()
}

fn without_rotation(mut policy: SessionPolicy) -> SessionPolicy {
    policy.kinds.rotate(Rotation::Off);
    policy
}

#[tokio::test]
async fn the_default_kind_is_renewed_by_a_use_at_eighty_percent_of_its_day() {
    let mut policy = without_rotation(SessionPolicy::strict());
    policy.kinds.default.idle = None;
    let (world, signed_in) = begun(SessionKind::Default, policy).await;
    let live = world.engine.session(&signed_in.token.hash()).await.unwrap().unwrap();
    assert_eq!(live.session.expires_at, world.engine.now().plus(DAY));
    world.clock.forward((DAY * 8 / 10).saturating_sub(MS));
    assert!(!world.engine.renewal_is_due(&live, world.engine.now()));
    world.clock.forward(MS);
    assert!(world.engine.renewal_is_due(&live, world.engine.now()));
    let renewed = world.engine.renew(&signed_in.token, &live).await.unwrap().live;
    assert_eq!(renewed.session.expires_at, world.engine.now().plus(DAY));
}

#[tokio::test]
async fn a_remembered_session_goes_on_while_it_is_used_and_ends_at_its_absolute_limit() {
    let (world, signed_in) = begun(SessionKind::Remember, without_rotation(SessionPolicy::strict())).await;
    for day in 1..90 {
        world.clock.forward(DAY);
        assert!(ask(&world, &signed_in).await, "day {day}");
    }
    world.clock.forward(DAY.saturating_sub(MS));
    assert!(ask(&world, &signed_in).await);
    let live = world.engine.session(&signed_in.token.hash()).await.unwrap().unwrap();
    assert_eq!(live.session.expires_at, signed_in.session.created_at.plus(90 * DAY));
    assert!(!world.engine.renewal_is_due(&live, world.engine.now()), "there is no later end to be had");
    world.clock.forward(MS);
    assert!(!ask(&world, &signed_in).await);
    assert!(!is_stored(&world, &signed_in).await, "it ended there and then");
}

#[tokio::test]
async fn an_api_session_is_renewed_only_when_its_holder_asks() {
    let (world, signed_in) = begun(SessionKind::Api, SessionPolicy::default()).await;
    let live = world.engine.session(&signed_in.token.hash()).await.unwrap().unwrap();
    world.clock.forward((14 * DAY).saturating_sub(MS));
    assert!(!world.engine.renewal_is_due(&live, world.engine.now()));
    let renewed = world.engine.renew(&signed_in.token, &live).await.unwrap().live;
    assert_eq!(renewed.session.expires_at, world.engine.now().plus(14 * DAY));
    world.clock.forward(14 * DAY);
    assert!(!world.is_live(&signed_in).await);
}

#[tokio::test]
async fn an_explicit_renewal_of_what_is_never_renewed_leaves_the_end_where_it_is() {
    let (world, signed_in) = begun(SessionKind::Default, SessionPolicy::default()).await;
    let live = world.engine.session(&signed_in.token.hash()).await.unwrap().unwrap();
    world.clock.forward(HOUR);
    let same = world.engine.renew(&signed_in.token, &live).await.unwrap().live;
    assert_eq!(same.session, live.session);
}

#[tokio::test]
async fn an_unused_session_ends_at_the_millisecond_of_its_idle_limit() {
    for (unused, goes_on) in [((4 * HOUR).saturating_sub(MS), true), (4 * HOUR, false)] {
        let (world, signed_in) = begun(SessionKind::Default, SessionPolicy::strict()).await;
        let token = signed_in.token.hash();
        // A use that is not worth noting counts all the same.
        assert!(world.is_live(&signed_in).await);
        world.clock.forward(Duration::from_secs(5));
        assert!(world.engine.session_in_memory(&token, world.engine.now()).is_some());
        world.clock.forward(unused);
        let in_memory = world.engine.session_in_memory(&token, world.engine.now()).is_some();
        assert_eq!(in_memory, goes_on, "{unused:?}");
        assert_eq!(world.is_live(&signed_in).await, goes_on, "{unused:?}");
        assert_eq!(is_stored(&world, &signed_in).await, goes_on, "{unused:?}");
        assert_eq!(world.engine.just_ended(&token), !goes_on);
    }
}

#[tokio::test]
async fn after_a_restart_a_session_is_idle_a_minute_late_rather_than_early() {
    let (world, signed_in) = begun(SessionKind::Default, SessionPolicy::strict()).await;
    world.clock.forward(HOUR);
    assert!(world.is_live(&signed_in).await);
    world.engine.write_activity().await.unwrap();
    // Used again within the minute, which nobody writes down.
    world.clock.forward(Duration::from_secs(59));
    assert!(world.is_live(&signed_in).await);
    let last_use = world.engine.now();
    let again = World::over(Arc::clone(&world.store), |policy| policy.sessions = SessionPolicy::strict());
    again.clock.set(last_use.plus((4 * HOUR).saturating_sub(MS)));
    assert!(again.is_live(&signed_in).await);

    let late = World::over(Arc::clone(&world.store), |policy| policy.sessions = SessionPolicy::strict());
    late.clock.set(last_use.plus(4 * HOUR + MINUTE));
    let listed = late.engine.sessions_of(&signed_in.user.id).await.unwrap();
    assert!(listed.iter().all(|session| session.id != signed_in.session.id), "nor is it listed");
    assert!(!late.is_live(&signed_in).await);
}

#[tokio::test]
async fn a_use_that_another_process_has_noted_counts() {
    let (world, signed_in) = begun(SessionKind::Default, SessionPolicy::strict()).await;
    assert!(world.is_live(&signed_in).await);
    world.clock.forward(3 * HOUR);
    let seen = vec![(signed_in.token.hash(), world.engine.now())];
    world.store.record_activity(seen).await.unwrap();
    world.clock.forward(3 * HOUR);
    assert!(world.is_live(&signed_in).await);
    world.clock.forward(4 * HOUR);
    assert!(!world.is_live(&signed_in).await);
}

#[tokio::test]
async fn the_session_unused_for_longest_ends_when_there_are_too_many() {
    let mut policy = SessionPolicy::default();
    policy.kinds.remember.at_most = Some(2);
    let world = World::with(|all| all.sessions = policy);
    let first = world.sign_up(ZOE).await;
    world.clock.forward(MINUTE);
    let second = world.sign_in(ZOE).await;
    // Another kind does not count.
    let other = SignIn { remember: false, ..wish(ZOE) };
    let other = world.engine.sign_in(other, Device::default(), None).await.unwrap();
    world.clock.forward(2 * MINUTE);
    assert!(world.is_live(&first).await);
    world.engine.write_activity().await.unwrap();
    let third = world.sign_in(ZOE).await;
    assert!(world.engine.just_ended(&second.token.hash()));
    for (signed_in, goes_on) in [(&first, true), (&second, false), (&third, true), (&other, true)] {
        assert_eq!(world.is_live(signed_in).await, goes_on);
    }
}

#[tokio::test]
async fn a_stricter_policy_holds_for_running_sessions_at_their_next_check() {
    let store: Arc<dyn Store> = Arc::new(MemoryStore::new());
    let world = World::over(Arc::clone(&store), |_| {});
    let signed_in = world.sign_up(ZOE).await;
    world.clock.forward(HOUR);
    let stricter = World::over(Arc::clone(&store), |policy| {
        policy.sessions.kinds.remember.absolute = Some(2 * HOUR);
        policy.sessions.kinds.remember.lifetime = 2 * HOUR;
    });
    stricter.clock.set(world.engine.now());
    let live = stricter.engine.session(&signed_in.token.hash()).await.unwrap().unwrap();
    let limit = signed_in.session.created_at.plus(2 * HOUR);
    assert_eq!(live.session.expires_at, limit);
    // It is written down, so that everybody sees it.
    let stored = store.session_by_token(&signed_in.token.hash()).await.unwrap().unwrap();
    assert_eq!(stored.session.expires_at, limit);

    let over = World::over(Arc::clone(&store), |policy| policy.sessions.kinds.remember.absolute = Some(HOUR));
    over.clock.set(world.engine.now());
    assert!(!over.is_live(&signed_in).await);
    assert!(!is_stored(&over, &signed_in).await);
}

#[tokio::test]
async fn a_session_under_a_shorter_lifetime_is_renewed_from_its_new_end() {
    let store: Arc<dyn Store> = Arc::new(MemoryStore::new());
    let world = World::over(Arc::clone(&store), |_| {});
    let signed_in = world.sign_up(ZOE).await;
    let shorter = World::over(store, |policy| {
        policy.sessions.kinds.remember.lifetime = HOUR;
        policy.sessions.kinds.remember.renews = Renews::WhenUsed { after: HOUR / 2 };
    });
    for _ in 0..10 {
        shorter.clock.forward(HOUR / 2);
        assert!(ask(&shorter, &signed_in).await);
    }
    shorter.clock.forward(HOUR);
    assert!(!ask(&shorter, &signed_in).await);
}

#[tokio::test]
async fn a_changed_password_ends_the_other_sessions_where_the_policy_says_so_and_nobody_else() {
    // (policy, what the request says, whether the others end)
    let cases = [
        (SessionPolicy::default(), None, false),
        (SessionPolicy::default(), Some(true), true),
        (SessionPolicy::strict(), None, true),
        (SessionPolicy::strict(), Some(false), false),
    ];
    for (policy, end_sessions, ends) in cases {
        let world = World::with(|all| all.sessions = policy);
        let here = world.sign_up(ZOE).await;
        let there = world.sign_in(ZOE).await;
        let live = world.engine.session(&here.token.hash()).await.unwrap().unwrap();
        let change =
            PasswordChange { current: PASSWORD.to_owned(), new: "another password".to_owned(), end_sessions };
        let changed =
            world.engine.change_password(&here.token, &live, change, Device::default()).await.unwrap();
        assert_eq!(world.is_live(&there).await, !ends, "{end_sessions:?}");
        // Wherever tokens rotate, this one does; and where all ended, a new session has begun.
        match changed {
            PasswordChanged::Begun(begun) => {
                assert!(ends && world.is_live(&begun).await && !world.is_live(&here).await);
                assert_eq!(begun.session.kind, here.session.kind);
            }
            PasswordChanged::Rotated(_) | PasswordChanged::Kept => {
                assert!(!ends && world.is_live(&here).await);
            }
        }
    }
}

#[tokio::test]
async fn a_changed_address_ends_the_other_sessions_where_the_policy_says_so() {
    for (policy, ends) in [(SessionPolicy::default(), false), (SessionPolicy::strict(), true)] {
        let world = World::with(|all| all.sessions = policy);
        let here = world.sign_up(ZOE).await;
        let there = world.sign_in(ZOE).await;
        let live = world.engine.session(&here.token.hash()).await.unwrap().unwrap();
        world.engine.change_email(&live, "new@example.com", None).await.unwrap();
        let token = Letters::last_token(&world.letters);
        world.engine.verify_email(&token, None, Some((&here.token, &live)), Device::default()).await.unwrap();
        assert!(world.is_live(&here).await);
        assert_eq!(world.is_live(&there).await, !ends);
    }
}

#[tokio::test]
async fn the_cap_holds_when_many_sign_in_at_once() {
    let mut policy = SessionPolicy::strict();
    policy.kinds.api.at_most = Some(3);
    let world = World::with(|all| all.sessions = policy);
    let user = world.sign_up(ZOE).await.user;
    let sign_ins: Vec<_> = (0..20)
        .map(|_| {
            let (engine, user) = (world.engine.clone(), user.clone());
            tokio::spawn(async move {
                engine.begin_session(user, SessionKind::Api, Device::default(), None).await
            })
        })
        .collect();
    for sign_in in sign_ins {
        sign_in.await.unwrap().unwrap();
    }
    let sessions = world.engine.sessions_of(&user.id).await.unwrap();
    assert_eq!(sessions.iter().filter(|session| session.kind == SessionKind::Api).count(), 3);
}

#[test]
fn the_presets_contradict_themselves_nowhere() {
    for kinds in [Kinds::BETTER_AUTH, Kinds::STRICT] {
        for kind in SessionKind::ALL {
            let policy = kinds.of(kind);
            assert!(policy.absolute.is_none_or(|absolute| absolute >= policy.lifetime), "{kind:?}");
            assert!(policy.idle.is_none_or(|idle| idle < policy.lifetime), "{kind:?}");
        }
    }
}
