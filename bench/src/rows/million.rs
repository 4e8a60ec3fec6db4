//! What a large database costs.

use std::path::PathBuf;
use std::time::Instant;

use crate::client::Connection;
use crate::peer::{self, CookieCache};
use crate::report::{Finding, Target};
use crate::wrk::{self, Cookies, median, middle, p99};
use crate::{Bench, seed};

/// Sessions that requests rotate over: the people who are there now, out of all who ever signed in.
const PRESENT: u32 = 10_000;

/// Sessions that are asked for once each, so that no cache can have them.
const STRANGERS: u32 = 20_000;

pub(crate) fn measure(bench: &Bench) -> anyhow::Result<Vec<Finding>> {
    let one = peer::stayd(bench, "one", CookieCache::Off)?;
    seed::large(bench)?;
    let many = peer::start_stayd(bench, seed::LARGE, CookieCache::Off)?;

    let mut findings = vec![strangers(bench, &many)?];
    let present = write_cookies(bench, 0..PRESENT.min(bench.sessions / 2))?;
    for connections in [1, 64] {
        let (mut alone, mut among) = (Vec::new(), Vec::new());
        for round in 0..=bench.rounds {
            println!(
                "{} sessions, {connections} connections, round {round} of {}",
                bench.sessions, bench.rounds
            );
            let alone_now = wrk::run(&one.server, connections, bench.run, &one.file, Cookies::Rotating)?;
            let among_now = wrk::run(&many, connections, bench.run, &present, Cookies::Rotating)?;
            // The first round fills the cache.
            if round > 0 {
                alone.push(alone_now);
                among.push(among_now);
            }
        }
        let (alone, among) = (median(&alone, |run| run.throughput), median(&among, |run| run.throughput));
        findings.push(Finding::new(
            format!("{PRESENT} of {} sessions against 1 of 1, {connections} connections", bench.sessions),
            format!("{among:.0} : {alone:.0} /s"),
            among / alone,
            "x",
            Some(Target::AtLeast(0.8)),
        ));
    }
    Ok(findings)
}

/// Asks for sessions all over the database, each for the first time, one after another.
fn strangers(bench: &Bench, server: &crate::process::Server) -> anyhow::Result<Finding> {
    let mut connection = Connection::open(server.address)?;
    let count = STRANGERS.min(bench.sessions / 4);
    // A prime step walks all over the second half of the sessions without meeting one twice.
    let half = bench.sessions / 2;
    let mut took = Vec::new();
    for index in 0..u64::from(count) {
        let session = half + u32::try_from(index * 7919 % u64::from(half))?;
        let cookies = seed::cookies(session)?;
        let begun = Instant::now();
        peer::session(&mut connection, &cookies)?;
        took.push(begun.elapsed().as_secs_f64() * 1e3);
    }
    Ok(Finding::new(
        format!("p50 of a session that is in no cache, of {}", bench.sessions),
        format!("p99 {:.3} ms, {count} sessions asked for once", p99(took.clone())),
        middle(took),
        "ms",
        Some(Target::AtMost(1.0)),
    ))
}

/// A file with the cookies of some sessions, for `wrk`.
fn write_cookies(bench: &Bench, sessions: std::ops::Range<u32>) -> anyhow::Result<PathBuf> {
    let file = bench.folder.join("million.cookies");
    let lines: Vec<String> = sessions.map(seed::cookies).collect::<anyhow::Result<_>>()?;
    std::fs::write(&file, lines.join("\n") + "\n")?;
    Ok(file)
}
