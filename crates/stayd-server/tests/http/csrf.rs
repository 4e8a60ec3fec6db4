//! Double-submit tokens, as browsers and those who would forge their requests see them (AU-15, AA-9, TC-5, X-4, X-6).

use crate::browser::{Answer, Browser, ORIGIN, config, serve};
use crate::engine::{PASSWORD, World};
use axum::body::Body;
use axum::extract::FromRef;
use axum::http::{Method, Request, header};
use axum::routing::any;
use serde_json::{Value, json};
use stayd_engine::Rotation;
use stayd_server::{CsrfMode, FromOwnPage, ServerConfig, Stayd, router};
use std::time::Duration;

const TOKEN: &str = "better-auth.csrf_token";
const VISITOR: &str = "better-auth.visitor";
const SESSION: &str = "better-auth.session_token";
const DAY: Duration = Duration::from_hours(24);

fn in_mode(csrf: CsrfMode) -> ServerConfig {
    ServerConfig { csrf, ..config() }
}

fn browser(world: &World, mode: CsrfMode) -> Browser {
    Browser::new(&serve(world, in_mode(mode)))
}

/// A change, with this token in its header.
async fn change(browser: &mut Browser, path: &str, body: &Value, token: Option<&str>) -> Answer {
    let mut request = Request::post(format!("/api/auth{path}"))
        .header(header::CONTENT_TYPE, "application/json")
        .header(header::ORIGIN, ORIGIN);
    if let Some(token) = token {
        request = request.header("x-csrf-token", token);
    }
    browser.send(request.body(Body::from(body.to_string())).unwrap()).await
}

/// A change with the token of the readable cookie, as a page sends it.
async fn change_as_page(browser: &mut Browser, path: &str, body: &Value) -> Answer {
    let token = browser.jar.get(TOKEN).cloned();
    change(browser, path, body, token.as_deref()).await
}

async fn sign_up(browser: &mut Browser, email: &str) -> Answer {
    let body = json!({"name": "Zoë", "email": email, "password": PASSWORD});
    change_as_page(browser, "/sign-up/email", &body).await
}

fn new_name(name: &str) -> Value {
    json!({ "name": name })
}

fn is_refused(answer: &Answer, code: &str) -> bool {
    answer.status == 403 && answer.json()["code"] == code
}

/// A browser that demands tokens, with somebody signed in.
async fn signed_in(world: &World) -> Browser {
    let mut browser = browser(world, CsrfMode::Required);
    browser.get("/csrf").await;
    assert_eq!(sign_up(&mut browser, "zoe@example.com").await.status, 200);
    browser
}

#[tokio::test]
async fn who_never_asks_is_answered_as_ever_whether_tokens_are_on_or_off() {
    let mut answers = Vec::new();
    for mode in [CsrfMode::Off, CsrfMode::WhenPresent] {
        let world = World::new();
        let mut browser = browser(&world, mode);
        let mut seen = Vec::new();
        for answer in [
            browser.get("/get-session").await,
            browser.sign_up("zoe@example.com").await,
            browser.get("/get-session").await,
            browser.post("/update-user", new_name("Zoe")).await,
            browser.post("/sign-out", json!({})).await,
            browser.sign_in("zoe@example.com", false).await,
            browser
                .post("/sign-in/email", json!({"email": "zoe@example.com", "password": "wrong one"}))
                .await,
        ] {
            let mut headers = answer.headers.clone();
            headers.remove("x-request-id");
            seen.push((answer.status, headers, answer.text));
        }
        answers.push(seen);
    }
    let [off, when_present] = answers.try_into().unwrap();
    // The same seed, the same clock: every id and every token is the same as well.
    assert_eq!(off, when_present);
}

#[tokio::test]
async fn without_tokens_there_is_no_route_for_them_and_none_is_looked_at() {
    let world = World::new();
    let mut browser = browser(&world, CsrfMode::Off);
    assert_eq!(browser.get("/csrf").await.status, 404);
    assert!(browser.get("/ok?csrf=true").await.set_cookies().is_empty());
    browser.sign_up("zoe@example.com").await;
    assert_eq!(change(&mut browser, "/update-user", &new_name("Z"), Some("nonsense")).await.status, 200);
}

