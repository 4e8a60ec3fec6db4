//! `/token`, `/introspect`, `/revoke`, `/jwks`: what travels, and what is refused in the same way each time (R-5 to R-7, J-1 to J-8).

use crate::browser::{Answer, Browser, ORIGIN, config, read, serve};
use crate::engine::World;
use axum::Router;
use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde_json::{Value, json};
use stayd_engine::store::MemoryStore;
use stayd_protocol::{Secret, Secrets};
use stayd_server::{Backends, ServerConfig};
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;
use tower::ServiceExt;

const SECRET: &str = "a-secret-of-a-back-end-that-is-long-enough";
const INACTIVE: &str = "{\"active\":false}";

/// A server with one back end.
fn server(world: &World) -> Router {
    serve(world, ServerConfig { backends: Backends::new([("api", SECRET)]).unwrap(), ..config() })
}

/// A program: it sends forms, keeps no cookies and says nothing of an origin.
async fn form(router: &Router, path: &str, credential: Option<&str>, body: &str) -> Answer {
    let mut request = Request::post(format!("/api/auth{path}"))
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
    if let Some(credential) = credential {
        request = request.header(header::AUTHORIZATION, format!("Basic {}", STANDARD.encode(credential)));
    }
    let request = request.body(Body::from(body.to_owned())).unwrap();
    read(router.clone().oneshot(request).await.unwrap()).await
}

async fn introspect(router: &Router, token: &str) -> Answer {
    form(router, "/introspect", Some(&format!("api:{SECRET}")), &format!("token={token}")).await
}

fn text<'a>(body: &'a Value, name: &str) -> &'a str {
    body[name].as_str().unwrap_or_else(|| panic!("{name} in {body}"))
}

async fn signed_up(world: &World) -> (Router, Browser) {
    let router = server(world);
    let mut browser = Browser::new(&router);
    assert_eq!(browser.sign_up("zoe@example.com").await.status, StatusCode::OK);
    (router, browser)
}

/// The tokens that a person's page asks for.
async fn issue(browser: &mut Browser, body: Value) -> Value {
    let answer = browser.post("/token", body).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    answer.json()
}

fn error(answer: &Answer) -> (u16, String) {
    (answer.status.as_u16(), answer.json()["error"].as_str().unwrap_or_default().to_owned())
}

#[tokio::test]
async fn a_session_gets_a_pair_and_a_program_goes_on_with_it_by_json_and_by_form() {
    let (router, mut browser) = signed_up(&World::new()).await;
    let first = issue(&mut browser, json!({"client_id": "cli", "scope": "read"})).await;
    let members: BTreeSet<_> = first.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(
        members,
        BTreeSet::from(["access_token", "expires_in", "refresh_token", "scope", "token_type"])
    );
    assert_eq!(text(&first, "token_type"), "Bearer");
    let body =
        format!("grant_type=refresh_token&client_id=cli&refresh_token={}", text(&first, "refresh_token"));
    let second = form(&router, "/token", None, &body).await;
    assert_eq!((second.status, second.header("cache-control")), (StatusCode::OK, Some("no-store")));
    let again = Browser::new(&router)
        .post("/token", json!({"grant_type": "refresh_token", "client_id": "cli", "refresh_token": first["refresh_token"]}))
        .await;
    assert_eq!(again.json()["refresh_token"], second.json()["refresh_token"], "the same successor");
    // T-4
    let header = text(&first, "access_token").split('.').next().unwrap();
    let header: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(header).unwrap()).unwrap();
    assert_eq!((&header["alg"], &header["typ"]), (&json!("EdDSA"), &json!("at+jwt")));
    let claims = text(&first, "access_token").split('.').nth(1).unwrap();
    let claims: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(claims).unwrap()).unwrap();
    let names: BTreeSet<_> = claims.as_object().unwrap().keys().map(String::as_str).collect();
    let allowed = ["aud", "auth_time", "client_id", "exp", "iat", "iss", "jti", "scope", "sid", "sub"];
    assert_eq!(names, BTreeSet::from(allowed));
}

//
#[tokio::test]
async fn tokens_are_given_to_pages_of_ours_alone_and_never_by_way_of_an_address() {
    let (router, mut browser) = signed_up(&World::new()).await;
    assert_eq!(Browser::new(&router).post("/token", json!({})).await.status, StatusCode::UNAUTHORIZED);
    let foreign = Request::post("/api/auth/token")
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .header(header::ORIGIN, "https://evil.example");
    let foreign = browser.send(foreign.body(Body::from("client_id=x")).unwrap()).await;
    assert_eq!(foreign.status, StatusCode::FORBIDDEN);
    assert_eq!(browser.get("/token").await.status, StatusCode::NOT_FOUND);
    let pair = issue(&mut browser, json!({})).await;
    let refresh = text(&pair, "refresh_token");
    let in_address = format!("/token?refresh_token={refresh}");
    let answer =
        form(&router, &in_address, None, &format!("grant_type=refresh_token&refresh_token={refresh}")).await;
    assert_eq!(error(&answer), (400, "invalid_request".into()));
    assert_eq!(introspect(&router, refresh).await.json()["active"], json!(true), "it was not used up");
}

