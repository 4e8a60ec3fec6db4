//! The plugins `bearer`, `multi-session` and `jwt`: what the comparison with the package cannot show.

use crate::browser::{Answer, Browser, ORIGIN, caching, config, serve};
use crate::engine::World;
use axum::body::Body;
use axum::http::{Request, header};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use stayd_engine::{JwtClaims, Rotation};
use stayd_protocol::jws::{self, Expectation};
use stayd_protocol::{Secret, Secrets, Strategy};
use stayd_server::{Bearer, CsrfMode, Jwt, MultiSession, Plugins, ServerConfig};
use std::time::Duration;

const TOKEN: &str = "better-auth.session_token";

fn bearer(require_signature: bool) -> ServerConfig {
    let plugins = Plugins { bearer: Some(Bearer { require_signature }), ..Plugins::default() };
    ServerConfig { plugins, ..config() }
}

fn several() -> ServerConfig {
    let plugins = Plugins { multi_session: Some(MultiSession { maximum: 5 }), ..Plugins::default() };
    ServerConfig { plugins, ..config() }
}

async fn as_bearer(browser: &mut Browser, method: &str, path: &str, tokens: &[&str]) -> Answer {
    let mut request = Request::builder().method(method).uri(format!("/api/auth{path}"));
    for token in tokens {
        request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
    }
    if method == "POST" {
        request = request.header(header::CONTENT_TYPE, "application/json").header(header::ORIGIN, ORIGIN);
    }
    browser.send(request.body(Body::from(if method == "POST" { "{}" } else { "" })).unwrap()).await
}

/// Who the browser is, and whom it could be.
async fn people(browser: &mut Browser) -> (Value, Vec<Value>) {
    let active = browser.get("/get-session").await.json()["user"]["email"].clone();
    let list = browser.get("/multi-session/list-device-sessions").await.json();
    (active, list.as_array().unwrap().iter().map(|item| item["user"]["email"].clone()).collect())
}

#[tokio::test]
async fn a_bare_token_counts_only_where_no_signature_is_required() {
    let world = World::new();
    let mut browser = Browser::new(&serve(&world, bearer(true)));
    let told = browser.sign_up("zoe@example.com").await;
    let signed = told.header("set-auth-token").unwrap().to_owned();
    let bare = signed.split('.').next().unwrap();
    for (required, token, known) in [
        (true, signed.as_str(), true),
        (true, bare, false),
        (false, signed.as_str(), true),
        (false, bare, true),
    ] {
        let mut program = Browser::new(&serve(&world, bearer(required)));
        let answer = as_bearer(&mut program, "GET", "/get-session", &[token]).await;
        assert_eq!(answer.text != "null", known, "{required} {token}");
    }
    let mut program = Browser::new(&serve(&world, bearer(true)));
    let twice = as_bearer(&mut program, "GET", "/get-session", &[&signed, &signed]).await;
    assert_eq!(twice.text, "null", "two headers are none");
}

#[tokio::test]
async fn a_program_is_told_the_successor_when_its_token_is_replaced() {
    let world = World::with(|policy| policy.sessions.kinds.rotate(Rotation::Grace));
    let router = serve(&world, bearer(true));
    let first = Browser::new(&router).sign_up("zoe@example.com").await;
    let first = first.header("set-auth-token").unwrap().to_owned();
    world.clock.forward(Duration::from_hours(30));
    let mut program = Browser::new(&router);
    let renewed = as_bearer(&mut program, "GET", "/get-session", &[&first]).await;
    let second = renewed.header("set-auth-token").expect("the successor").to_owned();
    assert_ne!(second, first);
    assert_eq!(renewed.header("access-control-expose-headers"), Some("set-auth-token"));
    let mut program = Browser::new(&router);
    assert_ne!(as_bearer(&mut program, "GET", "/get-session", &[&second]).await.text, "null");
}

