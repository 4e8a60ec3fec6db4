//! `POST /change-password`, `/verify-password`

use crate::{
    answer::Answer,
    app::App,
    call::Call,
    error::ApiResult,
    schema::{Field, Fields},
};
use axum::extract::State;
use serde_json::json;
use stayd_engine::{PasswordChange, PasswordChanged, Renewed, wire_user};

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
        end_sessions: fields.flag("revokeOtherSessions"),
    };
    let changing = app.engine.change_password(&current.token, &current.live, change, call.device);
    let begun = match app.guess(&current.live.user.id, changing).await {
        Ok(PasswordChanged::Kept) => None,
        Ok(PasswordChanged::Rotated(Renewed { live, successor })) => {
            let token = successor.as_ref().unwrap_or(&current.token);
            current.cookies.repeat_session(&app, &call.headers, token, &live, current.read_at);
            None
        }
        Ok(PasswordChanged::Begun(signed_in)) => {
            current.cookies.begin_session(&app, &call.headers, &signed_in).await?;
            Some(signed_in.session.id)
        }
        Err(error) => return Err(error.with(current.cookies)),
    };
    let body = json!({"token": begun, "user": wire_user(&current.live.user)});
    Ok(Answer::json(&body).with(current.cookies))
}

pub(crate) async fn verify_password(State(app): State<App>, call: Call) -> ApiResult {
    let fields = Fields::read(call.body.as_ref(), &[Field::text("password")])?;
    let current = app.require_sensitive(&call).await?;
    let user_id = &current.live.user.id;
    match app.guess(user_id, app.engine.verify_password(user_id, fields.text("password"))).await {
        Ok(()) => Ok(Answer::json(&json!({"status": true})).with(current.cookies)),
        Err(error) => Err(error.with(current.cookies)),
    }
}
