//! What ends at the server ends here, and what cannot be known is not believed.

use serde_json::json;
use stayd_verify::WhenDeaf;
use std::time::{Duration, Instant};

use crate::back_end::{BackEnd, PATIENCE, eventually, verify};
use crate::network::{Network, State};
use crate::server::{Browser, Server};

async fn accepts(back_end: &BackEnd, browser: &Browser) -> u16 {
    back_end.status("/me", ("cookie", &browser.cookies())).await
}

// J-7 (cookies), P2
#[tokio::test]
async fn a_session_that_was_ended_is_refused_here_without_asking() {
    let server = Server::start().await;
    let back_end = BackEnd::new(verify(server.address, server.address, &server.clock));
    back_end.hears(true).await;
    let there = server.sign_up("zoe@example.com").await;
    let mut here = server.sign_in("zoe@example.com").await;
    assert_eq!((accepts(&back_end, &there).await, accepts(&back_end, &here).await), (200, 200));
    assert_eq!(here.post("/revoke-other-sessions", &json!({})).await, 200);
    let ended = Instant::now();
    while accepts(&back_end, &there).await != 401 {
        assert!(ended.elapsed() < PATIENCE, "still honoured");
    }
    assert_eq!(accepts(&back_end, &here).await, 200);
    assert_eq!(back_end.verifier.counts().asked, 0);
}

#[tokio::test]
async fn after_a_change_of_the_person_or_of_everybody_the_server_is_asked_once() {
    let server = Server::start().await;
    let back_end = BackEnd::new(verify(server.address, server.address, &server.clock));
    back_end.hears(true).await;
    let mut browser = server.sign_up("zoe@example.com").await;
    let old = browser.cookies();
    assert_eq!(accepts(&back_end, &browser).await, 200);
    server.clock.forward(Duration::from_secs(1));
    assert_eq!(browser.post("/update-user", &json!({"name": "Zora"})).await, 200);
    let asked = |back_end: &BackEnd| back_end.verifier.counts().asked;
    let deadline = Instant::now() + PATIENCE;
    while asked(&back_end) == 0 {
        assert_eq!(back_end.status("/me", ("cookie", &old)).await, 200);
        assert!(Instant::now() < deadline, "the change is not heard of");
    }
    assert_eq!(back_end.status("/me", ("cookie", &old)).await, 200);
    assert_eq!(asked(&back_end), 1);
}

// P2: who cannot hear of ends does not believe what it knows.
#[tokio::test]
async fn while_the_feed_is_not_heard_the_server_is_asked_and_without_it_nobody_passes() {
    let server = Server::start().await;
    let network = Network::before(server.address).await;
    let back_end = BackEnd::new(verify(network.address, server.address, &server.clock));
    back_end.hears(true).await;
    let there = server.sign_up("zoe@example.com").await;
    let mut here = server.sign_in("zoe@example.com").await;
    assert_eq!(accepts(&back_end, &there).await, 200);

    // Nothing passes any more, and nothing says so: three signs of life are missing.
    network.becomes(State::Silent);
    assert_eq!(here.post("/revoke-other-sessions", &json!({})).await, 200);
    back_end.hears(false).await;
    assert_eq!((accepts(&back_end, &there).await, accepts(&back_end, &here).await), (503, 503));
    let refused = back_end.get("/me", ("cookie", &here.cookies())).await;
    assert_eq!(refused.headers()["retry-after"], "1");

    // When it is back, what was missed has been made up for.
    network.becomes(State::Cut);
    network.becomes(State::Works);
    back_end.hears(true).await;
    assert_eq!((accepts(&back_end, &there).await, accepts(&back_end, &here).await), (401, 200));
}

#[tokio::test]
async fn a_back_end_may_be_told_to_have_patience_or_none() {
    let server = Server::start().await;
    let network = Network::before(server.address).await;
    let settings = || verify(network.address, server.address, &server.clock);
    let patient = BackEnd::new(settings().when_deaf(WhenDeaf::TrustFor(Duration::from_mins(1))));
    let strict = BackEnd::new(settings().when_deaf(WhenDeaf::Refuse));
    let browser = server.sign_up("zoe@example.com").await;
    for back_end in [&patient, &strict] {
        back_end.hears(true).await;
        assert_eq!(accepts(back_end, &browser).await, 200);
    }
    network.becomes(State::Cut);
    for back_end in [&patient, &strict] {
        back_end.hears(false).await;
    }
    assert_eq!((accepts(&patient, &browser).await, accepts(&strict, &browser).await), (200, 503));
    assert_eq!(strict.verifier.counts().asked, 0);
}

#[tokio::test]
async fn the_feed_is_given_up_with_the_last_verifier() {
    let server = Server::start().await;
    let back_end = BackEnd::new(verify(server.address, server.address, &server.clock));
    back_end.hears(true).await;
    drop(back_end);
    // With room for one follower, the next finds it free.
    eventually("the place is free", || server.engine.follow_revocations(None, 1).is_some()).await;
}
