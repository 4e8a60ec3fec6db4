//! What happens to every request before its route is looked up, and to every answer on its way out.

use crate::{
    address::{Peer, client_address},
    app::App,
    error::{ApiError, ErrorKind},
    origin::RequestOrigin,
    rate_limit::Decision,
    request_id::RequestId,
    to_the_end::to_the_end,
};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use std::time::Duration;
use tracing::Instrument;

/// How long a request may take, all in all. Well above a full hashing queue and a busy disk; beyond it nobody waits any more.
pub(crate) const REQUEST_TIME: Duration = Duration::from_secs(30);

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The middleware around all routes of the protocol.
pub(crate) async fn edge(State(app): State<App>, request: Request, next: Next) -> Response {
    let id = app.request_ids.next();
    let is_check = app.is_session_check(&request);
    let cors = app.cors(&request);
    let wish = app.csrf_wish(&request);
    let mut response = if is_check {
        next.run(request).await
    } else {
        let span = tracing::info_span!("request", %id, method = %request.method(), path = path_to_log(request.uri().path()));
        app.answer(request, next, cors.is_some()).instrument(span).await
    };
    if let Some(wish) = wish {
        response = app.tell_csrf(wish, response).await;
    }
    app.dress(&mut response, id, cors);
    response
}

/// The path as it may be written down: without the secret of a link, where that is part of it (C-8).
fn path_to_log(path: &str) -> &str {
    const BEFORE_SECRET: &str = "/reset-password/";
    let end = path.find(BEFORE_SECRET).map_or(path.len(), |at| at + BEFORE_SECRET.len());
    path.get(..end).unwrap_or_default()
}

impl App {
    async fn answer(&self, request: Request, next: Next, is_trusted_origin: bool) -> Response {
        let preflight = request.method() == Method::OPTIONS
            && request.headers().contains_key(header::ACCESS_CONTROL_REQUEST_METHOD);
        let response = if preflight && is_trusted_origin {
            StatusCode::NO_CONTENT.into_response()
        } else if matches!(*request.method(), Method::HEAD | Method::OPTIONS) {
            // No route of the protocol answers these.
            not_found().await
        } else if let Err(error) = self.admit(&request) {
            error.into_response()
        } else {
            let answer =
                async { to_the_end(next.run(request)).await.unwrap_or_else(ApiError::into_response) };
            in_time(answer).await
        };
        tracing::info!(status = response.status().as_u16(), "answered");
        response
    }

    /// Whether this is the question "who am I": asked by every page and every tab, so it is neither counted nor logged (H-8).
    fn is_session_check(&self, request: &Request) -> bool {
        request.method() == Method::GET
            && request.uri().path().strip_prefix(self.config.base_path.as_str()) == Some("/get-session")
    }

    /// Counts the request; refuses it beyond the limits.
    fn admit(&self, request: &Request) -> Result<(), ApiError> {
        if !self.config.rate_limit {
            return Ok(());
        }
        let path = request.uri().path();
        let Some(route) = path.strip_prefix(self.config.base_path.as_str()) else { return Ok(()) };
        // A back end asks, and gives tokens back, for all whom it serves.
        if matches!(route, "/introspect" | "/revoke")
            && self.config.backends.authenticate(request.headers()).is_ok()
        {
            return Ok(());
        }
        let peer = request.extensions().get::<Peer>();
        let address =
            client_address(request.headers(), peer, &self.config.trusted_proxies).unwrap_or_default();
        match self.limiter.request(&address, route, self.engine.now()) {
            Decision::Allowed => Ok(()),
            Decision::Limited { retry_after } => Err(ErrorKind::Limited { retry_after }.into()),
        }
    }

    /// What to allow, when the request comes from a page of another origin that is trusted.
    fn cors(&self, request: &Request) -> Option<Cors> {
        let headers = request.headers();
        let origin = headers.get(header::ORIGIN)?;
        let text = origin.to_str().ok()?;
        (text != self.config.origin && RequestOrigin::is_trusted(text, &self.config.trusted_origins)).then(
            || Cors {
                origin: origin.clone(),
                with_token: self.csrf_header_is_asked(headers),
                is_document: self.is_document(request.uri().path()),
            },
        )
    }

