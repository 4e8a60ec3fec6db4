//! Those who watch a session hear what becomes of it, and nothing else.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on fails")]

use crate::support::{START, World};
use crate::trying::TryingStore;
use serde_json::{Value, json};
use stayd_engine::store::{
    DocumentChange, DocumentStore, Revision, Store, UserChange,
    sqlite::{SqliteOptions, SqliteStore},
};
use stayd_engine::{
    Changes, Device, DocumentPolicy, EndReason, EngineError, Expectation, Put, Refusal, Rotation,
    SessionVersion, SessionWatch, SignIn, SignedIn, WatchError, WatchLimits, WatchNews,
};
use std::future::poll_fn;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

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
    assert_eq!(found.session.last_active_at, crate::support::START, "to watch is no use");
}

#[tokio::test]
async fn to_watch_a_session_keeps_it_from_no_limit_of_its_kind() {
    let hour = Duration::from_hours(1);
    let world = World::with(|policy| {
        policy.sessions.kinds.remember.idle = Some(hour);
        policy.sessions.kinds.default.absolute = Some(hour);
    });
    let idle = world.sign_up("zoe@example.com").await;
    let wish = SignIn { remember: false, ..crate::support::wish("zoe@example.com") };
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
            SqliteStore::open(
                folder.path().join("stayd.db"),
                &SqliteOptions::default(),
                crate::support::START,
            )
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

    let made = DocumentChange {
        user_id: there.user.id.clone(),
        name: "profile".to_owned(),
        value: Some("1".to_owned()),
        expected: None,
        at_most: 1,
        at: world.engine.now(),
    };
    elsewhere.change_document(made).await.unwrap();
    world.engine.notice_foreign_writes(&mut seen).await.unwrap();
    world.engine.tell_foreign_writes().await.unwrap();
    assert_eq!(documents(&world, &mut renamed_only), [named("profile", 1)]);
}

#[tokio::test]
async fn after_a_foreign_write_only_documents_that_changed_are_read() {
    let store = Arc::new(TryingStore::default());
    let world = World::over(Arc::<TryingStore>::clone(&store), |_| {});
    let (zoe, max) = (world.sign_up("zoe@example.com").await, world.sign_up("max@example.com").await);
    let (mut hers, mut his) = (watch(&world, &zoe).await, watch(&world, &max).await);
    let before = store.document_lists();
    let made = DocumentChange {
        user_id: zoe.user.id.clone(),
        name: "profile".to_owned(),
        value: Some("1".to_owned()),
        expected: None,
        at_most: 1,
        at: world.engine.now(),
    };
    store.inner.change_document(made).await.unwrap();
    // Who else writes cannot be heard: it is taken for a foreign write.
    store.break_down(true);
    world.engine.notice_foreign_writes(&mut 0).await.unwrap_err();
    store.break_down(false);
    world.engine.tell_foreign_writes().await.unwrap();
    assert_eq!(store.document_lists() - before, 1);
    assert_eq!(documents(&world, &mut hers), [named("profile", 1)]);
    assert_eq!(documents(&world, &mut his), []);
}

/// What is told of documents, up to the present: their names and revisions, counted from the first one at the start of the world.
fn documents(world: &World, watch: &mut SessionWatch) -> Vec<(Option<String>, u64)> {
    std::iter::from_fn(|| match told(world, watch)? {
        WatchNews::DocumentChanged { name, revision, version } => {
            assert_eq!(version.documents, revision);
            Some((name.map(|name| name.to_string()), counted(revision)))
        }
        other => panic!("{other:?}"),
    })
    .collect()
}

async fn put(world: &World, of: &SignedIn, name: &str, value: i64) {
    let (name, value) = (name.parse().unwrap(), value.into());
    world.engine.put_document(&of.user.id, &name, &value, &Expectation::default()).await.unwrap();
}

/// The clock stands still: the first change has its time, and each further one the next number.
fn counted(revision: Revision) -> u64 {
    revision.number() + 1 - Revision::NONE.next(START).number()
}

fn named(name: &str, revision: u64) -> (Option<String>, u64) {
    (Some(name.to_owned()), revision)
}

