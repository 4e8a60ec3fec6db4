//! Ending everybody's sessions at once (L-8): how long it takes, how soon nothing is honoured any more, here and at a back end that
//! follows, and what it does to those who come back while the records are cleared away.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use rusqlite::OpenFlags;
use tokio::time::sleep;

use super::follower;
use crate::client::Connection;
use crate::peer::{self, EMAIL, GET_SESSION, PASSWORD};
use crate::process::{LOAD_CORE, Server, on_load_core, pinned};
use crate::report::{Finding, Target};
use crate::wrk::{middle, p99};
use crate::{Bench, seed};

/// Sessions that are asked for in turn: the people who are there now.
const PRESENT: u32 = 1_000;

/// Questions between two changes, while the ended records are cleared away.
const CHECKS: usize = 100;

/// How long it is watched that nobody is let in again.
const WATCHED: Duration = Duration::from_secs(1);

pub(crate) fn measure(bench: &Bench) -> anyhow::Result<Vec<Finding>> {
    seed::large(bench)?;
    let server = follower::start(bench, seed::LARGE)?;
    let account = format!(r#"{{"name":"Ada Lovelace","email":"{EMAIL}","password":"{PASSWORD}"}}"#);
    Connection::open(server.address)?.post("/api/auth/sign-up/email", &account)?;
    println!("{} sessions, ended at once", bench.sessions);

    let quiet = on_load_core(|| witness(&server, bench.run))?;
    let (end, here, there) = end(bench, &server)?;
    let last_honoured = [&here, &there].map(|seen| seen.honoured_last_after(end.said_at));
    let during = p99(here.took_ms.clone());

    // A server that starts clears away at once; one that runs does it within five minutes.
    drop(server);
    let server = follower::start(bench, seed::LARGE)?;
    let cleared = on_load_core(|| clearing(bench, &server))?;
    let quiet = p99(quiet);
    Ok(vec![
        Finding::new(
            format!(
                "everybody's sessions ended by one command, of {}, from its start to its end",
                bench.sessions
            ),
            format!("p99 of get-session meanwhile {during:.2} ms, in quiet {quiet:.2} ms"),
            end.took.as_secs_f64() * 1e3,
            "ms",
            Some(Target::AtMost(1000.0)),
        ),
        Finding::new(
            "the last request honoured after that command's end, here or at a back end that follows",
            format!("here {:.1} ms after it, there {:.1} ms", last_honoured[0], last_honoured[1]),
            last_honoured[0].max(last_honoured[1]),
            "ms",
            Some(Target::AtMost(50.0)),
        ),
        Finding::new(
            "p99 of get-session while the ended records are cleared away",
            format!(
                "in quiet {quiet:.2} ms; a change of name p50 {:.1}, p99 {:.1} ms; {:.0} records a second",
                middle(cleared.changes_ms.clone()),
                p99(cleared.changes_ms),
                cleared.per_second
            ),
            p99(cleared.checks_ms),
            "ms",
            Some(Target::AtMost(50.0)),
        ),
    ])
}

/// How long each question takes when nothing happens, in ms; the first round fills the cache.
fn witness(server: &Server, time: Duration) -> anyhow::Result<Vec<f64>> {
    let mut connection = Connection::open(server.address)?;
    let mut took_ms = Vec::new();
    let begun = Instant::now();
    for number in (0..PRESENT).cycle() {
        let asked_at = Instant::now();
        peer::session(&mut connection, &seed::cookies(number)?)?;
        took_ms.push(asked_at.elapsed().as_secs_f64() * 1e3);
        if begun.elapsed() > time && took_ms.len() > 2 * PRESENT as usize {
            break;
        }
    }
    Ok(took_ms.split_off(PRESENT as usize))
}

/// What one saw who asked all the time.
#[derive(Default)]
struct Seen {
    /// When the last question was sent that was answered with a session.
    honoured_last: Option<Instant>,
    /// How long each answer took, in ms.
    took_ms: Vec<f64>,
}

impl Seen {
    fn honoured_last_after(&self, moment: Instant) -> f64 {
        self.honoured_last.map_or(0.0, |at| at.saturating_duration_since(moment).as_secs_f64() * 1e3)
    }
}

/// The command that ended everything.
struct End {
    took: Duration,
    said_at: Instant,
}

/// Ends everything under the eyes of two: one who asks the server for one session after another, and a back end that follows.
fn end(bench: &Bench, server: &Server) -> anyhow::Result<(End, Seen, Seen)> {
    let (over, ready) = (AtomicBool::new(false), AtomicBool::new(false));
    let is_over = || over.load(Ordering::Acquire);
    thread::scope(|scope| {
        let here = scope.spawn(|| on_load_core(|| watch_here(server, is_over)));
        let there = scope.spawn(|| on_load_core(|| watch_there(server, &ready, is_over)));
        while !ready.load(Ordering::Acquire) && !there.is_finished() {
            thread::yield_now();
        }
        let mut command = peer::stayd_command(bench, seed::LARGE)?;
        command.args(["session", "end", "--all"]);
        let begun = Instant::now();
        let output = pinned(LOAD_CORE, &command).output();
        let end = End { took: begun.elapsed(), said_at: Instant::now() };
        thread::sleep(WATCHED);
        over.store(true, Ordering::Release);
        let [here, there] = [here, there].map(|thread| thread.join().ok().context("a thread panicked"));
        let output = output?;
        ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        Ok((end, here??, there??))
    })
}

fn watch_here(server: &Server, is_over: impl Fn() -> bool) -> anyhow::Result<Seen> {
    let mut connection = Connection::open(server.address)?;
    let mut seen = Seen::default();
    for number in (0..PRESENT).cycle().take_while(|_| !is_over()) {
        let asked_at = Instant::now();
        let answer = connection.get(GET_SESSION, &seed::cookies(number)?)?;
        seen.took_ms.push(asked_at.elapsed().as_secs_f64() * 1e3);
        if answer.body != b"null" {
            seen.honoured_last = Some(asked_at);
        }
    }
    ensure!(seen.honoured_last.is_some(), "nobody was ever honoured");
    Ok(seen)
}

fn watch_there(server: &Server, ready: &AtomicBool, is_over: impl Fn() -> bool) -> anyhow::Result<Seen> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let token = follower::shown(&mut Connection::open(server.address)?, &seed::cookies(PRESENT)?)?;
    runtime.block_on(async {
        let verifier = follower::follow(server).await?;
        ensure!(verifier.check(&token).await.is_ok(), "a good token was refused");
        ready.store(true, Ordering::Release);
        let mut seen = Seen::default();
        while !is_over() {
            let asked_at = Instant::now();
            if verifier.check(&token).await.is_ok() {
                seen.honoured_last = Some(asked_at);
            }
            sleep(follower::POLL).await;
        }
        Ok(seen)
    })
}

