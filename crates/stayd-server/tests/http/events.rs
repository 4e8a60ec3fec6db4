//! The stream of events: what is said on it, when it ends, and who gets none.

use crate::browser::{Browser, ORIGIN, config, read, serve};
use crate::engine::World;
use axum::Router;
use axum::body::Body;
use axum::http::{Request, Response, StatusCode, header};
use http_body_util::BodyExt;
use serde_json::json;
use stayd_server::{EventStreams, ServerConfig, Stayd, router};
use std::time::Duration;
use tower::ServiceExt;

/// Asks for a stream with this browser's cookies.
pub(crate) async fn open(browser: &Browser, headers: &[(&str, &str)]) -> Response<Body> {
    let cookies: Vec<_> = browser.jar.iter().map(|(name, value)| format!("{name}={value}")).collect();
    let mut request = Request::get("/api/auth/events").header(header::COOKIE, cookies.join("; "));
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    browser.router().oneshot(request.body(Body::empty()).unwrap()).await.unwrap()
}

/// What is said next; `None` when the stream is over.
pub(crate) async fn hear(stream: &mut Response<Body>) -> Option<String> {
    let frame = stream.body_mut().frame().await?.unwrap();
    Some(String::from_utf8(frame.into_data().unwrap().to_vec()).unwrap())
}

async fn signed_up(world: &World, config: ServerConfig) -> (Router, Browser) {
    let router = serve(world, config);
    let mut browser = Browser::new(&router);
    browser.sign_up("zoe@example.com").await;
    (router, browser)
}

pub(crate) fn line<'a>(text: &'a str, field: &str) -> &'a str {
    text.lines().find_map(|line| line.strip_prefix(field)).unwrap_or_else(|| panic!("{text}"))
}

#[tokio::test]
async fn a_stream_begins_with_how_things_stand_and_ends_with_the_session() {
    let world = World::new();
    let (router, mut here) = signed_up(&world, config()).await;
    let mut there = Browser::new(&router);
    there.sign_in("zoe@example.com", true).await;
    let mut stream = open(&here, &[]).await;
    assert_eq!(stream.status(), StatusCode::OK);
    for (name, value) in [
        ("content-type", "text/event-stream"),
        ("cache-control", "no-store"),
        ("x-accel-buffering", "no"),
        ("cross-origin-resource-policy", "same-origin"),
    ] {
        assert_eq!(stream.headers().get(name).unwrap(), value);
    }
    let first = hear(&mut stream).await.unwrap();
    assert_eq!(line(&first, "event: "), "session");
    let session = here.get("/get-session").await.json();
    assert_eq!(
        line(&first, "data: "),
        json!({
            "documentsRevision": 0,
            "expiresAt": session["session"]["expiresAt"],
            "userUpdatedAt": session["user"]["updatedAt"],
        })
        .to_string()
    );
    world.clock.forward(Duration::from_secs(1));
    there.post("/update-user", json!({"name": "Zora"})).await;
    assert_eq!(line(&hear(&mut stream).await.unwrap(), "event: "), "user-changed");
    there.post("/revoke-other-sessions", json!({})).await;
    let ended = hear(&mut stream).await.unwrap();
    assert_eq!(line(&ended, "event: "), "session-ended");
    let named = json!({"reason": "revoked", "session": session["session"]["id"]});
    assert_eq!(line(&ended, "data: "), named.to_string());
    assert_eq!(hear(&mut stream).await, None);
    assert_eq!(open(&here, &[]).await.status(), StatusCode::UNAUTHORIZED);
    assert!(there.is_signed_in().await);
}

#[tokio::test]
async fn a_client_that_comes_back_says_what_it_knows() {
    let world = World::new();
    let (_, mut browser) = signed_up(&world, config()).await;
    let first = hear(&mut open(&browser, &[]).await).await.unwrap();
    let id = line(&first, "id: ").to_owned();
    world.clock.forward(Duration::from_secs(1));
    browser.post("/update-user", json!({"name": "Zora"})).await;
    let mut resumed = open(&browser, &[("last-event-id", &id)]).await;
    assert!(!hear(&mut resumed).await.unwrap().contains("event:"));
    assert_eq!(line(&hear(&mut resumed).await.unwrap(), "event: "), "user-changed");
    let mut unclear = open(&browser, &[("last-event-id", "42")]).await;
    assert_eq!(line(&hear(&mut unclear).await.unwrap(), "event: "), "check");
}