#[tokio::test]
async fn a_changed_document_is_told_to_all_sessions_of_its_person_and_to_nobody_else() {
    let world = World::new();
    let (here, there) = (world.sign_up("zoe@example.com").await, world.sign_in("zoe@example.com").await);
    let stranger = world.sign_up("max@example.com").await;
    put(&world, &here, "profile", 1).await;
    let (mut one, mut two) = (watch(&world, &here).await, watch(&world, &there).await);
    let mut other = watch(&world, &stranger).await;
    assert_eq!(documents(&world, &mut one), [], "what changed before is no news");
    put(&world, &here, "profile", 2).await;
    put(&world, &here, "account", 1).await;
    for watcher in [&mut one, &mut two] {
        assert_eq!(documents(&world, watcher), [named("profile", 2), named("account", 3)]);
    }
    put(&world, &there, "account", 1).await;
    assert_eq!(documents(&world, &mut one), [], "the same again changes nothing");
    let account = "account".parse().unwrap();
    world.engine.remove_document(&here.user.id, &account, &Expectation::default()).await.unwrap();
    assert_eq!(documents(&world, &mut two), [named("account", 4)]);
    assert_eq!(documents(&world, &mut other), []);
}

#[tokio::test]
async fn a_watcher_of_documents_that_was_away_is_told_what_it_missed() {
    let world = World::new();
    let here = world.sign_up("zoe@example.com").await;
    put(&world, &here, "a", 1).await;
    let seen = watch(&world, &here).await.told().unwrap();
    for (name, value) in [("b", 1), ("a", 2), ("b", 2)] {
        put(&world, &here, name, value).await;
    }
    let hash = here.token.hash();
    let mut resumed = world.engine.watch_session(&hash, Some(seen), LIMITS).await.unwrap();
    assert_eq!(documents(&world, &mut resumed), [named("a", 3), named("b", 4)]);
    let foreign = SessionVersion { documents: Revision::NONE.next(START.plus(DAY)), ..seen };
    let mut unclear = world.engine.watch_session(&hash, Some(foreign), LIMITS).await.unwrap();
    assert_eq!(documents(&world, &mut unclear), [(None, 4)]);
}

#[tokio::test]
async fn documents_change_only_as_expected_and_within_their_limits() {
    let world = World::with(|policy| policy.documents = DocumentPolicy { max_bytes: 10, max_count: 2 });
    let user = world.sign_up("zoe@example.com").await.user.id;
    let put = async |name: &str, value: Value, expectation: Expectation| {
        let put = world.engine.put_document(&user, &name.parse().unwrap(), &value, &expectation).await;
        match put {
            Ok(put) => Ok((put.outcome, counted(put.revision))),
            Err(EngineError::Refused(refusal)) => Err(refusal),
            Err(other) => panic!("{other}"),
        }
    };
    let any = Expectation::default;
    let first = || Expectation::of(Revision::NONE.next(START));
    assert_eq!(put("a", json!({"b": 1}), Expectation::of_none()).await, Ok((Put::Made, 1)));
    assert_eq!(put("a", json!({"b": 2}), Expectation::of_none()).await, Err(Refusal::DocumentChanged));
    assert_eq!(put("a", json!({"b": 1}), Expectation::of_none()).await, Err(Refusal::DocumentChanged));
    assert_eq!(put("a", json!({"b": 2}), first()).await, Ok((Put::Changed, 2)));
    assert_eq!(put("a", json!({"b": 3}), first()).await, Err(Refusal::DocumentChanged));
    assert_eq!(
        put("a", json!({"b": 2}), first()).await,
        Err(Refusal::DocumentChanged),
        "two have counted to 2"
    );
    assert_eq!(put("a", json!({"b": 2}), any()).await, Ok((Put::Unchanged, 2)));
    assert_eq!(put("a", json!("12345678"), any()).await, Ok((Put::Changed, 3)), "as large as can be");
    assert_eq!(put("a", json!("123456789"), any()).await, Err(Refusal::DocumentTooLarge));
    assert_eq!(put("b", json!(1), any()).await, Ok((Put::Made, 4)));
    assert_eq!(put("c", json!(1), any()).await, Err(Refusal::TooManyDocuments));
    let names: Vec<_> = world.engine.documents_of(&user).await.unwrap();
    assert_eq!(names.iter().map(|entry| entry.name.as_str()).collect::<Vec<_>>(), ["a", "b"]);
    let remove =
        async |expectation| world.engine.remove_document(&user, &"b".parse().unwrap(), &expectation).await;
    assert!(matches!(remove(first()).await, Err(EngineError::Refused(Refusal::DocumentChanged))));
    remove(any()).await.unwrap();
    assert!(matches!(remove(any()).await, Err(EngineError::Refused(Refusal::NoSuchDocument))));
    world.engine.remove_user(&user).await.unwrap();
    assert_eq!(put("d", json!(1), any()).await, Err(Refusal::SessionEnded), "the person is gone");
}
