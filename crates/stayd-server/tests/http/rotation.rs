//! Tokens that are replaced at renewal, as browsers see them.

use crate::browser::{Answer, Browser, caching, config, serve};
use crate::engine::{PASSWORD, World};
use serde_json::json;
use stayd_engine::{Renews, Rotation};
use stayd_protocol::Strategy;
use std::collections::HashSet;
use std::time::Duration;

const TOKEN: &str = "better-auth.session_token";
const DATA: &str = "better-auth.session_data";
const DAY: Duration = Duration::from_hours(24);
const GRACE: Duration = Duration::from_secs(10);

/// A browser that signed up a day ago: its session's renewal is due.
async fn due(rotation: Rotation) -> (World, Browser) {
    let world = World::with(|policy| policy.sessions.kinds.rotate(rotation));
    let mut browser = Browser::new(&serve(&world, config()));
    browser.sign_up("zoe@example.com").await;
    world.clock.forward(DAY);
    (world, browser)
}

fn is_superseded(answer: &Answer) -> bool {
    answer.status == 409 && answer.json()["code"] == "SESSION_SUPERSEDED" && answer.set_cookies().is_empty()
}

#[tokio::test]
async fn a_renewal_sends_the_successor_and_the_browser_goes_on_with_it() {
    for rotation in [Rotation::Grace, Rotation::Strict] {
        let (world, mut browser) = due(rotation).await;
        let before = browser.jar[TOKEN].clone();
        let answer = browser.get("/get-session").await;
        let [cookie] = answer.set_cookies().try_into().unwrap();
        assert!(cookie.contains("; Max-Age=604800; Path=/; HttpOnly; SameSite=Lax"), "{cookie}");
        assert_ne!(browser.jar[TOKEN], before, "{rotation:?}");
        let secret = browser.jar[TOKEN].split('.').next().unwrap().to_owned();
        assert!(secret.len() == 32 && !answer.text.contains(&secret), "no body holds the secret");
        world.clock.forward(DAY.saturating_sub(GRACE));
        for _ in 0..2 {
            let answer = browser.get("/get-session").await;
            assert!(answer.text != "null" && answer.set_cookies().is_empty());
        }
    }
}

#[tokio::test]
async fn forty_requests_at_the_moment_of_renewal_are_all_told_one_successor() {
    let (_world, browser) = due(Rotation::Grace).await;
    let requests: Vec<_> = (0..40)
        .map(|_| {
            let mut tab = browser.clone();
            tokio::spawn(async move {
                assert!(tab.is_signed_in().await);
                tab.jar[TOKEN].clone()
            })
        })
        .collect();
    let mut cookies = HashSet::new();
    for request in requests {
        cookies.insert(request.await.unwrap());
    }
    assert_eq!(cookies.len(), 1);
    assert!(!cookies.contains(&browser.jar[TOKEN]));
}

#[tokio::test]
async fn of_forty_requests_with_a_single_use_token_one_is_answered_and_no_other_touches_a_cookie() {
    let (_world, mut browser) = due(Rotation::Strict).await;
    let requests: Vec<_> = (0..40)
        .map(|_| {
            let mut tab = browser.clone();
            tokio::spawn(async move { (tab.get("/get-session").await, tab.jar) })
        })
        .collect();
    let mut winners = Vec::new();
    for request in requests {
        let (answer, jar) = request.await.unwrap();
        if answer.status == 200 {
            winners.push(jar);
        } else {
            assert!(is_superseded(&answer), "{} {}", answer.status, answer.text);
        }
    }
    let [jar] = winners.try_into().unwrap();
    browser.jar = jar;
    assert!(browser.is_signed_in().await);
}

#[tokio::test]
async fn after_a_lost_answer_the_same_request_gets_the_same_answer() {
    let (world, browser) = due(Rotation::Grace).await;
    let mut lost = browser.clone();
    assert!(lost.is_signed_in().await);
    world.clock.forward(Duration::from_hours(20));
    let mut again = browser.clone();
    assert!(again.is_signed_in().await);
    assert_eq!(again.jar[TOKEN], lost.jar[TOKEN]);
    // Any route tells it, one that was asked not to renew too.
    let mut elsewhere = browser.clone();
    assert_eq!(elsewhere.get("/list-accounts?disableRefresh=true").await.status, 200);
    assert_eq!(elsewhere.jar[TOKEN], lost.jar[TOKEN]);
    assert!(lost.is_signed_in().await);
}

#[tokio::test]
async fn after_the_grace_a_predecessor_is_refused_without_a_word_to_the_cookies_and_later_unknown() {
    let (world, browser) = due(Rotation::Grace).await;
    let (mut winner, mut late) = (browser.clone(), browser.clone());
    assert!(winner.is_signed_in().await && winner.is_signed_in().await);
    assert!(browser.clone().is_signed_in().await);
    world.clock.forward(GRACE);
    assert!(is_superseded(&late.get("/get-session").await));
    assert!(is_superseded(&late.get("/list-sessions").await));
    world.clock.forward(GRACE);
    let answer = late.get("/get-session").await;
    assert_eq!((answer.status.as_u16(), answer.text.as_str()), (200, "null"));
    assert!(late.jar.is_empty());
    assert!(winner.is_signed_in().await);
}

