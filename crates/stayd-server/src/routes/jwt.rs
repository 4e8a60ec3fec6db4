//! `GET /token`: a token that tells other back ends who has the session. A route of a plugin, unknown where it is off.

use crate::{
    answer::Answer,
    app::App,
    call::Call,
    edge::not_found,
    error::{ApiError, ApiResult},
};
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use serde_json::json;
use stayd_engine::JwtClaims;

pub(crate) async fn token(State(app): State<App>, call: Call) -> ApiResult<Response> {
    match app.config.plugins.jwt {
        Some(jwt) => Ok(about_session(&app, &call, jwt.claims).await?.into_response()),
        None => Ok(not_found().await),
    }
}

async fn about_session(app: &App, call: &Call, claims: JwtClaims) -> ApiResult {
    let current = app.require(call).await?;
    match app.engine.session_jwt(&current.live, claims, current.read_at).await {
        Ok(token) => Ok(Answer::json(&json!({ "token": token })).with(current.cookies)),
        Err(error) => Err(ApiError::from(error).with(current.cookies)),
    }
}
