//! Tokens that nobody may get in with. The same list is tried against Python and Node, which must say the same.

use std::fs;

use axum::http::{HeaderMap, header};
use serde_json::Value;
use stayd_protocol::Timestamp;
use stayd_protocol::jws::KeySet;
use stayd_verify::{Clock, Refusal, Verify};
use std::sync::Arc;

use crate::back_end::text;
use crate::vectors::{self, FILE, ISSUER, NOW_S};

struct Then;

impl Clock for Then {
    fn now(&self) -> Timestamp {
        Timestamp::from_ms(NOW_S * 1000)
    }
}

fn vectors() -> Value {
    serde_json::from_str(&fs::read_to_string(FILE).expect("STAYD_WRITE_VECTORS=1 writes it")).unwrap()
}

#[test]
fn the_list_of_tokens_is_what_is_made_here() {
    let made = format!("{:#}\n", vectors::make());
    if std::env::var_os("STAYD_WRITE_VECTORS").is_some() {
        fs::write(FILE, &made).unwrap();
    }
    assert!(fs::read_to_string(FILE).unwrap() == made, "run the test with STAYD_WRITE_VECTORS=1");
}

/// Publishes the keys of the list.
async fn publish() -> (String, Arc<std::sync::atomic::AtomicUsize>) {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let requests = Arc::new(std::sync::atomic::AtomicUsize::new(0));
    let seen = Arc::clone(&requests);
    let jwks = vectors()["jwks"].to_string();
    assert!(!KeySet::from_jwks(jwks.as_bytes()).unwrap().is_empty());
    let router = axum::Router::new().fallback(move || {
        seen.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
        let jwks = jwks.clone();
        async move { jwks }
    });
    tokio::spawn(async move { axum::serve(listener, router).await });
    (address, requests)
}

fn verifier_at(address: String) -> Verify {
    let http = reqwest::Client::builder().no_proxy();
    Verify::new(address)
        .issuer(ISSUER)
        .secret(crate::server::SECRET)
        .without_feed()
        .clock(Arc::new(Then))
        .http(http)
}

// C-13
#[tokio::test]
async fn what_was_found_good_in_one_place_opens_nothing_in_the_other() {
    let (address, _) = publish().await;
    let verifier = verifier_at(address).start().unwrap();
    let list = vectors();
    let access = list["tokens"][0]["token"].as_str().unwrap();
    let [token, data] = ["token", "data"].map(|name| list["cookies"][0][name].as_str().unwrap());
    let shows =
        |name: header::HeaderName, value: &str| HeaderMap::from_iter([(name, value.parse().unwrap())]);
    let cookie = format!("better-auth.session_token={token}; better-auth.session_data={data}");
    verifier.check(&shows(header::COOKIE, &cookie)).await.unwrap();
    verifier.check(&shows(header::AUTHORIZATION, &format!("Bearer {access}"))).await.unwrap();
    let planted = shows(header::COOKIE, &format!("better-auth.session_token={access}"));
    assert_eq!(verifier.check(&planted).await.unwrap_err(), Refusal::Invalid);
}

// J-1 to J-5, J-8, J-9: and all of them are answered alike.
#[tokio::test]
async fn hostile_tokens_are_refused_with_one_answer_and_good_ones_are_not() {
    let (address, _) = publish().await;
    let verifier = verifier_at(address).start().unwrap();
    let list = vectors();
    let (mut refused, mut answers) = (0, std::collections::HashSet::new());
    for vector in list["tokens"].as_array().unwrap() {
        let name = vector["name"].as_str().unwrap();
        let mut headers = HeaderMap::new();
        // A line break does not even fit into a header.
        let Ok(value) = format!("Bearer {}", vector["token"].as_str().unwrap()).parse() else { continue };
        headers.insert(header::AUTHORIZATION, value);
        // HTTP drops what blanks stand around a value.
        if name == "a blank before it" {
            continue;
        }
        match verifier.check(&headers).await {
            Ok(session) => {
                assert_eq!(vector["accepted"], true, "{name}");
                assert_eq!((session.user_id(), session.id()), ("zoe", "session-1"));
            }
            Err(refusal) => {
                assert_eq!((refusal, &vector["accepted"]), (Refusal::Invalid, &false.into()), "{name}");
                refused += 1;
                let response = axum::response::IntoResponse::into_response(refusal);
                let shown = format!("{:?}", (response.status(), response.headers()));
                answers.insert(shown + &text(response).await);
            }
        }
    }
    assert_eq!((answers.len(), verifier.counts().refused), (1, refused));
    assert!(refused > 100, "{refused}");
}

// J-2: a token cannot make the verifier go anywhere.
#[tokio::test]
async fn a_listener_that_tokens_name_stays_silent() {
    let trap = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    trap.set_nonblocking(true).unwrap();
    let named = format!("http://{}/keys", trap.local_addr().unwrap());
    let (address, requests) = publish().await;
    let http = reqwest::Client::builder().no_proxy();
    let verifier = Verify::new(address).issuer(ISSUER).without_feed().http(http).start().unwrap();
    for token in vectors::leading_to(&named) {
        let mut headers = HeaderMap::new();
        headers.insert(header::AUTHORIZATION, format!("Bearer {token}").parse().unwrap());
        assert_eq!(verifier.check(&headers).await, Err(Refusal::Invalid));
    }
    assert_eq!(trap.accept().unwrap_err().kind(), std::io::ErrorKind::WouldBlock, "nobody came");
    assert!(requests.load(std::sync::atomic::Ordering::SeqCst) <= 1);
}
