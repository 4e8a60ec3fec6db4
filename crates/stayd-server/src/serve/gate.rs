//! Between hyper and the router: what each request has to pass on its way in, and each answer on its way out.

use super::body::{AnswerBody, LimitedBody, Verdict};
use super::state::{ConnectionState, InFlight};
use super::{host, refusal::Refusal};
use crate::address::Peer;
use crate::limits::Limits;
use axum::body::{Body, HttpBody};
use axum::http::{HeaderValue, Request, Response, Version, header};
use axum::response::Response as AxumResponse;
use hyper::body::Incoming;
use pin_project_lite::pin_project;
use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use tower::util::Oneshot;
use tower::{Service, ServiceExt};

/// The router of one connection, behind the checks.
pub(super) struct Gate<S> {
    pub(super) inner: S,
    pub(super) peer: Peer,
    pub(super) limits: Arc<Limits>,
    pub(super) state: Arc<ConnectionState>,
}

/// How an answer is to be finished.
struct Finish {
    verdict: Option<Verdict>,
    /// Whether the connection ends with this answer.
    closes: bool,
    is_http1: bool,
}

impl<S> hyper::service::Service<Request<Incoming>> for Gate<S>
where
    S: Service<Request<Body>, Response = AxumResponse, Error = Infallible> + Clone,
{
    type Response = Response<AnswerBody>;
    type Error = Infallible;
    type Future = Answering<Oneshot<S, Request<Body>>>;

    fn call(&self, request: Request<Incoming>) -> Self::Future {
        let in_flight = Some(InFlight::begin(&self.state));
        let is_http1 = request.version() < Version::HTTP_2;
        match self.admit(request, is_http1) {
            Ok((request, finish)) => {
                Answering::Passed { future: self.inner.clone().oneshot(request), finish, in_flight }
            }
            Err(refusal) => Answering::Refused { refusal, is_http1, in_flight },
        }
    }
}

impl<S> Gate<S> {
    fn admit(
        &self,
        mut request: Request<Incoming>,
        is_http1: bool,
    ) -> Result<(Request<Body>, Finish), Refusal> {
        let is_chunked = is_http1 && request.headers().contains_key(header::TRANSFER_ENCODING);
        // What the scan did not see it cannot vouch for.
        if is_chunked && !self.state.has_seen_chunks_alone() {
            return Err(Refusal::Framing);
        }
        // hyper counts the headers of HTTP/1 itself.
        if request.headers().len() > self.limits.max_headers {
            return Err(Refusal::TooManyHeaders);
        }
        host::check(&mut request, self.limits.hosts.as_deref())?;
        if request.body().size_hint().lower() > self.limits.max_body_bytes {
            return Err(Refusal::BodyTooLarge);
        }
        request.extensions_mut().insert(self.peer);
        let mut verdict = None;
        let request = request.map(|body| {
            if body.is_end_stream() {
                return Body::empty();
            }
            let body = LimitedBody::new(body, self.limits.max_body_bytes, self.limits.body_time);
            verdict = Some(body.verdict());
            Body::new(body)
        });
        Ok((request, Finish { verdict, closes: is_chunked, is_http1 }))
    }
}

impl Finish {
    fn apply(&self, answer: AxumResponse) -> AxumResponse {
        let refusal = match &self.verdict {
            Some(verdict) if verdict.is_too_large() => Some(Refusal::BodyTooLarge),
            Some(verdict) if verdict.is_too_slow() => Some(Refusal::BodyTooSlow),
            _ => None,
        };
        match refusal {
            Some(refusal) => refuse(refusal, self.is_http1),
            None if self.closes => closing(answer, self.is_http1),
            None => answer,
        }
    }
}

fn refuse(refusal: Refusal, is_http1: bool) -> AxumResponse {
    tracing::debug!(?refusal, "a request was refused");
    closing(refusal.answer(), is_http1)
}

fn closing(mut answer: AxumResponse, is_http1: bool) -> AxumResponse {
    // HTTP/2 has no such header, and resets the one stream by itself.
    if is_http1 {
        answer.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
    }
    answer
}

pin_project! {
    /// An answer that is being made.
    #[project = AnsweringProjection]
    pub(super) enum Answering<F> {
        Passed { #[pin] future: F, finish: Finish, in_flight: Option<InFlight> },
        Refused { refusal: Refusal, is_http1: bool, in_flight: Option<InFlight> },
    }
}

impl<F: Future<Output = Result<AxumResponse, Infallible>>> Future for Answering<F> {
    type Output = Result<Response<AnswerBody>, Infallible>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let (answer, in_flight) = match self.project() {
            AnsweringProjection::Passed { future, finish, in_flight } => {
                let Ok(answer) = ready!(future.poll(cx));
                (finish.apply(answer), in_flight.take())
            }
            AnsweringProjection::Refused { refusal, is_http1, in_flight } => {
                (refuse(*refusal, *is_http1), in_flight.take())
            }
        };
        Poll::Ready(Ok(answer.map(|inner| AnswerBody { inner, _in_flight: in_flight })))
    }
}
