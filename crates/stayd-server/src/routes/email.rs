//! `POST /send-verification-email`, `GET /verify-email`, `POST /change-email`

use crate::{
    answer::Answer,
    app::App,
    call::Call,
    cookies::Cookies,
    error::{ApiError, ApiResult},
    redirect::{check_callback, with_parameter},
    schema::{Field, Fields},
    who::{Current, Reading, Who},
};
use axum::extract::State;
use serde_json::json;
use stayd_engine::{Renewed, VerifiedUser, wire_user};

pub(crate) async fn send_verification_email(State(app): State<App>, call: Call) -> ApiResult {
    let fields =
        Fields::read(call.body.as_ref(), &[Field::email("email"), Field::text("callbackURL").optional()])?;
    let (email, callback) = (fields.text("email"), fields.optional_text("callbackURL"));
    app.admit_letter(email)?;
    let cookies = match app.who(&call, Reading::CookieSuffices).await? {
        Who::Nobody(cookies) => {
            app.engine.send_verification(email, callback).await?;
            cookies
        }
        Who::Somebody(Current { live, cookies, .. }) => {
            if let Err(error) = app.engine.send_own_verification(&live.user, email, callback).await {
                return Err(ApiError::from(error).with(cookies));
            }
            cookies
        }
    };
    Ok(Answer::json(&json!({"status": true})).with(cookies))
}

/// Where the link in a verification letter leads. With a `callbackURL` the outcome travels there in the query.
pub(crate) async fn verify_email(State(app): State<App>, call: Call) -> ApiResult {
    let fields =
        Fields::read_query(&call.query, &[Field::text("token"), Field::text("callbackURL").optional()])?;
    let callback = fields.optional_text("callbackURL").filter(|url| !url.is_empty());
    check_callback(callback.unwrap_or_default(), &app.config.trusted_origins)?;
    let (current, mut cookies) = match app.who(&call, Reading::CookieSuffices).await? {
        Who::Nobody(cookies) => (None, cookies),
        Who::Somebody(Current { live, cookies, token, .. }) => (Some((live, token)), cookies),
    };
    if let Some(Err(error)) =
        app.engine.mailbox_of_link(fields.text("token")).map(|mailbox| app.admit_letter(&mailbox))
    {
        return Err(error.with(cookies));
    }
    let visitor = current.as_ref().map(|(live, token)| (token, &**live));
    let outcome = app.engine.verify_email(fields.text("token"), callback, visitor, call.device.clone()).await;
    let verified = match outcome {
        Ok(verified) => verified,
        Err(error) => return failed(error.into(), callback, cookies),
    };
    if let Some(signed_in) = &verified.signed_in {
        cookies.begin_session(&app, &call.headers, signed_in).await?;
    } else if let (Some(Renewed { live, successor }), Some((_, token))) = (&verified.rotated, &current) {
        let token = successor.as_ref().unwrap_or(token);
        cookies.repeat_session(&app, &call.headers, token, live, app.just_after_change());
    } else if let (true, Some((live, token))) = (verified.session_changed, &current)
        && let Some(live) = app.engine.session(&live.session.token_hash).await?
    {
        cookies.repeat_session(&app, &call.headers, token, &live, app.just_after_change());
    }
    let answer = match (callback, verified.user) {
        (Some(url), _) => Answer::redirect(url.to_owned()),
        (None, VerifiedUser::Unsaid) => Answer::json(&json!({"status": true, "user": null})),
        (None, VerifiedUser::Omitted) => Answer::json(&json!({"status": true})),
        (None, VerifiedUser::Changed(user)) => {
            Answer::json(&json!({"status": true, "user": wire_user(&user)}))
        }
    };
    Ok(answer.with(cookies))
}

pub(crate) async fn change_email(State(app): State<App>, call: Call) -> ApiResult {
    let fields =
        Fields::read(call.body.as_ref(), &[Field::email("newEmail"), Field::text("callbackURL").optional()])?;
    let current = app.require_step_up(&call).await?;
    let callback = fields.optional_text("callbackURL");
    // A verified address is written to first, and must agree.
    let present = Some(&*current.live.user.email).filter(|_| current.live.user.email_verified);
    for mailbox in [fields.text("newEmail")].into_iter().chain(present) {
        if let Err(error) = app.admit_letter(mailbox) {
            return Err(error.with(current.cookies));
        }
    }
    match app.engine.change_email(&current.live, fields.text("newEmail"), callback).await {
        Ok(()) => Ok(Answer::json(&json!({"status": true})).with(current.cookies)),
        Err(error) => Err(ApiError::from(error).with(current.cookies)),
    }
}

/// A refusal goes back to the page that asked, as a code in its query; without a page it is an ordinary error.
fn failed(error: ApiError, callback: Option<&str>, cookies: Cookies) -> ApiResult {
    match (callback, error.code()) {
        (Some(url), Some(code)) => {
            Ok(Answer::redirect(with_parameter(url, "error", code.as_str())).with(cookies))
        }
        _ => Err(error.with(cookies)),
    }
}
