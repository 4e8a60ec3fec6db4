//! What a storm of sign-ins does to those who are signed in.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};

use crate::Bench;
use crate::client::Connection;
use crate::peer::{self, CookieCache, EMAIL, PASSWORD};
use crate::report::{Finding, Target};
use crate::wrk::{self, Cookies, Run, median};

/// People who sign in at once, again and again: more than the pool hashes and lets wait, so that some are always sent away.
const PEOPLE: usize = 24;

/// How long somebody waits who was sent away. (`Retry-After` counts in seconds; this storm is less polite.)
const PAUSE: Duration = Duration::from_millis(25);

pub(crate) fn measure(bench: &Bench) -> anyhow::Result<Vec<Finding>> {
    let peer = peer::stayd(bench, "storm", CookieCache::Off)?;
    let mut findings = Vec::new();
    for connections in [1, 64] {
        let (mut quiet, mut stormy) = (Vec::new(), Vec::new());
        let mut storm = Storm::default();
        for round in 1..=bench.rounds {
            println!(
                "sign-ins beside get-session, {connections} connections, round {round} of {}",
                bench.rounds
            );
            let ask = || wrk::run(&peer.server, connections, bench.run, &peer.file, Cookies::Fixed);
            quiet.push(ask()?);
            stormy.push(storm.during(peer.server.address, ask)?);
        }
        let (calm, rough) = (median(&quiet, |run| run.p99_us), median(&stormy, |run| run.p99_us));
        let [before, meanwhile] = [&quiet, &stormy].map(|runs| median(runs, |run| run.throughput));
        findings.push(Finding::new(
            format!("p99 of get-session while sign-ins saturate the hashing pool, {connections} connections"),
            format!(
                "{rough:.0} : {calm:.0} us, {meanwhile:.0} : {before:.0} /s, {:.0} sign-ins/s, {:.0} sent away/s",
                storm.per_second(&storm.let_in),
                storm.per_second(&storm.sent_away)
            ),
            rough / calm,
            "x",
            Some(Target::AtMost(3.0)),
        ));
    }
    Ok(findings)
}

/// People who sign in as fast as they are let.
#[derive(Default)]
struct Storm {
    let_in: AtomicU64,
    sent_away: AtomicU64,
    lasted: Duration,
}

impl Storm {
    /// Lets the storm blow while `ask` runs.
    fn during(
        &mut self,
        address: SocketAddr,
        ask: impl FnOnce() -> anyhow::Result<Run>,
    ) -> anyhow::Result<Run> {
        let over = AtomicBool::new(false);
        let begun = Instant::now();
        let run = thread::scope(|scope| {
            let people: Vec<_> = (0..PEOPLE).map(|_| scope.spawn(|| self.sign_in(address, &over))).collect();
            let run = ask();
            over.store(true, Ordering::Relaxed);
            for person in people {
                person.join().ok().context("a thread panicked")??;
            }
            run
        })?;
        self.lasted += begun.elapsed();
        Ok(run)
    }

    fn sign_in(&self, address: SocketAddr, over: &AtomicBool) -> anyhow::Result<()> {
        let body = format!(r#"{{"email":"{EMAIL}","password":"{PASSWORD}"}}"#);
        let mut connection = Connection::open(address)?;
        while !over.load(Ordering::Relaxed) {
            match connection.post("/api/auth/sign-in/email", &body)?.status {
                200 => self.let_in.fetch_add(1, Ordering::Relaxed),
                503 => {
                    thread::sleep(PAUSE);
                    self.sent_away.fetch_add(1, Ordering::Relaxed)
                }
                other => bail!("a sign-in was answered with {other}"),
            };
        }
        Ok(())
    }

    #[expect(clippy::cast_precision_loss, reason = "counts are far below 2^52")]
    fn per_second(&self, count: &AtomicU64) -> f64 {
        count.load(Ordering::Relaxed) as f64 / self.lasted.as_secs_f64()
    }
}
