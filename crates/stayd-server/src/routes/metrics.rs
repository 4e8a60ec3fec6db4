//! `GET /metrics`

use crate::app::App;
use axum::extract::State;
use axum::http::{StatusCode, header::CONTENT_TYPE};
use axum::response::{IntoResponse, Response};

const OPEN_METRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// What this node has counted since its start.
pub(crate) async fn metrics(State(app): State<App>) -> Response {
    let mut text = String::new();
    match app.engine.write_metrics(&mut text) {
        Ok(()) => ([(CONTENT_TYPE, OPEN_METRICS)], text).into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}
