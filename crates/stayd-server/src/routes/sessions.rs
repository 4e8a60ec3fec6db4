//! `GET /list-sessions`, `POST /revoke-session`, `/revoke-sessions`, `/revoke-other-sessions`, `/update-session`

use crate::{
    answer::Answer,
    app::App,
    call::Call,
    error::{ApiError, ApiResult},
    schema::{Field, Fields},
};
use axum::extract::State;
use axum::http::StatusCode;
use serde_json::json;
use stayd_engine::wire_session;
use stayd_protocol::TokenHash;

pub(crate) async fn list_sessions(State(app): State<App>, call: Call) -> ApiResult {
    let current = app.require_fresh(&call).await?;
    let sessions = app.engine.sessions_of(&current.live.user.id).await?;
    let sessions: Vec<_> = sessions.iter().map(wire_session).collect();
    Ok(Answer::json(&sessions).with(current.cookies))
}

/// Ends one of the person's sessions, named by its handle, or by its token for programs that hold one.
pub(crate) async fn revoke_session(State(app): State<App>, call: Call) -> ApiResult {
    let fields = Fields::read(call.body.as_ref(), &[Field::text("token")])?;
    let mut current = app.require_sensitive(&call).await?;
    let session = &current.live.session;
    let named = fields.text("token");
    let own = named == session.id || session.tokens().include(&TokenHash::of(named));
    if own {
        app.engine.end_session(&session.token_hash).await?;
        current.cookies.clear_session(&app, &call.headers);
        return Ok(Answer::json(&json!({"status": true})).with(current.cookies));
    }
    if let Err(error) = app.engine.check_step_up(session) {
        return Err(ApiError::from(error).with(current.cookies));
    }
    if !app.engine.end_session_of(&session.user_id, named).await? {
        app.engine.end_session_with_token_of(&session.user_id, &TokenHash::of(named)).await?;
    }
    Ok(Answer::json(&json!({"status": true})).with(current.cookies))
}

pub(crate) async fn revoke_sessions(State(app): State<App>, call: Call) -> ApiResult {
    let mut current = app.require_step_up(&call).await?;
    app.engine.end_all_sessions_of(&current.live.user.id).await?;
    current.cookies.clear_session(&app, &call.headers);
    Ok(Answer::json(&json!({"status": true})).with(current.cookies))
}

pub(crate) async fn revoke_other_sessions(State(app): State<App>, call: Call) -> ApiResult {
    let current = app.require_step_up(&call).await?;
    app.engine.end_other_sessions(&current.live.session).await?;
    Ok(Answer::json(&json!({"status": true})).with(current.cookies))
}

/// Changes fields that a deployment has added to its sessions. There are none: the core fields are nobody's to change.
pub(crate) async fn update_session(State(app): State<App>, call: Call) -> ApiResult {
    Fields::read_record(call.body.as_ref())?;
    let current = app.require(&call).await?;
    Err(ApiError::message(StatusCode::BAD_REQUEST, "No fields to update").with(current.cookies))
}
