//! The inventory of a person's sessions: devices, places, and ends.

use crate::browser::{Answer, Browser, config, serve, signed_by};
use crate::engine::{PASSWORD, World};
use axum::Router;
use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use serde_json::{Value, json};
use stayd_engine::SessionPolicy;
use stayd_protocol::{Secret, Secrets};
use stayd_server::{MultiSession, Peer, Plugins, ServerConfig};
use std::sync::Arc;
use std::time::Duration;

const DEVICE: &str = "better-auth.device";
const ZOE: &str = "zoe@example.com";
const CHROME: &str =
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36";
const PHONE: &str = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_7 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.1 Mobile/15E148 Safari/604.1";
/// In London, by the test database.
const LONDON: &str = "81.2.69.160";
/// In no database.
const NOWHERE: &str = "203.0.113.7";

/// A world in which devices are told apart, and its server.
fn world() -> (World, Router) {
    let world = World::with(|policy| policy.sessions.devices = true);
    let router = serve(&world, config());
    (world, router)
}

/// A sign-in from somewhere with something.
async fn sign_in_from(browser: &mut Browser, path: &str, address: &str, user_agent: &str) -> Answer {
    let body = json!({"name": "Zoë", "email": ZOE, "password": PASSWORD, "rememberMe": true});
    let mut request = Request::post(format!("/api/auth{path}"))
        .header(header::CONTENT_TYPE, "application/json")
        .header(header::ORIGIN, crate::browser::ORIGIN)
        .header(header::USER_AGENT, user_agent)
        .body(Body::from(body.to_string()))
        .unwrap();
    request.extensions_mut().insert(Peer(format!("{address}:1").parse().unwrap()));
    let answer = browser.send(request).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
    answer
}

async fn sessions(browser: &mut Browser) -> Vec<Value> {
    browser.get("/devices").await.json()["sessions"].as_array().expect("sessions").clone()
}

/// Zoë at her laptop and at her telephone.
async fn laptop_and_phone(router: &Router) -> (Browser, Browser) {
    let (mut laptop, mut phone) = (Browser::new(router), Browser::new(router));
    sign_in_from(&mut laptop, "/sign-up/email", LONDON, CHROME).await;
    sign_in_from(&mut phone, "/sign-in/email", NOWHERE, PHONE).await;
    (laptop, phone)
}

#[tokio::test]
async fn people_see_their_sessions_with_device_place_and_last_activity() {
    let (world, router) = world();
    let (mut laptop, mut phone) = laptop_and_phone(&router).await;
    world.clock.forward(Duration::from_mins(10));
    assert!(phone.is_signed_in().await);

    let [own, other] = sessions(&mut laptop).await.try_into().unwrap();
    assert_eq!((&own["current"], &other["current"]), (&json!(true), &json!(false)));
    assert_eq!(
        (own["label"].as_str(), other["label"].as_str()),
        (Some("Chrome 142 on Linux"), Some("Safari 26 on iPhone"))
    );
    assert_eq!(own["place"], json!({"city": "London", "country": "United Kingdom", "countryCode": "GB"}));
    assert_eq!(other["place"], Value::Null, "nothing is guessed");
    assert_eq!((own["kind"].as_str(), other["class"].as_str()), (Some("remember"), Some("phone")));
    // AA-5: within a minute, also before it is written down.
    assert_eq!(other["lastActiveAt"], "2026-01-02T03:14:05.678Z");
    assert_eq!(own["ipAddress"], LONDON);
    assert_ne!(own["device"]["id"], other["device"]["id"]);
}

// L-10
#[tokio::test]
async fn the_inventory_shows_handles_and_never_a_token() {
    let (_, router) = world();
    let (mut laptop, phone) = laptop_and_phone(&router).await;
    let text = laptop.get("/devices").await.text;
    for browser in [laptop, phone] {
        let token = browser.jar["better-auth.session_token"].split('.').next().unwrap();
        assert!(text.contains("\"id\"") && !text.contains(token));
        // A device's id is told; what makes it a cookie is not.
        assert!(!text.contains(browser.jar[DEVICE].split_once('.').unwrap().1));
    }
}