#[tokio::test]
async fn a_request_that_the_header_identifies_needs_no_csrf_token_and_a_wrong_header_does_not_help() {
    let world = World::new();
    let config = ServerConfig { csrf: CsrfMode::Required, ..bearer(true) };
    let router = serve(&world, config);
    let mut browser = Browser::new(&serve(&world, bearer(true)));
    let token = browser.sign_up("zoe@example.com").await.header("set-auth-token").unwrap().to_owned();
    let mut page = browser.at(&router);
    let refused = as_bearer(&mut page, "POST", "/sign-out", &["wrong.wrong"]).await;
    assert_eq!((refused.status.as_u16(), refused.json()["code"].clone()), (403, json!("CSRF_TOKEN_MISSING")));
    assert_eq!(as_bearer(&mut page, "POST", "/sign-out", &[&token]).await.status, 200);
    assert!(!browser.is_signed_in().await);
}

// L-3
#[tokio::test]
async fn a_sign_out_and_a_sign_in_end_the_sessions_of_both_header_and_cookie() {
    let world = World::new();
    let router = serve(&world, bearer(true));
    for path in ["/sign-out", "/sign-in/email"] {
        let (mut page, mut app) = (Browser::new(&router), Browser::new(&router));
        page.sign_up(&format!("page{}@example.com", path.len())).await;
        let told = app.sign_up(&format!("app{}@example.com", path.len())).await;
        let token = told.header("set-auth-token").unwrap().to_owned();
        let (mut in_cookie, mut in_header) = (page.clone(), Browser::new(&router));
        let body =
            json!({"email": format!("app{}@example.com", path.len()), "password": crate::engine::PASSWORD});
        let request = Request::post(format!("/api/auth{path}"))
            .header(header::AUTHORIZATION, format!("Bearer {token}"))
            .header(header::CONTENT_TYPE, "application/json")
            .header(header::ORIGIN, ORIGIN);
        let answer = page.send(request.body(Body::from(body.to_string())).unwrap()).await;
        assert_eq!(answer.status, 200, "{path}");
        assert!(!in_cookie.is_signed_in().await, "{path}");
        assert_eq!(as_bearer(&mut in_header, "GET", "/get-session", &[&token]).await.text, "null", "{path}");
    }
}

#[tokio::test]
async fn pages_of_trusted_origins_can_read_the_header() {
    let world = World::new();
    let mut browser = Browser::new(&serve(&world, bearer(true)));
    let body = json!({"name": "Zoë", "email": "zoe@example.com", "password": crate::engine::PASSWORD});
    let request = Request::post("/api/auth/sign-up/email")
        .header(header::CONTENT_TYPE, "application/json")
        .header(header::ORIGIN, "https://app.example");
    let answer = browser.send(request.body(Body::from(body.to_string())).unwrap()).await;
    let exposed = answer.header("access-control-expose-headers").unwrap();
    assert_eq!(exposed, "set-auth-token, date, retry-after, x-retry-after");
}

#[tokio::test]
async fn without_the_plugin_no_header_is_looked_at_and_none_is_told() {
    let world = World::new();
    let mut browser = Browser::new(&serve(&world, config()));
    let answer = browser.sign_up("zoe@example.com").await;
    assert!(answer.header("set-auth-token").is_none());
    let mut program = Browser::new(&browser.router());
    let token = browser.jar[TOKEN].clone();
    assert_eq!(as_bearer(&mut program, "GET", "/get-session", &[&token]).await.text, "null");
}

#[tokio::test]
async fn each_of_several_people_can_be_active_and_leaves_alone() {
    let world = World::new();
    let mut browser = Browser::new(&serve(&world, several()));
    let zoe = browser.sign_up("zoe@example.com").await.json()["token"].clone();
    let max = browser.sign_up("max@example.com").await.json()["token"].clone();
    assert_eq!(people(&mut browser).await.0, "max@example.com");
    assert_eq!(people(&mut browser).await.1.len(), 2);
    browser.post("/multi-session/set-active", json!({"sessionToken": zoe})).await;
    assert_eq!(people(&mut browser).await.0, "zoe@example.com");
    browser.post("/multi-session/revoke", json!({"sessionToken": zoe})).await;
    assert_eq!(people(&mut browser).await, (json!("max@example.com"), vec![json!("max@example.com")]));
    browser.post("/multi-session/revoke", json!({"sessionToken": max})).await;
    assert!(browser.jar.is_empty(), "{:?}", browser.jar);
}

