//! What a sign-in, and each change of what a token opens, does to the token that was there before.

use crate::browser::{Browser, config, serve};
use crate::engine::{PASSWORD, World};
use serde_json::json;
use stayd_engine::{Device, Rotation, SessionKind};
use stayd_protocol::Signer;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

const TOKEN: &str = "better-auth.session_token";
/// Longer than a predecessor works.
const AFTER_THE_GRACE: Duration = Duration::from_secs(21);

fn rotating() -> World {
    World::with(|policy| policy.sessions.kinds.rotate(Rotation::Grace))
}

// L-3
#[tokio::test]
async fn a_sign_in_and_a_sign_up_end_the_session_that_the_browser_held() {
    let world = World::new();
    let mut browser = Browser::new(&serve(&world, config()));
    browser.sign_up("zoe@example.com").await;
    for step in ["sign in", "sign up", "sign in as somebody else"] {
        let mut replayed = browser.clone();
        assert!(replayed.is_signed_in().await, "before: {step}");
        let answer = match step {
            "sign up" => browser.sign_up("max@example.com").await,
            _ => browser.sign_in("zoe@example.com", true).await,
        };
        assert_eq!(answer.status, 200, "{step}");
        assert_ne!(browser.jar[TOKEN], replayed.jar.get(TOKEN).cloned().unwrap_or_default(), "{step}");
        assert!(!replayed.is_signed_in().await && browser.is_signed_in().await, "{step}");
    }
}

// L-4
#[tokio::test]
async fn a_cookie_planted_before_the_sign_in_opens_nothing_after_it() {
    let world = World::new();
    let router = serve(&world, config());
    let mut victim = Browser::new(&router);
    victim.sign_up("zoe@example.com").await;
    let mut attacker = Browser::new(&router);
    attacker.sign_up("mallory@example.com").await;
    let unknown = Signer::new(&crate::engine::secrets()).sign("PlantedPlantedPlantedPlanted0000");
    for planted in ["PlantedPlantedPlantedPlanted0000", &unknown, &attacker.jar[TOKEN]] {
        let mut browser = Browser::new(&router);
        browser.jar.insert(TOKEN.into(), planted.to_owned());
        browser.sign_in("zoe@example.com", true).await;
        assert!(browser.is_signed_in().await);
        assert_ne!(browser.jar[TOKEN], planted);
        let mut replayed = Browser::new(&router);
        replayed.jar.insert(TOKEN.into(), planted.to_owned());
        assert!(!replayed.is_signed_in().await, "{planted}");
    }
}

// L-5
#[tokio::test]
async fn a_change_of_password_or_address_gives_the_session_that_made_it_a_new_token() {
    for what in ["password", "address"] {
        let world = rotating();
        let mut browser = Browser::new(&serve(&world, config()));
        browser.sign_up("zoe@example.com").await;
        let mut stolen = browser.clone();
        if what == "password" {
            let change = json!({"currentPassword": PASSWORD, "newPassword": "a new password"});
            assert_eq!(browser.post("/change-password", change).await.status, 200);
        } else {
            browser.post("/change-email", json!({"newEmail": "new@example.com"})).await;
            let link = format!("/verify-email?token={}", world.letters.last_token());
            let answer = browser.get(&link).await;
            assert_eq!(answer.json()["user"]["email"], "new@example.com");
        }
        assert_ne!(browser.jar[TOKEN], stolen.jar[TOKEN], "{what}");
        assert!(browser.is_signed_in().await, "{what}");
        world.clock.forward(AFTER_THE_GRACE);
        assert!(!stolen.is_signed_in().await, "{what}");
        assert_eq!(browser.get("/get-session").await.json()["user"]["name"], "Zoë", "{what}");
    }
}

// L-5
#[tokio::test]
async fn a_reset_of_the_password_ends_every_session_of_its_person() {
    let world = World::new();
    let mut browser = Browser::new(&serve(&world, config()));
    browser.sign_up("zoe@example.com").await;
    browser.post("/request-password-reset", json!({"email": "zoe@example.com"})).await;
    let reset = json!({"token": world.letters.last_token(), "newPassword": "a new password"});
    assert_eq!(browser.clone().post("/reset-password", reset).await.json()["status"], true);
    assert!(!browser.is_signed_in().await);
}

// L-6
#[tokio::test]
async fn a_sign_out_is_honoured_by_every_route_at_once() {
    let world = World::new();
    let mut browser =
        Browser::new(&serve(&world, crate::browser::caching(stayd_protocol::Strategy::Compact)));
    browser.sign_up("zoe@example.com").await;
    let stolen = browser.clone();
    browser.post("/sign-out", json!({})).await;
    assert_eq!(stolen.clone().get("/get-session").await.text, "null");
    for path in ["/list-sessions", "/list-accounts"] {
        assert_eq!(stolen.clone().get(path).await.status, 401, "{path}");
    }
    assert_eq!(stolen.clone().post("/update-user", json!({"name": "x"})).await.status, 401);
}

// L-6
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_a_thousand_sign_outs_under_replay_none_is_followed_by_a_request_that_is_honoured() {
    let world = World::new();
    let router = serve(&world, crate::browser::caching(stayd_protocol::Strategy::Compact));
    let user = world.sign_up("zoe@example.com").await.user;
    let signer = Signer::new(&crate::engine::secrets());
    for _ in 0..1000 {
        let begun = world
            .engine
            .begin_session(user.clone(), SessionKind::Remember, Device::default(), None)
            .await
            .unwrap();
        let mut browser = Browser::new(&router);
        browser.jar.insert(TOKEN.into(), signer.sign(begun.token.expose()));
        assert!(browser.is_signed_in().await, "and from now on with session data in a cookie");
        let (stolen, acknowledged) = (browser.clone(), Arc::new(AtomicBool::new(false)));
        let seen = Arc::clone(&acknowledged);
        let replay = tokio::spawn(async move {
            loop {
                let is_after = seen.load(Ordering::SeqCst);
                let honoured = stolen.clone().is_signed_in().await;
                if is_after {
                    return honoured;
                }
            }
        });
        assert_eq!(browser.post("/sign-out", json!({})).await.status, 200);
        acknowledged.store(true, Ordering::SeqCst);
        assert!(!replay.await.unwrap());
    }
}
