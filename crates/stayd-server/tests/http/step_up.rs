//! What asks for a fresh session, and how one becomes fresh again (L-10, L-11).

use crate::browser::{Browser, config, serve};
use crate::engine::{PASSWORD, World};
use serde_json::json;
use stayd_engine::SessionPolicy;
use stayd_server::ServerConfig;
use std::time::Duration;

const FRESH: Duration = Duration::from_mins(15);

fn strict() -> World {
    World::with(|policy| policy.sessions = SessionPolicy::strict())
}

async fn signed_up(world: &World) -> Browser {
    let mut browser = Browser::new(&serve(world, config()));
    browser.sign_up("zoe@example.com").await;
    browser
}

// L-10, L-11
#[tokio::test]
async fn a_quarter_of_an_hour_after_the_sign_in_every_sensitive_route_asks_for_a_step_up() {
    let world = strict();
    let mut browser = signed_up(&world).await;
    browser.sign_in("zoe@example.com", true).await;
    let mut other = Browser::new(&serve(&world, config()));
    let of_other = other.sign_in("zoe@example.com", true).await.json()["token"].clone();
    world.clock.forward(FRESH);
    assert!(browser.is_signed_in().await);
    let sensitive = [
        ("/change-email", json!({"newEmail": "new@example.com"})),
        ("/revoke-session", json!({ "token": of_other })),
        ("/revoke-sessions", json!({})),
        ("/revoke-other-sessions", json!({})),
        ("/delete-user", json!({})),
        ("/unlink-account", json!({"accountId": "x"})),
        ("/devices/end", json!({"others": true})),
        ("/token", json!({})),
    ];
    for (path, body) in &sensitive {
        let answer = browser.post(path, body.clone()).await;
        let code = answer.json()["code"].clone();
        assert_eq!((answer.status.as_u16(), code), (403, json!("SESSION_NOT_FRESH")), "{path}");
    }
    assert_eq!(browser.get("/list-sessions").await.status, 403);
    assert!(browser.is_signed_in().await && other.is_signed_in().await, "nothing was changed");

    assert_eq!(browser.post("/step-up", json!({"password": PASSWORD})).await.status, 200);
    assert_eq!(browser.get("/list-sessions").await.status, 200);
    assert_eq!(browser.post("/revoke-session", json!({ "token": of_other })).await.status, 200);
    assert!(!other.is_signed_in().await);
    world.clock.forward(FRESH);
    assert_eq!(browser.get("/list-sessions").await.status, 403);
}

// L-11
#[tokio::test]
async fn a_renewed_session_is_not_fresh() {
    let world = strict();
    let mut browser = Browser::new(&serve(&world, config()));
    browser.sign_up("zoe@example.com").await;
    browser.sign_in("zoe@example.com", true).await;
    world.clock.forward(Duration::from_hours(24));
    let renewed = browser.get("/get-session").await;
    assert!(!renewed.set_cookies().is_empty(), "it was renewed");
    assert_eq!(browser.get("/list-sessions").await.status, 403);
}

// L-5, L-11
#[tokio::test]
async fn a_step_up_replaces_the_token_and_keeps_the_session() {
    let world = strict();
    let mut browser = signed_up(&world).await;
    let before = browser.get("/get-session").await.json();
    let mut old = browser.clone();
    world.clock.forward(FRESH);
    let answer = browser.post("/step-up", json!({"password": PASSWORD})).await;
    let until = world.engine.now().plus(FRESH).to_string();
    assert_eq!(answer.json(), json!({"status": true, "freshUntil": until}));
    assert_ne!(browser.jar, old.jar);
    let after = browser.get("/get-session").await.json();
    for field in ["id", "createdAt", "expiresAt"] {
        assert_eq!(after["session"][field], before["session"][field], "{field}");
    }
    world.clock.forward(Duration::from_mins(1));
    assert!(!old.is_signed_in().await && browser.is_signed_in().await);
}

#[tokio::test]
async fn a_wrong_password_makes_nothing_fresh_and_is_counted() {
    let world = strict();
    let mut browser = Browser::new(&serve(&world, ServerConfig { rate_limit: true, ..config() }));
    browser.sign_up("zoe@example.com").await;
    world.clock.forward(FRESH);
    for _ in 0..10 {
        let answer = browser.post("/step-up", json!({"password": "wrong password"})).await;
        assert_eq!((answer.status.as_u16(), answer.json()["code"].as_str()), (400, Some("INVALID_PASSWORD")));
        assert!(answer.set_cookies().is_empty());
        world.clock.forward(Duration::from_secs(4));
    }
    let refused = browser.post("/step-up", json!({"password": PASSWORD})).await;
    assert_eq!(refused.status, 429);
    assert!(refused.header("retry-after").is_some());
    assert_eq!(browser.get("/list-sessions").await.status, 403);
    assert!(browser.is_signed_in().await);
}

#[tokio::test]
async fn who_is_not_signed_in_cannot_step_up() {
    let world = strict();
    let mut browser = Browser::new(&serve(&world, config()));
    assert_eq!(browser.post("/step-up", json!({"password": PASSWORD})).await.status, 401);
    signed_up(&world).await;
    assert_eq!(browser.post("/step-up", json!({})).await.status, 400);
}

#[tokio::test]
async fn the_own_session_can_be_ended_without_a_step_up() {
    let world = strict();
    let mut browser = signed_up(&world).await;
    let own = browser.get("/get-session").await.json()["session"]["id"].clone();
    world.clock.forward(FRESH);
    assert_eq!(browser.post("/revoke-session", json!({ "token": own })).await.status, 200);
    assert!(!browser.is_signed_in().await);
}

#[tokio::test]
async fn as_better_auth_does_it_only_the_protocols_own_routes_ask_and_a_day_is_fresh() {
    let world = World::new();
    let mut browser = signed_up(&world).await;
    world.clock.forward(Duration::from_hours(24));
    assert_eq!(browser.get("/list-sessions").await.status, 403);
    assert_eq!(browser.post("/revoke-other-sessions", json!({})).await.status, 200);
    assert_eq!(browser.post("/step-up", json!({"password": PASSWORD})).await.status, 200);
    assert_eq!(browser.get("/list-sessions").await.status, 200);
}
