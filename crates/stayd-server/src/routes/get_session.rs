//! `GET /get-session`: the route that everything else waits for.

use crate::{
    address::Peer,
    answer::{Answer, JSON},
    app::App,
    cookies::Cookies,
    edge::REQUEST_TIME,
    error::{ApiError, ApiResult, ErrorKind},
    query::Query,
    who::{Current, Presented, SignedToken, Who},
};
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use stayd_protocol::{ErrorCode, Timestamp};
use std::sync::Arc;
use tokio::time::timeout;

pub(crate) async fn get_session(State(app): State<App>, request: Request) -> Response {
    let query = Query::parse(request.uri().query().unwrap_or_default());
    let response = match find(&app, request.headers(), request.extensions().get().copied(), &query).await {
        Ok(response) => response,
        Err(error) => error.into_response(),
    };
    uncached(response)
}

/// The form of the route that is used with deferred renewal, which this server does not need.
pub(crate) async fn post_get_session() -> Response {
    let code = ErrorCode::MethodNotAllowedDeferSessionRequired;
    uncached(ApiError::coded(StatusCode::METHOD_NOT_ALLOWED, code).into_response())
}

/// Says it to caches from before HTTP/1.1 as well, as the protocol does on this route.
fn uncached(mut response: Response) -> Response {
    response.headers_mut().insert(header::PRAGMA, HeaderValue::from_static("no-cache"));
    response
}

async fn find(app: &App, request: &HeaderMap, peer: Option<Peer>, query: &Query) -> ApiResult<Response> {
    let token = match app.presented(request) {
        Presented::Nothing => return Ok(nobody(Cookies::default())),
        Presented::Forged => {
            let mut cookies = Cookies::default();
            cookies.clear_session(app, request);
            return Ok(nobody(cookies));
        }
        Presented::Signed(token) => token,
    };
    let now = app.engine.now();
    let may_renew = !query.is_truthy("disableRefresh");
    let body = if app.session_data.is_none() {
        from_memory(app, request, peer, &token, now, may_renew)
    } else if query.is_truthy("disableCookieCache") || !token.by_current {
        None
    } else {
        app.answer_in_cookie(request, &token, now)
    };
    if let Some(body) = body {
        return app.tell_jwt_of(json(body), &token.hash, request, peer).await;
    }
    // Only this way can take time, so only here is it counted: the ways above are every tab's, many times an hour.
    let asking = app.clone().who_has_to_the_end(token, request.clone(), peer, may_renew);
    let who = timeout(REQUEST_TIME, asking).await;
    Ok(match who.map_err(|_| ApiError::from(ErrorKind::TooSlow))?? {
        Who::Nobody(cookies) => nobody(cookies),
        Who::Somebody(current) => {
            let (live, read_at) = (Arc::clone(&current.live), current.read_at);
            app.tell_jwt(somebody(app, request, current, may_renew), &live, read_at).await?
        }
    })
}

/// The answer from memory, when there is nothing to do but to give it.
fn from_memory(
    app: &App,
    request: &HeaderMap,
    peer: Option<Peer>,
    token: &SignedToken,
    now: Timestamp,
    may_renew: bool,
) -> Option<Bytes> {
    if !token.by_current || app.names.session_data_is_in(request) {
        return None;
    }
    let live = app.in_memory(&token.hash, request, peer, now)?;
    let due = may_renew && app.engine.renewal_is_due(&live, now);
    (!due).then(|| live.body.clone())
}

fn somebody(app: &App, request: &HeaderMap, current: Current, may_renew: bool) -> Response {
    let Current { live, mut cookies, token, read_at } = current;
    if app.session_data.is_some() {
        cookies.cache_again(app, request, &token, &live, read_at, may_renew);
    } else {
        // Left over from a time when the cookie was switched on.
        for name in app.names.session_data_in(&app.config.cookies, request) {
            cookies.push(app.config.cookies.clear(&name));
        }
    }
    Answer::raw(live.body.clone()).with(cookies).into_response()
}

fn nobody(cookies: Cookies) -> Response {
    Answer::raw(Bytes::from_static(b"null")).with(cookies).into_response()
}

fn json(body: Bytes) -> Response {
    let mut response = Response::new(Body::from(body));
    response.headers_mut().insert(header::CONTENT_TYPE, JSON);
    response
}
