//! How fast the SQLite store is: `cargo run --release --example store_speed -- [SESSIONS] [FILE]` (1,000,000 sessions by default).
//! A file that is there is used as it is, so that a second run need not fill it again.

// A tool that says what went wrong by panicking.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::cast_precision_loss)]

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use stayd_engine::SessionKind;
use stayd_engine::store::sqlite::{Durability, SqliteOptions};
use stayd_engine::store::{AccountRecord, CREDENTIAL, SessionRecord, SqliteStore, Store, UserRecord};
use stayd_protocol::{Timestamp, TokenHash};

const NOW: Timestamp = Timestamp::from_ms(1_800_000_000_000);

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() {
    let sessions: usize =
        std::env::args().nth(1).map_or(1_000_000, |count| count.parse().expect("a number of sessions"));
    let directory = tempfile::tempdir().unwrap();
    let path = std::env::args().nth(2).map_or(directory.path().join("stayd.db"), PathBuf::from);
    if !path.exists() {
        let begun = Instant::now();
        fill(&path, sessions).await;
        let size = std::fs::metadata(&path).unwrap().len();
        println!("filled with {sessions} sessions in {:.1?}: {} MB", begun.elapsed(), size >> 20);
    }

    let begun = Instant::now();
    let store = Arc::new(SqliteStore::open(&path, &SqliteOptions::default(), NOW).unwrap());
    println!("opened in {:.1?}", begun.elapsed());
    read_one_by_one(&store, sessions).await;
    read_at_once(&store, sessions, 64).await;
    write_at_once(&store, 1).await;
    write_at_once(&store, 64).await;
    let begun = Instant::now();
    for _ in 0..1000 {
        store.foreign_writes().await.unwrap();
    }
    println!("foreign_writes: {:.1?} each", begun.elapsed() / 1000);
    let begun = Instant::now();
    store.sessions(NOW, 100).await.unwrap();
    println!("newest 100 sessions: {:.1?}", begun.elapsed());
    store.close().await.unwrap();
}

/// Ten sessions for each person, added by many tasks at once.
async fn fill(path: &Path, sessions: usize) {
    const TASKS: usize = 256;
    let options = SqliteOptions { durability: Durability::ProcessCrash, ..SqliteOptions::default() };
    let store = Arc::new(SqliteStore::open(path, &options, NOW).unwrap());
    let tasks: Vec<_> = (0..TASKS)
        .map(|task| {
            let store = Arc::clone(&store);
            tokio::spawn(async move {
                for person in (task..sessions.div_ceil(10)).step_by(TASKS) {
                    store.create_user(user(person), account(person), None, None).await.unwrap();
                    for number in 0..10 {
                        store.create_session(session(person * 10 + number, person), None).await.unwrap();
                    }
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
    store.close().await.unwrap();
}

/// Numbers that jump about.
fn scattered(number: usize, below: usize) -> usize {
    number.wrapping_mul(2_654_435_761) % below
}

async fn read_one_by_one(store: &SqliteStore, sessions: usize) {
    let mut times = Vec::new();
    for number in 0..20_000 {
        let token = token(scattered(number, sessions));
        let begun = Instant::now();
        assert!(store.session_by_token(&token).await.unwrap().is_some());
        times.push(begun.elapsed());
    }
    println!("session_by_token, one by one: {}", quantiles(times));
}

async fn read_at_once(store: &Arc<SqliteStore>, sessions: usize, tasks: usize) {
    let begun = Instant::now();
    let running: Vec<_> = (0..tasks)
        .map(|task| {
            let store = Arc::clone(store);
            tokio::spawn(async move {
                for number in 0..2000 {
                    let token = token(scattered(task * 2000 + number, sessions));
                    assert!(store.session_by_token(&token).await.unwrap().is_some());
                }
            })
        })
        .collect();
    for task in running {
        task.await.unwrap();
    }
    println!("session_by_token, {tasks} tasks: {}/s", rate(tasks * 2000, begun.elapsed()));
}

async fn write_at_once(store: &Arc<SqliteStore>, tasks: usize) {
    let each = if tasks == 1 { 300 } else { 200 };
    // Other tokens in every run over the same file.
    let run = 1_000_000_000 * tasks + std::process::id() as usize * 1_000_000_000_000;
    let begun = Instant::now();
    let running: Vec<_> = (0..tasks)
        .map(|task| {
            let store = Arc::clone(store);
            tokio::spawn(async move {
                let mut times = Vec::new();
                for number in 0..each {
                    let new = session(run + task * each + number, 0);
                    let begun = Instant::now();
                    store.create_session(new, None).await.unwrap();
                    times.push(begun.elapsed());
                }
                times
            })
        })
        .collect();
    let mut times = Vec::new();
    for task in running {
        times.extend(task.await.unwrap());
    }
    println!(
        "create_session, {tasks} tasks, durable: {}/s, {}",
        rate(times.len(), begun.elapsed()),
        quantiles(times)
    );
}

fn rate(count: usize, time: Duration) -> u64 {
    let rate = count as u128 * 1_000_000 / time.as_micros().max(1);
    u64::try_from(rate).unwrap_or(u64::MAX)
}

fn quantiles(mut times: Vec<Duration>) -> String {
    times.sort_unstable();
    let at = |percent: usize| times.get(times.len() * percent / 100).copied().unwrap_or_default();
    format!("p50 {:.1?}, p99 {:.1?}", at(50), at(99))
}

fn token(number: usize) -> TokenHash {
    TokenHash::of(&number.to_string())
}

fn user(number: usize) -> UserRecord {
    UserRecord {
        id: format!("{number:032}"),
        name: "Ada Lovelace".to_owned(),
        email: format!("{number}@example.com"),
        email_verified: true,
        image: None,
        created_at: NOW,
        updated_at: NOW,
    }
}

fn account(number: usize) -> AccountRecord {
    AccountRecord {
        id: format!("{number:032}"),
        account_id: format!("{number:032}"),
        provider_id: CREDENTIAL.to_owned(),
        user_id: format!("{number:032}"),
        password_hash: Some("0".repeat(161)),
        created_at: NOW,
        updated_at: NOW,
    }
}

fn session(number: usize, user: usize) -> SessionRecord {
    SessionRecord {
        id: format!("{:032x}", number.wrapping_mul(0x9e37_79b9_7f4a_7c15)),
        token_hash: token(number),
        user_id: format!("{user:032}"),
        expires_at: NOW.plus(Duration::from_hours(24 * 7)),
        created_at: NOW,
        updated_at: NOW,
        ip_address: Some("203.0.113.7".to_owned()),
        user_agent: Some("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0".to_owned()),
        authenticated_at: NOW,
        device_id: None,
        kind: SessionKind::Remember,
        last_active_at: NOW,
        rotation: None,
    }
}
