//! What the server takes before anybody asks: time to start, memory, size.

use crate::Bench;
use crate::peer::{self, CookieCache};
use crate::process::sibling;
use crate::report::{Finding, Target};
use crate::wrk::middle;

/// How often the server is started.
const STARTS: usize = 11;

pub(crate) fn measure(bench: &Bench) -> anyhow::Result<Vec<Finding>> {
    println!("cold start, memory, size");
    let first = peer::start_stayd(bench, "footprint", CookieCache::Off)?.started_in;
    let mut starts = Vec::new();
    let mut memory = Vec::new();
    for _ in 0..STARTS {
        let server = peer::start_stayd(bench, "footprint", CookieCache::Off)?;
        starts.push(server.started_in.as_secs_f64() * 1e3);
        memory.push(megabytes(server.resident()?));
    }
    let used = peer::stayd(bench, "footprint-used", CookieCache::Off)?;
    let after = megabytes(used.server.resident()?);
    let binary = std::fs::metadata(sibling("stayd")?.get_program())?.len();
    Ok(vec![
        Finding::new(
            "cold start to the first answer",
            format!("{:.0} ms with a database to make", first.as_secs_f64() * 1e3),
            middle(starts),
            "ms",
            Some(Target::AtMost(100.0)),
        ),
        Finding::new(
            "resident memory, idle",
            format!("{after:.1} MB after a sign-up"),
            middle(memory),
            "MB",
            Some(Target::AtMost(25.0)),
        ),
        Finding::new(
            "stripped binary",
            format!("{binary} bytes"),
            megabytes(binary),
            "MB",
            Some(Target::AtMost(20.0)),
        ),
    ])
}

#[expect(clippy::cast_precision_loss, reason = "sizes are far below 2^52")]
fn megabytes(bytes: u64) -> f64 {
    bytes as f64 / 1e6
}
