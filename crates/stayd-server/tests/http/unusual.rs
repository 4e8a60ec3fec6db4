//! Sessions used from elsewhere, sign-ins from new devices, and what follows (AA-10, AA-18, A-6, A-8).

use crate::browser::{Answer, Browser, ORIGIN, config, serve};
use crate::engine::{PASSWORD, World};
use axum::Router;
use axum::body::Body;
use axum::http::{Request, header};
use serde_json::{Value, json};
use stayd_engine::mail::{Letter, Notice};
use stayd_engine::{Reaction, SecurityEvent, SecurityPolicy, SessionPolicy};
use stayd_server::{Peer, ServerConfig};
use std::time::Duration;

const CHROME: &str = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36";
const NEWER_CHROME: &str = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/143.0.0.0 Safari/537.36";
const FIREFOX: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0";
const HOME: &str = "203.0.113.7:4000";
const CAFE: &str = "198.51.100.20:4000";

/// A browser of some make, somewhere.
struct Person {
    browser: Browser,
    user_agent: &'static str,
    at: &'static str,
}

impl Person {
    fn new(router: &Router, user_agent: &'static str, at: &'static str) -> Self {
        Self { browser: Browser::new(router), user_agent, at }
    }

    /// The same cookies in another browser, or elsewhere.
    fn moved(&self, user_agent: &'static str, at: &'static str) -> Self {
        Self { browser: self.browser.clone(), user_agent, at }
    }

    async fn send(&mut self, method: &str, path: &str, body: Option<Value>) -> Answer {
        let request = Request::builder()
            .method(method)
            .uri(format!("/api/auth{path}"))
            .header(header::USER_AGENT, self.user_agent)
            .header(header::ORIGIN, ORIGIN)
            .extension(Peer(self.at.parse().unwrap()));
        let request = match body {
            Some(body) => {
                request.header(header::CONTENT_TYPE, "application/json").body(Body::from(body.to_string()))
            }
            None => request.body(Body::empty()),
        };
        self.browser.send(request.unwrap()).await
    }

    async fn sign_up(&mut self) {
        let body = json!({"name": "Zoë", "email": "zoe@example.com", "password": PASSWORD});
        assert_eq!(self.send("POST", "/sign-up/email", Some(body)).await.status, 200);
    }

    async fn sign_in_with(&mut self, password: &str) -> u16 {
        let body = json!({"email": "zoe@example.com", "password": password, "rememberMe": true});
        self.send("POST", "/sign-in/email", Some(body)).await.status.as_u16()
    }

    async fn is_signed_in(&mut self) -> bool {
        self.send("GET", "/get-session", None).await.text != "null"
    }

    async fn list(&mut self) -> u16 {
        self.send("GET", "/list-sessions", None).await.status.as_u16()
    }
}

fn world(adjust: impl FnOnce(&mut SecurityPolicy)) -> World {
    World::with(|policy| {
        policy.sessions = SessionPolicy { devices: true, ..SessionPolicy::strict() };
        policy.security = SecurityPolicy::strict();
        adjust(&mut policy.security);
    })
}

fn notices(world: &World) -> Vec<Notice> {
    let letters = world.letters.all().into_iter();
    letters
        .filter_map(|mail| match mail.letter {
            Letter::Notice(notice) => Some(*notice),
            _ => None,
        })
        .collect()
}

fn events(world: &World) -> Vec<&'static str> {
    notices(world).iter().map(|notice| notice.event.name()).collect()
}

// AA-10
#[tokio::test]
async fn a_newer_browser_in_another_network_is_the_same_person() {
    let world = world(|policy| policy.fingerprint = Reaction::End);
    let router = serve(&world, config());
    let mut home = Person::new(&router, CHROME, HOME);
    home.sign_up().await;
    let mut moved = home.moved(NEWER_CHROME, CAFE);
    for _ in 0..3 {
        assert!(moved.is_signed_in().await && home.is_signed_in().await);
    }
    assert_eq!(moved.list().await, 200);
}

// AA-10
#[tokio::test]
async fn by_the_policy_end_a_session_in_another_browser_is_over_for_everybody() {
    let world = world(|policy| policy.fingerprint = Reaction::End);
    let mut home = Person::new(&serve(&world, config()), CHROME, HOME);
    home.sign_up().await;
    assert!(home.is_signed_in().await);
    let mut thief = home.moved(FIREFOX, CAFE);
    assert!(!thief.is_signed_in().await);
    assert!(!home.is_signed_in().await);
    let [notice] = notices(&world).try_into().unwrap();
    assert!(notice.ended);
    assert_eq!(notice.device.as_deref(), Some("Firefox 145 on Linux"));
    let SecurityEvent::FingerprintChanged { before, after, score } = notice.event else {
        panic!("another event")
    };
    assert_eq!(before.to_string(), "Chrome on Windows, 203.0.113.0/24");
    assert_eq!(after.to_string(), "Firefox on Linux, 198.51.100.0/24");
    assert_eq!(score, 105);
}