#[tokio::test]
async fn a_visitor_gets_a_token_and_nothing_is_written() {
    let world = World::new();
    let mut browser = browser(&world, CsrfMode::WhenPresent);
    let answer = browser.get("/csrf").await;
    let token = answer.json()["data"]["csrf_token"].as_str().unwrap().to_owned();
    assert_eq!(answer.json(), json!({"success": true, "data": {"csrf_token": token}}));
    let cookies = answer.set_cookies();
    assert_eq!(cookies.len(), 2, "{cookies:?}");
    assert!(cookies[0].starts_with(VISITOR) && cookies[0].ends_with("; Path=/; HttpOnly; SameSite=Lax"));
    assert_eq!(cookies[1], format!("{TOKEN}={token}; Path=/; SameSite=Lax"));

    // Asked again, it is the same one, and no cookie is needed.
    let again = browser.get("/get-session?csrf=true").await;
    assert_eq!(again.json(), json!({"session": null, "user": null, "data": {"csrf_token": token}}));
    assert!(again.set_cookies().is_empty());
    let request = Request::get("/api/auth/ok").header("x-csrf-token", "fetch").body(Body::empty()).unwrap();
    assert_eq!(browser.send(request).await.json()["data"]["csrf_token"], token.as_str());
}

//
#[tokio::test]
async fn where_tokens_are_required_nothing_is_changed_without_the_right_one() {
    let world = World::new();
    let mut browser = signed_in(&world).await;
    let good = browser.jar[TOKEN].clone();
    let mut other_browser = self::browser(&world, CsrfMode::Required);
    other_browser.get("/csrf").await;
    let foreign = other_browser.jar[TOKEN].clone();

    for (token, code) in [
        (None, "CSRF_TOKEN_MISSING"),
        (Some(""), "CSRF_TOKEN_MISSING"),
        (Some("fetch"), "CSRF_TOKEN_MISSING"),
        (Some("nonsense"), "CSRF_TOKEN_INVALID"),
        (Some(foreign.as_str()), "CSRF_TOKEN_INVALID"),
        (Some(&good[1..]), "CSRF_TOKEN_INVALID"),
    ] {
        let answer = change(&mut browser, "/update-user", &new_name("Mallory"), token).await;
        assert!(is_refused(&answer, code), "{token:?} {}", answer.text);
        assert_eq!(browser.jar[TOKEN], good, "what is right stays");
    }
    assert_eq!(browser.get("/get-session").await.json()["user"]["name"], "Zoë");
    assert_eq!(change(&mut browser, "/update-user", &new_name("Zoe"), Some(&good)).await.status, 200);
}

//
#[tokio::test]
async fn the_header_alone_and_another_sessions_pair_are_not_enough() {
    let world = World::new();
    let mut browser = signed_in(&world).await;
    let good = browser.jar.remove(TOKEN).unwrap();
    let answer = change(&mut browser, "/update-user", &new_name("M"), Some(&good)).await;
    assert!(is_refused(&answer, "CSRF_TOKEN_MISSING"), "{}", answer.text);

    // Somebody who can plant cookies, from a sibling host, plants their own pair.
    let mut mallory = self::browser(&world, CsrfMode::Required);
    mallory.get("/csrf").await;
    assert_eq!(sign_up(&mut mallory, "mallory@example.com").await.status, 200);
    let planted = mallory.jar[TOKEN].clone();
    browser.jar.insert(TOKEN.to_owned(), planted.clone());
    let answer = change(&mut browser, "/update-user", &new_name("M"), Some(&planted)).await;
    assert!(is_refused(&answer, "CSRF_TOKEN_INVALID"), "{}", answer.text);
}

#[tokio::test]
async fn a_refusal_brings_the_right_token_in_the_cookie_and_not_in_the_body() {
    for mode in [CsrfMode::WhenPresent, CsrfMode::Required] {
        let world = World::new();
        let mut browser = browser(&world, mode);
        browser.get("/csrf").await;
        sign_up(&mut browser, "zoe@example.com").await;
        browser.jar.remove(TOKEN);
        let answer = change(&mut browser, "/update-user", &new_name("Zoe"), Some("stale")).await;
        assert!(is_refused(&answer, "CSRF_TOKEN_MISSING"));
        assert_eq!(answer.json().as_object().unwrap().len(), 2, "{}", answer.text);
        assert_eq!(change_as_page(&mut browser, "/update-user", &new_name("Zoe")).await.status, 200);
    }
}

//
#[tokio::test]
async fn a_token_outlives_renewals_and_rotations_of_the_session() {
    for rotation in [Rotation::Off, Rotation::Grace, Rotation::Strict] {
        let world = World::with(|policy| policy.sessions.kinds.rotate(rotation));
        let mut browser = signed_in(&world).await;
        let (token, session) = (browser.jar[TOKEN].clone(), browser.jar[SESSION].clone());
        for _ in 0..3 {
            world.clock.forward(DAY);
            let renewed = browser.get("/get-session").await;
            // Its cookie lives as long as the session's, which lives a week from now.
            let kept = format!("{TOKEN}={token}; Max-Age=604800; Path=/; SameSite=Lax");
            assert!(renewed.set_cookies().contains(&kept), "{rotation:?} {:?}", renewed.set_cookies());
            let answer = change(&mut browser, "/update-user", &new_name("Zoe"), Some(&token)).await;
            assert_eq!(answer.status, 200, "{rotation:?} {}", answer.text);
        }
        assert_eq!(browser.jar[SESSION] == session, rotation == Rotation::Off);
        assert_eq!(browser.jar[TOKEN], token);
    }
}

