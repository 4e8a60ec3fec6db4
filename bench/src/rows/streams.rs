//! What open event streams cost, and how soon they hear of a change.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::Stdio;

use anyhow::Context as _;
use serde::Deserialize;

use crate::client::Connection;
use crate::peer::{self, CookieCache, EMAIL, PASSWORD};
use crate::process::{LOAD_CORE, pinned, sibling};
use crate::report::{Finding, Target};
use crate::wrk::middle;
use crate::{Bench, seed};

/// Streams of one person, over several sessions: each may have 16.
const OF_ONE: usize = 100;
const PER_SESSION: usize = 16;

/// How often the person changes.
const CHANGES: u32 = 50;

#[derive(Deserialize)]
struct Opened {
    open: usize,
    seconds: f64,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Reached {
    delays_ms: Vec<f64>,
}

#[expect(clippy::cast_precision_loss, reason = "sizes are far below 2^52")]
pub(crate) fn measure(bench: &Bench) -> anyhow::Result<Vec<Finding>> {
    // As many as the server takes, or few in a smoke run. Each but those of the one person is of a session of its own.
    let streams: u32 = if bench.sessions < 1_000_000 { 2_000 } else { 19_000 };
    let one = peer::stayd(bench, "streams", CookieCache::Off)?;
    let mut cookies: Vec<String> = vec![one.cookies.clone(); PER_SESSION.min(OF_ONE)];
    let wish = format!(r#"{{"email":"{EMAIL}","password":"{PASSWORD}"}}"#);
    while cookies.len() < OF_ONE {
        let answer = Connection::open(one.server.address)?.post("/api/auth/sign-in/email", &wish)?;
        cookies.extend(vec![answer.cookies(); PER_SESSION.min(OF_ONE - cookies.len())]);
    }
    drop(one);
    seed::fill(&bench.folder.join("streams.db"), streams)?;
    for session in 0..streams - u32::try_from(OF_ONE)? {
        cookies.push(seed::cookies(session)?);
    }
    let file = bench.folder.join("streams.cookies");
    std::fs::write(&file, cookies.join("\n"))?;

    println!("{streams} event streams");
    let server = peer::start_stayd(bench, "streams", CookieCache::Off)?;
    let before = server.resident()?;
    let mut load = sibling("streams")?;
    load.args(["--server", &server.address.to_string(), "--of-one", &OF_ONE.to_string()]);
    load.args(["--changes", &CHANGES.to_string(), "--cookies"]).arg(&file);
    let mut load = pinned(LOAD_CORE, &load).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
    let mut said = BufReader::new(load.stdout.take().context("no output")?).lines();
    let mut next = || said.next().context("the load generator said nothing more")?.context("unreadable");
    let opened: Opened = serde_json::from_str(&next()?)?;
    let with = server.resident()?;
    load.stdin.take().context("no input")?.write_all(b"go\n")?;
    let reached: Reached = serde_json::from_str(&next()?)?;
    load.wait()?;

    let each = with.saturating_sub(before) as f64 / opened.open as f64;
    let worst = reached.delays_ms.iter().copied().fold(0.0, f64::max);
    Ok(vec![
        Finding::new(
            format!("resident memory with {} event streams open", opened.open),
            format!("{:.1} kB a stream, opened in {:.1} s", each / 1e3, opened.seconds),
            with as f64 / 1e6,
            "MB",
            Some(Target::AtMost(600.0)),
        ),
        Finding::new(
            format!("one person's change reaches all of their {OF_ONE} streams, among the others"),
            format!("worst of {CHANGES}: {worst:.1} ms"),
            middle(reached.delays_ms),
            "ms",
            Some(Target::AtMost(50.0)),
        ),
    ])
}