// D-01, P7
#[tokio::test]
async fn neither_a_body_nor_the_name_of_a_cookie_shows_the_secret_of_a_session() {
    let world = World::new();
    let mut browser = Browser::new(&serve(&world, several()));
    let answer = browser.sign_up("zoe@example.com").await;
    let secret = browser.jar[TOKEN].split('.').next().unwrap().to_lowercase();
    let list = browser.get("/multi-session/list-device-sessions").await.text;
    let active =
        browser.post("/multi-session/set-active", json!({"sessionToken": answer.json()["token"]})).await;
    assert_eq!(active.status, 200);
    let names: String = browser.jar.keys().cloned().collect();
    for text in [&answer.text, &list, &active.text, &names] {
        assert!(!text.to_lowercase().contains(&secret), "{text}");
    }
}

#[tokio::test]
async fn a_session_keeps_its_place_in_the_list_through_renewals_and_rotations() {
    let world = World::with(|policy| policy.sessions.kinds.rotate(Rotation::Grace));
    let mut browser = Browser::new(&serve(&world, several()));
    let zoe = browser.sign_up("zoe@example.com").await.json()["token"].clone();
    let before = browser.jar.clone();
    world.clock.forward(Duration::from_hours(30));
    assert!(browser.is_signed_in().await);
    assert_ne!(browser.jar, before);
    assert_eq!(browser.jar.keys().collect::<Vec<_>>(), before.keys().collect::<Vec<_>>());
    world.clock.forward(Duration::from_mins(1));
    browser.sign_up("max@example.com").await;
    assert_eq!(people(&mut browser).await.1.len(), 2);
    browser.post("/multi-session/set-active", json!({"sessionToken": zoe})).await;
    assert_eq!(people(&mut browser).await.0, "zoe@example.com");
}

// C-12
#[tokio::test]
async fn a_changed_secret_leaves_every_person_of_the_browser_signed_in() {
    let world = World::new();
    let mut browser = Browser::new(&serve(&world, several()));
    let zoe = browser.sign_up("zoe@example.com").await.json()["token"].clone();
    browser.sign_up("max@example.com").await;
    let new = Secret::parse("Jw7nQ2xV9bT4mR8kZ5cL1hF6pD3sG0yA").unwrap();
    let old = Secret::parse("kX3v9QhT7mWz2LrB8nYcJ5dGfA4sPeUq").unwrap();
    let both = Secrets::new(new.clone(), vec![old]).unwrap();
    let mut browser = browser.at(&serve(&world, ServerConfig { secrets: both, ..several() }));
    assert!(browser.is_signed_in().await);
    let alone = Secrets::new(new, Vec::new()).unwrap();
    let mut browser = browser.at(&serve(&world, ServerConfig { secrets: alone, ..several() }));
    assert_eq!(people(&mut browser).await.1.len(), 2);
    browser.post("/multi-session/set-active", json!({"sessionToken": zoe})).await;
    assert_eq!(people(&mut browser).await.0, "zoe@example.com");
}

fn jwt(claims: JwtClaims, with_session: bool) -> ServerConfig {
    let plugins = Plugins { jwt: Some(Jwt { claims, with_session }), ..Plugins::default() };
    ServerConfig { plugins, ..caching(Strategy::Compact) }
}

/// The token that `GET /token` answers.
async fn token(browser: &mut Browser) -> String {
    browser.get("/token").await.json()["token"].as_str().unwrap().to_owned()
}

