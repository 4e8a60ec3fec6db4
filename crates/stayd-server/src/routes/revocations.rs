//! `GET /revocations`: what ended, as it happens, for back ends that check sessions by themselves.

use crate::{
    app::App,
    error::{ApiError, ApiResult, ErrorKind},
    events::{LAST_EVENT_ID, MOST_FOLLOWERS, RevocationStream, pause, streaming},
};
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use stayd_protocol::ErrorCode;
use std::time::Duration;

/// When to come back where there is no place left.
const RETRY_AFTER: Duration = Duration::from_secs(5);

/// Opens a feed for a back end that shows its credential; from behind `Last-Event-ID` where that is known here.
pub(crate) async fn revocations(State(app): State<App>, headers: HeaderMap) -> ApiResult<Response> {
    let backend = app.config.backends.authenticate(&headers)?.id;
    let after = headers.get(LAST_EVENT_ID).and_then(|id| id.to_str().ok()?.parse().ok());
    let Some(feed) = app.engine.follow_revocations(after, MOST_FOLLOWERS) else {
        let (status, code) = (StatusCode::SERVICE_UNAVAILABLE, ErrorCode::TooManyStreams);
        return Err(ApiError::from(ErrorKind::Crowded { status, code, retry_after: RETRY_AFTER }));
    };
    tracing::info!(backend, "a back end follows what ends");
    Ok(streaming(Body::new(RevocationStream::new(feed, pause(app.engine.random())))))
}
