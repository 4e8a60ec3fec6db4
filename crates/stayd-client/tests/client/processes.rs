//! Twenty processes of one person at the moment of expiry, some of them killed: one renewal, and nobody is signed out.
//!
//! `STAYD_ROUNDS=200 cargo test -p stayd-client --test client processes` runs as many rounds as asked for, after `cargo build -p stayd-client
//! --examples`.

#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on fails")]

use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use crate::support::{EMAIL, Gate, NEARLY_OVER, PASSWORD, PATIENCE, Server, read};
use stayd_client::Storage;
use stayd_engine::Rotation;
use tokio::io::AsyncWriteExt;
use tokio::process::{Child, Command};

const PROCESSES: usize = 20;

/// The rounds of each test.
fn rounds() -> usize {
    std::env::var("STAYD_ROUNDS").map_or(3, |rounds| rounds.parse().expect("STAYD_ROUNDS is a number"))
}

/// The example program, which cargo builds before it runs tests - but not where it is told which.
fn demo() -> PathBuf {
    let test = std::env::current_exe().unwrap();
    let program = test.ancestors().nth(2).unwrap().join("examples/stayd-cli-demo");
    assert!(program.exists(), "build it: cargo build -p stayd-client --examples");
    program
}

fn run(server: &Server, file: &Path, arguments: &[&str]) -> Child {
    Command::new(demo())
        .args(["--server", &server.address, "--session"])
        .arg(file)
        .args(arguments)
        .env("NO_PROXY", "127.0.0.1")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .unwrap()
}

/// Its exit code, and what it said.
async fn ended(child: Child) -> (Option<i32>, String) {
    let output = tokio::time::timeout(PATIENCE, child.wait_with_output()).await.expect("it ends").unwrap();
    let said = [output.stdout, output.stderr].concat();
    (output.status.code(), String::from_utf8(said).unwrap())
}

/// The process whose turn it is, as the system knows it: the holder of the lock.
fn holder(file: &Path) -> Option<u32> {
    let mut turn = file.as_os_str().to_owned();
    turn.push(".turn");
    let number = std::fs::metadata(turn).unwrap().ino().to_string();
    let locks = std::fs::read_to_string("/proc/locks").unwrap();
    locks.lines().find_map(|line| {
        let words: Vec<_> = line.split_whitespace().collect();
        let [_, "FLOCK", _, "WRITE", process, place, ..] = words[..] else { return None };
        (place.rsplit(':').next() == Some(&number)).then(|| process.parse().unwrap())
    })
}

/// One round: what was killed while it held the turn, if any. Answers how many asked for a renewal and how many tokens were made.
async fn round(server: &Server, file: &Path, gate: Gate) -> (usize, usize) {
    server.pass_time(file, NEARLY_OVER);
    server.seen.since();
    *server.seen.gate.lock().unwrap() = gate;
    let mut children: Vec<_> = (0..PROCESSES).map(|_| run(server, file, &["whoami"])).collect();
    if gate != Gate::Open {
        server.seen.arrived.acquire().await.unwrap().forget();
        let holder = holder(file).expect("somebody holds the turn");
        let at = children.iter().position(|child| child.id() == Some(holder)).expect("one of these");
        let mut killed = children.swap_remove(at);
        killed.kill().await.unwrap();
    }
    for child in children {
        let (code, said) = ended(child).await;
        assert!(
            code == Some(0) && said.starts_with(EMAIL) && !said.contains("as remembered"),
            "{code:?} {said}"
        );
    }
    server.seen.since()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn twenty_processes_at_expiry_renew_once_with_single_use_tokens() {
    let server = Server::start(Rotation::Strict).await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("session");
    server.signed_up(Storage::file(&file)).await.close().await;
    for number in 0..rounds() {
        assert_eq!(round(&server, &file, Gate::Open).await, (1, 1), "round {number}");
    }
    let session = server.client(Storage::file(&file)).build().await.unwrap();
    assert!(session.ready().await.verified);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_process_that_is_killed_before_its_renewal_arrives_leaves_its_turn_to_the_next() {
    let server = Server::start(Rotation::Strict).await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("session");
    server.signed_up(Storage::file(&file)).await.close().await;
    for number in 0..rounds() {
        // Two have asked; one of them was dead before the server knew of it.
        assert_eq!(round(&server, &file, Gate::Before).await, (2, 1), "round {number}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_process_that_is_killed_between_renewal_and_answer_signs_nobody_out() {
    let server = Server::start(Rotation::Grace).await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("session");
    server.signed_up(Storage::file(&file)).await.close().await;
    for number in 0..rounds() {
        // The repeat is told the same token: it is one renewal.
        assert_eq!(round(&server, &file, Gate::After).await, (2, 1), "round {number}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_program_signs_in_stays_signed_in_and_signs_out() {
    let server = Server::start(Rotation::Strict).await;
    server.signed_up(Storage::memory()).await.close().await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("deep/session");
    assert_eq!(ended(run(&server, &file, &["whoami"])).await, (Some(1), "nobody is signed in\n".to_owned()));

    let login = async |password: &str| {
        let mut child = run(&server, &file, &["login", EMAIL]);
        child.stdin.take().unwrap().write_all(password.as_bytes()).await.unwrap();
        ended(child).await
    };
    let (code, said) = login("wrong").await;
    assert!(code == Some(2) && said.contains("INVALID_EMAIL_OR_PASSWORD"), "{said}");
    assert_eq!(login(&format!("{PASSWORD}\n")).await, (Some(0), format!("signed in as {EMAIL}\n")));

    for _ in 0..3 {
        server.pass_time(&file, NEARLY_OVER);
        let (code, said) = ended(run(&server, &file, &["whoami"])).await;
        assert!(code == Some(0) && said.starts_with(EMAIL), "{said}");
    }
    assert_eq!(ended(run(&server, &file, &["logout"])).await, (Some(0), "signed out\n".to_owned()));
    assert_eq!(read(&file)["cookies"], serde_json::json!([]));
    assert_eq!(ended(run(&server, &file, &["whoami"])).await.0, Some(1));
}
