//! `GET /health/live`, `GET /health/ready`

use crate::{answer::Answer, app::App, error::ApiResult};
use axum::extract::State;
use serde_json::json;
use stayd_protocol::Timestamp;
use std::sync::atomic::Ordering;
use std::time::Duration;

/// The process runs.
pub(crate) async fn live() -> Answer {
    Answer::json(&json!({"status": "live"}))
}

/// The store reads and writes, so requests can be served. It is asked once a second at most, however many ask here: its
/// answer costs a write.
pub(crate) async fn ready(State(app): State<App>) -> ApiResult {
    let now = app.engine.now();
    let ready_at = Timestamp::from_ms(app.ready_at.load(Ordering::Relaxed));
    if ready_at > now || now.since(ready_at) >= ONE_SECOND {
        app.engine.check_health().await?;
        app.ready_at.store(now.as_ms(), Ordering::Relaxed);
    }
    Ok(Answer::json(&json!({"status": "ready"})))
}

const ONE_SECOND: Duration = Duration::from_secs(1);
