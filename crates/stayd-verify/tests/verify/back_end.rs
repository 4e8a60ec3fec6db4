//! Somebody else's back end: three routes behind the layer.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Body;
use axum::http::{Request, Response};
use axum::routing::get;
use stayd_verify::{CurrentUser, Fresh, Session, Verifier, Verify, WhenDeaf};
use tower::ServiceExt as _;

use crate::server::{HandClock, SECRET};

/// Longer than anything here takes on a busy machine.
pub(crate) const PATIENCE: Duration = Duration::from_mins(2);

pub(crate) struct BackEnd {
    pub(crate) verifier: Verifier,
    router: Router,
}

/// A verifier that reaches the server at this address, which is not the one that people use.
pub(crate) fn verify(network: SocketAddr, server: SocketAddr, clock: &Arc<HandClock>) -> Verify {
    Verify::new(format!("http://{network}"))
        .issuer(format!("http://{server}"))
        .backend("orders", SECRET)
        .secret(SECRET)
        // This machine's proxies have no part in it.
        .http(reqwest::Client::builder().no_proxy())
        // Of two questions that nobody answers; a busy machine answers sooner.
        .timeout(Duration::from_secs(2))
        .when_deaf(WhenDeaf::Ask)
        .clock(Arc::clone(clock) as Arc<dyn stayd_verify::Clock>)
}

impl BackEnd {
    pub(crate) fn new(verify: Verify) -> Self {
        let verifier = verify.start().unwrap();
        let router = Router::new()
            .route("/me", get(|user: CurrentUser| async move { user.id }))
            .route(
                "/email",
                get(|session: Session| async move {
                    session.user().map(|user| user.email.clone()).unwrap_or_default()
                }),
            )
            .route(
                "/maybe",
                get(|user: Option<CurrentUser>| async move {
                    user.map_or_else(|| "nobody".to_owned(), |user| user.id)
                }),
            )
            .route("/sensitive", get(|Fresh(user): Fresh| async move { user.id }))
            .layer(verifier.clone());
        Self { verifier, router }
    }

    pub(crate) async fn get(&self, path: &str, header: (&str, &str)) -> Response<Body> {
        let request = Request::get(path).header(header.0, header.1).body(Body::empty()).unwrap();
        self.router.clone().oneshot(request).await.unwrap()
    }

    pub(crate) async fn status(&self, path: &str, header: (&str, &str)) -> u16 {
        self.get(path, header).await.status().as_u16()
    }

    /// Waits until the feed is heard, or is not.
    pub(crate) async fn hears(&self, whether: bool) {
        eventually("the feed", || self.verifier.hears() == whether).await;
    }
}

pub(crate) async fn text(response: Response<Body>) -> String {
    let bytes = axum::body::to_bytes(response.into_body(), 10_000).await.unwrap();
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// Waits until something holds.
pub(crate) async fn eventually(what: &str, mut holds: impl FnMut() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !holds() {
        assert!(Instant::now() < deadline, "{what}");
        tokio::task::yield_now().await;
    }
}
