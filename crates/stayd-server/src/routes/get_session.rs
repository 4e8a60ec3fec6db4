//! `GET /get-session`: the route that everything else waits for.

use crate::{
    answer::{Answer, JSON},
    app::App,
    cookies::{Cookies, cookie_header},
    error::{ApiError, ApiResult},
    query::Query,
    who::{Current, Presented, SignedToken, Who},
};
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use stayd_protocol::{ErrorCode, Timestamp, join_chunks};

pub(crate) async fn get_session(State(app): State<App>, request: Request) -> Response {
    let query = Query::parse(request.uri().query().unwrap_or_default());
    let mut response = match find(&app, request.headers(), &query).await {
        Ok(response) => response,
        Err(error) => error.into_response(),
    };
    response.headers_mut().insert(header::PRAGMA, HeaderValue::from_static("no-cache"));
    response
}

/// The form of the route that is used with deferred renewal, which this server does not need.
pub(crate) async fn post_get_session() -> ApiError {
    ApiError::coded(StatusCode::METHOD_NOT_ALLOWED, ErrorCode::MethodNotAllowedDeferSessionRequired)
}

async fn find(app: &App, request: &HeaderMap, query: &Query) -> ApiResult<Response> {
    let may_renew = !query.is_truthy("disableRefresh");
    let token = match app.presented(request) {
        Presented::Signed(token) => token,
        Presented::Nothing | Presented::Forged => {
            return Ok(match app.who(request, may_renew).await? {
                Who::Nobody(cookies) => nobody(cookies),
                Who::Somebody(current) => somebody(app, request, current),
            });
        }
    };
    let now = app.engine.now();
    let asks_the_store = query.is_truthy("disableCookieCache");
    if !asks_the_store && token.by_current {
        if let Some(body) = from_cookie(app, request, &token, now) {
            return Ok(json(body));
        }
    }
    if let Some(body) = from_memory(app, request, &token, now, may_renew) {
        return Ok(json(body));
    }
    Ok(match app.who_has(token, request, may_renew).await? {
        Who::Nobody(cookies) => nobody(cookies),
        Who::Somebody(current) => somebody(app, request, current),
    })
}

/// The answer from the session-data cookie alone: neither the store nor the memory is asked.
fn from_cookie(app: &App, request: &HeaderMap, token: &SignedToken, now: Timestamp) -> Option<Bytes> {
    let codec = app.codec.as_ref()?;
    let header = cookie_header(request);
    let text = join_chunks(&header, &app.names.session_data)?;
    let mut buffer = Vec::with_capacity(text.len());
    let data = codec.decode_raw(&text, now, &mut buffer).ok()?;
    let made_at = Timestamp::from_ms(data.updated_at);
    let fits = data.by_current
        // Ours only: what a Better Auth server wrote under the same secret shows the token, and our answers never do (P7).
        && data.binding.is_some()
        && data.belongs_to(&token.token)
        // A cookie from the future was made by a clock that was wrong.
        && made_at <= now
        && app.engine.trusts_cookie(&token.hash, &data.user_id, made_at);
    fits.then(|| {
        let mut body = Vec::with_capacity(data.session_json.len() + data.user_json.len() + 22);
        body.extend_from_slice(b"{\"session\":");
        body.extend_from_slice(data.session_json.as_bytes());
        body.extend_from_slice(b",\"user\":");
        body.extend_from_slice(data.user_json.as_bytes());
        body.push(b'}');
        body.into()
    })
}

/// The answer from memory, when there is nothing to do but to give it.
fn from_memory(
    app: &App,
    request: &HeaderMap,
    token: &SignedToken,
    now: Timestamp,
    may_renew: bool,
) -> Option<Bytes> {
    if app.codec.is_some() || !token.by_current || app.names.session_data_is_in(request) {
        return None;
    }
    let live = app.engine.session_in_memory(&token.hash, now)?;
    let due = may_renew && app.engine.renewal_is_due(&live, now);
    (!due).then(|| live.body.clone())
}

fn somebody(app: &App, request: &HeaderMap, current: Current) -> Response {
    let Current { live, mut cookies, token, read_at } = current;
    if app.codec.is_some() {
        cookies.cache(app, request, &token, &live, read_at);
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
