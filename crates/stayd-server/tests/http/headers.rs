//! What every answer says beside its body.

use crate::browser::{Browser, ORIGIN, config, serve};
use crate::engine::World;
use axum::body::Body;
use axum::http::{Method, Request, header};
use serde_json::json;

const ROUTES: [(&str, &str); 12] = [
    ("GET", "/ok"),
    ("GET", "/error?error=X"),
    ("GET", "/get-session"),
    ("GET", "/list-sessions"),
    ("POST", "/get-session"),
    ("POST", "/sign-in/email"),
    ("POST", "/sign-out"),
    ("POST", "/update-user"),
    ("GET", "/verify-email?token=bad"),
    ("GET", "/nothing-here"),
    ("PUT", "/ok"),
    ("OPTIONS", "/ok"),
];

//
#[tokio::test]
async fn every_answer_is_kept_out_of_caches_frames_and_sniffers() {
    let world = World::new();
    let mut browser = Browser::new(&serve(&world, config()));
    let mut ids = std::collections::BTreeSet::new();
    for (method, path) in ROUTES {
        let request = Request::builder().method(method).uri(format!("/api/auth{path}"));
        let answer = browser.send(request.body(Body::empty()).unwrap()).await;
        for (name, expected) in [
            ("cache-control", "no-store"),
            ("x-content-type-options", "nosniff"),
            ("referrer-policy", "no-referrer"),
            ("cross-origin-resource-policy", "same-origin"),
        ] {
            assert_eq!(answer.header(name), Some(expected), "{method} {path} {name}");
        }
        assert!(answer.header("content-security-policy").unwrap().contains("frame-ancestors 'none'"));
        assert!(answer.header("allow").is_none(), "{method} {path}");
        ids.insert(answer.header("x-request-id").unwrap().to_owned());
    }
    assert_eq!(ids.len(), ROUTES.len(), "each request has a name of its own");
}

//
#[tokio::test]
async fn only_pages_of_trusted_origins_may_read_answers() {
    let world = World::new();
    let mut browser = Browser::new(&serve(&world, config()));
    let preflight = |origin: &str| {
        Request::builder()
            .method(Method::OPTIONS)
            .uri("/api/auth/get-session")
            .header(header::ORIGIN, origin)
            .header(header::ACCESS_CONTROL_REQUEST_METHOD, "POST")
            .body(Body::empty())
            .unwrap()
    };
    let answer = browser.send(preflight("https://app.example")).await;
    assert_eq!(answer.status, 204);
    assert_eq!(answer.header("access-control-allow-origin"), Some("https://app.example"));
    assert_eq!(answer.header("access-control-allow-credentials"), Some("true"));
    let foreign = [
        "https://app.example.evil.test",
        "https://good.app.example",
        "https://app.example:8443",
        "https://app.example@evil.test",
        "https://xapp.example",
        "http://app.example",
        "https://app.example,https://evil.test",
        "null",
        "*",
        "https://evil.test",
    ];
    for foreign in foreign {
        let answer = browser.send(preflight(foreign)).await;
        assert_eq!(answer.status, 404, "{foreign}");
        assert!(answer.header("access-control-allow-origin").is_none(), "{foreign}");
    }
}

//
#[tokio::test]
async fn a_change_by_a_foreign_page_is_refused_and_nothing_happens() {
    let world = World::new();
    let mut browser = Browser::new(&serve(&world, config()));
    browser.sign_up("zoe@example.com").await;
    let from = |origin: Option<&str>| {
        let mut request =
            Request::post("/api/auth/sign-out").header(header::CONTENT_TYPE, "application/json");
        if let Some(origin) = origin {
            request = request.header(header::ORIGIN, origin);
        }
        request.body(Body::from("{}")).unwrap()
    };
    for (origin, code) in [
        (Some("https://evil.test"), "INVALID_ORIGIN"),
        (Some("null"), "MISSING_OR_NULL_ORIGIN"),
        (None, "MISSING_OR_NULL_ORIGIN"),
    ] {
        let answer = browser.send(from(origin)).await;
        assert_eq!((answer.status.as_u16(), answer.json()["code"].as_str()), (403, Some(code)));
    }
    assert!(browser.is_signed_in().await);
    assert_eq!(browser.send(from(Some(ORIGIN))).await.json(), json!({"success": true}));
}
