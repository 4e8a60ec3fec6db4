//! `GET /jwks`: the public keys of the tokens that other back ends check by themselves.

use crate::{answer::JSON, app::App, error::ApiResult};
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::Response;

/// Verifiers may keep it for five minutes: a third of the time for which a key is announced before it signs (J-6).
const KEPT: HeaderValue = HeaderValue::from_static("public, max-age=300");

pub(crate) async fn jwks(State(app): State<App>) -> ApiResult<Response> {
    let mut response = Response::new(Body::from(app.engine.jwks().await?));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, JSON);
    headers.insert(header::CACHE_CONTROL, KEPT);
    Ok(response)
}
