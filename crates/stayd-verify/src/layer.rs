//! The tower layer: checks each request once, and leaves to the handlers what they make of it.

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::response::{IntoResponse, Response};
use http::Request;
use stayd_protocol::Timestamp;
use tower::{Layer, Service};

use crate::refusal::Refusal;
use crate::session::Session;
use crate::verifier::Verifier;

/// What the layer found out about a request, kept in its extensions.
#[derive(Debug, Clone)]
pub(crate) struct Found {
    pub(crate) who: Result<Session, Refusal>,
    pub(crate) at: Timestamp,
    pub(crate) fresh_age: Duration,
}

/// A service behind a [`Verifier`].
#[derive(Debug, Clone)]
pub struct Verified<S> {
    verifier: Verifier,
    inner: S,
}

impl<S> Layer<S> for Verifier {
    type Service = Verified<S>;

    fn layer(&self, inner: S) -> Verified<S> {
        Verified { verifier: self.clone(), inner }
    }
}

impl<S, B> Service<Request<B>> for Verified<S>
where
    S: Service<Request<B>, Response = Response, Error = Infallible> + Clone + Send + 'static,
    S::Future: Send,
    B: Send + 'static,
{
    type Response = Response;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Response, Infallible>> + Send>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, mut request: Request<B>) -> Self::Future {
        let verifier = self.verifier.clone();
        // The one that is ready goes on; its copy takes its place.
        let copy = self.inner.clone();
        let mut inner = std::mem::replace(&mut self.inner, copy);
        Box::pin(async move {
            let who = verifier.check(request.headers()).await;
            if verifier.inner.requires_session
                && let Err(refusal) = who
            {
                return Ok(refusal.into_response());
            }
            let (at, fresh_age) = (verifier.inner.now(), verifier.inner.fresh_age);
            request.extensions_mut().insert(Found { who, at, fresh_age });
            inner.call(request).await
        })
    }
}
