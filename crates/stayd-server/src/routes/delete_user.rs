//! `POST /delete-user`, `GET /delete-user/callback`

use crate::{
    answer::Answer,
    app::App,
    call::Call,
    error::{ApiError, ApiResult},
    redirect::check_callback,
    schema::{Field, Fields},
    who::{Reading, Who},
};
use axum::extract::State;
use axum::http::StatusCode;
use serde_json::json;
use stayd_engine::Deletion;
use stayd_protocol::ErrorCode;

pub(crate) async fn delete_user(State(app): State<App>, call: Call) -> ApiResult {
    let fields = Fields::read(
        call.body.as_ref(),
        &[
            Field::text("callbackURL").optional(),
            Field::text("password").optional(),
            Field::text("token").optional(),
        ],
    )?;
    let mut current = app.require_sensitive(&call).await?;
    let given = |name| fields.optional_text(name).filter(|text| !text.is_empty());
    let password = given("password");
    if app.engine.policy().accounts.delete_user_by_mail
        && given("token").is_none()
        && let Err(error) = app.admit_letter(&current.live.user.email)
    {
        return Err(error.with(current.cookies));
    }
    let deleting = app.engine.delete_user(&current.live, password, given("token"), given("callbackURL"));
    let outcome = match password {
        Some(_) => app.guess(&current.live.user.id, deleting).await,
        None => deleting.await.map_err(ApiError::from),
    };
    let message = match outcome {
        Ok(Deletion::Done) => {
            current.cookies.clear_session(&app, &call.headers);
            "User deleted"
        }
        Ok(Deletion::LetterSent) => "Verification email sent",
        Err(error) => return Err(error.with(current.cookies)),
    };
    Ok(Answer::json(&json!({"success": true, "message": message})).with(current.cookies))
}

/// Where the link in the letter leads; works only in the browser of the person who asked.
pub(crate) async fn follow_deletion_link(State(app): State<App>, call: Call) -> ApiResult {
    let fields =
        Fields::read_query(&call.query, &[Field::text("token"), Field::text("callbackURL").optional()])?;
    let callback = fields.optional_text("callbackURL").filter(|url| !url.is_empty());
    check_callback(callback.unwrap_or_default(), &app.config.trusted_origins)?;
    if !app.engine.policy().accounts.delete_user {
        return Err(ApiError::coded(StatusCode::NOT_FOUND, ErrorCode::NotFound));
    }
    let mut current = match app.who(&call, Reading::Afresh).await? {
        Who::Somebody(current) => current,
        Who::Nobody(cookies) => {
            let error = ApiError::coded(StatusCode::NOT_FOUND, ErrorCode::FailedToGetUserInfo);
            return Err(error.with(cookies));
        }
    };
    if let Err(error) = app.engine.delete_user_by_link(&current.live.user.id, fields.text("token")).await {
        return Err(ApiError::from(error).with(current.cookies));
    }
    current.cookies.clear_session(&app, &call.headers);
    let answer = match callback {
        Some(url) => Answer::redirect(url.to_owned()),
        None => Answer::json(&json!({"success": true, "message": "User deleted"})),
    };
    Ok(answer.with(current.cookies))
}