// L-10
#[tokio::test]
async fn the_inventory_needs_a_session_that_began_recently() {
    let (world, router) = world();
    let (mut laptop, _) = laptop_and_phone(&router).await;
    assert_eq!(Browser::new(&router).get("/devices").await.status, StatusCode::UNAUTHORIZED);
    world.clock.forward(Duration::from_hours(25));
    let answer = laptop.get("/devices").await;
    assert_eq!(
        (answer.status, answer.json()["code"].as_str()),
        (StatusCode::FORBIDDEN, Some("SESSION_NOT_FRESH"))
    );
}

#[tokio::test]
async fn a_browser_is_known_again_after_a_sign_out_and_keeps_its_name() {
    let (_, router) = world();
    let (mut laptop, _) = laptop_and_phone(&router).await;
    let cookie = laptop.jar[DEVICE].clone();
    let id = sessions(&mut laptop).await[0]["device"]["id"].clone();
    let renamed = laptop.post("/devices/rename", json!({"device": id, "name": "  Küche 🍳 "})).await;
    assert_eq!(renamed.json(), json!({"status": true}));

    laptop.post("/sign-out", json!({})).await;
    assert_eq!(laptop.jar.keys().collect::<Vec<_>>(), [DEVICE], "the one cookie that outlives a sign-out");
    let answer = sign_in_from(&mut laptop, "/sign-in/email", LONDON, CHROME).await;
    let set = answer.set_cookies();
    let device = set.iter().find(|cookie| cookie.starts_with(DEVICE)).unwrap();
    assert!(device.ends_with("; Max-Age=34560000; Path=/; HttpOnly; SameSite=Lax"), "{device}");
    assert_eq!(laptop.jar[DEVICE], cookie);
    let entry = &sessions(&mut laptop).await[0];
    assert_eq!((&entry["device"]["id"], entry["label"].as_str()), (&id, Some("Küche 🍳")));
    laptop.post("/devices/rename", json!({"device": id, "name": " "})).await;
    assert_eq!(sessions(&mut laptop).await[0]["label"], "Chrome 142 on Linux");
}

#[tokio::test]
async fn names_that_cannot_stand_in_a_list_and_devices_of_others_are_refused() {
    let (_, router) = world();
    let (mut laptop, _) = laptop_and_phone(&router).await;
    let mut eve = Browser::new(&router);
    eve.sign_up("eve@example.com").await;
    let id = sessions(&mut laptop).await[0]["device"]["id"].clone();
    for name in ["a\nb", "\u{1b}[2J", &"x".repeat(65)] {
        let answer = laptop.post("/devices/rename", json!({"device": id, "name": name})).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{}", answer.text);
    }
    assert_eq!(
        eve.post("/devices/rename", json!({"device": id, "name": "hers"})).await.status,
        StatusCode::NOT_FOUND
    );
    assert_eq!(eve.post("/devices/end", json!({"device": id})).await.json(), json!({"ended": 0}));
    let session = sessions(&mut laptop).await[0]["id"].clone();
    assert_eq!(eve.post("/devices/end", json!({"session": session})).await.json(), json!({"ended": 0}));
    assert!(laptop.is_signed_in().await);
    assert_eq!(sessions(&mut laptop).await[0]["label"], "Chrome 142 on Linux");
}

