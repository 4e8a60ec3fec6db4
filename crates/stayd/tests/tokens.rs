//! Tokens for programs, in the real binary: keys across restarts, secrets and processes, and what the database tells (AA-4, T-2, T-6, J-6, J-9).

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on fails")]

mod support;

use serde_json::Value;
use std::fs;
use support::{Deployment, SECRET, Server, eventually};

const BACKEND_SECRET: &str = "kX3v9QhT7mWz2LrB8nYcJ5dGfA4sPeUqbackend";
const FORM: (&str, &str) = ("Content-Type", "application/x-www-form-urlencoded");

fn deployment() -> Deployment {
    let file = format!("[[backends]]\nid = \"api\"\nsecret = \"{BACKEND_SECRET}\"\n");
    Deployment::new().with("STAYD_RATE_LIMIT", "off").file("stayd.toml", &file)
}

/// The tokens that a page of ours asks for.
fn issue(server: &Server, cookie: &str) -> (String, String) {
    issue_at(&format!("http://{}", server.address), server, cookie)
}

fn issue_at(origin: &str, server: &Server, cookie: &str) -> (String, String) {
    let headers = [("Cookie", cookie), ("Origin", origin), ("Content-Type", "application/json")];
    let answer = server.request("POST", "/api/auth/token", &headers, "{}");
    assert_eq!(answer.status, 200, "{}", answer.body);
    pair(&answer.body)
}

fn pair(body: &str) -> (String, String) {
    let body: Value = serde_json::from_str(body).expect("JSON");
    let text = |name: &str| body[name].as_str().expect("a text").to_owned();
    (text("access_token"), text("refresh_token"))
}

fn refresh(server: &Server, token: &str) -> (u16, String) {
    let body = format!("grant_type=refresh_token&refresh_token={token}");
    let answer = server.request("POST", "/api/auth/token", &[FORM], &body);
    (answer.status, answer.body)
}

fn is_active(server: &Server, token: &str) -> bool {
    // `api:` and the secret in base64.
    let credential = "Basic YXBpOmtYM3Y5UWhUN21XejJMckI4blljSjVkR2ZBNHNQZVVxYmFja2VuZA==";
    let headers = [FORM, ("Authorization", credential)];
    let answer = server.request("POST", "/api/auth/introspect", &headers, &format!("token={token}"));
    assert_eq!(answer.status, 200, "{}", answer.body);
    answer.body != "{\"active\":false}"
}

fn key_ids(deployment: &Deployment) -> Vec<String> {
    let said = deployment.run(&["key", "list"]);
    assert_eq!(said.code, Some(0), "{}", said.stderr);
    said.stdout.lines().skip(1).map(|line| line.split_whitespace().next().unwrap().to_owned()).collect()
}

// AA-4, J-6
#[test]
fn a_key_is_rotated_by_command_beside_the_running_server_and_old_tokens_are_honoured() {
    // Whoever issues is known by its address, which has to outlive a restart.
    let origin = "http://127.0.0.1:3999";
    let deployment = deployment().with("BETTER_AUTH_URL", origin);
    let server = deployment.serve(&[]);
    let cookie = server.sign_up("ada@example.com");
    let (access, first) = issue_at(origin, &server, &cookie);
    assert_eq!(key_ids(&deployment).len(), 1);
    let said = deployment.run(&["key", "rotate"]);
    assert_eq!(said.code, Some(0), "{}", said.stderr);
    let ids = key_ids(&deployment);
    assert_eq!(ids.len(), 2);
    let published = || server.get("/api/auth/jwks").body;
    eventually("the server takes the new key up", || ids.iter().all(|id| published().contains(id)));
    assert!(is_active(&server, &access), "what the key before signed is honoured");
    let (status, body) = refresh(&server, &first);
    assert_eq!(status, 200, "{body}");
    let (newer, second) = pair(&body);
    assert!(is_active(&server, &newer));
    server.stop();

    // C-12: another secret signs, the one before is still accepted; then the one before is gone.
    let both = format!("2:dGfA4sPeUqkX3v9QhT7mWz2LrB8nYcJ5,1:{SECRET}");
    let deployment = deployment.with("BETTER_AUTH_SECRETS", &both);
    let server = deployment.serve(&[]);
    assert!(is_active(&server, &newer));
    let (status, body) = refresh(&server, &second);
    assert_eq!(status, 200, "{body}");
    eventually("the keys are sealed anew", || server.get("/api/auth/jwks").body.contains(&ids[1]));
    server.stop();
    let deployment = deployment.with("BETTER_AUTH_SECRETS", "2:dGfA4sPeUqkX3v9QhT7mWz2LrB8nYcJ5");
    let server = deployment.serve(&[]);
    let (last, third) = pair(&body);
    assert!(is_active(&server, &last));
    assert_eq!(refresh(&server, &third).0, 200);
    assert_eq!(key_ids(&deployment), ids, "no key was lost");
}