#[tokio::test]
async fn a_token_in_flight_while_the_session_rotates_is_right_with_both_tokens_of_the_session() {
    let world = World::with(|policy| policy.sessions.kinds.rotate(Rotation::Grace));
    let mut browser = signed_in(&world).await;
    world.clock.forward(DAY);
    let mut other_tab = browser.clone();
    browser.get("/get-session").await;
    assert_ne!(browser.jar[SESSION], other_tab.jar[SESSION]);
    for tab in [&mut other_tab, &mut browser] {
        assert_eq!(change_as_page(tab, "/update-user", &new_name("Zoe")).await.status, 200);
    }
}

//
#[tokio::test]
async fn a_token_begins_and_dies_with_the_session() {
    let world = World::new();
    let mut browser = browser(&world, CsrfMode::Required);
    browser.get("/csrf").await;
    let before = browser.jar.clone();
    assert_eq!(sign_up(&mut browser, "zoe@example.com").await.status, 200);
    let during = browser.jar.clone();
    assert_ne!(before[TOKEN], during[TOKEN]);
    let stale = change(&mut browser, "/update-user", &new_name("Z"), Some(&before[TOKEN])).await;
    assert!(is_refused(&stale, "CSRF_TOKEN_INVALID"));

    assert_eq!(change_as_page(&mut browser, "/sign-out", &json!({})).await.status, 200);
    assert!(browser.jar[TOKEN] != during[TOKEN] && browser.jar[TOKEN] != before[TOKEN]);
    assert_ne!(browser.jar[VISITOR], before[VISITOR], "whoever comes next is somebody else");
    let body = json!({"email": "zoe@example.com", "password": PASSWORD});
    for old in [&before[TOKEN], &during[TOKEN]] {
        let answer = change(&mut browser, "/sign-in/email", &body, Some(old)).await;
        assert!(is_refused(&answer, "CSRF_TOKEN_INVALID"));
    }
    assert_eq!(change_as_page(&mut browser, "/sign-in/email", &body).await.status, 200);
}

//
#[tokio::test]
async fn nobody_is_signed_in_to_a_strangers_account_without_a_token() {
    let world = World::new();
    let mut browser = browser(&world, CsrfMode::Required);
    sign_up_elsewhere(&world).await;
    let body = json!({"email": "mallory@example.com", "password": PASSWORD});
    let answer = change(&mut browser, "/sign-in/email", &body, None).await;
    assert!(is_refused(&answer, "CSRF_TOKEN_MISSING"));
    assert!(!browser.jar.contains_key(SESSION));
    // A program has no cookies that a page could abuse, and needs no token.
    let request = Request::post("/api/auth/sign-in/email").header(header::CONTENT_TYPE, "application/json");
    let answer =
        Browser::new(&browser.router()).send(request.body(Body::from(body.to_string())).unwrap()).await;
    assert_eq!(answer.status, 200);
}

//
#[tokio::test]
async fn what_a_browser_says_of_the_site_alone_asks_for_a_token_and_what_node_says_does_not() {
    let world = World::new();
    let of_browser = browser(&world, CsrfMode::Required);
    let body = json!({"email": "zoe@example.com"}).to_string();
    for (name, value, refusal) in [
        ("sec-fetch-site", "same-origin", Some("CSRF_TOKEN_MISSING")),
        ("sec-fetch-site", "none", Some("CSRF_TOKEN_MISSING")),
        ("sec-fetch-mode", "cors", None),
    ] {
        let request = Request::post("/api/auth/request-password-reset")
            .header(header::CONTENT_TYPE, "application/json")
            .header(name, value);
        // No cookie, no origin, no referrer; and no sign-in, for which the origin itself would be asked.
        let request = request.body(Body::from(body.clone())).unwrap();
        let answer = Browser::new(&of_browser.router()).send(request).await;
        match refusal {
            Some(code) => assert!(is_refused(&answer, code), "{name}: {value}: {}", answer.text),
            None => assert_eq!(answer.status, 200, "{name}: {value}"),
        }
    }
}

async fn sign_up_elsewhere(world: &World) {
    let answer = browser(world, CsrfMode::Off).sign_up("mallory@example.com").await;
    assert_eq!(answer.status, 200);
}

