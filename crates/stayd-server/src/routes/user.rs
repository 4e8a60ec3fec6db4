//! `POST /update-user`

use crate::{
    answer::Answer,
    app::App,
    call::Call,
    error::{ApiError, ApiResult},
    schema::{Field, Fields, is_truthy},
};
use axum::extract::State;
use axum::http::StatusCode;
use serde_json::{Value, json};
use stayd_engine::store::UserChange;
use stayd_protocol::ErrorCode;

pub(crate) async fn update_user(State(app): State<App>, call: Call) -> ApiResult {
    Fields::read_record(call.body.as_ref())?;
    let mut current = app.require(&call).await?;
    let body = call.body.as_ref().unwrap_or(&Value::Null);
    if body.get("email").is_some_and(is_truthy) {
        let error = ApiError::coded(StatusCode::BAD_REQUEST, ErrorCode::EmailCanNotBeUpdated);
        return Err(error.with(current.cookies));
    }
    let fields = Fields::read(
        call.body.as_ref(),
        &[Field::text("name").optional(), Field::text("image").optional().nullable()],
    )?;
    let image = match body.get("image") {
        Some(Value::Null) => Some(None),
        Some(_) => Some(fields.optional_text("image").map(str::to_owned)),
        None => None,
    };
    let change =
        UserChange { name: fields.optional_text("name").map(str::to_owned), image, ..UserChange::default() };
    if change == UserChange::default() {
        let error = ApiError::message(StatusCode::BAD_REQUEST, "No fields to update");
        return Err(error.with(current.cookies));
    }
    let user = app.engine.update_user(&current.live.user.id, change).await?;
    let live = current.live.with_user(user);
    let read_at = app.just_after_change();
    current.cookies.repeat_session(&app, &call.headers, &current.token, &live, read_at);
    Ok(Answer::json(&json!({"status": true})).with(current.cookies))
}