// AA-10, L-11
#[tokio::test]
async fn by_the_policy_step_up_what_is_sensitive_asks_for_the_password_and_the_rest_goes_on() {
    let world = world(|policy| policy.fingerprint = Reaction::StepUp);
    let mut home = Person::new(&serve(&world, config()), CHROME, HOME);
    home.sign_up().await;
    assert_eq!(home.list().await, 200);
    let mut other = home.moved(FIREFOX, HOME);
    // The very request that shows the difference is refused.
    assert_eq!(other.list().await, 403);
    assert!(other.is_signed_in().await && home.is_signed_in().await);
    assert_eq!(home.list().await, 403);
    assert_eq!(other.send("POST", "/step-up", Some(json!({ "password": PASSWORD }))).await.status, 200);
    assert_eq!(other.list().await, 200, "from now on it is this browser's session");
    assert_eq!(events(&world), ["fingerprint-changed"]);
}

// AA-10
#[tokio::test]
async fn by_the_policy_log_nothing_changes_for_anybody() {
    let world = world(|_| {});
    let mut home = Person::new(&serve(&world, config()), CHROME, HOME);
    home.sign_up().await;
    let mut other = home.moved("curl/8.14.1", CAFE);
    for _ in 0..3 {
        assert!(other.is_signed_in().await);
        assert_eq!(other.list().await, 200);
    }
    assert!(events(&world).is_empty());
}

// AA-18, A-8
#[tokio::test]
async fn a_person_is_told_once_of_a_new_device_and_never_of_the_first() {
    let world = world(|_| {});
    let router = serve(&world, config());
    Person::new(&router, CHROME, HOME).sign_up().await;
    assert_eq!(Person::new(&router, NEWER_CHROME, HOME).sign_in_with(PASSWORD).await, 200);
    assert!(events(&world).is_empty(), "it is the same browser, only newer");
    assert_eq!(Person::new(&router, FIREFOX, CAFE).sign_in_with(PASSWORD).await, 200);
    assert_eq!(events(&world), ["new-device"]);
    assert_eq!(notices(&world)[0].device.as_deref(), Some("Firefox 145 on Linux"));
    assert_eq!(Person::new(&router, FIREFOX, CAFE).sign_in_with(PASSWORD).await, 200);
    assert_eq!(events(&world), ["new-device"]);
}

// AA-18
#[tokio::test]
async fn by_the_policy_step_up_a_session_of_a_new_device_may_do_nothing_sensitive_yet() {
    let world = world(|policy| policy.new_device = Reaction::StepUp);
    let router = serve(&world, config());
    Person::new(&router, CHROME, HOME).sign_up().await;
    let mut new = Person::new(&router, FIREFOX, CAFE);
    assert_eq!(new.sign_in_with(PASSWORD).await, 200);
    assert!(new.is_signed_in().await);
    assert_eq!(new.list().await, 403);
}

// AA-18
#[tokio::test]
async fn a_token_that_is_shown_long_after_it_was_replaced_is_told() {
    for (reaction, goes_on) in [(Reaction::Notify, true), (Reaction::End, false)] {
        let world = world(|policy| policy.token_reuse = reaction);
        let mut home = Person::new(&serve(&world, config()), CHROME, HOME);
        home.sign_up().await;
        assert_eq!(home.sign_in_with(PASSWORD).await, 200);
        let mut stolen = home.moved(CHROME, HOME);
        world.clock.forward(Duration::from_hours(24));
        assert!(home.is_signed_in().await, "renewed");
        assert!(home.is_signed_in().await, "and shown");
        world.clock.forward(Duration::from_secs(30));
        assert!(events(&world).is_empty());
        assert!(!stolen.is_signed_in().await);
        assert!(!home.moved(CHROME, HOME).browser.jar.is_empty());
        assert_eq!(events(&world), ["session-token-reused"]);
        assert_eq!(home.is_signed_in().await, goes_on);
    }
}

//
#[tokio::test]
async fn a_person_is_told_of_a_changed_password_a_changed_address_and_ended_sessions() {
    let world = World::new();
    let router = serve(&world, config());
    let mut home = Person::new(&router, CHROME, HOME);
    home.sign_up().await;
    Person::new(&router, CHROME, HOME).sign_in_with(PASSWORD).await;
    home.send("POST", "/revoke-other-sessions", Some(json!({}))).await;
    let change = json!({"currentPassword": PASSWORD, "newPassword": "another good password"});
    home.send("POST", "/change-password", Some(change)).await;
    home.send("POST", "/request-password-reset", Some(json!({"email": "zoe@example.com"}))).await;
    let token = world.letters.last_token();
    let reset = json!({"newPassword": "one more good password", "token": token});
    assert_eq!(home.send("POST", "/reset-password", Some(reset)).await.status, 200);
    assert_eq!(home.sign_in_with("one more good password").await, 200);
    home.send("POST", "/change-email", Some(json!({"newEmail": "new@example.com"}))).await;
    let link = format!("/verify-email?token={}", world.letters.last_token());
    assert_eq!(home.send("GET", &link, None).await.status, 200);
    let letters = world.letters.all();
    let told: Vec<_> = letters
        .iter()
        .filter_map(|mail| match &mail.letter {
            Letter::Notice(notice) => Some((mail.to.as_str(), notice.event.name())),
            _ => None,
        })
        .collect();
    let zoe = "zoe@example.com";
    let expected = [
        (zoe, "sessions-ended"),
        (zoe, "password-changed"),
        (zoe, "password-changed"),
        (zoe, "email-changed"),
    ];
    assert_eq!(told, expected, "the last one at the address before");
    assert_eq!(notices(&world)[1].device.as_deref(), Some("Chrome 142 on Windows"));
}

