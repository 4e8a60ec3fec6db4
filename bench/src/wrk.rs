//! The load generator: `wrk` on its own core, one thread, kept-alive connections.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::{Context as _, bail};
use serde::Deserialize;

use crate::client::Connection;
use crate::peer;
use crate::process::{LOAD_CORE, Server, pinned};

/// How far the mean size of an answer may be from that of a session. An answer of nobody's (`null`) is half the size.
const SIZE_TOLERANCE: f64 = 0.01;

/// How the requests of a run differ.
#[derive(Clone, Copy)]
pub(crate) enum Cookies {
    /// All are the same, and `wrk` makes them at no cost.
    Fixed,
    /// Each takes the next line of the file.
    Rotating,
}

/// What came of one run.
#[derive(Clone, Copy)]
pub(crate) struct Run {
    /// Requests per second.
    pub(crate) throughput: f64,
    /// Processor time of the server per request, in microseconds.
    pub(crate) processor_us: f64,
    /// The latency that one request in a hundred exceeds, in microseconds.
    pub(crate) p99_us: f64,
}

/// What `wrk.lua` prints.
#[derive(Deserialize)]
struct Printed {
    requests: f64,
    bytes: f64,
    micros: f64,
    p99: f64,
    refused: u64,
    failed: u64,
}

/// Asks `server` for the session for `time` over `connections`. Fails if any request failed, was refused, or got no session.
pub(crate) fn run(
    server: &Server,
    connections: u32,
    time: Duration,
    file: &Path,
    cookies: Cookies,
) -> anyhow::Result<Run> {
    let mut wrk = Command::new("wrk");
    wrk.arg("--threads=1")
        .arg("--timeout=10s")
        .arg(format!("--connections={connections}"))
        .arg(format!("--duration={}s", time.as_secs().max(1)))
        .arg("--script")
        .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("wrk.lua"))
        .arg(format!("http://{}/api/auth/get-session", server.address))
        .arg("--")
        .arg(file)
        .arg(match cookies {
            Cookies::Fixed => "fixed",
            Cookies::Rotating => "rotating",
        })
        .arg(peer::USER_AGENT);
    let expected = size_of_session(server, file)?;
    let before = server.processor_time()?;
    let output = pinned(LOAD_CORE, &wrk).stdin(Stdio::null()).output().context("cannot run wrk")?;
    let spent = server.processor_time()?.saturating_sub(before);

    let text = String::from_utf8_lossy(&output.stdout);
    let line = text.lines().find(|line| line.starts_with('{')).with_context(|| format!("wrk said {text}"))?;
    let printed: Printed = serde_json::from_str(line)?;
    if printed.refused + printed.failed > 0 || printed.requests < 1.0 {
        bail!("{} requests were refused and {} failed", printed.refused, printed.failed);
    }
    let size = printed.bytes / printed.requests;
    if (size / expected - 1.0).abs() > SIZE_TOLERANCE {
        bail!("answers had {size:.1} bytes in the mean, but a session has {expected}");
    }
    Ok(Run {
        throughput: printed.requests / printed.micros * 1e6,
        processor_us: spent.as_secs_f64() * 1e6 / printed.requests,
        p99_us: printed.p99,
    })
}

/// The size of the answer to the first cookies of the file, head and body.
#[expect(clippy::cast_precision_loss, reason = "an answer is far smaller than 2^52 bytes")]
fn size_of_session(server: &Server, file: &Path) -> anyhow::Result<f64> {
    let cookies = std::fs::read_to_string(file)?;
    let answer =
        peer::session(&mut Connection::open(server.address)?, cookies.lines().next().unwrap_or_default())?;
    Ok(answer.size as f64)
}

/// The median of one figure over runs.
pub(crate) fn median(runs: &[Run], figure: impl Fn(&Run) -> f64) -> f64 {
    middle(runs.iter().map(figure).collect())
}

/// The middle of some figures; 0 where there are none.
pub(crate) fn middle(mut figures: Vec<f64>) -> f64 {
    figures.sort_by(f64::total_cmp);
    figures.get(figures.len() / 2).copied().unwrap_or_default()
}

/// What one figure in a hundred exceeds; 0 where there are none.
pub(crate) fn p99(mut figures: Vec<f64>) -> f64 {
    figures.sort_by(f64::total_cmp);
    figures.get(figures.len() * 99 / 100).copied().unwrap_or_default()
}
