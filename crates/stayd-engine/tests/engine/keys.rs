//! Signing keys: made once, kept encrypted, replaced in time (AA-4, T-6, J-6, C-12).

use crate::support::{World, secrets};
use stayd_engine::store::{MemoryStore, SqliteStore, Store, sqlite::SqliteOptions};
use stayd_engine::{KeyRing, TokenPolicy};
use stayd_protocol::jws::{self, AccessToken, Algorithm, Expectation};
use stayd_protocol::{Secret, Secrets, Timestamp};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

const MINUTE: Duration = Duration::from_mins(1);
const DAY: Duration = Duration::from_hours(24);
const NEW_SECRET: &str = "dGfA4sPeUqkX3v9QhT7mWz2LrB8nYcJ5";

fn newer(previous: bool) -> Secrets {
    let old = Secret::parse("kX3v9QhT7mWz2LrB8nYcJ5dGfA4sPeUq").unwrap();
    Secrets::new(Secret::parse(NEW_SECRET).unwrap(), if previous { vec![old] } else { vec![] }).unwrap()
}

/// Each world draws other numbers than the one before, as processes do.
fn world(store: &Arc<dyn Store>, secrets: Secrets, algorithm: Algorithm) -> World {
    static WORLDS: AtomicUsize = AtomicUsize::new(1);
    let world = seeded(store, secrets, algorithm);
    world.engine.random().fill(&mut vec![0; 32 * WORLDS.fetch_add(1, Ordering::Relaxed)]);
    world
}

fn seeded(store: &Arc<dyn Store>, secrets: Secrets, algorithm: Algorithm) -> World {
    World::under(secrets, Arc::clone(store), |policy| {
        policy.tokens = TokenPolicy { algorithm, ..TokenPolicy::default() };
    })
}

fn memory() -> Arc<dyn Store> {
    Arc::new(MemoryStore::new())
}

async fn ring(world: &World) -> Arc<KeyRing> {
    world.engine.key_ring().await.unwrap()
}

async fn id(world: &World) -> String {
    ring(world).await.signing().id().to_owned()
}

fn token(ring: &KeyRing, now: Timestamp) -> String {
    let seconds = now.as_ms() / 1000;
    let text = || "https://x.example".to_owned();
    let claims = AccessToken {
        iss: text(),
        aud: text(),
        sub: text(),
        sid: text(),
        client_id: None,
        scope: None,
        auth_time: seconds,
        iat: seconds,
        exp: seconds + 900,
        jti: text(),
    };
    claims.sign(ring.signing()).unwrap()
}

fn is_honoured(ring: &KeyRing, token: &str, now: Timestamp) -> bool {
    jws::verify(token, ring.verifying(), now, &Expectation::new("https://x.example", "https://x.example"))
        .is_ok()
}

#[tokio::test]
async fn a_key_is_made_when_it_is_first_asked_for_and_stays() {
    for algorithm in [Algorithm::EdDsa, Algorithm::Es256] {
        let store = memory();
        let first = world(&store, secrets(), algorithm);
        let made = id(&first).await;
        assert_eq!(id(&first).await, made);
        assert_eq!(id(&world(&store, secrets(), algorithm)).await, made, "another process finds it");
        assert_eq!(store.signing_keys().await.unwrap().len(), 1);
        assert_eq!(ring(&first).await.signing().algorithm(), algorithm);
    }
}

// T-6
#[tokio::test]
async fn a_private_key_is_nowhere_in_the_database() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("stayd.db");
    let store = SqliteStore::open(&path, &SqliteOptions::default(), Timestamp::from_ms(0)).unwrap();
    let store: Arc<dyn Store> = Arc::new(store);
    let here = seeded(&store, secrets(), Algorithm::EdDsa);
    ring(&here).await;
    drop(here);
    // The first 32 bytes that the seeded source gives are the key.
    let other = seeded(&memory(), secrets(), Algorithm::EdDsa);
    let mut seed = [0; 32];
    other.engine.random().fill(&mut seed);
    let key = jws::SigningKey::from_private(Algorithm::EdDsa, &seed).unwrap();
    let kept = store.signing_keys().await.unwrap();
    assert_eq!(kept[0].id, key.id(), "this is the key");
    drop(store);
    for file in std::fs::read_dir(folder.path()).unwrap() {
        let bytes = std::fs::read(file.unwrap().path()).unwrap();
        assert!(!bytes.windows(16).any(|window| window == &seed[..16]));
    }
}

// J-6
#[tokio::test]
async fn a_key_is_replaced_on_schedule_and_honoured_until_what_it_signed_is_over() {
    let store = memory();
    let world = world(&store, secrets(), Algorithm::EdDsa);
    let first = id(&world).await;
    world.clock.forward((30 * DAY).saturating_sub(15 * MINUTE));
    let announcing = ring(&world).await;
    assert_eq!(announcing.signing().id(), first, "the next is published before it signs");
    assert_eq!(announcing.verifying().iter().count(), 2);
    world.clock.forward((15 * MINUTE).saturating_sub(Duration::from_millis(1)));
    let last = token(&*ring(&world).await, world.engine.now());
    world.clock.forward(Duration::from_millis(1));
    let second = id(&world).await;
    assert_ne!(second, first);
    world.clock.forward(14 * MINUTE);
    assert!(is_honoured(&*ring(&world).await, &last, world.engine.now()));
    world.clock.forward(DAY);
    assert_eq!(ring(&world).await.verifying().iter().count(), 1);
    assert_eq!(store.signing_keys().await.unwrap().len(), 1, "what is worth nothing is put away");
    assert_eq!(id(&world).await, second);
}

