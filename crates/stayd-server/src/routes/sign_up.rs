//! `POST /sign-up/email`

use crate::{
    answer::Answer,
    app::App,
    call::FormCall,
    cookies::Cookies,
    error::{ApiError, ApiResult},
    schema::{Field, Fields},
};
use axum::extract::State;
use axum::http::StatusCode;
use serde_json::json;
use stayd_engine::{SignUp, SignedUp, wire_user};
use stayd_protocol::{ErrorCode, email};

pub(crate) async fn sign_up_email(State(app): State<App>, FormCall(call): FormCall) -> ApiResult {
    let fields = Fields::read_open(
        call.body.as_ref(),
        &[
            Field::text("name"),
            Field::email("email"),
            Field::text("password").non_empty(),
            Field::text("image").optional(),
            Field::text("callbackURL").optional(),
            Field::flag("rememberMe").optional(),
        ],
    )?;
    app.check_origin_of_form(&call)?;
    if !email::is_valid(fields.text("email")) {
        return Err(ApiError::coded(StatusCode::BAD_REQUEST, ErrorCode::InvalidEmail));
    }
    let wish = SignUp {
        name: fields.text("name").to_owned(),
        email: fields.text("email").to_owned(),
        password: fields.text("password").to_owned(),
        image: fields.optional_text("image").map(str::to_owned),
        callback_url: fields.optional_text("callbackURL").map(str::to_owned),
        remember: fields.flag("rememberMe").unwrap_or(app.engine.policy().sessions.remember_unless_told),
    };
    match app.engine.sign_up(wish, call.device).await? {
        SignedUp::In(signed_in) => {
            let mut cookies = Cookies::default();
            cookies.begin_session(&app, &call.headers, &signed_in).await?;
            let body = json!({"token": signed_in.session.id, "user": wire_user(&signed_in.user)});
            Ok(Answer::json(&body).with(cookies))
        }
        SignedUp::Waiting(user) => Ok(Answer::json(&json!({"token": null, "user": wire_user(&user)}))),
    }
}
