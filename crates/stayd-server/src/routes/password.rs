//! `POST /change-password`, `/verify-password`

use crate::{
    answer::Answer,
    app::App,
    call::Call,
    error::{ApiError, ApiResult},
    schema::{Field, Fields},
};
use axum::extract::State;
use serde_json::json;
use stayd_engine::{PasswordChange, wire_user};

pub(crate) async fn change_password(State(app): State<App>, call: Call) -> ApiResult {
    let fields = Fields::read(
        call.body.as_ref(),
        &[
            Field::text("newPassword"),
            Field::text("currentPassword"),
            Field::flag("revokeOtherSessions").optional(),
        ],
    )?;
    let mut current = app.require_sensitive(&call).await?;
    let change = PasswordChange {
        current: fields.text("currentPassword").to_owned(),
        new: fields.text("newPassword").to_owned(),
        end_sessions: fields.flag("revokeOtherSessions").unwrap_or(false),
    };
    let begun = match app.engine.change_password(&current.live, change, call.device).await {
        Ok(begun) => begun,
        Err(error) => return Err(ApiError::from(error).with(current.cookies)),
    };
    if let Some(signed_in) = &begun {
        current.cookies.begin_session(&app, &call.headers, signed_in);
    }
    let token = begun.as_ref().map(|signed_in| &signed_in.session.id);
    let body = json!({"token": token, "user": wire_user(&current.live.user)});
    Ok(Answer::json(&body).with(current.cookies))
}

pub(crate) async fn verify_password(State(app): State<App>, call: Call) -> ApiResult {
    let fields = Fields::read(call.body.as_ref(), &[Field::text("password")])?;
    let current = app.require_sensitive(&call).await?;
    match app.engine.verify_password(&current.live.user.id, fields.text("password")).await {
        Ok(()) => Ok(Answer::json(&json!({"status": true})).with(current.cookies)),
        Err(error) => Err(ApiError::from(error).with(current.cookies)),
    }
}
