//! The feed of what ended: who gets it, what is said on it, and where it goes on.

use crate::browser::{Browser, config, serve};
use crate::engine::World;
use axum::Router;
use axum::body::Body;
use axum::http::{Request, Response, StatusCode, header};
use http_body_util::BodyExt;
use serde_json::{Value, json};
use stayd_server::{Backends, ServerConfig, Stayd, router};
use std::time::Duration;
use tower::ServiceExt;

/// `orders:kX3v9QhT7mWz2LrB8nYcJ5dGfA4sPeUq`
const CREDENTIAL: &str = "Basic b3JkZXJzOmtYM3Y5UWhUN21XejJMckI4blljSjVkR2ZBNHNQZVVx";

fn with_a_back_end() -> ServerConfig {
    let backends = Backends::new([("orders", "kX3v9QhT7mWz2LrB8nYcJ5dGfA4sPeUq")]).unwrap();
    ServerConfig { backends, ..config() }
}

async fn open(router: &Router, headers: &[(&str, &str)]) -> Response<Body> {
    let mut request = Request::get("/api/auth/revocations");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    router.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap()
}

async fn follow(router: &Router, after: Option<&str>) -> Response<Body> {
    let mut headers = vec![("authorization", CREDENTIAL)];
    headers.extend(after.map(|id| ("last-event-id", id)));
    let stream = open(router, &headers).await;
    assert_eq!(stream.status(), StatusCode::OK);
    stream
}

/// What is said next, heartbeats left out: (event, data, id).
async fn hear(stream: &mut Response<Body>) -> Option<Vec<(String, Value, Option<String>)>> {
    loop {
        let frame = stream.body_mut().frame().await?.unwrap();
        let text = String::from_utf8(frame.into_data().unwrap().to_vec()).unwrap();
        let said: Vec<_> = text
            .split("\n\n")
            .filter(|block| block.contains("event: "))
            .map(|block| {
                let field = |name| block.lines().find_map(|line| line.strip_prefix(name)).map(str::to_owned);
                let data = serde_json::from_str(&field("data: ").unwrap()).unwrap();
                (field("event: ").unwrap(), data, field("id: "))
            })
            .collect();
        if !said.is_empty() {
            return Some(said);
        }
    }
}

fn names(said: &[(String, Value, Option<String>)]) -> Vec<&str> {
    said.iter().map(|(name, _, _)| name.as_str()).collect()
}

#[tokio::test]
async fn only_a_back_end_with_its_credential_follows_what_ends() {
    let world = World::new();
    let router = serve(&world, with_a_back_end());
    let mut browser = Browser::new(&router);
    browser.sign_up("zoe@example.com").await;
    let cookie =
        browser.jar.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("; ");
    for headers in
        [vec![], vec![("authorization", "Basic b3JkZXJzOnRlc3Q=")], vec![("cookie", cookie.as_str())]]
    {
        let refused = open(&router, &headers).await;
        assert_eq!(refused.status(), StatusCode::UNAUTHORIZED);
        assert_eq!(
            refused.headers().get(header::WWW_AUTHENTICATE).unwrap(),
            "Basic realm=\"stayd\", charset=\"UTF-8\""
        );
    }
    let stream = follow(&router, None).await;
    assert_eq!(stream.headers().get("content-type").unwrap(), "text/event-stream");
    assert_eq!(stream.headers().get("cache-control").unwrap(), "no-store");
    let nobody = open(&serve(&world, config()), &[("authorization", CREDENTIAL)]).await;
    assert_eq!(nobody.status(), StatusCode::UNAUTHORIZED, "where no back end is known, nobody follows");
}

// J-7, P2
#[tokio::test]
async fn a_follower_hears_each_end_with_its_session_person_and_reason() {
    let world = World::new();
    let router = serve(&world, with_a_back_end());
    let (mut here, mut there) = (Browser::new(&router), Browser::new(&router));
    here.sign_up("zoe@example.com").await;
    there.sign_in("zoe@example.com", true).await;
    let session = there.get("/get-session").await.json()["session"].clone();
    let mut feed = follow(&router, None).await;
    let first = hear(&mut feed).await.unwrap();
    assert_eq!(names(&first), ["begins", "caught-up"]);
    assert_eq!(first[0].1["before"], crate::engine::START.as_ms());
    assert_eq!(first[0].1["kept"], 18 * 60_000, "an access token's life, and some leeway");
    world.clock.forward(Duration::from_secs(1));
    let now = world.engine.now().as_ms();
    here.post("/revoke-other-sessions", json!({})).await;
    let said = hear(&mut feed).await.unwrap();
    let ended = json!({"sid": session["id"], "sub": session["userId"], "reason": "revoked", "at": now});
    assert_eq!((names(&said), &said[0].1), (vec!["ended"], &ended));
    here.post("/update-user", json!({"name": "Zora"})).await;
    let doubted = hear(&mut feed).await.unwrap();
    assert_eq!(doubted[0].1, json!({"sub": session["userId"], "before": now}));
    here.post("/revoke-sessions", json!({})).await;
    assert_eq!(
        names(&hear(&mut feed).await.unwrap()),
        ["ended", "doubted"],
        "one by one, and the person as a whole"
    );

    // Who comes back hears what it missed; a stranger's id begins anew.
    let id = said[0].2.as_deref();
    let missed = hear(&mut follow(&router, id).await).await.unwrap();
    assert_eq!(names(&missed), ["doubted", "ended", "doubted", "caught-up"]);
    for odd in ["0-0", "x"] {
        let anew = hear(&mut follow(&router, Some(odd)).await).await.unwrap();
        assert_eq!(names(&anew), ["begins", "ended", "doubted", "ended", "doubted", "caught-up"]);
    }
}

#[tokio::test(start_paused = true)]
async fn a_feed_with_nothing_to_say_gives_a_sign_of_life_every_second_and_ends_with_the_node() {
    let world = World::new();
    let stayd = Stayd::new(world.engine.clone(), with_a_back_end());
    let router = router(stayd.clone());
    let mut feed = follow(&router, None).await;
    hear(&mut feed).await;
    for _ in 0..3 {
        let before = tokio::time::Instant::now();
        let frame = feed.body_mut().frame().await.unwrap().unwrap();
        assert_eq!(&frame.into_data().unwrap()[..], b":\n\n");
        assert!(before.elapsed() <= Duration::from_millis(1001));
    }
    stayd.end_event_streams();
    assert_eq!(hear(&mut feed).await, None);
    assert_eq!(
        open(&router, &[("authorization", CREDENTIAL)]).await.status(),
        StatusCode::SERVICE_UNAVAILABLE
    );
}