// J-6
#[test]
fn a_key_is_withdrawn_by_command_beside_the_running_server_with_all_it_signed() {
    let deployment = deployment();
    let server = deployment.serve(&[]);
    let cookie = server.sign_up("ada@example.com");
    let (access, first) = issue(&server, &cookie);
    let stolen = key_ids(&deployment).remove(0);
    let said = deployment.run(&["key", "revoke", "no-such-key"]);
    assert_eq!(said.code, Some(1));
    assert!(said.stderr.contains("stayd key list"), "{}", said.stderr);
    assert!(is_active(&server, &access));

    let said = deployment.run(&["key", "revoke", &stolen]);
    assert_eq!(said.code, Some(0), "{}", said.stderr);
    let successor = key_ids(&deployment);
    assert!(successor.len() == 1 && successor[0] != stolen && said.stdout.contains(&successor[0]));
    eventually("the server refuses what the key signed", || !is_active(&server, &access));
    let published = server.get("/api/auth/jwks").body;
    assert!(published.contains(&successor[0]) && !published.contains(&stolen), "{published}");
    let (status, body) = refresh(&server, &first);
    assert_eq!(status, 200, "no program has to be signed in anew: {body}");
    assert!(is_active(&server, &pair(&body).0) && server.is_signed_in(&cookie));

    // One that only stays published is withdrawn like any other, and the one that signs goes on.
    assert_eq!(deployment.run(&["key", "rotate"]).code, Some(0));
    assert_eq!(deployment.run(&["key", "revoke", &successor[0]]).code, Some(0));
    let left = key_ids(&deployment);
    assert!(left.len() == 1 && left != successor, "{left:?}");
    eventually("that one is gone too", || !is_active(&server, &pair(&body).0));
}

// T-2, T-6, C-8, R-1
#[test]
fn what_the_database_and_the_log_hold_opens_nothing_and_a_stolen_token_leaves_its_trace() {
    let deployment = deployment().with("STAYD_TOKEN_REFRESH_GRACE", "0").with("STAYD_LOG", "debug");
    let server = deployment.serve(&[]);
    let cookie = server.sign_up("ada@example.com");
    let (access, first) = issue(&server, &cookie);
    let (_, body) = refresh(&server, &first);
    let (_, second) = pair(&body);
    assert_eq!(refresh(&server, &first).0, 400, "without a grace it is reuse at once");
    assert!(!is_active(&server, &access) && !is_active(&server, &second));
    assert!(server.is_signed_in(&cookie));
    let said = server.stop();
    assert!(said.stderr.contains("refresh-token-reused"), "{}", said.stderr);
    assert!(said.stderr.contains("reason=\"token-reused\""), "{}", said.stderr);
    let secrets = [&access, &first, &second];
    let secret_part = |token: &str| token.rsplit('.').next().unwrap().to_owned();
    for name in ["stayd.db", "stayd.db-wal"] {
        let Ok(bytes) = fs::read(deployment.path(name)) else { continue };
        for secret in secrets {
            let part = secret_part(secret);
            assert!(!bytes.windows(part.len()).any(|window| window == part.as_bytes()), "{name}");
        }
    }
    for secret in secrets {
        assert!(!said.stderr.contains(&secret_part(secret)), "a token is in the log");
    }
}

// J-9
#[test]
fn a_token_of_one_server_is_worthless_at_another_with_the_same_secret() {
    for algorithm in ["HS256", "ES256"] {
        let here = deployment().with("STAYD_TOKEN_ALGORITHM", algorithm);
        let there = deployment().with("STAYD_TOKEN_ALGORITHM", algorithm);
        let (here, there) = (here.serve(&[]), there.serve(&[]));
        let (access, refresh) = issue(&here, &here.sign_up("ada@example.com"));
        assert!(is_active(&here, &access) && is_active(&here, &refresh), "{algorithm}");
        assert!(!is_active(&there, &access) && !is_active(&there, &refresh), "{algorithm}");
        if algorithm == "HS256" {
            assert_eq!(here.get("/api/auth/jwks").body, "{\"keys\":[]}");
        }
    }
}

#[test]
fn settings_of_tokens_that_make_no_sense_stop_the_start() {
    for (name, value, setting) in [
        ("STAYD_TOKEN_ALGORITHM", "none", "token.algorithm"),
        ("STAYD_TOKEN_ALGORITHM", "RS256", "token.algorithm"),
        ("STAYD_TOKEN_LIFETIME", "2d", "token.lifetime"),
        ("STAYD_TOKEN_EXPIRED_GRACE", "13h", "token.expired_grace"),
        ("STAYD_BACKENDS", "api:short", "backends"),
    ] {
        let said = Deployment::new().with(name, value).run(&["serve"]);
        assert_eq!(said.code, Some(2), "{}", said.stderr);
        assert!(said.stderr.contains(setting), "{}", said.stderr);
    }
    let said = Deployment::new().with("STAYD_BACKENDS", "api:short-canary").run(&["serve"]);
    assert!(!said.stderr.contains("canary"), "{}", said.stderr);
}