// AA-6, AA-8
#[tokio::test]
async fn people_end_one_the_others_all_a_kind_and_a_device() {
    let (_, router) = world();
    let (mut laptop, mut phone) = laptop_and_phone(&router).await;
    let ids: Vec<_> = sessions(&mut laptop).await.iter().map(|entry| entry["id"].clone()).collect();
    assert_eq!(laptop.post("/devices/end", json!({"session": ids[1]})).await.json(), json!({"ended": 1}));
    assert!(!phone.is_signed_in().await);
    assert_eq!(laptop.post("/devices/end", json!({"session": ids[1]})).await.json(), json!({"ended": 0}));

    sign_in_from(&mut phone, "/sign-in/email", NOWHERE, PHONE).await;
    let device = sessions(&mut laptop).await[1]["device"]["id"].clone();
    assert_eq!(laptop.post("/devices/end", json!({"device": device})).await.json(), json!({"ended": 1}));
    sign_in_from(&mut phone, "/sign-in/email", NOWHERE, PHONE).await;
    assert_eq!(laptop.post("/devices/end", json!({"others": true})).await.json(), json!({"ended": 1}));
    assert!(!phone.is_signed_in().await && laptop.is_signed_in().await);

    assert_eq!(laptop.post("/devices/end", json!({"kind": "api"})).await.json(), json!({"ended": 0}));
    let answer = laptop.post("/devices/end", json!({"kind": "remember"})).await;
    assert_eq!(answer.json(), json!({"ended": 1}));
    assert!(
        answer.set_cookies().iter().any(|cookie| cookie.starts_with("better-auth.session_token=; Max-Age=0"))
    );
    assert!(!laptop.is_signed_in().await);
    sign_in_from(&mut laptop, "/sign-in/email", LONDON, CHROME).await;
    assert_eq!(laptop.post("/devices/end", json!({"all": true})).await.json(), json!({"ended": 1}));
    assert_eq!(laptop.jar.keys().collect::<Vec<_>>(), [DEVICE]);
}

#[tokio::test]
async fn an_end_that_does_not_say_what_ends_nothing() {
    let (_, router) = world();
    let (mut laptop, mut phone) = laptop_and_phone(&router).await;
    for body in [
        json!({}),
        json!({"others": false}),
        json!({"all": true, "others": true}),
        json!({"kind": "root"}),
        json!({"session": 1}),
    ] {
        let answer = laptop.post("/devices/end", body.clone()).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{body}: {}", answer.text);
    }
    assert!(laptop.is_signed_in().await && phone.is_signed_in().await);
}

// C-13
#[tokio::test]
async fn a_device_cookie_that_is_not_ours_is_no_device_and_is_replaced() {
    let (_, router) = world();
    let (mut laptop, _) = laptop_and_phone(&router).await;
    let genuine = laptop.jar[DEVICE].clone();
    let token = laptop.jar["better-auth.session_token"].clone();
    for planted in [token, genuine.to_uppercase(), "x".repeat(4000), "%00%ff".to_owned(), String::new()] {
        laptop.jar.insert(DEVICE.to_owned(), planted.clone());
        sign_in_from(&mut laptop, "/sign-in/email", LONDON, CHROME).await;
        assert!(laptop.jar[DEVICE] != planted && laptop.jar[DEVICE] != genuine, "{planted:.40}");
    }
    // Nor does it open anything.
    laptop.jar.insert("better-auth.session_token".to_owned(), genuine);
    assert!(!laptop.is_signed_in().await);
}

#[tokio::test]
async fn with_the_preset_better_auth_there_is_no_device_cookie_and_with_strict_there_is() {
    let mut browser = Browser::new(&serve(&World::new(), config()));
    browser.sign_up(ZOE).await;
    assert!(!browser.jar.contains_key(DEVICE));
    assert_eq!(sessions(&mut browser).await[0]["device"], Value::Null);
    let strict = World::with(|policy| policy.sessions = SessionPolicy::strict());
    let mut browser = Browser::new(&serve(&strict, config()));
    browser.sign_up(ZOE).await;
    assert!(browser.jar.contains_key(DEVICE));
}

