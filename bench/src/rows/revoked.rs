//! What a revocation is worth: whether anything is honoured after it was acknowledged (P2, L-6).

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;

use anyhow::Context as _;

use crate::client::Connection;
use crate::peer::{self, CookieCache, GET_SESSION};
use crate::report::{Finding, Target};
use crate::{Bench, seed};

/// Sign-outs, each of a session of its own.
const TRIALS: u32 = 10_000;

/// Connections that show the cookies of the session that is being ended, again and again.
const WITNESSES: usize = 4;

/// The session whose turn it is.
#[derive(Clone, Default)]
struct Trial {
    number: u32,
    cookies: String,
    /// Whether the server has said that the session is over.
    ended: bool,
}

#[derive(Default)]
struct Stage {
    trial: Mutex<Trial>,
    done: AtomicBool,
    /// Requests that were sent after the server's word.
    after: AtomicU64,
    /// Those of them that were answered with a session.
    honoured: AtomicU64,
    /// For each witness the last trial that it has shown the cookies of after the server's word.
    seen: [AtomicU64; WITNESSES],
}

#[expect(clippy::cast_precision_loss, reason = "thousands of requests")]
pub(crate) fn measure(bench: &Bench) -> anyhow::Result<Vec<Finding>> {
    let trials = TRIALS.min(bench.sessions / 50);
    drop(peer::start_stayd(bench, "revoked", CookieCache::On)?);
    seed::fill(&bench.folder.join("revoked.db"), trials)?;
    let server = peer::start_stayd(bench, "revoked", CookieCache::On)?;
    println!("{trials} sign-outs, under the eyes of {WITNESSES} connections");

    let stage = Stage::default();
    thread::scope(|scope| {
        let witnesses: Vec<_> = (0..WITNESSES)
            .map(|witness| {
                let stage = &stage;
                scope.spawn(move || watch(stage, witness, Connection::open(server.address)?))
            })
            .collect();
        let ended = end_all(&stage, trials, Connection::open(server.address)?);
        stage.done.store(true, Ordering::Release);
        for witness in witnesses {
            witness.join().map_err(|_| anyhow::anyhow!("a witness panicked"))??;
        }
        ended
    })?;
    let after = stage.after.load(Ordering::Relaxed);
    Ok(vec![Finding::new(
        format!("requests honoured after a sign-out was acknowledged, of {trials} sign-outs"),
        format!("{after} requests with the session's cookie and its signed copy, sent after the answer"),
        stage.honoured.load(Ordering::Relaxed) as f64,
        "requests",
        Some(Target::AtMost(0.0)),
    )])
}

/// Ends one session after the other, each when all have seen that the one before is over.
fn end_all(stage: &Stage, trials: u32, mut connection: Connection) -> anyhow::Result<()> {
    for number in 1..=trials {
        let token = seed::cookies(number - 1)?;
        let copy = peer::session(&mut connection, &token)?.cookies();
        let cookies = format!("{token}; {copy}");
        *lock(stage) = Trial { number, cookies: cookies.clone(), ended: false };
        let answer = connection.post_as("/api/auth/sign-out", &cookies, "{}")?;
        anyhow::ensure!(answer.status == 200, "a sign-out was answered with {}", answer.status);
        lock(stage).ended = true;
        let all_saw = || stage.seen.iter().all(|seen| seen.load(Ordering::Acquire) >= u64::from(number));
        while !all_saw() && !stage.done.load(Ordering::Acquire) {
            thread::yield_now();
        }
    }
    Ok(())
}

fn watch(stage: &Stage, witness: usize, mut connection: Connection) -> anyhow::Result<()> {
    let seen = stage.seen.get(witness).context("no place for it")?;
    while !stage.done.load(Ordering::Acquire) {
        let Trial { number, cookies, ended } = lock(stage).clone();
        let answer = match connection.get(GET_SESSION, &cookies) {
            Ok(answer) => answer,
            Err(error) => {
                // Nobody waits for one who is gone.
                stage.done.store(true, Ordering::Release);
                return Err(error);
            }
        };
        if ended {
            stage.after.fetch_add(1, Ordering::Relaxed);
            stage.honoured.fetch_add(u64::from(answer.body != b"null"), Ordering::Relaxed);
            seen.store(number.into(), Ordering::Release);
        }
    }
    Ok(())
}

fn lock(stage: &Stage) -> std::sync::MutexGuard<'_, Trial> {
    stage.trial.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}