//
#[tokio::test]
async fn a_hundred_guesses_from_many_addresses_do_not_lock_out_who_comes_from_a_known_device() {
    let world = World::new();
    let router = serve(&world, ServerConfig { rate_limit: true, ..config() });
    let mut home = Person::new(&router, CHROME, HOME);
    home.sign_up().await;
    let mut refused = 0;
    for guess in 0..100_u8 {
        let mut guesser = Person::new(&router, "curl/8.14.1", HOME);
        guesser.at = Box::leak(format!("10.0.{guess}.1:4000").into_boxed_str());
        refused += u8::from(guesser.sign_in_with("wrong password").await == 429);
    }
    assert_eq!(refused, 90, "ten in ten minutes from wherever");
    assert_eq!(Person::new(&router, FIREFOX, CAFE).sign_in_with(PASSWORD).await, 429);
    assert!(home.is_signed_in().await, "who is signed in stays so");
    assert_eq!(Person::new(&router, CHROME, HOME).sign_in_with(PASSWORD).await, 200);
    assert_eq!(Person::new(&router, FIREFOX, CAFE).sign_in_with(PASSWORD).await, 429, "still closed");
}

//
#[tokio::test]
async fn guesses_from_a_known_device_are_counted_too() {
    let world = World::new();
    let router = serve(&world, ServerConfig { rate_limit: true, ..config() });
    Person::new(&router, CHROME, HOME).sign_up().await;
    let mut codes = Vec::new();
    for _ in 0..25 {
        codes.push(Person::new(&router, CHROME, HOME).sign_in_with("wrong password").await);
        world.clock.forward(Duration::from_secs(4));
    }
    assert_eq!(codes.iter().filter(|code| **code == 401).count(), 20);
    assert!(codes.ends_with(&[429; 5]));
}

/// As the test database of places has them.
const LONDON: &str = "81.2.69.142:4000";
const CHANGCHUN: &str = "175.16.199.1:4000";

// AA-18
#[tokio::test]
async fn a_sign_in_from_the_other_end_of_the_world_an_hour_later_is_told_with_both_places() {
    let world = world(|_| {});
    let router = serve(&world, config());
    let mut london = Person::new(&router, CHROME, LONDON);
    london.sign_up().await;
    world.clock.forward(Duration::from_hours(1));
    assert_eq!(london.moved(CHROME, CHANGCHUN).sign_in_with(PASSWORD).await, 200);
    assert_eq!(events(&world), ["impossible-travel", "new-place"], "the device is known by its cookie");
    let notice = notices(&world).remove(0);
    assert!(notice.place.unwrap().contains("China"));
    let evidence = notice.event.evidence();
    assert_eq!(evidence["from"], "London, United Kingdom");
    assert!(evidence["distanceKm"].as_u64().unwrap() > 7000 && evidence["speedKmh"].as_u64().unwrap() > 7000);
    world.clock.forward(Duration::from_hours(24));
    assert_eq!(london.moved(CHROME, LONDON).sign_in_with(PASSWORD).await, 200);
    assert_eq!(events(&world).len(), 2, "there is a flight, and the place is known");
}

// AA-18
#[tokio::test]
async fn by_the_policy_end_an_impossible_sign_in_is_refused_and_leaves_no_session() {
    let world = world(|policy| policy.impossible_travel = Reaction::End);
    let router = serve(&world, config());
    let mut london = Person::new(&router, CHROME, LONDON);
    london.sign_up().await;
    world.clock.forward(Duration::from_hours(1));
    let mut thief = Person::new(&router, CHROME, CHANGCHUN);
    let body = json!({"email": "zoe@example.com", "password": PASSWORD});
    let answer = thief.send("POST", "/sign-in/email", Some(body)).await;
    assert_eq!((answer.status.as_u16(), answer.json()["code"].as_str()), (403, Some("SUSPICIOUS_SIGN_IN")));
    assert!(!thief.is_signed_in().await && london.is_signed_in().await);
    assert_eq!(world.engine.all_sessions(10).await.unwrap().len(), 1);
    assert!(notices(&world)[0].ended);
}