// AA-1
#[tokio::test]
async fn a_remembered_session_of_the_strict_preset_opens_nothing_without_its_devices_cookie() {
    let world = World::with(|policy| policy.sessions = SessionPolicy::strict());
    let router = serve(&world, config());
    let (mut laptop, phone) = laptop_and_phone(&router).await;
    let genuine = laptop.jar[DEVICE].clone();
    let stolen = laptop.jar["better-auth.session_token"].clone();

    let mut thief = Browser::new(&router);
    for other in [None, Some(phone.jar[DEVICE].clone()), Some(genuine.to_uppercase())] {
        thief.jar.clear();
        thief.jar.insert("better-auth.session_token".to_owned(), stolen.clone());
        thief.jar.extend(other.map(|cookie| (DEVICE.to_owned(), cookie)));
        // From memory, and by a route that needs a session.
        assert!(!thief.is_signed_in().await);
        thief.jar.insert("better-auth.session_token".to_owned(), stolen.clone());
        assert_eq!(thief.get("/devices").await.status, StatusCode::UNAUTHORIZED);
    }
    assert!(laptop.is_signed_in().await, "the session itself goes on where it was begun");

    // Somebody who is not remembered is not bound by this preset.
    let mut guest = Browser::new(&router);
    let body = json!({"email": ZOE, "password": PASSWORD, "rememberMe": false});
    assert_eq!(guest.post("/sign-in/email", body).await.status, StatusCode::OK);
    guest.jar.remove(DEVICE);
    assert!(guest.is_signed_in().await);
}

// AA-1
#[tokio::test]
async fn nothing_that_knows_a_session_by_its_cookie_alone_lets_a_bound_one_through() {
    let world = World::with(|policy| policy.sessions = SessionPolicy::strict());
    let plugins = Plugins { multi_session: Some(MultiSession { maximum: 5 }), ..Plugins::default() };
    let router = serve(&world, ServerConfig { plugins, ..config() });
    let mut laptop = Browser::new(&router);
    let body = json!({"name": "Zoë", "email": ZOE, "password": PASSWORD, "rememberMe": true});
    let session = laptop.post("/sign-up/email", body).await.json()["token"].clone();
    let mut thief = laptop.clone();
    thief.jar.remove(DEVICE);
    assert_eq!(thief.get("/multi-session/list-device-sessions").await.json(), json!([]));
    assert_eq!(thief.clone().get("/events").await.status, StatusCode::UNAUTHORIZED);
    let active = thief.post("/multi-session/set-active", json!({"sessionToken": session})).await;
    assert_eq!(active.status, StatusCode::UNAUTHORIZED, "{}", active.text);
    // Where it was begun all of that works.
    assert_eq!(laptop.get("/multi-session/list-device-sessions").await.json().as_array().unwrap().len(), 1);
    let active = laptop.post("/multi-session/set-active", json!({"sessionToken": session})).await;
    assert_eq!(active.status, StatusCode::OK);
}

// C-12, AA-1
#[tokio::test]
async fn a_changed_secret_leaves_people_signed_in_whose_sessions_are_bound_to_their_device() {
    let world = World::with(|policy| policy.sessions = SessionPolicy::strict());
    let (mut laptop, _) = laptop_and_phone(&serve(&world, config())).await;
    let [old, new] = ["kX3v9QhT7mWz2LrB8nYcJ5dGfA4sPeUq", "Jw7nQ2xV9bT4mR8kZ5cL1hF6pD3sG0yA"]
        .map(|secret| Secret::parse(secret).unwrap());
    for secrets in [Secrets::new(new.clone(), vec![old]), Secrets::new(new, Vec::new())] {
        laptop = laptop.at(&serve(&world, signed_by(secrets.unwrap())));
        assert!(laptop.is_signed_in().await);
    }
}

// AA-1
#[tokio::test]
async fn where_device_cookies_are_switched_off_again_nobody_is_signed_out_for_want_of_one() {
    let world = World::with(|policy| policy.sessions = SessionPolicy::strict());
    let (laptop, _) = laptop_and_phone(&serve(&world, config())).await;
    let without = World::over(Arc::clone(&world.store), |policy| {
        policy.sessions = SessionPolicy { devices: false, ..SessionPolicy::strict() };
    });
    assert!(laptop.at(&serve(&without, config())).is_signed_in().await);
}