#[tokio::test]
async fn a_key_is_replaced_on_command_and_the_others_hear_of_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("stayd.db");
    let open = || -> Arc<dyn Store> {
        Arc::new(SqliteStore::open(&path, &SqliteOptions::default(), Timestamp::from_ms(0)).unwrap())
    };
    let here = world(&open(), secrets(), Algorithm::EdDsa);
    let there = world(&open(), secrets(), Algorithm::EdDsa);
    let mut seen = 0;
    let first = id(&here).await;
    here.engine.notice_foreign_writes(&mut seen).await.unwrap();
    let signed = token(&*ring(&here).await, here.engine.now());
    let second = there.engine.rotate_signing_key().await.unwrap().unwrap().id;
    assert_eq!((id(&there).await, id(&here).await), (second.clone(), first));
    here.engine.notice_foreign_writes(&mut seen).await.unwrap();
    assert_eq!(id(&here).await, second);
    assert!(is_honoured(&*ring(&here).await, &signed, here.engine.now()));
}

#[tokio::test]
async fn a_key_made_on_command_signs_at_once_though_another_is_announced() {
    let store = memory();
    let world = world(&store, secrets(), Algorithm::EdDsa);
    let first = id(&world).await;
    world.clock.forward((30 * DAY).saturating_sub(5 * MINUTE));
    assert_eq!((id(&world).await, store.signing_keys().await.unwrap().len()), (first, 2));
    let signed = token(&*ring(&world).await, world.engine.now());
    let made = world.engine.rotate_signing_key().await.unwrap().unwrap().id;
    assert_eq!(id(&world).await, made, "whoever commands it may have lost the one before");
    world.clock.forward(10 * MINUTE);
    assert_eq!(id(&world).await, made);
    assert!(is_honoured(&*ring(&world).await, &signed, world.engine.now()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_processes_that_make_a_key_at_once_make_one() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("stayd.db");
    let open = || SqliteStore::open(&path, &SqliteOptions::default(), Timestamp::from_ms(0)).unwrap();
    let worlds: Vec<_> = (0..8)
        .map(|_| {
            let store: Arc<dyn Store> = Arc::new(open());
            world(&store, secrets(), Algorithm::Es256)
        })
        .collect();
    let asking: Vec<_> = worlds.iter().map(|world| world.engine.clone()).collect();
    let asking: Vec<_> = asking
        .into_iter()
        .map(|engine| tokio::spawn(async move { engine.key_ring().await.unwrap().signing().id().to_owned() }))
        .collect();
    let mut ids = Vec::new();
    for each in asking {
        ids.push(each.await.unwrap());
    }
    ids.dedup();
    assert_eq!(ids.len(), 1);
    assert_eq!(worlds[0].engine.signing_keys().await.unwrap().len(), 1);
}

// C-12
#[tokio::test]
async fn a_change_of_the_secret_keeps_the_keys_and_seals_them_anew() {
    let store = memory();
    let first = id(&world(&store, secrets(), Algorithm::EdDsa)).await;
    assert_eq!(id(&world(&store, newer(true), Algorithm::EdDsa)).await, first);
    assert_eq!(
        id(&world(&store, newer(false), Algorithm::EdDsa)).await,
        first,
        "sealed under the new one by now"
    );
}

#[tokio::test]
async fn a_key_that_no_secret_opens_is_honoured_and_replaced() {
    let store = memory();
    let before = world(&store, secrets(), Algorithm::EdDsa);
    let signed = token(&*ring(&before).await, before.engine.now());
    let after = world(&store, newer(false), Algorithm::EdDsa);
    assert_ne!(id(&after).await, id(&before).await);
    assert!(is_honoured(&*ring(&after).await, &signed, after.engine.now()));
}

#[tokio::test]
async fn another_algorithm_in_the_configuration_signs_at_once_and_old_tokens_are_honoured() {
    let store = memory();
    let before = world(&store, secrets(), Algorithm::EdDsa);
    let signed = token(&*ring(&before).await, before.engine.now());
    let after = world(&store, secrets(), Algorithm::Es256);
    assert_eq!(ring(&after).await.signing().algorithm(), Algorithm::Es256);
    assert!(is_honoured(&*ring(&after).await, &signed, after.engine.now()));
    let shared = world(&store, secrets(), Algorithm::Hs256);
    assert_eq!(ring(&shared).await.signing().algorithm(), Algorithm::Hs256);
    assert!(is_honoured(&*ring(&shared).await, &signed, shared.engine.now()));
    assert!(shared.engine.rotate_signing_key().await.unwrap().is_none());
}

// J-9
#[tokio::test]
async fn the_shared_secret_is_never_published() {
    let world = world(&memory(), secrets(), Algorithm::Hs256);
    assert_eq!(&*ring(&world).await.jwks(), b"{\"keys\":[]}");
}