#[tokio::test]
async fn a_single_use_token_is_refused_with_409_in_the_window_and_cleared_after_it() {
    let (world, browser) = due(Rotation::Strict).await;
    let (mut winner, mut loser) = (browser.clone(), browser.clone());
    assert!(winner.is_signed_in().await);
    world.clock.forward(GRACE.saturating_sub(Duration::from_millis(1)));
    for path in ["/get-session", "/get-session?disableRefresh=true", "/list-accounts"] {
        assert!(is_superseded(&loser.get(path).await), "{path}");
    }
    assert!(is_superseded(&loser.post("/update-user", json!({"name": "Zoe"})).await));
    world.clock.forward(Duration::from_millis(1));
    let answer = loser.get("/get-session").await;
    assert_eq!((answer.status.as_u16(), answer.text.as_str()), (200, "null"));
    assert!(loser.jar.is_empty());
    assert!(winner.is_signed_in().await);
}

#[tokio::test]
async fn a_sign_out_with_the_predecessor_ends_the_session() {
    for rotation in [Rotation::Grace, Rotation::Strict] {
        let (_world, browser) = due(rotation).await;
        let (mut here, mut late) = (browser.clone(), browser.clone());
        assert!(here.is_signed_in().await && here.is_signed_in().await);
        assert_eq!(late.post("/sign-out", json!({})).await.json(), json!({"success": true}));
        assert!(late.jar.is_empty());
        assert!(!here.is_signed_in().await, "{rotation:?}");
        assert!(!browser.clone().is_signed_in().await);
    }
}

#[tokio::test]
async fn a_sign_out_long_after_with_a_token_that_is_unknown_ends_nothing() {
    let (world, browser) = due(Rotation::Strict).await;
    let (mut here, mut late) = (browser.clone(), browser.clone());
    assert!(here.is_signed_in().await);
    world.clock.forward(GRACE);
    assert_eq!(late.post("/sign-out", json!({})).await.status, 200);
    assert!(late.jar.is_empty() && here.is_signed_in().await);
}

#[tokio::test]
async fn a_revocation_ends_both_tokens_at_once() {
    let (_world, browser) = due(Rotation::Grace).await;
    let (mut here, mut late) = (browser.clone(), browser.clone());
    assert!(here.is_signed_in().await && here.is_signed_in().await);
    let mut other = Browser::new(&here.router());
    other.sign_in("zoe@example.com", true).await;
    other.post("/revoke-other-sessions", json!({})).await;
    assert!(!late.is_signed_in().await && !here.is_signed_in().await);
    assert!(other.is_signed_in().await);
}

#[tokio::test]
async fn a_browser_that_signs_in_again_with_the_predecessor_ends_the_session() {
    let (_world, browser) = due(Rotation::Grace).await;
    let (mut here, mut late) = (browser.clone(), browser.clone());
    assert!(here.is_signed_in().await);
    late.sign_in("zoe@example.com", true).await;
    assert!(late.is_signed_in().await && !here.is_signed_in().await);
}

#[tokio::test]
async fn a_change_of_password_sends_a_new_token() {
    let world = World::with(|policy| policy.sessions.kinds.rotate(Rotation::Grace));
    let mut browser = Browser::new(&serve(&world, config()));
    browser.sign_up("zoe@example.com").await;
    let mut stolen = browser.clone();
    let change = json!({"currentPassword": PASSWORD, "newPassword": "a new password"});
    let answer = browser.post("/change-password", change).await;
    assert_eq!((answer.status.as_u16(), answer.json()["token"].clone()), (200, json!(null)));
    assert_ne!(browser.jar[TOKEN], stolen.jar[TOKEN]);
    assert!(browser.is_signed_in().await);
    world.clock.forward(2 * GRACE);
    assert!(!stolen.is_signed_in().await && browser.is_signed_in().await);
}

#[tokio::test]
async fn the_session_data_cookie_is_made_anew_and_the_old_one_dies_with_its_token() {
    for (rotation, strategy) in [(Rotation::Grace, Strategy::Compact), (Rotation::Strict, Strategy::Jwe)] {
        let world = World::with(|policy| {
            policy.sessions.kinds.rotate(rotation);
            policy.sessions.kinds.remember.renews = Renews::WhenUsed { after: Duration::from_mins(1) };
            policy.sessions.cookie_cache = Duration::from_mins(5);
        });
        // A cookie from the moment of the start would not be believed.
        world.clock.forward(Duration::from_secs(1));
        let mut browser = Browser::new(&serve(&world, caching(strategy)));
        browser.sign_up("zoe@example.com").await;
        world.clock.forward(Duration::from_mins(1));
        // Its data cookie would be believed for four minutes more.
        let mut late = browser.clone();
        assert!(late.get("/get-session").await.set_cookies().is_empty());
        browser.get("/get-session?disableCookieCache=true").await;
        assert_ne!(browser.jar[DATA], late.jar[DATA]);
        let answer = late.clone().get("/get-session").await;
        if rotation == Rotation::Strict {
            assert!(is_superseded(&answer));
        } else {
            assert!(answer.text != "null" && !answer.set_cookies().is_empty(), "it is told the successor");
        }
        // Shown for the first time: seen, although its data cookie would do.
        assert!(browser.is_signed_in().await);
        world.clock.forward(GRACE);
        if rotation == Rotation::Grace {
            assert!(is_superseded(&late.get("/get-session").await));
            world.clock.forward(GRACE);
        }
        assert!(!late.is_signed_in().await, "{rotation:?}");
        assert!(browser.is_signed_in().await);
    }
}

#[tokio::test]
async fn without_rotation_nothing_is_ever_replaced() {
    let (world, mut browser) = due(Rotation::Off).await;
    let before = browser.jar.clone();
    for _ in 0..5 {
        assert!(browser.is_signed_in().await);
        world.clock.forward(DAY);
    }
    assert_eq!(browser.jar, before);
}
