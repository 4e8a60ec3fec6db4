//! How far `get-session` is from doing nothing at all, and from Better Auth on Node.

use crate::Bench;
use crate::peer::{self, CookieCache, Peer};
use crate::report::{Finding, Target};
use crate::wrk::{self, Cookies, Run, median};

/// The name of the session-data cookie over plain http.
const SESSION_DATA: &str = "better-auth.session_data";

/// The servers that take turns.
struct Contest {
    checked: Peer,
    bare: Peer,
    cached: Peer,
    bare_hmac: Peer,
    node: Peer,
    node_cached: Peer,
}

pub(crate) fn measure(bench: &Bench) -> anyhow::Result<Vec<Finding>> {
    let contest = Contest::start(bench)?;
    let mut findings = Vec::new();
    for connections in [1, 64] {
        findings.extend(contest.run(bench, connections)?);
    }
    Ok(findings)
}

impl Contest {
    fn start(bench: &Bench) -> anyhow::Result<Self> {
        let checked = peer::stayd(bench, "checked", CookieCache::Off)?;
        let cached = peer::stayd(bench, "cached", CookieCache::On)?;
        Ok(Self {
            bare: peer::bare(bench, "bare", &checked, None)?,
            bare_hmac: peer::bare(bench, "bare-hmac", &cached, Some(SESSION_DATA))?,
            node: peer::better_auth(bench, "node", CookieCache::Off)?,
            node_cached: peer::better_auth(bench, "node-cached", CookieCache::On)?,
            checked,
            cached,
        })
    }

    /// All servers in turn, round after round, so that a slow minute of the machine is a slow minute for each.
    fn run(&self, bench: &Bench, connections: u32) -> anyhow::Result<Vec<Finding>> {
        let peers = [&self.checked, &self.bare, &self.cached, &self.bare_hmac, &self.node, &self.node_cached];
        let mut runs: [Vec<Run>; 6] = Default::default();
        for round in 0..=bench.rounds {
            println!("get-session, {connections} connections, round {round} of {}", bench.rounds);
            for (peer, runs) in peers.iter().zip(&mut runs) {
                let run = wrk::run(&peer.server, connections, bench.run, &peer.file, Cookies::Fixed)?;
                // The first round warms up: Node compiles, caches fill.
                if round > 0 {
                    runs.push(run);
                }
            }
        }
        let [checked, bare, cached, bare_hmac, node, node_cached] = &runs;
        // With one connection the way there and back takes most of the time, ours and theirs: no server is 50 times as fast.
        let fifty_times = (connections > 1).then_some(Target::AtLeast(50.0));
        let plural = if connections == 1 { "connection" } else { "connections" };
        let title = |what: &str| format!("get-session, {what}, {connections} {plural}");
        Ok(vec![
            throughput(
                title("cookie cache off, against bare axum"),
                checked,
                bare,
                Some(Target::AtLeast(0.70)),
            ),
            processor(title("processor time, against bare axum"), checked, bare, Some(Target::AtMost(1.6))),
            throughput(
                title("session-data cookie, against bare axum + one HMAC"),
                cached,
                bare_hmac,
                Some(Target::AtLeast(0.80)),
            ),
            throughput(title("cache off, against Better Auth on Node"), checked, node, fifty_times),
            throughput(
                title("session-data cookie, against Better Auth's on Node"),
                cached,
                node_cached,
                fifty_times,
            ),
        ])
    }
}

fn throughput(what: String, ours: &[Run], theirs: &[Run], target: Option<Target>) -> Finding {
    let (ours, theirs) = (median(ours, |run| run.throughput), median(theirs, |run| run.throughput));
    Finding::new(what, format!("{ours:.0} : {theirs:.0} /s"), ours / theirs, "x", target)
}

fn processor(what: String, ours: &[Run], theirs: &[Run], target: Option<Target>) -> Finding {
    let (ours, theirs) = (median(ours, |run| run.processor_us), median(theirs, |run| run.processor_us));
    Finding::new(what, format!("{ours:.2} : {theirs:.2} us"), ours / theirs, "x", target)
}