#[tokio::test]
async fn what_is_asked_wrongly_is_answered_in_the_words_of_the_standard() {
    let (router, mut browser) = signed_up(&World::new()).await;
    let pair = issue(&mut browser, json!({"client_id": "cli", "scope": "read"})).await;
    let refresh = text(&pair, "refresh_token");
    for (body, expected) in [
        ("grant_type=password&username=a&password=b".to_owned(), "unsupported_grant_type"),
        ("grant_type=refresh_token".to_owned(), "invalid_request"),
        (format!("refresh_token={refresh}"), "invalid_request"),
        ("grant_type=refresh_token&refresh_token=garbage".to_owned(), "invalid_grant"),
        (format!("grant_type=refresh_token&refresh_token={refresh}"), "invalid_grant"),
        (format!("grant_type=refresh_token&client_id=web&refresh_token={refresh}"), "invalid_grant"),
        (
            format!("grant_type=refresh_token&client_id=cli&scope=admin&refresh_token={refresh}"),
            "invalid_scope",
        ),
        (
            format!("grant_type=refresh_token&client_id=cli&scope=%22&refresh_token={refresh}"),
            "invalid_scope",
        ),
        (format!("grant_type=refresh_token&client_id=%0a&refresh_token={refresh}"), "invalid_request"),
    ] {
        assert_eq!(error(&form(&router, "/token", None, &body).await), (400, expected.into()), "{body}");
    }
    let number = browser.post("/token", json!({"grant_type": 7})).await;
    assert_eq!(error(&number), (400, "invalid_request".into()));
    let list = browser.post("/token", json!([])).await;
    assert_eq!(error(&list), (400, "invalid_request".into()));
    let good = format!("grant_type=refresh_token&client_id=cli&refresh_token={refresh}");
    assert_eq!(form(&router, "/token", None, &good).await.status, StatusCode::OK, "nothing was changed");
}

//
#[tokio::test]
async fn introspection_needs_a_credential_and_tells_nothing_of_what_is_worth_nothing() {
    let world = World::new();
    let (router, mut browser) = signed_up(&world).await;
    let pair = issue(&mut browser, json!({})).await;
    let access = text(&pair, "access_token");
    for credential in [None, Some("api:wrong"), Some("other"), Some("api:")] {
        let answer = form(&router, "/introspect", credential, &format!("token={access}")).await;
        assert_eq!(error(&answer), (401, "invalid_client".into()));
        assert!(answer.header("www-authenticate").unwrap().starts_with("Basic "));
    }
    let active = introspect(&router, access).await.json();
    assert_eq!((&active["active"], &active["token_type"]), (&json!(true), &json!("Bearer")));
    assert_eq!(text(&active, "iss"), ORIGIN);

    let other = Secret::parse("dGfA4sPeUqkX3v9QhT7mWz2LrB8nYcJ5").unwrap();
    let other = Secrets::new(other, Vec::new()).unwrap();
    let other = World::under(other, Arc::new(MemoryStore::new()), |_| {});
    // Its source of randomness is the same, so that it has to be elsewhere in it.
    other.engine.random().fill(&mut [0; 7]);
    let (_, mut foreigner) = signed_up(&other).await;
    let foreign = issue(&mut foreigner, json!({})).await;
    let used_up = text(&pair, "refresh_token").to_owned();
    form(&router, "/token", None, &format!("grant_type=refresh_token&refresh_token={used_up}")).await;
    let revoked = issue(&mut browser, json!({})).await;
    form(&router, "/revoke", None, &format!("token={}", text(&revoked, "refresh_token"))).await;
    for token in [
        "garbage",
        "a.b.c",
        &used_up,
        text(&foreign, "access_token"),
        text(&foreign, "refresh_token"),
        text(&revoked, "access_token"),
        text(&revoked, "refresh_token"),
        &access[..access.len() - 1],
    ] {
        let answer = introspect(&router, token).await;
        assert_eq!((answer.status, answer.text.as_str()), (StatusCode::OK, INACTIVE), "{token}");
    }
    world.clock.forward(Duration::from_mins(15));
    assert_eq!(introspect(&router, access).await.text, INACTIVE, "it is over");
    let missing = form(&router, "/introspect", Some(&format!("api:{SECRET}")), "").await;
    assert_eq!(error(&missing), (400, "invalid_request".into()));
}

