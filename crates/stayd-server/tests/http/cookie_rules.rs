//! What security.md asks of cookies (part 2.1), beside what `browser.rs` checks of every answer of the suite.

use crate::browser::{Browser, caching, config, serve};
use crate::engine::World;
use axum::body::Body;
use axum::http::{Request, header};
use serde_json::json;
use stayd_engine::Rotation;
use stayd_protocol::{CookieConfig, Strategy};
use stayd_server::{Bearer, ClearSiteData, MultiSession, Plugins, ServerConfig, TrustedOrigins};
use std::collections::BTreeMap;
use std::time::Duration;

const TOKEN: &str = "better-auth.session_token";
const WEEK: Duration = Duration::from_hours(7 * 24);

fn https() -> ServerConfig {
    ServerConfig {
        origin: "https://app.example".into(),
        trusted_origins: TrustedOrigins::new("https://app.example", [crate::browser::ORIGIN]).unwrap(),
        cookies: CookieConfig { secure: true, ..CookieConfig::default() },
        ..config()
    }
}

// C-5
#[tokio::test]
async fn a_session_is_refused_from_the_millisecond_of_its_end_whatever_path_is_asked() {
    let world = World::new();
    let plugins = Plugins { bearer: Some(Bearer { require_signature: true }), ..Plugins::default() };
    let router = serve(&world, ServerConfig { plugins, ..caching(Strategy::Compact) });
    let mut browser = Browser::new(&router);
    let token = browser.sign_up("zoe@example.com").await.header("set-auth-token").unwrap().to_owned();
    // One answer a moment before the end, without a renewal, so that memory and cookie know the session.
    world.clock.forward(WEEK.saturating_sub(Duration::from_millis(1)));
    assert_ne!(browser.get("/get-session?disableRefresh=1").await.text, "null", "still alive");
    world.clock.forward(Duration::from_millis(1));
    for (path, status) in [
        ("/get-session", 200),
        ("/get-session?disableCookieCache=1", 200),
        ("/get-session?disableRefresh=1", 200),
        ("/list-sessions", 401),
        ("/events", 401),
    ] {
        let answer = browser.clone().get(path).await;
        assert_eq!(answer.status, status, "{path}");
        assert!(status != 200 || answer.text == "null", "{path}");
    }
    let request =
        Request::get("/api/auth/get-session").header(header::AUTHORIZATION, format!("Bearer {token}"));
    let answer = Browser::new(&router).send(request.body(Body::empty()).unwrap()).await;
    assert_eq!(answer.text, "null", "in the header");
}

// C-4
#[tokio::test]
async fn max_age_follows_the_end_that_the_server_knows_to_the_second() {
    let world = World::with(|policy| policy.sessions.kinds.rotate(Rotation::Grace));
    let mut browser = Browser::new(&serve(&world, config()));
    browser.sign_up("zoe@example.com").await;
    for hours in [30, 50, 100] {
        world.clock.forward(Duration::from_hours(hours) + Duration::from_millis(1234));
        let answer = browser.get("/get-session").await;
        let ends = answer.json()["session"]["expiresAt"].as_str().unwrap().to_owned();
        let [cookie] = answer.set_cookies().try_into().unwrap();
        let age: u64 = cookie.split("Max-Age=").nth(1).unwrap().split(';').next().unwrap().parse().unwrap();
        let left = ends.parse::<stayd_protocol::Timestamp>().unwrap().since(world.engine.now());
        assert!(Duration::from_secs(age).abs_diff(left) <= Duration::from_secs(1), "{age} {left:?}");
        assert!(age <= 400 * 24 * 3600);
    }
}

// C-6
#[tokio::test]
async fn broken_cookies_are_no_cookies_and_the_first_of_a_name_counts() {
    let world = World::new();
    let router = serve(&world, caching(Strategy::Compact));
    let mut browser = Browser::new(&router);
    browser.sign_up("zoe@example.com").await;
    let own = format!("{TOKEN}={}", browser.jar[TOKEN]);
    let ask = async |cookies: &[u8]| {
        let request = Request::get("/api/auth/get-session")
            .header(header::COOKIE, header::HeaderValue::from_bytes(cookies).unwrap());
        Browser::new(&router).send(request.body(Body::empty()).unwrap()).await
    };
    for broken in [
        &b"\xff\xfe=\x80"[..],
        b"=",
        b"=nameless",
        b";;; ;",
        b"a",
        b"better-auth.session_data=\"",
        b"better-auth.session_data=%",
        b"better-auth.session_data=%00%ff",
        b"BETTER-AUTH.SESSION_TOKEN=x",
        b"better-auth.session_token_multi-=x",
    ] {
        for cookies in [[broken, b"; ", own.as_bytes()].concat(), [own.as_bytes(), b"; ", broken].concat()] {
            let answer = ask(&cookies).await;
            assert!(answer.status == 200 && answer.text != "null", "{}", String::from_utf8_lossy(&cookies));
        }
        assert_eq!(ask(broken).await.text, "null");
    }
    assert_eq!(ask(format!("{TOKEN}=x; {own}").as_bytes()).await.text, "null");
    assert_ne!(ask(format!("{own}; {TOKEN}=x").as_bytes()).await.text, "null");
}

