//! Those who watch a session hear what becomes of it, and nothing else.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on fails")]

mod support;

use stayd_engine::store::{
    Store, UserChange,
    sqlite::{SqliteOptions, SqliteStore},
};
use stayd_engine::{
    Changes, Device, EndReason, Rotation, SessionVersion, SessionWatch, SignIn, SignedIn, WatchError,
    WatchLimits, WatchNews,
};
use std::future::poll_fn;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::time::Duration;
use support::World;

const LIMITS: WatchLimits = WatchLimits { per_session: 2, in_all: 3 };
const DAY: Duration = Duration::from_hours(24);

async fn watch(world: &World, signed_in: &SignedIn) -> SessionWatch {
    world.engine.watch_session(&signed_in.token.hash(), None, LIMITS).await.unwrap()
}

/// What there is to tell now.
fn told(world: &World, watch: &mut SessionWatch) -> Option<WatchNews> {
    match watch.poll(&mut Context::from_waker(Waker::noop()), world.engine.now()) {
        Poll::Ready(news) => Some(news),
        Poll::Pending => None,
    }
}

fn changes(news: Option<WatchNews>) -> Changes {
    match news {
        Some(WatchNews::Changed { changes, .. }) => changes,
        other => panic!("{other:?}"),
    }
}

const RENEWED: Changes = Changes { renewed: true, rotated: false, user_changed: false };
const USER_CHANGED: Changes = Changes { renewed: false, rotated: false, user_changed: true };

fn renamed() -> UserChange {
    UserChange { name: Some("Zora".into()), ..UserChange::default() }
}

#[tokio::test]
async fn an_end_is_told_to_those_who_watch_that_session_and_wakes_them() {
    let world = World::new();
    let (here, there) = (world.sign_up("zoe@example.com").await, world.sign_in("zoe@example.com").await);
    let (mut ended, mut other) = (watch(&world, &here).await, watch(&world, &there).await);
    let engine = world.engine.clone();
    let waiting = tokio::spawn(async move {
        let now = engine.now();
        poll_fn(move |cx| ended.poll(cx, now)).await
    });
    assert!(world.engine.end_session_of(&here.user.id, &here.session.id).await.unwrap());
    assert_eq!(waiting.await.unwrap(), WatchNews::Ended(EndReason::Revoked));
    assert_eq!(told(&world, &mut other), None);
    assert_eq!(world.engine.watch_count(), 1, "who is dropped gives up the place");
}

#[tokio::test]
async fn a_renewal_and_a_new_name_are_told_once() {
    let world = World::new();
    let signed_in = world.sign_up("zoe@example.com").await;
    let mut watcher = watch(&world, &signed_in).await;
    assert_eq!(told(&world, &mut watcher), None);
    world.clock.forward(2 * DAY);
    let live = world.engine.session(&signed_in.token.hash()).await.unwrap().unwrap();
    world.engine.renew(&signed_in.token, &live).await.unwrap();
    assert_eq!(changes(told(&world, &mut watcher)), RENEWED);
    assert_eq!(told(&world, &mut watcher), None);
    world.engine.update_user(&signed_in.user.id, renamed()).await.unwrap();
    world.engine.update_user(&signed_in.user.id, renamed()).await.unwrap();
    assert_eq!(changes(told(&world, &mut watcher)), USER_CHANGED);
    assert_eq!(told(&world, &mut watcher), None);
}

#[tokio::test]
async fn a_rotation_is_told_and_what_follows_is_told_under_either_token() {
    let world = World::with(|policy| policy.sessions.kinds.rotate(Rotation::Grace));
    let signed_in = world.sign_up("zoe@example.com").await;
    let mut watcher = watch(&world, &signed_in).await;
    world.clock.forward(2 * DAY);
    let live = world.engine.session(&signed_in.token.hash()).await.unwrap().unwrap();
    let renewed = world.engine.renew(&signed_in.token, &live).await.unwrap();
    assert_eq!(changes(told(&world, &mut watcher)), Changes { rotated: true, ..RENEWED });
    let successor = renewed.successor.unwrap();
    let mut second = world.engine.watch_session(&successor.hash(), None, LIMITS).await.unwrap();
    world.engine.end_session(&successor.hash()).await.unwrap();
    for watcher in [&mut watcher, &mut second] {
        assert_eq!(told(&world, watcher), Some(WatchNews::Ended(EndReason::SignedOut)));
    }
}

#[tokio::test]
async fn who_comes_back_is_told_what_happened_meanwhile_and_nothing_twice() {
    let world = World::new();
    let signed_in = world.sign_up("zoe@example.com").await;
    let token = signed_in.token.hash();
    let seen = watch(&world, &signed_in).await.told().unwrap();
    let resume = async |seen: SessionVersion| {
        let mut watch = world.engine.watch_session(&token, Some(seen), LIMITS).await.unwrap();
        told(&world, &mut watch)
    };
    assert_eq!(resume(seen).await, None);
    world.clock.forward(DAY);
    world.engine.update_user(&signed_in.user.id, renamed()).await.unwrap();
    let Some(WatchNews::Changed { changes, version }) = resume(seen).await else { panic!("nothing") };
    assert_eq!(changes, USER_CHANGED);
    assert_eq!(resume(version).await, None);
    world.engine.end_session(&token).await.unwrap();
    assert!(matches!(world.engine.watch_session(&token, Some(seen), LIMITS).await, Err(WatchError::Nobody)));
}

