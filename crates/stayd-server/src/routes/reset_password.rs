//! `POST /request-password-reset`, `GET /reset-password/:token`, `POST /reset-password`

use crate::{
    answer::Answer,
    app::App,
    call::Call,
    error::{ApiError, ApiResult},
    redirect::{check_callback, with_parameter},
    schema::{Field, Fields},
};
use axum::extract::{Path, State};
use serde_json::json;
use stayd_engine::{EngineError, Refusal};

pub(crate) async fn request_password_reset(State(app): State<App>, call: Call) -> ApiResult {
    let fields =
        Fields::read(call.body.as_ref(), &[Field::email("email"), Field::text("redirectTo").optional()])?;
    app.admit_letter(fields.text("email"))?;
    app.engine.request_password_reset(fields.text("email"), fields.optional_text("redirectTo")).await?;
    let message = "If this email exists in our system, check your email for the reset link";
    Ok(Answer::json(&json!({"status": true, "message": message})))
}

/// Where the link in the letter leads: on to the page that asks for the new password. Does not use the link up.
pub(crate) async fn follow_reset_link(
    State(app): State<App>,
    Path(token): Path<String>,
    call: Call,
) -> ApiResult {
    let fields = Fields::read_query(&call.query, &[Field::text("callbackURL")])?;
    let callback = fields.text("callbackURL");
    check_callback(callback, &app.config.trusted_origins)?;
    let (name, value) = if callback.is_empty() || !app.engine.reset_token_works(&token).await? {
        ("error", "INVALID_TOKEN")
    } else {
        ("token", token.as_str())
    };
    let target = if callback.is_empty() { app.error_page() } else { app.absolute(callback) };
    Ok(Answer::redirect(with_parameter(&target, name, value)))
}

pub(crate) async fn reset_password(State(app): State<App>, call: Call) -> ApiResult {
    let fields =
        Fields::read(call.body.as_ref(), &[Field::text("newPassword"), Field::text("token").optional()])?;
    let query = Fields::read_query(&call.query, &[Field::text("token").optional()])?;
    let in_body = fields.optional_text("token").filter(|token| !token.is_empty());
    let token = in_body.or_else(|| query.optional_text("token")).filter(|token| !token.is_empty());
    let Some(token) = token else {
        return Err(ApiError::from(EngineError::from(Refusal::ResetTokenInvalid)));
    };
    app.engine.reset_password(token, fields.text("newPassword"), &call.device).await?;
    Ok(Answer::json(&json!({"status": true})))
}

impl App {
    /// The page that tells people what went wrong with a link.
    pub(crate) fn error_page(&self) -> String {
        format!("{}{}/error", self.config.origin, self.config.base_path)
    }

    /// A trusted address as a whole one: a path lies on this deployment's origin.
    fn absolute(&self, target: &str) -> String {
        if target.starts_with('/') { format!("{}{target}", self.config.origin) } else { target.to_owned() }
    }
}