// C-10
#[tokio::test]
async fn a_sign_out_deletes_each_cookie_as_it_was_set_and_clears_the_site_where_that_is_wanted() {
    let world = World::new();
    let plugins = Plugins { multi_session: Some(MultiSession { maximum: 5 }), ..Plugins::default() };
    let clear_site_data = ClearSiteData::new(["cache", "storage"]).unwrap();
    let cache = caching(Strategy::Compact).cookie_cache;
    let wanted =
        ServerConfig { plugins, clear_site_data: clear_site_data.clone(), cookie_cache: cache, ..https() };
    let mut browser = Browser::new(&serve(&world, wanted));
    let mut set = browser.sign_up("zoe@example.com").await.set_cookies();
    set.extend(browser.sign_in("zoe@example.com", false).await.set_cookies());
    let answer = browser.post("/sign-out", json!({})).await;
    assert_eq!(answer.header("clear-site-data"), Some("\"cache\", \"storage\""));
    assert!(browser.jar.is_empty(), "{:?}", browser.jar.keys());
    let scope = |cookie: &str| -> (String, Vec<String>) {
        let (name, rest) = cookie.split_once('=').unwrap();
        let attributes = rest.split("; ").skip(1).filter(|attribute| !attribute.starts_with("Max-Age"));
        (name.to_owned(), attributes.map(str::to_owned).collect())
    };
    let set: BTreeMap<_, _> = set.iter().map(|cookie| scope(cookie)).collect();
    for (name, attributes) in answer.set_cookies().iter().map(|cookie| scope(cookie)) {
        assert_eq!(set.get(&name), Some(&attributes), "{name}");
    }
    // Over http browsers do not listen, and nothing is said; nor is it where nobody asked for it.
    for config in [ServerConfig { clear_site_data, ..config() }, https()] {
        let mut browser = Browser::new(&serve(&world, config));
        assert!(browser.post("/sign-out", json!({})).await.header("clear-site-data").is_none());
    }
}

// C-13
#[tokio::test]
async fn no_signed_value_stands_in_for_another() {
    for strategy in [Strategy::Compact, Strategy::Jwt, Strategy::Jwe] {
        let world = World::new();
        let plugins = Plugins { bearer: Some(Bearer { require_signature: true }), ..Plugins::default() };
        let router = serve(&world, ServerConfig { plugins, ..caching(strategy) });
        let mut browser = Browser::new(&router);
        browser.get("/csrf").await;
        browser.sign_up("zoe@example.com").await;
        browser.sign_in("zoe@example.com", false).await;
        browser.get("/csrf").await;
        browser.post("/send-verification-email", json!({"email": "zoe@example.com"})).await;
        let mut values = browser.jar.clone();
        values.insert("a mail token".into(), world.letters.last_token());
        let names = ["session_token", "session_data", "dont_remember", "csrf_token", "visitor"];
        assert_eq!(browser.jar.len(), names.len(), "{:?}", browser.jar.keys());
        for (from, value) in &values {
            if from == TOKEN {
                continue;
            }
            // Alone in the place of the session's token, with and without the cookies it came with, and as a bearer's.
            let mut alone = Browser::new(&router);
            alone.jar.insert(TOKEN.into(), value.clone());
            assert!(!alone.clone().is_signed_in().await, "{from} as a session");
            let mut swapped = browser.clone();
            swapped.jar.insert(TOKEN.into(), value.clone());
            assert!(!swapped.is_signed_in().await, "{from} as a session, among the others");
            let request = Request::get("/api/auth/get-session")
                .header(header::AUTHORIZATION, format!("Bearer {value}"));
            let answer = Browser::new(&router).send(request.body(Body::empty()).unwrap()).await;
            assert_eq!(answer.text, "null", "{from} as a bearer's token");
        }
        for (from, value) in &values {
            for place in ["session_data", "csrf_token", "visitor"] {
                let place = format!("better-auth.{place}");
                if *from == place {
                    continue;
                }
                // In another place nobody is anybody by it, and a token of CSRF that it were would not be right.
                let mut alone = Browser::new(&router);
                alone.jar.insert(place.clone(), value.clone());
                assert!(!alone.clone().is_signed_in().await, "{from} as {place}");
                let request = Request::post("/api/auth/sign-out")
                    .header(header::ORIGIN, crate::browser::ORIGIN)
                    .header("x-csrf-token", value.as_str());
                alone.jar.insert("better-auth.csrf_token".into(), value.clone());
                let answer = alone.send(request.body(Body::empty()).unwrap()).await;
                let is_real = from == "better-auth.csrf_token";
                assert!(is_real || answer.status == 403, "{from} as a CSRF token: {}", answer.status);
            }
        }
    }
}
