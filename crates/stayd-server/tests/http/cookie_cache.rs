//! The session-data cookie: believed without the store, and never longer than the truth.

use crate::browser::{Browser, caching, config, serve};
use crate::engine::World;
use serde_json::json;
use stayd_protocol::Strategy;
use std::sync::Arc;
use std::time::Duration;

const DATA: &str = "better-auth.session_data";

fn world() -> World {
    let world = World::with(|policy| policy.sessions.cookie_cache = Duration::from_mins(5));
    world.clock.forward(Duration::from_secs(1));
    world
}

#[tokio::test]
async fn every_form_of_the_cookie_is_believed_without_asking_the_store() {
    for strategy in [Strategy::Compact, Strategy::Jwt, Strategy::Jwe] {
        let world = world();
        let mut browser = Browser::new(&serve(&world, caching(strategy)));
        browser.sign_up("zoe@example.com").await;
        assert!(browser.jar.contains_key(DATA));
        // Gone from the store behind the engine's back: only the cookie can still say who this is.
        let user = browser.get("/get-session").await.json()["user"]["id"].as_str().unwrap().to_owned();
        world.store.delete_user(&user).await.unwrap();
        assert!(browser.is_signed_in().await, "{strategy:?}");
        world.clock.forward(Duration::from_mins(5));
        assert!(!browser.is_signed_in().await, "then the store is asked again");
    }
}

#[tokio::test]
async fn a_revocation_holds_against_the_cookie() {
    let world = world();
    let router = serve(&world, caching(Strategy::Compact));
    let (mut here, mut there) = (Browser::new(&router), Browser::new(&router));
    here.sign_up("zoe@example.com").await;
    there.sign_in("zoe@example.com", true).await;
    assert!(there.is_signed_in().await);
    here.post("/revoke-other-sessions", json!({})).await;
    assert!(there.jar.contains_key(DATA));
    assert!(!there.is_signed_in().await);
    assert!(here.is_signed_in().await);
}

#[tokio::test]
async fn a_revocation_holds_against_the_cookie_after_a_restart() {
    let world = world();
    let mut browser = Browser::new(&serve(&world, caching(Strategy::Compact)));
    browser.sign_up("zoe@example.com").await;
    let mut stolen = browser.clone();
    browser.post("/sign-out", json!({})).await;
    world.clock.forward(Duration::from_millis(1));

    let restarted = World::over(Arc::clone(&world.store), |policy| {
        policy.sessions.cookie_cache = Duration::from_mins(5);
    });
    restarted.clock.set(world.engine.now());
    let mut seen = u64::MAX;
    restarted.engine.notice_foreign_writes(&mut seen).await.unwrap();
    let mut stolen_there = stolen.at(&serve(&restarted, caching(Strategy::Compact)));
    assert!(!stolen_there.is_signed_in().await);
    assert!(!stolen.is_signed_in().await);
}

#[tokio::test]
async fn the_cookie_of_one_session_says_nothing_beside_the_token_of_another() {
    let world = world();
    let router = serve(&world, caching(Strategy::Compact));
    let (mut zoe, mut max) = (Browser::new(&router), Browser::new(&router));
    zoe.sign_up("zoe@example.com").await;
    max.sign_up("max@example.com").await;
    let data = zoe.jar[DATA].clone();
    max.jar.insert(DATA.into(), data);
    assert_eq!(max.get("/get-session").await.json()["user"]["email"], "max@example.com");
}

#[tokio::test]
async fn the_cookie_alone_signs_nobody_in() {
    let world = world();
    let mut browser = Browser::new(&serve(&world, caching(Strategy::Compact)));
    browser.sign_up("zoe@example.com").await;
    browser.jar.remove("better-auth.session_token");
    assert!(!browser.is_signed_in().await);
}

#[tokio::test]
async fn a_change_of_name_shows_at_once_in_every_browser() {
    let world = world();
    let router = serve(&world, caching(Strategy::Compact));
    let (mut here, mut there) = (Browser::new(&router), Browser::new(&router));
    here.sign_up("zoe@example.com").await;
    there.sign_in("zoe@example.com", true).await;
    here.post("/update-user", json!({"name": "Zoe the Second"})).await;
    for browser in [&mut here, &mut there] {
        assert_eq!(browser.get("/get-session").await.json()["user"]["name"], "Zoe the Second");
    }
}

#[tokio::test]
async fn garbage_in_the_cookie_is_a_miss_and_no_error() {
    let world = world();
    let mut browser = Browser::new(&serve(&world, caching(Strategy::Compact)));
    browser.sign_up("zoe@example.com").await;
    for garbage in ["", "%%%", "a.b.c", "e30", "bnVsbA", "\u{fc}\u{fc}"] {
        browser.jar.insert(DATA.into(), garbage.into());
        assert!(browser.is_signed_in().await, "{garbage}");
        assert!(browser.jar[DATA].len() > 100, "and it is written anew");
    }
}

#[tokio::test]
async fn a_cookie_left_over_from_before_is_cleared_where_the_cache_is_off() {
    let world = world();
    let mut browser = Browser::new(&serve(&world, caching(Strategy::Compact)));
    browser.sign_up("zoe@example.com").await;
    let mut browser = browser.at(&serve(&world, config()));
    assert!(browser.is_signed_in().await);
    assert!(!browser.jar.contains_key(DATA));
}