// H-7
#[tokio::test]
async fn a_quiet_stream_has_a_heartbeat_and_an_expired_one_ends() {
    let world = World::new();
    let events = EventStreams { heartbeat: Duration::from_hours(100), ..EventStreams::default() };
    let (_, browser) = signed_up(&world, ServerConfig { events, ..config() }).await;
    // Not earlier: while a password is hashed, time would leap to the end of the request's.
    tokio::time::pause();
    let mut stream = open(&browser, &[]).await;
    hear(&mut stream).await;
    assert_eq!(hear(&mut stream).await.unwrap(), ":\n\n");
    world.clock.forward(Duration::from_mins(7 * 24 * 60 - 1));
    let before = tokio::time::Instant::now();
    let expiry = async {
        tokio::time::sleep(Duration::from_mins(1)).await;
        world.clock.forward(Duration::from_mins(1));
    };
    // Nothing but the alarm wakes it. It may ring a moment before the hand-moved clock is moved; then it rings again.
    let (ended, ()) = tokio::join!(hear(&mut stream), expiry);
    let ended = ended.unwrap();
    assert!(line(&ended, "data: ").starts_with("{\"reason\":\"expired\","), "{ended}");
    assert!(before.elapsed() < Duration::from_hours(1));
    assert_eq!(hear(&mut stream).await, None);
}

//
#[tokio::test]
async fn pages_of_other_sites_get_no_stream() {
    let world = World::new();
    let (_, browser) = signed_up(&world, config()).await;
    let foreign: [&[(&str, &str)]; 5] = [
        &[("origin", "https://evil.example"), ("sec-fetch-site", "cross-site")],
        &[("origin", "https://evil.example")],
        &[("sec-fetch-site", "cross-site"), ("sec-fetch-mode", "no-cors")],
        &[("sec-fetch-site", "same-site")],
        &[("origin", "null"), ("sec-fetch-site", "cross-site")],
    ];
    for headers in foreign {
        assert_eq!(open(&browser, headers).await.status(), StatusCode::FORBIDDEN, "{headers:?}");
    }
    let ours: [&[(&str, &str)]; 4] = [
        &[("sec-fetch-site", "same-origin")],
        &[("sec-fetch-site", "none")],
        &[("origin", ORIGIN)],
        &[("origin", "https://app.example"), ("sec-fetch-site", "cross-site")],
    ];
    for headers in ours {
        assert_eq!(open(&browser, headers).await.status(), StatusCode::OK, "{headers:?}");
    }
    let nobody = Browser::new(&browser.router());
    assert_eq!(open(&nobody, &[]).await.status(), StatusCode::UNAUTHORIZED);
}

// H-7
#[tokio::test]
async fn too_many_streams_are_refused_with_a_time_to_come_back() {
    let world = World::new();
    let events = EventStreams { per_session: 2, in_all: 3, ..EventStreams::default() };
    let (router, here) = signed_up(&world, ServerConfig { events, ..config() }).await;
    let mut there = Browser::new(&router);
    there.sign_in("zoe@example.com", true).await;
    let _open = [open(&here, &[]).await, open(&here, &[]).await];
    let crowded = read(open(&here, &[]).await).await;
    assert_eq!((crowded.status.as_u16(), crowded.json()["code"].as_str()), (429, Some("TOO_MANY_STREAMS")));
    assert_eq!(crowded.header("retry-after"), Some("60"));
    let _third = open(&there, &[]).await;
    let full = read(open(&there, &[]).await).await;
    assert_eq!((full.status.as_u16(), full.json()["code"].as_str()), (503, Some("TOO_MANY_STREAMS")));
    assert_eq!(full.header("retry-after"), Some("30"));
}

#[tokio::test]
async fn streams_end_when_the_server_stops_and_where_they_are_switched_off_there_are_none() {
    let world = World::new();
    let stayd = Stayd::new(world.engine.clone(), config());
    let mut browser = Browser::new(&router(stayd.clone()));
    browser.sign_up("zoe@example.com").await;
    let mut stream = open(&browser, &[]).await;
    hear(&mut stream).await;
    stayd.end_event_streams();
    assert_eq!(hear(&mut stream).await, None);
    assert_eq!(open(&browser, &[]).await.status(), StatusCode::SERVICE_UNAVAILABLE);
    let events = EventStreams { in_all: 0, ..EventStreams::default() };
    let off = browser.at(&serve(&world, ServerConfig { events, ..config() }));
    assert_eq!(open(&off, &[]).await.status(), StatusCode::NOT_FOUND);
}
