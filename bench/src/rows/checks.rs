//! What policies, CSRF tokens and fingerprints cost the question who is signed in.

use anyhow::bail;

use crate::Bench;
use crate::peer::{self, CookieCache, Peer};
use crate::report::{Finding, Target};
use crate::wrk::{self, Cookies, median};

/// Everything that can be asked of a request.
const ALL_ON: &[(&str, &str)] = &[
    ("STAYD_SESSION_PRESET", "strict"),
    ("STAYD_CSRF_MODE", "required"),
    ("STAYD_SECURITY_FINGERPRINT", "step-up"),
];

/// And nothing of it.
const ALL_OFF: &[(&str, &str)] = &[("STAYD_CSRF_MODE", "off"), ("STAYD_SECURITY_FINGERPRINT", "off")];

pub(crate) fn measure(bench: &Bench) -> anyhow::Result<Vec<Finding>> {
    let (with, without) = (checked(bench, "checks-on", ALL_ON)?, checked(bench, "checks-off", ALL_OFF)?);
    let mut findings = Vec::new();
    for connections in [1, 64] {
        let (mut on, mut off) = (Vec::new(), Vec::new());
        for round in 0..=bench.rounds {
            println!("request checks, {connections} connections, round {round} of {}", bench.rounds);
            let on_now = wrk::run(&with.server, connections, bench.run, &with.file, Cookies::Fixed)?;
            let off_now = wrk::run(&without.server, connections, bench.run, &without.file, Cookies::Fixed)?;
            if round > 0 {
                on.push(on_now);
                off.push(off_now);
            }
        }
        let (on_us, off_us) = (median(&on, |run| run.processor_us), median(&off, |run| run.processor_us));
        let (on, off) = (median(&on, |run| run.throughput), median(&off, |run| run.throughput));
        findings.push(Finding::new(
            format!(
                "get-session with policies, CSRF and fingerprint, against without, {connections} connections"
            ),
            format!("{on:.0} : {off:.0} /s, {on_us:.1} : {off_us:.1} us of the processor each"),
            on / off,
            "x",
            Some(Target::AtLeast(0.9)),
        ));
    }
    Ok(findings)
}

/// A server with these settings, and somebody who signed in when it had none, with all the cookies that it gives them.
fn checked(bench: &Bench, name: &str, settings: &[(&str, &str)]) -> anyhow::Result<Peer> {
    let Peer { server, cookies, file } = peer::stayd(bench, name, CookieCache::Off)?;
    drop(server);
    let server = peer::start_stayd_with(bench, name, CookieCache::Off, settings)?;
    let mut peer = Peer { server, cookies, file };
    // The stricter policy renews the session at once, and with that replaces its token.
    peer.cookies = kept(&peer.cookies, &peer.session()?.cookies());
    std::fs::write(&peer.file, format!("{}\n", peer.cookies))?;
    let more = peer.session()?.cookies();
    if !more.is_empty() {
        bail!("{name}: every answer sets cookies: {more}");
    }
    Ok(peer)
}

/// The `Cookie` header after an answer that set some anew.
fn kept(before: &str, set: &str) -> String {
    let name = |pair: &&str| pair.split('=').next().map(str::to_owned);
    let pairs = |text| str::split(text, "; ").filter(|pair| !pair.is_empty());
    let set: Vec<&str> = pairs(set).collect();
    let old = pairs(before).filter(|pair| set.iter().all(|new| name(new) != name(pair)));
    old.chain(set.iter().copied()).collect::<Vec<_>>().join("; ")
}
