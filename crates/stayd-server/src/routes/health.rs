//! `GET /health/live`, `GET /health/ready`

use crate::{answer::Answer, app::App, error::ApiResult};
use axum::extract::State;
use serde_json::json;

/// The process runs.
pub(crate) async fn live() -> Answer {
    Answer::json(&json!({"status": "live"}))
}

/// The store reads and writes, so requests can be served.
pub(crate) async fn ready(State(app): State<App>) -> ApiResult {
    app.engine.check_health().await?;
    Ok(Answer::json(&json!({"status": "ready"})))
}