#[tokio::test]
async fn a_session_that_is_only_watched_ends_in_its_time() {
    let world = World::new();
    let signed_in = world.sign_up("zoe@example.com").await;
    let mut watcher = watch(&world, &signed_in).await;
    world.clock.forward((7 * DAY).saturating_sub(Duration::from_millis(1)));
    assert_eq!(watcher.time_left(world.engine.now()), Duration::from_millis(1));
    assert_eq!(told(&world, &mut watcher), None);
    world.clock.forward(Duration::from_millis(1));
    assert_eq!(told(&world, &mut watcher), Some(WatchNews::Ended(EndReason::Expired)));
    world.engine.write_activity().await.unwrap();
    let found = world.store.session_by_token(&signed_in.token.hash()).await.unwrap().unwrap();
    assert_eq!(found.session.last_active_at, support::START, "to watch is no use");
}

#[tokio::test]
async fn to_watch_a_session_keeps_it_from_no_limit_of_its_kind() {
    let hour = Duration::from_hours(1);
    let world = World::with(|policy| {
        policy.sessions.kinds.remember.idle = Some(hour);
        policy.sessions.kinds.default.absolute = Some(hour);
    });
    let idle = world.sign_up("zoe@example.com").await;
    let wish = SignIn { remember: false, ..support::wish("zoe@example.com") };
    let limited = world.engine.sign_in(wish, Device::default(), None).await.unwrap();
    let (mut idle, mut limited) = (watch(&world, &idle).await, watch(&world, &limited).await);
    world.clock.forward(hour + Duration::from_mins(7));
    world.engine.look_at_watched().await.unwrap();
    assert_eq!(told(&world, &mut idle), Some(WatchNews::Ended(EndReason::Idle)));
    assert_eq!(told(&world, &mut limited), Some(WatchNews::Ended(EndReason::AbsoluteLimit)));
}

#[tokio::test]
async fn there_are_so_many_places_for_a_session_and_so_many_in_all() {
    let world = World::new();
    let (here, there) = (world.sign_up("zoe@example.com").await, world.sign_in("zoe@example.com").await);
    let _first = watch(&world, &here).await;
    let second = watch(&world, &here).await;
    let refused = |signed_in: &SignedIn| {
        let (engine, token) = (world.engine.clone(), signed_in.token.hash());
        async move { engine.watch_session(&token, None, LIMITS).await.err().unwrap() }
    };
    assert!(matches!(refused(&here).await, WatchError::SessionCrowded));
    let _third = watch(&world, &there).await;
    assert!(matches!(refused(&there).await, WatchError::NodeCrowded));
    drop(second);
    assert!(told(&world, &mut watch(&world, &here).await).is_none());
}

#[tokio::test]
async fn when_the_node_stops_everybody_is_told_and_nobody_is_let_in() {
    let world = World::new();
    let signed_in = world.sign_up("zoe@example.com").await;
    let mut watcher = watch(&world, &signed_in).await;
    world.engine.close_watches();
    assert_eq!(told(&world, &mut watcher), Some(WatchNews::Closed));
    let refused = world.engine.watch_session(&signed_in.token.hash(), None, LIMITS).await;
    assert!(matches!(refused, Err(WatchError::Closing)));
}

#[tokio::test]
async fn what_another_process_does_is_told_once_it_is_noticed() {
    let folder = tempfile::tempdir().unwrap();
    let open = || {
        Arc::new(
            SqliteStore::open(folder.path().join("stayd.db"), &SqliteOptions::default(), support::START)
                .unwrap(),
        )
    };
    let world = World::over(open(), |_| {});
    let (here, there) = (world.sign_up("zoe@example.com").await, world.sign_in("zoe@example.com").await);
    let (mut ended, mut renamed_only) = (watch(&world, &here).await, watch(&world, &there).await);
    let mut seen = 0;
    world.engine.notice_foreign_writes(&mut seen).await.unwrap();
    world.engine.tell_foreign_writes().await.unwrap();
    assert_eq!(told(&world, &mut ended), None);

    let elsewhere = open();
    elsewhere.end_session_by_id(&here.session.id, None).await.unwrap().unwrap();
    elsewhere.update_user(&there.user.id, renamed(), world.engine.now().plus(DAY)).await.unwrap();
    world.engine.notice_foreign_writes(&mut seen).await.unwrap();
    world.engine.tell_foreign_writes().await.unwrap();
    assert_eq!(told(&world, &mut ended), Some(WatchNews::Ended(EndReason::Administrator)));
    assert_eq!(changes(told(&world, &mut renamed_only)), USER_CHANGED);
}