//
#[tokio::test]
async fn a_token_is_given_back_and_an_unknown_one_is_no_error() {
    let (router, mut browser) = signed_up(&World::new()).await;
    let pair = issue(&mut browser, json!({"client_id": "cli"})).await;
    let refresh = text(&pair, "refresh_token");
    for (body, expected) in [
        ("token=unknown".to_owned(), 200),
        ("token=unknown&token_type_hint=refresh_token".to_owned(), 200),
        ("token=unknown&token_type_hint=id_token".to_owned(), 400),
        (format!("token={refresh}&token_type_hint=saml"), 400),
        (format!("token={refresh}"), 400),
        (format!("token={refresh}&client_id=web"), 400),
        (String::new(), 400),
    ] {
        assert_eq!(form(&router, "/revoke", None, &body).await.status.as_u16(), expected, "{body}");
        assert_ne!(introspect(&router, refresh).await.text, INACTIVE, "{body}");
    }
    let hint = form(&router, "/revoke", None, "token=x&token_type_hint=id_token").await;
    assert_eq!(error(&hint), (400, "unsupported_token_type".into()));
    let wrong = form(&router, "/revoke", Some("api:wrong"), &format!("token={refresh}")).await;
    assert_eq!(error(&wrong), (401, "invalid_client".into()));
    let given_back = form(&router, "/revoke", None, &format!("token={refresh}&client_id=cli")).await;
    assert_eq!(given_back.status, StatusCode::OK);
    assert_eq!(introspect(&router, text(&pair, "access_token")).await.text, INACTIVE, "it went along");
    assert!(browser.is_signed_in().await, "the browser's session is not of the family");
}

// L-6, P2
#[tokio::test]
async fn a_sign_out_ends_the_tokens_that_were_asked_for_with_the_session() {
    let (router, mut browser) = signed_up(&World::new()).await;
    let pair = issue(&mut browser, json!({})).await;
    assert_eq!(browser.post("/sign-out", json!({})).await.status, StatusCode::OK);
    assert_eq!(introspect(&router, text(&pair, "access_token")).await.text, INACTIVE);
    let body = format!("grant_type=refresh_token&refresh_token={}", text(&pair, "refresh_token"));
    assert_eq!(error(&form(&router, "/token", None, &body).await), (400, "invalid_grant".into()));
}

// An access token is for back ends: to this server's own routes it is nobody's.
#[tokio::test]
async fn an_access_token_opens_no_route_of_this_server() {
    let (router, mut browser) = signed_up(&World::new()).await;
    let pair = issue(&mut browser, json!({})).await;
    for token in [text(&pair, "access_token"), text(&pair, "refresh_token")] {
        for (path, expected) in [("/get-session", 200), ("/list-sessions", 401)] {
            let request = Request::get(format!("/api/auth{path}"))
                .header(header::AUTHORIZATION, format!("Bearer {token}"));
            let answer =
                read(router.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap()).await;
            assert_eq!(answer.status.as_u16(), expected, "{path}");
            assert!(expected == 401 || answer.text == "null");
        }
    }
}

// J-2, J-6
#[tokio::test]
async fn the_public_keys_are_published_for_caches_and_nothing_else_is() {
    let (router, mut browser) = signed_up(&World::new()).await;
    let ask = async || {
        let request = Request::get("/api/auth/jwks").body(Body::empty()).unwrap();
        read(router.clone().oneshot(request).await.unwrap()).await
    };
    assert_eq!(ask().await.text, "{\"keys\":[]}", "a question makes no key");
    issue(&mut browser, json!({})).await;
    let answer = ask().await;
    assert_eq!(answer.header("cache-control"), Some("public, max-age=300"));
    assert_eq!(answer.header("content-type"), Some("application/json"));
    let key = &answer.json()["keys"][0];
    let names: BTreeSet<_> = key.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(names, BTreeSet::from(["alg", "crv", "kid", "kty", "use", "x"]));
}

// EN-9
#[tokio::test]
async fn an_expired_token_renews_only_where_that_is_switched_on() {
    for (grace, expected) in [(0, StatusCode::NOT_FOUND), (12, StatusCode::OK)] {
        let world = World::with(|policy| policy.tokens.expired_grace = Duration::from_hours(grace));
        let (router, mut browser) = signed_up(&world).await;
        let pair = issue(&mut browser, json!({})).await;
        world.clock.forward(Duration::from_hours(11));
        let body = format!("access_token={}", text(&pair, "access_token"));
        let answer = form(&router, "/token/renew", None, &body).await;
        assert_eq!(answer.status, expected);
        if expected == StatusCode::OK {
            let renewed = answer.json();
            assert!(renewed.get("refresh_token").is_none());
            assert_ne!(introspect(&router, text(&renewed, "access_token")).await.text, INACTIVE);
            world.clock.forward(Duration::from_hours(2));
            assert_eq!(
                error(&form(&router, "/token/renew", None, &body).await),
                (400, "invalid_grant".into())
            );
        }
    }
}