//
#[tokio::test]
async fn the_right_token_does_not_help_a_page_of_another_site() {
    let world = World::new();
    let mut browser = signed_in(&world).await;
    let request = Request::post("/api/auth/sign-out")
        .header(header::CONTENT_TYPE, "application/json")
        .header(header::ORIGIN, "https://evil.test")
        .header("x-csrf-token", browser.jar[TOKEN].clone());
    let answer = browser.send(request.body(Body::from("{}")).unwrap()).await;
    assert!(is_refused(&answer, "INVALID_ORIGIN"), "{}", answer.text);
    assert!(browser.is_signed_in().await);
}

#[tokio::test]
async fn a_session_that_ends_with_the_browser_has_a_token_that_does_too() {
    let world = World::new();
    sign_up_elsewhere(&world).await;
    let mut browser = browser(&world, CsrfMode::Required);
    browser.get("/csrf").await;
    let body = json!({"email": "mallory@example.com", "password": PASSWORD, "rememberMe": false});
    let answer = change_as_page(&mut browser, "/sign-in/email", &body).await;
    let cookie = answer.set_cookies().into_iter().find(|cookie| cookie.starts_with(TOKEN)).unwrap();
    assert!(!cookie.contains("Max-Age") && !cookie.contains("HttpOnly"), "{cookie}");
}

#[tokio::test]
async fn a_page_that_is_required_to_have_a_token_is_given_one_with_its_first_answer() {
    let world = World::new();
    let mut browser = browser(&world, CsrfMode::Required);
    let request = Request::get("/api/auth/get-session").header("sec-fetch-site", "same-origin");
    let answer = browser.send(request.body(Body::empty()).unwrap()).await;
    assert_eq!(answer.text, "null");
    assert_eq!(sign_up(&mut browser, "zoe@example.com").await.status, 200);
    // Programs are not made to carry what they do not need.
    assert!(Browser::new(&browser.router()).get("/ok").await.set_cookies().is_empty());
}

#[tokio::test]
async fn handlers_of_an_application_ask_for_the_token_too() {
    #[derive(Clone)]
    struct Application(Stayd);
    impl FromRef<Application> for Stayd {
        fn from_ref(application: &Application) -> Self {
            application.0.clone()
        }
    }
    let world = World::new();
    let stayd = Stayd::new(world.engine.clone(), in_mode(CsrfMode::WhenPresent));
    let application = axum::Router::new()
        .route("/orders", any(|_: FromOwnPage| async { "done" }))
        .with_state(Application(stayd.clone()))
        .merge(router(stayd));
    let mut browser = Browser::new(&application);
    browser.get("/csrf").await;
    let token = browser.jar[TOKEN].clone();
    for method in [Method::POST, Method::PUT, Method::PATCH, Method::DELETE] {
        for (origin, token, status) in
            [(ORIGIN, Some(&token), 200), (ORIGIN, None, 403), ("https://evil.test", Some(&token), 403)]
        {
            let answer = order(&mut browser, &method, origin, token).await;
            assert_eq!(answer.status, status, "{method} {origin} {token:?}");
        }
    }
    let answer = order(&mut browser, &Method::GET, "https://evil.test", None).await;
    assert_eq!(answer.text, "done");
}

async fn order(browser: &mut Browser, method: &Method, origin: &str, token: Option<&String>) -> Answer {
    let mut request = Request::builder().method(method).uri("/orders").header(header::ORIGIN, origin);
    if let Some(token) = token {
        request = request.header("x-csrf-token", token);
    }
    browser.send(request.body(Body::empty()).unwrap()).await
}

#[tokio::test]
async fn forty_changes_at_once_with_one_token_all_pass() {
    let world = World::with(|policy| policy.sessions.kinds.rotate(Rotation::Grace));
    let browser = signed_in(&world).await;
    world.clock.forward(DAY);
    let requests: Vec<_> = (0..40)
        .map(|number| {
            let mut tab = browser.clone();
            tokio::spawn(async move {
                change_as_page(&mut tab, "/update-user", &new_name(&format!("Z{number}"))).await.status
            })
        })
        .collect();
    for request in requests {
        assert_eq!(request.await.unwrap(), 200);
    }
}

#[tokio::test]
async fn pages_of_trusted_origins_may_send_the_header() {
    let world = World::new();
    let mut browser = browser(&world, CsrfMode::Required);
    for (asked, allowed) in [
        ("content-type,x-csrf-token", "content-type, authorization, x-csrf-token"),
        ("content-type", "content-type, authorization"),
    ] {
        let preflight = Request::builder()
            .method(Method::OPTIONS)
            .uri("/api/auth/sign-out")
            .header(header::ORIGIN, "https://app.example")
            .header(header::ACCESS_CONTROL_REQUEST_METHOD, "POST")
            .header(header::ACCESS_CONTROL_REQUEST_HEADERS, asked);
        let answer = browser.send(preflight.body(Body::empty()).unwrap()).await;
        assert_eq!(answer.header("access-control-allow-headers"), Some(allowed));
        assert!(answer.set_cookies().is_empty());
    }
}
