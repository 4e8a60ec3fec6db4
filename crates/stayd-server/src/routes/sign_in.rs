//! `POST /sign-in/email`

use crate::{
    answer::Answer,
    app::App,
    call::FormCall,
    cookies::Cookies,
    error::{ApiError, ApiResult, ErrorKind},
    rate_limit::Decision,
    schema::{Field, Fields},
};
use axum::extract::State;
use serde_json::json;
use stayd_engine::{SignIn, wire_user};
use stayd_protocol::email;

pub(crate) async fn sign_in_email(State(app): State<App>, FormCall(call): FormCall) -> ApiResult {
    let fields = Fields::read(
        call.body.as_ref(),
        &[
            Field::text("email"),
            Field::text("password"),
            Field::text("callbackURL").optional(),
            Field::flag("rememberMe").optional(),
        ],
    )?;
    app.check_origin_of_form(&call)?;
    let address = email::normalise(fields.text("email"));
    app.admit_account(&address)?;

    let callback_url = fields.optional_text("callbackURL").filter(|url| !url.is_empty());
    let wish = SignIn {
        email: address.clone(),
        password: fields.text("password").to_owned(),
        remember: fields.flag("rememberMe").unwrap_or(true),
    };
    let presented = app.presented_hash(&call.headers);
    let signed_in = app.engine.sign_in(wish, call.device, presented).await?;
    app.limiter.account_succeeded(&address);
    let mut cookies = Cookies::default();
    cookies.begin_session(&app, &call.headers, &signed_in, app.engine.now());
    let mut body = json!({
        "redirect": callback_url.is_some(),
        "token": signed_in.session.id,
        "user": wire_user(&signed_in.user),
    });
    let mut answer_to = None;
    if let (Some(url), Some(body)) = (callback_url, body.as_object_mut()) {
        body.insert("url".to_owned(), json!(url));
        answer_to = Some(url.to_owned());
    }
    let answer = Answer::json(&body).with(cookies);
    Ok(match answer_to {
        Some(url) => answer.to(url),
        None => answer,
    })
}

impl App {
    /// Counts an attempt to sign in to an account, and refuses it when too many have failed. People who are signed in stay so.
    fn admit_account(&self, address: &str) -> Result<(), ApiError> {
        if !self.config.rate_limit {
            return Ok(());
        }
        match self.limiter.account(address, self.engine.now()) {
            Decision::Allowed => Ok(()),
            Decision::Limited { retry_after } => Err(ErrorKind::Limited { retry_after }.into()),
        }
    }
}
