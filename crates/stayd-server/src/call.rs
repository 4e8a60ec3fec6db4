//! A request, read and checked as far as every route needs it: query, body, and where it comes from.

use crate::{
    address::{Peer, client_address},
    app::App,
    error::{ApiError, ApiResult, ErrorKind},
    origin::{self, RequestOrigin},
    query::Query,
    redirect::check_redirect_targets,
    schema::{self, Forms},
};
use axum::body::Body;
use axum::extract::{FromRequest, Request};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use bytes::Bytes;
use http_body_util::{BodyExt, LengthLimitError, Limited};
use serde_json::Value;
use stayd_engine::Device;
use std::time::Duration;

/// The longest body that is read: no request of the protocol comes near it (H-3).
const BODY_LIMIT: usize = 64 * 1024;
/// How long a body may take to arrive (H-3).
const BODY_TIME: Duration = Duration::from_secs(10);

/// A request whose body, if it has one, is JSON.
#[derive(Debug)]
pub(crate) struct Call {
    pub(crate) headers: HeaderMap,
    pub(crate) query: Query,
    pub(crate) body: Option<Value>,
    pub(crate) device: Device,
    pub(crate) peer: Option<Peer>,
}

/// A request whose body may be a form as well. Any page can send a form, so its handler also asks [`App::check_origin_of_form`].
#[derive(Debug)]
pub(crate) struct FormCall(pub(crate) Call);

impl FromRequest<App> for Call {
    type Rejection = ApiError;

    async fn from_request(request: Request, app: &App) -> Result<Self, ApiError> {
        read(request, app, Forms::Refused).await
    }
}

impl FromRequest<App> for FormCall {
    type Rejection = ApiError;

    async fn from_request(request: Request, app: &App) -> Result<Self, ApiError> {
        let call = read(request, app, Forms::Accepted).await?;
        Ok(Self(call))
    }
}

impl Call {
    /// Whether the request asks that its session be left as it is. As upstream reads it, any text says yes, `false` too.
    pub(crate) fn disables_renewal(&self) -> bool {
        self.query.is_truthy("disableRefresh")
    }
}

/// The order of the checks is the protocol's (spec 1.2), because it decides which error an odd request is answered with.
async fn read(request: Request, app: &App, forms: Forms) -> ApiResult<Call> {
    let (parts, body) = request.into_parts();
    let query = Query::parse(parts.uri.query().unwrap_or_default());
    let changes = !matches!(parts.method, Method::GET | Method::HEAD | Method::OPTIONS);
    let body = if changes { read_body(&parts.headers, body, forms).await? } else { None };
    let peer = parts.extensions.get::<Peer>().copied();
    let address = client_address(&parts.headers, peer.as_ref(), &app.config.trusted_proxies);
    let user_agent = parts.headers.get(header::USER_AGENT).map(text_of);
    let id = app.device_id(&parts.headers);
    let call = Call {
        query,
        body,
        device: Device { ip_address: address, user_agent, id },
        peer,
        headers: parts.headers,
    };
    if changes {
        origin::check(&RequestOrigin::of(&call.headers), &app.config.trusted_origins)?;
        check_redirect_targets(call.body.as_ref(), &call.query, &app.config.trusted_origins)?;
        app.check_csrf(&call.headers).await?;
    }
    Ok(call)
}

async fn read_body(headers: &HeaderMap, body: Body, forms: Forms) -> ApiResult<Option<Value>> {
    // As upstream's Node adapter has it: without a content type there is no body.
    if !headers.contains_key(header::CONTENT_TYPE) || announced_length(headers) == Some(0) {
        return Ok(None);
    }
    schema::check_media_type(headers, forms)?;
    if announced_length(headers).is_some_and(|length| length > BODY_LIMIT as u64) {
        return Err(ApiError::message(StatusCode::PAYLOAD_TOO_LARGE, "Request body is too large"));
    }
    let bytes = collect(body).await?;
    Ok(schema::parse_body(headers, &bytes)?)
}

async fn collect(body: Body) -> ApiResult<Bytes> {
    let collected = tokio::time::timeout(BODY_TIME, Limited::new(body, BODY_LIMIT).collect()).await;
    match collected {
        Ok(Ok(collected)) => Ok(collected.to_bytes()),
        Ok(Err(error)) if error.is::<LengthLimitError>() => {
            Err(ApiError::message(StatusCode::PAYLOAD_TOO_LARGE, "Request body is too large"))
        }
        Ok(Err(_)) => Err(ErrorKind::Bare(StatusCode::BAD_REQUEST).into()),
        Err(_) => Err(ApiError::message(StatusCode::REQUEST_TIMEOUT, "Request body took too long")),
    }
}

fn announced_length(headers: &HeaderMap) -> Option<u64> {
    headers.get(header::CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

impl App {
    /// Refuses a sign-in or sign-up that another site's page sends on behalf of its visitor (login CSRF, X-6).
    pub(crate) fn check_origin_of_form(&self, call: &Call) -> ApiResult<()> {
        origin::check_form(&RequestOrigin::of(&call.headers), &self.config.trusted_origins)?;
        Ok(())
    }
}

/// A header's text: UTF-8, or else each byte a character, as HTTP once had it.
fn text_of(value: &HeaderValue) -> String {
    match str::from_utf8(value.as_bytes()) {
        Ok(text) => text.to_owned(),
        Err(_) => value.as_bytes().iter().copied().map(char::from).collect(),
    }
}