    fn is_document(&self, path: &str) -> bool {
        path.strip_prefix(self.config.base_path.as_str())
            .is_some_and(|route| route.starts_with("/documents/"))
    }

    /// The headers that every answer has.
    fn dress(&self, response: &mut Response, id: RequestId, cors: Option<Cors>) {
        let headers = response.headers_mut();
        headers.reserve(16);
        headers.insert(REQUEST_ID, id.header());
        // The public keys alone are for everybody's caches.
        headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
        headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
        headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
        headers.insert(CORP, HeaderValue::from_static("same-origin"));
        headers.insert(
            header::CONTENT_SECURITY_POLICY,
            HeaderValue::from_static(
                "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
            ),
        );
        headers.insert(header::VARY, HeaderValue::from_static("origin, cookie"));
        if self.config.is_https() {
            headers.insert(
                header::STRICT_TRANSPORT_SECURITY,
                HeaderValue::from_static("max-age=31536000; includeSubDomains"),
            );
        }
        if let Some(cors) = cors {
            allow(headers, cors);
        }
    }
}

const CORP: HeaderName = HeaderName::from_static("cross-origin-resource-policy");

/// What a page of another origin may do.
struct Cors {
    origin: HeaderValue,
    /// Whether it asks to send the CSRF token's header.
    with_token: bool,
    /// Whether it asks for a document, which has methods and conditions of its own.
    is_document: bool,
}

fn allow(headers: &mut HeaderMap, Cors { origin, with_token, is_document }: Cors) {
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
    headers.insert(header::ACCESS_CONTROL_ALLOW_CREDENTIALS, HeaderValue::from_static("true"));
    let methods = if is_document { "GET, PUT, DELETE" } else { "GET, POST" };
    headers.insert(header::ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static(methods));
    headers.insert(
        header::ACCESS_CONTROL_ALLOW_HEADERS,
        HeaderValue::from_static(match (with_token, is_document) {
            (true, true) => "content-type, authorization, x-csrf-token, if-match, if-none-match",
            (true, false) => "content-type, authorization, x-csrf-token",
            (false, true) => "content-type, authorization, if-match, if-none-match",
            (false, false) => "content-type, authorization",
        }),
    );
    headers.insert(header::ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("7200"));
    expose(
        headers,
        // The date is what a client with a wrong clock counts from.
        if is_document {
            "date, retry-after, x-retry-after, etag"
        } else {
            "date, retry-after, x-retry-after"
        },
    );
}

/// Lets a page of another origin read these headers of the answer as well.
pub(crate) fn expose(headers: &mut HeaderMap, names: &'static str) {
    let earlier = headers.get(header::ACCESS_CONTROL_EXPOSE_HEADERS).and_then(|value| value.to_str().ok());
    let value = match earlier {
        Some(earlier) => HeaderValue::from_str(&format!("{earlier}, {names}")).ok(),
        None => Some(HeaderValue::from_static(names)),
    };
    if let Some(value) = value {
        headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, value);
    }
}

/// What an unknown route, and a known one by the wrong method, is answered: nothing.
pub(crate) async fn not_found() -> Response {
    StatusCode::NOT_FOUND.into_response()
}

/// An answer in time, or one that says when to come back.
async fn in_time(answer: impl Future<Output = Response>) -> Response {
    match tokio::time::timeout(REQUEST_TIME, answer).await {
        Ok(response) => response,
        Err(_) => ApiError::from(ErrorKind::TooSlow).into_response(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_request_that_never_ends_is_given_up_with_a_time_to_come_back() {
        let response = in_time(std::future::pending()).await;
        assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
        assert!(response.headers().contains_key(header::RETRY_AFTER));
    }
}
