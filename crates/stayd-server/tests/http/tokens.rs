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
const ORDERS: &str = "https://orders.example";
const INACTIVE: &str = "{\"active\":false}";

/// A server with one back end.
fn server(world: &World) -> Router {
    serve(world, ServerConfig { backends: Backends::new([("api", SECRET)]).unwrap(), ..config() })
}

/// A server with a back end that is for one audience.
fn server_of_two(world: &World) -> Router {
    let backends = Backends::new([("api", SECRET), ("orders", SECRET)]).unwrap();
    serve(world, ServerConfig { backends: backends.only_for("orders", [ORDERS]).unwrap(), ..config() })
}

/// A program: it sends forms, keeps no cookies and says nothing of an origin. The mode is what Node's `fetch` adds.
async fn form(router: &Router, path: &str, credential: Option<&str>, body: &str) -> Answer {
    let mut request = Request::post(format!("/api/auth{path}"))
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .header("sec-fetch-mode", "cors");
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

/// What the access token of an answer says.
fn claims(tokens: &Value) -> Value {
    let claims = text(tokens, "access_token").split('.').nth(1).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(claims).unwrap()).unwrap()
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
    let claims = claims(&first);
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

// EN-9, T-4
#[tokio::test]
async fn a_renewed_token_begins_now_is_as_brief_as_any_and_moves_the_end_of_nothing() {
    let off = World::new();
    let (router, mut browser) = signed_up(&off).await;
    let body = format!("access_token={}", text(&issue(&mut browser, json!({})).await, "access_token"));
    let refused = form(&router, "/token/renew", None, &body).await;
    assert_eq!(refused.status, StatusCode::NOT_FOUND, "off unless somebody says so");

    let world = World::with(|policy| policy.tokens.expired_grace = Duration::from_hours(12));
    let (router, mut browser) = signed_up(&world).await;
    let pair = issue(&mut browser, json!({})).await;
    let first = claims(&pair);
    let end = async || browser_sessions_end(&world, &first).await;
    let end_before = end().await;
    world.clock.forward(Duration::from_hours(2));
    let body = format!("access_token={}", text(&pair, "access_token"));
    let renewed = form(&router, "/token/renew", None, &body).await.json();
    let second = claims(&renewed);
    let of = |claims: &Value, name: &str| claims[name].as_i64().unwrap();
    assert_eq!(of(&second, "iat"), of(&first, "iat") + 7200);
    let life = of(&second, "exp") - of(&second, "iat");
    // up to a twentieth less than a quarter of an hour.
    assert!((855..=900).contains(&life), "{life}");
    assert_eq!(renewed["expires_in"], json!(life));
    for name in ["sid", "sub", "aud", "iss", "auth_time"] {
        assert_eq!(second[name], first[name], "{name}");
    }
    assert_ne!(second["jti"], first["jti"]);
    assert_eq!(end().await, end_before);
}

async fn browser_sessions_end(world: &World, claims: &Value) -> stayd_protocol::Timestamp {
    let family = world.store.family(claims["sid"].as_str().unwrap()).await.unwrap().unwrap();
    family.session.expires_at
}

// L-9
#[tokio::test]
async fn a_person_who_begins_ever_more_families_keeps_the_last_of_them() {
    assert_eq!(stayd_engine::Kinds::BETTER_AUTH.api.at_most, Some(100));
    let world = World::with(|policy| policy.sessions.kinds.api.at_most = Some(20));
    let (router, mut browser) = signed_up(&world).await;
    let mut pairs = Vec::new();
    for _ in 0..30 {
        world.clock.forward(Duration::from_secs(1));
        pairs.push(issue(&mut browser, json!({})).await);
    }
    let mut refreshed = Vec::new();
    for pair in &pairs {
        let body = format!("grant_type=refresh_token&refresh_token={}", text(pair, "refresh_token"));
        refreshed.push(form(&router, "/token", None, &body).await.status == StatusCode::OK);
    }
    let left = refreshed.iter().filter(|went_on| **went_on).count();
    // It is looked for them at every tenth part of what is allowed.
    assert!((20..=21).contains(&left), "{left}");
    assert!(refreshed.iter().rev().take(left).all(|went_on| *went_on), "the oldest go");
    assert!(browser.is_signed_in().await, "sessions of browsers are not counted with them");
}

// R-7, J-7
#[tokio::test]
async fn a_back_end_can_ask_about_a_sessions_own_token_and_it_dies_with_the_session() {
    let world = World::new();
    let jwt = stayd_server::Jwt { claims: stayd_engine::JwtClaims::Minimal, with_session: false };
    let plugins = stayd_server::Plugins { jwt: Some(jwt), ..Default::default() };
    let backends = Backends::new([("api", SECRET)]).unwrap();
    let router = serve(&world, ServerConfig { backends, plugins, ..config() });
    let mut browser = Browser::new(&router);
    let signed_up = browser.sign_up("zoe@example.com").await.json();
    let token = text(&browser.get("/token").await.json(), "token").to_owned();
    let told = introspect(&router, &token).await.json();
    assert_eq!((&told["active"], &told["sid"]), (&json!(true), &signed_up["token"]), "{told}");
    browser.post("/sign-out", json!({})).await;
    assert_eq!(introspect(&router, &token).await.text, INACTIVE);
}

// H-8
#[tokio::test]
async fn back_ends_ask_and_give_back_for_all_whom_they_serve_and_strangers_do_not() {
    let world = World::new();
    let backends = Backends::new([("api", SECRET)]).unwrap();
    let router = serve(&world, ServerConfig { backends, rate_limit: true, ..config() });
    let credential = format!("api:{SECRET}");
    for path in ["/introspect", "/revoke"] {
        for (shown, expected) in [(&*credential, 200), ("api:wrong", 429)] {
            let mut last = 0;
            for _ in 0..110 {
                last = form(&router, path, Some(shown), "token=x").await.status.as_u16();
            }
            assert_eq!(last, expected, "{path}");
        }
    }
}

//
#[tokio::test]
async fn a_back_end_of_one_audience_learns_nothing_of_other_tokens_and_ends_none() {
    let world = World::with(|policy| policy.tokens.audiences = vec![ORDERS.into()]);
    let router = server_of_two(&world);
    let mut browser = Browser::new(&router);
    browser.sign_up("zoe@example.com").await;
    let (usual, of_orders) =
        (issue(&mut browser, json!({})).await, issue(&mut browser, json!({"resource": ORDERS})).await);
    let orders = format!("orders:{SECRET}");
    let ask =
        async |token: &str| form(&router, "/introspect", Some(&orders), &format!("token={token}")).await.text;
    for token in
        [text(&usual, "access_token"), text(&usual, "refresh_token"), text(&of_orders, "refresh_token")]
    {
        assert_eq!(ask(token).await, INACTIVE);
        let answer = form(&router, "/revoke", Some(&orders), &format!("token={token}")).await;
        assert_eq!((answer.status.as_u16(), answer.text.as_str()), (200, "{}"));
        assert_ne!(
            introspect(&router, token).await.text,
            INACTIVE,
            "it goes on, and whoever is for all is told"
        );
    }
    let told: Value = serde_json::from_str(&ask(text(&of_orders, "access_token")).await).unwrap();
    assert_eq!((&told["active"], &told["aud"]), (&json!(true), &json!(ORDERS)));
    let body = format!("token={}", text(&of_orders, "access_token"));
    assert_eq!(form(&router, "/revoke", Some(&orders), &body).await.status, 200);
    assert_eq!(introspect(&router, text(&of_orders, "access_token")).await.text, INACTIVE);
    let elsewhere = browser.post("/token", json!({"resource": "https://elsewhere.example"})).await;
    assert_eq!(error(&elsewhere), (400, "invalid_target".into()));
}

// L-11, EN-9
#[tokio::test]
async fn what_goes_on_with_a_family_asks_for_no_step_up() {
    let world = World::with(|policy| {
        policy.sessions = stayd_engine::SessionPolicy::strict();
        policy.tokens.expired_grace = Duration::from_hours(12);
    });
    let (router, mut browser) = signed_up(&world).await;
    let pair = issue(&mut browser, json!({})).await;
    world.clock.forward(Duration::from_hours(11));
    let renewing = format!("access_token={}", text(&pair, "access_token"));
    assert_eq!(form(&router, "/token/renew", None, &renewing).await.status, StatusCode::OK);
    let refreshing = format!("grant_type=refresh_token&refresh_token={}", text(&pair, "refresh_token"));
    assert_eq!(form(&router, "/token", None, &refreshing).await.status, StatusCode::OK);
}
