//! A process that writes is killed at random moments: everything it had acknowledged is there.

#![allow(clippy::unwrap_used, reason = "a test says what went wrong by panicking")]
#![cfg(all(feature = "sqlite", unix))]

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use crate::support::{open, open_store, place};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use stayd_engine::store::conformance::samples::{TestStore, at, is_live, password, person, session, token};

const ROUNDS: u32 = 15;
/// Tells the test that it is the process to be killed, and which database is its.
const DATABASE: &str = "STAYD_TEST_WRITE_TO";
const ROUND: &str = "STAYD_TEST_ROUND";
const TASKS: usize = 8;

#[test]
fn acknowledged_writes_survive_kill_9() {
    if let (Some(path), Ok(round)) = (std::env::var_os(DATABASE), std::env::var(ROUND)) {
        write_until_killed(&path, &round);
    }
    let seed = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().subsec_nanos();
    println!("seed {seed}");
    let mut random = ChaCha8Rng::seed_from_u64(u64::from(seed));
    let (_directory, path) = place();
    let mut acknowledged = BTreeSet::new();
    for round in 0..ROUNDS {
        let acks = random.next_u32() % 400;
        acknowledged.extend(run_and_kill(&path, round, acks));
        verify(&path, &acknowledged);
    }
    assert!(acknowledged.len() > 100, "only {} acknowledged writes were tried", acknowledged.len());
}

/// Starts this test again as the process that writes, and kills it after so many acknowledgements.
fn run_and_kill(path: &Path, round: u32, acks: u32) -> Vec<String> {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "durability::acknowledged_writes_survive_kill_9", "--nocapture"])
        .env(DATABASE, path)
        .env(ROUND, round.to_string())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut acknowledged = Vec::new();
    let mut killed = false;
    // After the kill, what was written to the pipe before it is still read: it was acknowledged.
    for line in lines {
        let line = line.unwrap();
        if let Some(ack) = line.strip_prefix("ack ")
            && let Some(ack) = ack.strip_suffix(" .")
        {
            acknowledged.push(ack.to_owned());
        }
        if !killed && acknowledged.len() >= acks as usize {
            // SIGKILL.
            child.kill().unwrap();
            killed = true;
        }
    }
    let status = child.wait().unwrap();
    assert!(killed && !status.success(), "the process ended by itself: {status}");
    acknowledged
}

/// Signs people up, signs them in and out, from many tasks, and says what was acknowledged.
fn write_until_killed(path: &OsStr, round: &str) -> ! {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).build().unwrap();
    let store = open_store(&path.into());
    for task in 0..TASKS {
        let (store, round) = (Arc::clone(&store), round.to_owned());
        runtime.spawn(async move {
            for number in 0_u64.. {
                let name = format!("{round}-{task}-{number}");
                write_one(&store, &name).await;
            }
        });
    }
    loop {
        std::thread::park();
    }
}

async fn write_one(store: &TestStore, name: &str) {
    let first = session(&format!("{name}-first"), name);
    store.create_user(person(name), password(name), Some(first), None).await.unwrap();
    acknowledge("user", name);
    store.create_session(session(&format!("{name}-second"), name), None).await.unwrap();
    acknowledge("second", name);
    assert!(store.end_session(&token(&format!("{name}-first"))).await.unwrap().is_some());
    acknowledge("ended", name);
}

/// One line in one write, so that a kill leaves no half of a name.
fn acknowledge(what: &str, name: &str) {
    let line = format!("ack {what} {name} .\n");
    std::io::stdout().lock().write_all(line.as_bytes()).unwrap();
}

fn verify(path: &Path, acknowledged: &BTreeSet<String>) {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(async {
        let sqlite = open(&path.to_owned());
        let store: TestStore = sqlite.clone();
        for line in acknowledged {
            let (what, name) = line.split_once(' ').unwrap();
            let id = format!("user-{name}");
            match what {
                "user" => assert!(store.user_by_id(&id).await.unwrap().is_some(), "{line} is lost"),
                "second" => assert!(is_live(&store, &format!("{name}-second")).await, "{line} is lost"),
                _ => assert!(!is_live(&store, &format!("{name}-first")).await, "{line} was revived"),
            }
        }
        // What was not acknowledged is there as a whole or not at all.
        for user in store.users(None, usize::MAX).await.unwrap() {
            assert_eq!(store.accounts_of(&user.id).await.unwrap().len(), 1, "half of {}", user.id);
            let sessions = store.sessions_of(&user.id, at(0)).await.unwrap().len();
            assert!((1..=2).contains(&sessions), "half of {}", user.id);
        }
        assert_eq!(sqlite.integrity().await.unwrap(), Vec::<String>::new());
    });
}
