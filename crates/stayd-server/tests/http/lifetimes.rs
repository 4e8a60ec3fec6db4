//! Renewal and expiry, as a browser sees them.

use crate::browser::{Browser, config, serve};
use crate::engine::World;
use serde_json::json;
use std::time::Duration;

const DAY: Duration = Duration::from_hours(24);

#[tokio::test]
async fn a_session_in_use_is_renewed_once_a_day_with_the_same_token() {
    let world = World::new();
    let mut browser = Browser::new(&serve(&world, config()));
    browser.sign_up("zoe@example.com").await;
    let before = browser.jar.clone();
    world.clock.forward(DAY.checked_sub(Duration::from_secs(1)).unwrap());
    assert!(browser.get("/get-session").await.set_cookies().is_empty());
    world.clock.forward(Duration::from_secs(1));
    let answer = browser.get("/get-session").await;
    let [cookie] = answer.set_cookies().try_into().unwrap();
    assert!(cookie.contains("; Max-Age=604800; "), "{cookie}");
    assert_eq!(browser.jar, before);
    let expected = world.engine.now().plus(7 * DAY).to_string();
    assert_eq!(answer.json()["session"]["expiresAt"], expected);
    assert!(browser.get("/get-session").await.set_cookies().is_empty());
}

#[tokio::test]
async fn a_renewal_happens_in_whatever_route_the_session_is_used() {
    let world = World::with(|policy| policy.sessions.fresh_age = Duration::ZERO);
    let mut browser = Browser::new(&serve(&world, config()));
    browser.sign_up("zoe@example.com").await;
    world.clock.forward(DAY);
    assert_eq!(browser.get("/list-sessions").await.set_cookies().len(), 1);
}

#[tokio::test]
async fn a_request_may_ask_not_to_renew() {
    let world = World::new();
    let mut browser = Browser::new(&serve(&world, config()));
    browser.sign_up("zoe@example.com").await;
    world.clock.forward(DAY);
    assert!(browser.get("/get-session?disableRefresh=true").await.set_cookies().is_empty());
    assert!(!browser.get("/get-session").await.set_cookies().is_empty());
}

#[tokio::test]
async fn forty_requests_at_the_moment_of_renewal_are_one_renewal() {
    let world = World::new();
    let mut browser = Browser::new(&serve(&world, config()));
    browser.sign_up("zoe@example.com").await;
    world.clock.forward(DAY);
    let requests: Vec<_> = (0..40)
        .map(|_| {
            let mut browser = browser.clone();
            tokio::spawn(
                async move { browser.get("/get-session").await.json()["session"]["expiresAt"].clone() },
            )
        })
        .collect();
    let expected = json!(world.engine.now().plus(7 * DAY).to_string());
    for request in requests {
        assert_eq!(request.await.unwrap(), expected);
    }
}

#[tokio::test]
async fn an_expired_session_is_nobodys_and_its_cookies_go() {
    let world = World::new();
    let mut browser = Browser::new(&serve(&world, config()));
    browser.sign_up("zoe@example.com").await;
    world.clock.forward(7 * DAY);
    assert!(!browser.is_signed_in().await);
    assert!(browser.jar.is_empty());
}

#[tokio::test]
async fn what_needs_freshness_is_refused_a_day_after_sign_in_though_the_session_was_renewed() {
    let world = World::new();
    let mut browser = Browser::new(&serve(&world, config()));
    browser.sign_up("zoe@example.com").await;
    world.clock.forward(DAY);
    assert!(browser.is_signed_in().await);
    let answer = browser.get("/list-sessions").await;
    assert_eq!((answer.status.as_u16(), answer.json()["code"].as_str()), (403, Some("SESSION_NOT_FRESH")));
}