struct Clearing {
    /// How many records went in a second.
    per_second: f64,
    checks_ms: Vec<f64>,
    changes_ms: Vec<f64>,
}

/// What somebody feels who has signed in again while the ended records go.
fn clearing(bench: &Bench, server: &Server) -> anyhow::Result<Clearing> {
    let mut connection = Connection::open(server.address)?;
    let wish = format!(r#"{{"email":"{EMAIL}","password":"{PASSWORD}"}}"#);
    let cookies = connection.post("/api/auth/sign-in/email", &wish)?.cookies();
    let file = bench.folder.join(format!("{}.db", seed::LARGE));
    let database = rusqlite::Connection::open_with_flags(file, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    let first = || database.query_row("SELECT min(seq) FROM session", [], |row| row.get::<_, u32>(0));
    let (mut checks_ms, mut changes_ms) = (Vec::new(), Vec::new());
    let (begun, from) = (Instant::now(), first()?);
    while begun.elapsed() < bench.run * u32::try_from(bench.rounds)? {
        for _ in 0..CHECKS {
            let asked_at = Instant::now();
            peer::session(&mut connection, &cookies)?;
            checks_ms.push(asked_at.elapsed().as_secs_f64() * 1e3);
        }
        let body = format!(r#"{{"name":"Name {}"}}"#, changes_ms.len());
        let asked_at = Instant::now();
        let answer = connection.post_as("/api/auth/update-user", &cookies, &body)?;
        ensure!(answer.status == 200, "a change of name was answered with {}", answer.status);
        changes_ms.push(asked_at.elapsed().as_secs_f64() * 1e3);
    }
    let per_second = f64::from(first()?.saturating_sub(from)) / begun.elapsed().as_secs_f64();
    Ok(Clearing { per_second, checks_ms, changes_ms })
}
