//! What the server as a process counts, and who is told (EN-13, H-10).

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on fails")]

#[path = "support/free_port.rs"]
mod free_port;
mod support;

use free_port::free_port;
use support::{Answer, Deployment, Server, ask, eventually};

/// A server that renews at every use, and where it tells its metrics.
fn serve() -> (Server, String) {
    let metrics = format!("127.0.0.1:{}", free_port());
    let deployment =
        Deployment::new().with("STAYD_METRICS_LISTEN", &metrics).with("STAYD_SESSION_UPDATE_AGE", "0s");
    (deployment.serve(&[]), metrics)
}

fn read(metrics: &str) -> Answer {
    ask(metrics, "GET", "/metrics", &[], "")
}

/// The value on the line that begins with this name.
fn value(answer: &Answer, name: &str) -> u64 {
    let of_line = |line: &str| line.strip_prefix(name)?.strip_prefix(' ')?.parse().ok();
    answer.body.lines().find_map(of_line).unwrap_or_else(|| panic!("no {name} in {}", answer.body))
}

#[test]
fn sessions_that_begin_are_renewed_and_end_are_counted() {
    let (server, metrics) = serve();
    let before = read(&metrics);
    assert_eq!(before.status, 200);
    assert!(before.header("content-type").unwrap().starts_with("application/openmetrics-text"));
    assert_eq!(value(&before, "stayd_renewals_total{outcome=\"renewed\"}"), 0);

    let (ada, eve) = (server.sign_up("ada@example.com"), server.sign_up("eve@example.com"));
    eventually("a renewal", || {
        assert!(server.is_signed_in(&ada));
        value(&read(&metrics), "stayd_renewals_total{outcome=\"renewed\"}") > 0
    });
    let origin = format!("http://{}", server.address);
    let out = server.request("POST", "/api/auth/sign-out", &[("Cookie", &eve), ("Origin", &origin)], "{}");
    assert_eq!(out.status, 200);

    let after = read(&metrics);
    assert_eq!(value(&after, "stayd_sessions_begun_total{kind=\"remember\"}"), 2);
    assert_eq!(value(&after, "stayd_sessions_ended_total{reason=\"signed-out\"}"), 1);
    assert_eq!(value(&after, "stayd_session_duration_seconds_count"), 1);
    let renewed = value(&after, "stayd_renewals_total{outcome=\"renewed\"}");
    assert_eq!(value(&after, "stayd_renewal_interval_seconds_count"), renewed);
    assert!(after.body.ends_with("# EOF\n"), "whole");
    assert!(!after.body.contains("example.com"), "it names nobody");
}

#[test]
fn metrics_are_told_nowhere_else_and_only_to_whoever_names_the_address() {
    let (server, metrics) = serve();
    assert_eq!(server.get("/metrics").status, 404, "not where people are");
    assert_eq!(server.get("/api/auth/metrics").status, 404);
    assert_eq!(ask(&metrics, "GET", "/api/auth/get-session", &[], "").status, 404);
    let elsewhere = [("Host", "evil.example")];
    assert_eq!(ask(&metrics, "GET", "/metrics", &elsewhere, "").status, 421);

    let said = Deployment::new().with("STAYD_METRICS_LISTEN", &metrics).run(&["serve"]);
    assert_ne!(said.code, Some(0));
    assert!(said.stderr.contains("STAYD_METRICS_LISTEN"), "{}", said.stderr);
}
