//! Kinds of session in the running server: what the configuration says of them holds, also for sessions that are older than it.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on fails")]

mod support;

use stayd_engine::{Binding, KindPolicy, Kinds, Renews, Rotation, SessionKind};
use std::time::Duration;
use support::{Deployment, Server, eventually};

const ADA: &str = "ada@example.com";

/// Signs in and answers with the cookies of the session and its device.
fn sign_in(server: &Server, more: &str) -> String {
    let body = format!("{{\"email\":\"{ADA}\",\"password\":\"correct horse battery\"{more}}}");
    let answer = server.request("POST", "/api/auth/sign-in/email", &[], &body);
    assert_eq!(answer.status, 200, "{}", answer.body);
    let set = answer.headers.iter().filter(|(name, _)| name == "set-cookie");
    let pairs = set.map(|(_, cookie)| cookie.split(';').next().expect("a value"));
    pairs.collect::<Vec<_>>().join("; ")
}

/// The kinds of the sessions that the command line lists, newest first.
fn kinds(deployment: &Deployment) -> Vec<String> {
    let list = deployment.run(&["session", "list"]).stdout;
    let kind = |line: &str| line.split_whitespace().nth(2).expect("a kind").to_owned();
    list.lines().skip(1).map(kind).collect()
}

#[test]
fn a_stricter_file_holds_for_sessions_that_are_older_than_it() {
    let deployment = Deployment::new();
    let server = deployment.serve(&[]);
    let cookie = server.sign_up(ADA);
    assert_eq!(kinds(&deployment), ["remember"]);
    assert!(server.is_signed_in(&cookie));
    server.stop();
    let deployment = deployment.file(
        "stayd.toml",
        "[session]\npreset = \"strict\"\n[session.remember]\nlifetime = \"1s\"\nidle = \"off\"\nabsolute = \"1s\"\n",
    );
    let server = deployment.serve(&[]);
    eventually("its absolute limit has come", || !server.is_signed_in(&cookie));
    let said = server.stop();
    assert!(said.stderr.contains("reason=\"absolute-limit\""), "{}", said.stderr);
}

#[test]
fn the_example_on_the_page_about_policies_is_accepted() {
    let page = include_str!("../../../docs/policies.md");
    let (_, example) = page.split_once("```toml\n").expect("an example");
    let (example, _) = example.split_once("```").expect("its end");
    let server = Deployment::new().file("stayd.toml", example).serve(&[]);
    server.sign_up(ADA);
    assert_eq!(server.stop().code, Some(0));
}

#[test]
fn a_strict_server_keeps_to_caps_and_idle_limits_and_says_why_a_session_ended() {
    let file = "[session.default]\nmax_sessions = 1\n[session.remember]\nmax_sessions = 1\n";
    let deployment = Deployment::new().with("STAYD_SESSION_PRESET", "strict").file("stayd.toml", file);
    let server = deployment.serve(&[]);
    let first = server.sign_up(ADA);
    assert_eq!(kinds(&deployment), ["default"], "who does not say is not remembered");
    let remembered = sign_in(&server, ",\"rememberMe\":true");
    let second = sign_in(&server, "");
    assert!(!server.is_signed_in(&first), "it was one too many");
    assert!(server.is_signed_in(&second));
    let ended = server.stop().stderr;
    assert!(ended.contains("reason=\"too-many\""), "{ended}");

    let deployment = deployment.file("stayd.toml", "[session.default]\nidle = \"1s\"\n");
    let server = deployment.serve(&[]);
    // To look at the list is no use of a session.
    eventually("the unused session is idle", || kinds(&deployment) == ["remember"]);
    assert!(!server.is_signed_in(&second) && server.is_signed_in(&remembered));
    let ended = server.stop().stderr;
    assert!(ended.contains("reason=\"idle\""), "{ended}");

    let server = deployment.file("stayd.toml", "").serve(&[]);
    let here = sign_in(&server, "");
    let body = "{\"currentPassword\":\"correct horse battery\",\"newPassword\":\"battery staple\"}";
    let origin = format!("http://{}", server.address);
    let headers = [("Cookie", here.as_str()), ("Origin", origin.as_str())];
    let changed = server.request("POST", "/api/auth/change-password", &headers, body);
    assert_eq!(changed.status, 200, "{}", changed.body);
    assert!(!server.is_signed_in(&remembered), "the other sessions ended with the password");
    let ended = server.stop().stderr;
    assert!(ended.contains("reason=\"password-changed\""), "{ended}");
}

#[test]
fn the_page_on_policies_shows_what_the_presets_are() {
    let page = include_str!("../../../docs/policies.md");
    for (preset, kinds) in [("better-auth", Kinds::BETTER_AUTH), ("strict", Kinds::STRICT)] {
        for kind in SessionKind::ALL {
            let row = row(preset, kind, kinds.of(kind));
            assert!(page.contains(&row), "docs/policies.md has no line\n{row}");
        }
    }
}

fn row(preset: &str, kind: SessionKind, policy: &KindPolicy) -> String {
    let time = |time: Duration| match time.as_secs() {
        seconds if seconds % (24 * 3600) == 0 => format!("{} d", seconds / (24 * 3600)),
        seconds if seconds % 3600 == 0 => format!("{} h", seconds / 3600),
        seconds => format!("{} min", seconds / 60),
    };
    let or_none = |limit: Option<Duration>| limit.map_or("-".to_owned(), time);
    let renewed = match policy.renews {
        Renews::Never => "never".to_owned(),
        Renews::WhenAsked => "on request".to_owned(),
        Renews::WhenUsed { after } => format!("when used after {}", time(after)),
    };
    let rotation = match policy.rotation {
        Rotation::Off => "off",
        Rotation::Grace => "grace",
        Rotation::Strict => "strict",
    };
    format!(
        "| `{preset}` | {} | {} | {renewed} | {} | {} | {rotation} | {} | {} |",
        kind.name(),
        time(policy.lifetime),
        or_none(policy.idle),
        or_none(policy.absolute),
        policy.at_most.map_or("-".to_owned(), |count| count.to_string()),
        if policy.binding == Binding::Device { "its device" } else { "-" },
    )
}
