//! Changes at a server that demands a CSRF token of whatever carries cookies, and what they cost in requests.

#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on fails")]

use std::sync::atomic::Ordering;

use crate::support::{EMAIL, PASSWORD, Server, read, replace};
use stayd_client::{Client, Storage};
use stayd_engine::Rotation;
use stayd_server::CsrfMode;

/// The status of a change, and how many requests it took.
async fn change(server: &Server, client: &Client) -> (u16, usize) {
    server.seen.requests.store(0, Ordering::SeqCst);
    let request = client.http().post(format!("{}/update-user", server.address));
    let request = request.header("content-type", "application/json").body(r#"{"name":"Ada"}"#);
    let answer = client.request(request).await.unwrap();
    (answer.status().as_u16(), server.seen.requests.load(Ordering::SeqCst))
}

#[tokio::test]
async fn where_a_token_is_required_a_change_takes_one_request_and_a_lost_token_one_more() {
    let server = Server::start_with(Rotation::Strict, CsrfMode::Required).await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("session");
    let client = server.client(Storage::file(&file)).build().await.unwrap();
    client.ready().await;
    server.seen.requests.store(0, Ordering::SeqCst);
    client.sign_up("Ada", EMAIL, PASSWORD).await.unwrap().expect("signed in as well");
    assert_eq!(server.seen.requests.load(Ordering::SeqCst), 2, "a sign-up and a check");
    assert_eq!(change(&server, &client).await, (200, 1));
    assert_eq!(change(&server, &client).await, (200, 1));
    client.close().await;

    for token in ["a token of somebody else", ""] {
        let mut kept = read(&file);
        let cookies = kept["cookies"].as_array_mut().unwrap();
        let at = cookies.iter().position(|cookie| cookie["name"] == "better-auth.csrf_token").unwrap();
        if token.is_empty() {
            cookies.remove(at);
        } else {
            cookies[at]["value"] = token.into();
        }
        replace(&file, kept.to_string().as_bytes());
        let client = server.client(Storage::file(&file)).build().await.unwrap();
        client.ready().await;
        let (status, requests) = change(&server, &client).await;
        assert!(status == 200 && requests <= 2, "{status} {requests}");
        assert_eq!(change(&server, &client).await, (200, 1), "the right one is kept");
        client.close().await;
    }

    let client = server.client(Storage::file(&file)).build().await.unwrap();
    client.ready().await;
    server.seen.requests.store(0, Ordering::SeqCst);
    client.sign_out().await.unwrap();
    assert_eq!(server.seen.requests.load(Ordering::SeqCst), 1);
    client.sign_in(EMAIL, PASSWORD).await.unwrap();
    assert_eq!(
        server.seen.requests.load(Ordering::SeqCst),
        3,
        "a visitor needs no token: a sign-in and a check"
    );
}

#[tokio::test]
async fn a_refusal_that_brings_no_other_token_is_the_answer() {
    let server = Server::start(Rotation::Off).await;
    let client = server.signed_up(Storage::memory()).await;
    let body = r#"{"code":"CSRF_TOKEN_INVALID","message":"no"}"#.to_owned();
    server.answer_instead(Some((403, vec![("content-type", "application/json".to_owned())], body)));
    assert_eq!(change(&server, &client).await, (403, 1));
    assert!(client.session().is_some(), "nobody is signed out by it");
}
