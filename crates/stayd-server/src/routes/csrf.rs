//! `GET /csrf`: the token for whoever has none yet, visitors without a session among them (TC-5). Nothing is written for it.

use crate::{answer::Answer, app::App, csrf::CsrfMode, edge::not_found};
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use serde_json::json;

/// The token itself is added on the way out, as to every answer that is asked for it. Unknown where there are no tokens.
pub(crate) async fn csrf(State(app): State<App>) -> Response {
    if app.config.csrf == CsrfMode::Off {
        return not_found().await;
    }
    Answer::json(&json!({"success": true})).into_response()
}
