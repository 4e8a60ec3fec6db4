//! `POST /sign-in/email`

use crate::{
    answer::Answer,
    app::App,
    call::FormCall,
    cookies::Cookies,
    error::ApiResult,
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
    let counted_as = app.admit_sign_in(&address, &call.device).await?;

    let callback_url = fields.optional_text("callbackURL");
    let wish = SignIn {
        email: address.clone(),
        password: fields.text("password").to_owned(),
        remember: fields.flag("rememberMe").unwrap_or(app.engine.policy().sessions.remember_unless_told),
    };
    let presented = app.replaced_by_sign_in(&call.headers).next();
    let signed_in = app.settle(&counted_as, app.engine.sign_in(wish, call.device, presented)).await?;
    let mut cookies = Cookies::default();
    cookies.begin_session(&app, &call.headers, &signed_in).await?;
    let leads_on = callback_url.is_some_and(|url| !url.is_empty());
    let mut body = json!({
        "redirect": leads_on,
        "token": signed_in.session.id,
        "user": wire_user(&signed_in.user),
    });
    if let (Some(url), Some(body)) = (callback_url, body.as_object_mut()) {
        body.insert("url".to_owned(), json!(url));
    }
    let answer = Answer::json(&body).with(cookies);
    Ok(match callback_url.filter(|_| leads_on) {
        Some(url) => answer.to(url.to_owned()),
        None => answer,
    })
}
