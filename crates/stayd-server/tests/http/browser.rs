//! A browser without a network: it keeps cookies and calls the router.

use crate::engine::{PASSWORD, World};
use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Request, Response, StatusCode, header};
use http_body_util::BodyExt;
use serde_json::{Value, json};
use stayd_protocol::{CookieConfig, Secrets, Strategy};
use stayd_server::{
    ClearSiteData, CookieCache, CsrfMode, EventStreams, Plugins, ServerConfig, Stayd, TrustedOrigins,
    TrustedProxies, router,
};
use std::collections::BTreeMap;
use std::time::Duration;
use tower::ServiceExt;

pub(crate) const ORIGIN: &str = "http://127.0.0.1:3000";

/// A server's settings, with nothing but the essentials switched on.
pub(crate) fn config() -> ServerConfig {
    ServerConfig {
        base_path: "/api/auth".into(),
        origin: ORIGIN.into(),
        cookies: CookieConfig::default(),
        cookie_cache: None,
        secrets: crate::engine::secrets(),
        trusted_origins: TrustedOrigins::new(ORIGIN, ["https://app.example"]).unwrap(),
        csrf: CsrfMode::default(),
        trusted_proxies: TrustedProxies::default(),
        rate_limit: false,
        plugins: Plugins::default(),
        clear_site_data: ClearSiteData::default(),
        events: EventStreams::default(),
        backends: stayd_server::Backends::default(),
    }
}

pub(crate) fn caching(strategy: Strategy) -> ServerConfig {
    let max_age = Duration::from_mins(5);
    ServerConfig { cookie_cache: Some(CookieCache { strategy, max_age }), ..config() }
}

pub(crate) fn signed_by(secrets: Secrets) -> ServerConfig {
    ServerConfig { secrets, ..config() }
}

pub(crate) fn serve(world: &World, config: ServerConfig) -> Router {
    router(Stayd::new(world.engine.clone(), config))
}

#[derive(Clone)]
pub(crate) struct Browser {
    router: Router,
    pub(crate) jar: BTreeMap<String, String>,
}

/// An answer, read to its end.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|_| panic!("not JSON: {}", self.text))
    }

    pub(crate) fn set_cookies(&self) -> Vec<String> {
        self.headers
            .get_all(header::SET_COOKIE)
            .iter()
            .map(|value| value.to_str().unwrap().to_owned())
            .collect()
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }
}

impl Browser {
    pub(crate) fn new(router: &Router) -> Self {
        Self { router: router.clone(), jar: BTreeMap::new() }
    }

    /// The server it calls.
    pub(crate) fn router(&self) -> Router {
        self.router.clone()
    }

    /// The same cookies at another server.
    pub(crate) fn at(&self, router: &Router) -> Self {
        Self { router: router.clone(), jar: self.jar.clone() }
    }

    pub(crate) async fn get(&mut self, path: &str) -> Answer {
        let request = Request::get(format!("/api/auth{path}"));
        self.send(request.body(Body::empty()).unwrap()).await
    }

    pub(crate) async fn post(&mut self, path: &str, body: Value) -> Answer {
        let request = Request::post(format!("/api/auth{path}"))
            .header(header::CONTENT_TYPE, "application/json")
            .header(header::ORIGIN, ORIGIN);
        self.send(request.body(Body::from(body.to_string())).unwrap()).await
    }

    pub(crate) async fn sign_up(&mut self, email: &str) -> Answer {
        self.post("/sign-up/email", json!({"name": "Zoë", "email": email, "password": PASSWORD})).await
    }

    pub(crate) async fn sign_in(&mut self, email: &str, remember: bool) -> Answer {
        let body = json!({"email": email, "password": PASSWORD, "rememberMe": remember});
        self.post("/sign-in/email", body).await
    }

    /// Whether `get-session` knows somebody.
    pub(crate) async fn is_signed_in(&mut self) -> bool {
        self.get("/get-session").await.text != "null"
    }

    pub(crate) async fn send(&mut self, mut request: Request<Body>) -> Answer {
        if !self.jar.is_empty() {
            let cookies: Vec<_> = self.jar.iter().map(|(name, value)| format!("{name}={value}")).collect();
            request.headers_mut().insert(header::COOKIE, cookies.join("; ").parse().unwrap());
        }
        let is_ours = request.uri().path().starts_with("/api/auth");
        let answer = read(self.router.clone().oneshot(request).await.unwrap()).await;
        if is_ours {
            check_rules(&answer);
        }
        for cookie in answer.set_cookies() {
            let (pair, attributes) = cookie.split_once("; ").unwrap();
            let (name, value) = pair.split_once('=').unwrap();
            if attributes.split("; ").any(|attribute| attribute == "Max-Age=0") {
                self.jar.remove(name);
            } else {
                self.jar.insert(name.to_owned(), value.to_owned());
            }
        }
        answer
    }
}

/// What holds of every answer of ours in the suite: C-1, C-7 and C-9.
fn check_rules(answer: &Answer) {
    assert_eq!(answer.header("cache-control"), Some("no-store"), "{}", answer.text);
    assert_eq!(answer.header("vary"), Some("origin, cookie"), "{}", answer.text);
    for cookie in answer.set_cookies() {
        let (pair, attributes) = cookie.split_once("; ").unwrap();
        let (name, _) = pair.split_once('=').unwrap();
        let has = |wanted: &str| attributes.split("; ").any(|attribute| attribute == wanted);
        assert!(has("Path=/") && has("SameSite=Lax") && !attributes.contains("Domain="), "{cookie}");
        assert_eq!(has("Secure"), name.starts_with("__Secure-"), "{cookie}");
        // The one cookie that page scripts have to read.
        assert_eq!(has("HttpOnly"), !name.ends_with(".csrf_token") || has("Max-Age=0"), "{cookie}");
    }
}

pub(crate) async fn read(response: Response<Body>) -> Answer {
    let (parts, body) = response.into_parts();
    let bytes = body.collect().await.unwrap().to_bytes();
    Answer { status: parts.status, headers: parts.headers, text: String::from_utf8(bytes.to_vec()).unwrap() }
}
