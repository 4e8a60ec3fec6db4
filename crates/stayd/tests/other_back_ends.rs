//! Back ends beside the real binary: what it signs is checked there, and what it ends is refused there.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on fails")]

mod support;

use axum::http::{HeaderMap, HeaderName, header};
use stayd_verify::{Refusal, Verifier, Verify};
use std::time::Instant;
use support::{Answer, Deployment, PATIENCE, SECRET, Server};

fn deployment() -> Deployment {
    let backends = format!("orders:{SECRET}");
    Deployment::new().with("STAYD_BACKENDS", &backends).with("STAYD_COOKIE_CACHE", "5m")
}

/// A verifier for this server that hears its feed.
async fn verifier(server: &Server) -> Verifier {
    let verifier = Verify::new(format!("http://{}", server.address))
        .backend("orders", SECRET)
        .secret(SECRET)
        // This machine's proxies have no part in it.
        .http(reqwest::Client::builder().no_proxy())
        .start()
        .unwrap();
    until("the feed is heard", async || verifier.hears()).await;
    verifier
}

/// Waits until something holds.
async fn until(what: &str, mut holds: impl AsyncFnMut() -> bool) {
    let begun = Instant::now();
    while !holds().await {
        assert!(begun.elapsed() < PATIENCE, "{what}");
        tokio::task::yield_now().await;
    }
}

fn post(server: &Server, path: &str, cookies: &str, body: &str) -> Answer {
    let origin = format!("http://{}", server.address);
    let answer = server.request("POST", path, &[("Origin", &origin), ("Cookie", cookies)], body);
    assert_eq!(answer.status, 200, "{path}: {}", answer.body);
    answer
}

/// The cookies that an answer sets, as a browser sends them.
fn cookies(answer: &Answer) -> String {
    let set = answer.headers.iter().filter(|(name, _)| name == "set-cookie");
    set.filter_map(|(_, value)| value.split(';').next()).collect::<Vec<_>>().join("; ")
}

fn sign_up(server: &Server, email: &str) -> String {
    let body = format!(r#"{{"name":"Ada","email":"{email}","password":"correct horse battery"}}"#);
    cookies(&post(server, "/api/auth/sign-up/email", "", &body))
}

fn sign_in(server: &Server, email: &str) -> String {
    let body = format!(r#"{{"email":"{email}","password":"correct horse battery"}}"#);
    cookies(&post(server, "/api/auth/sign-in/email", "", &body))
}

fn access_token(server: &Server, cookies: &str) -> String {
    let answer = post(server, "/api/auth/token", cookies, "{}");
    let found: serde_json::Value = serde_json::from_str(&answer.body).unwrap();
    found["access_token"].as_str().unwrap().to_owned()
}

fn shows(name: &HeaderName, value: &str) -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert(name, value.parse().unwrap());
    headers
}

// J-7, P2
#[tokio::test]
async fn a_revoked_session_is_refused_everywhere_whatever_is_shown_of_it() {
    let deployment = deployment();
    let server = deployment.serve(&[]);
    let verifier = verifier(&server).await;
    let there = sign_up(&server, "ada@example.com");
    let here = sign_in(&server, "ada@example.com");
    let token = access_token(&server, &there);
    let by_cookie = shows(&header::COOKIE, &there);
    let by_token = shows(&header::AUTHORIZATION, &format!("Bearer {token}"));
    let person = verifier.check(&by_cookie).await.unwrap();
    assert_eq!(verifier.check(&by_token).await.unwrap().user_id(), person.user_id());
    assert!(person.user().is_some_and(|user| user.email == "ada@example.com"));

    // A token counts whole seconds: one of the very second in which the server started is asked about.
    let asked = verifier.counts().asked;
    post(&server, "/api/auth/revoke-other-sessions", &here, "{}");
    for shown in [&by_cookie, &by_token] {
        until("still honoured", async || verifier.check(shown).await == Err(Refusal::Invalid)).await;
    }
    assert!(verifier.check(&shows(&header::COOKIE, &here)).await.is_ok());
    assert_eq!(verifier.counts().asked, asked, "it was told, and did not ask");
}

// P2: what another process ends, nobody tells; but everybody is asked about.
#[tokio::test]
async fn what_an_operator_ends_in_the_database_is_refused_as_well() {
    let deployment = deployment();
    let server = deployment.serve(&[]);
    let verifier = verifier(&server).await;
    let cookies = sign_up(&server, "ada@example.com");
    let by_token = shows(&header::AUTHORIZATION, &format!("Bearer {}", access_token(&server, &cookies)));
    let by_cookie = shows(&header::COOKIE, &cookies);
    let id = verifier.check(&by_cookie).await.unwrap().id().to_owned();
    assert!(verifier.check(&by_token).await.is_ok());
    let ended = deployment.run(&["session", "end", &id]);
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    for shown in [&by_cookie, &by_token] {
        until("still honoured", async || verifier.check(shown).await == Err(Refusal::Invalid)).await;
    }
}

// J-9
#[tokio::test]
async fn a_token_of_one_deployment_is_worthless_in_another_with_the_same_secret() {
    for algorithm in ["HS256", "EdDSA", "ES256"] {
        let deployments =
            [deployment(), deployment()].map(|one| one.with("STAYD_TOKEN_ALGORITHM", algorithm));
        let [server, other] = deployments.map(|one| one.serve(&[]));
        let token = access_token(&server, &sign_up(&server, "ada@example.com"));
        let shown = shows(&header::AUTHORIZATION, &format!("Bearer {token}"));
        assert!(verifier(&server).await.check(&shown).await.is_ok(), "{algorithm}");
        assert_eq!(verifier(&other).await.check(&shown).await, Err(Refusal::Invalid), "{algorithm}");
    }
}