// T-4
#[tokio::test]
async fn by_default_the_token_is_an_access_token_and_says_nothing_personal() {
    let world = World::new();
    let mut browser = Browser::new(&serve(&world, jwt(JwtClaims::Minimal, true)));
    browser.sign_up("zoe@example.com").await;
    let answer = browser.get("/get-session").await;
    let session = answer.json();
    for token in [answer.header("set-auth-jwt").unwrap().to_owned(), token(&mut browser).await] {
        let ring = world.engine.key_ring().await.unwrap();
        let expected = Expectation::new(ORIGIN, ORIGIN);
        let claims = jws::verify(&token, ring.verifying(), world.engine.now(), &expected).unwrap();
        assert_eq!(
            (json!(claims.sub), json!(claims.sid)),
            (session["user"]["id"].clone(), session["session"]["id"].clone())
        );
        let payload = URL_SAFE_NO_PAD.decode(token.split('.').nth(1).unwrap()).unwrap();
        let payload = String::from_utf8(payload).unwrap();
        assert!(!payload.contains("zoe@") && !payload.contains("name"), "{payload}");
    }
    assert_eq!(answer.header("access-control-expose-headers"), Some("set-auth-jwt"));
}

// J-7
#[tokio::test]
async fn no_token_outlives_its_session() {
    let world = World::new();
    let mut browser = Browser::new(&serve(&world, jwt(JwtClaims::Minimal, true)));
    browser.sign_up("zoe@example.com").await;
    world.clock.forward(Duration::from_mins(7 * 24 * 60 - 5));
    let token = browser.get("/token?disableRefresh=1").await.json()["token"].as_str().unwrap().to_owned();
    let ring = world.engine.key_ring().await.unwrap();
    let expected = Expectation::new(ORIGIN, ORIGIN);
    let claims = jws::verify(&token, ring.verifying(), world.engine.now(), &expected).unwrap();
    assert_eq!(claims.exp - claims.iat, 300);
}

// J-4
#[tokio::test]
async fn a_token_with_the_packages_claims_is_no_access_token() {
    let world = World::new();
    let mut browser = Browser::new(&serve(&world, jwt(JwtClaims::User, true)));
    browser.sign_up("zoe@example.com").await;
    let ring = world.engine.key_ring().await.unwrap();
    let expected = Expectation::new(ORIGIN, ORIGIN);
    let token = token(&mut browser).await;
    assert!(jws::verify(&token, ring.verifying(), world.engine.now(), &expected).is_err());
    assert!(ring.verifying().open(&token, None).is_ok(), "it is signed well, and of no type");
}

#[tokio::test]
async fn every_session_that_is_answered_brings_a_token_also_out_of_the_cookie_and_nobody_does() {
    let world = World::new();
    let mut browser = Browser::new(&serve(&world, jwt(JwtClaims::Minimal, true)));
    assert!(browser.get("/get-session").await.header("set-auth-jwt").is_none());
    browser.sign_up("zoe@example.com").await;
    for path in ["/get-session", "/get-session", "/get-session?disableCookieCache=1"] {
        assert!(browser.get(path).await.header("set-auth-jwt").is_some(), "{path}");
    }
    let mut ended = browser.clone();
    browser.post("/sign-out", json!({})).await;
    assert!(ended.clone().get("/get-session").await.header("set-auth-jwt").is_none());
    assert_eq!(ended.get("/token").await.status, 401);
    let mut quiet = Browser::new(&serve(&world, jwt(JwtClaims::Minimal, false)));
    quiet.sign_in("zoe@example.com", true).await;
    assert!(quiet.get("/get-session").await.header("set-auth-jwt").is_none());
    assert_eq!(quiet.get("/token").await.status, 200);
}

#[tokio::test]
async fn without_the_plugin_there_is_no_token() {
    let world = World::new();
    let mut browser = Browser::new(&serve(&world, config()));
    browser.sign_up("zoe@example.com").await;
    assert_eq!(browser.get("/token").await.status, 404);
    assert!(browser.get("/get-session").await.header("set-auth-jwt").is_none());
}
