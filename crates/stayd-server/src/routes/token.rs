//! `POST /token`: tokens for a program, against a session or a refresh token; `POST /token/renew`: against an access token that is over (EN-9).

use crate::{
    answer::Answer,
    app::App,
    call::{Call, FormCall},
    edge::not_found,
    error::{ApiResult, ErrorKind},
    oauth_error::OAuthError,
    params::Params,
    schema::{self, Forms},
};
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use stayd_engine::{Grant, TokenPair};

/// Longest name of a client, in characters.
const MAX_CLIENT: usize = 128;
/// Longest scope, in characters.
const MAX_SCOPE: usize = 1024;

#[derive(Serialize)]
struct Tokens<'a> {
    access_token: &'a str,
    token_type: &'static str,
    expires_in: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    refresh_token: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    scope: Option<&'a str>,
}

pub(crate) async fn token(State(app): State<App>, FormCall(call): FormCall) -> ApiResult {
    let params = Params::of(&call)?;
    let grant = grant(&params)?;
    match params.text("grant_type")? {
        // The session speaks for itself.
        None => {
            if params.text("refresh_token")?.is_some() {
                return Err(ErrorKind::OAuth(OAuthError::InvalidRequest).into());
            }
            app.check_origin_of_form(&call)?;
            // A plain form, which any page can send, begins nothing.
            if call.headers.contains_key(header::CONTENT_TYPE) {
                schema::check_media_type(&call.headers, Forms::Refused)?;
            }
            // It outlives the page that asks: whoever took over a session must not make weeks of it.
            let current = app.require_step_up(&call).await?;
            let pair = app.engine.issue_tokens(&current.live, grant, call.device.clone()).await?;
            Ok(answer(&pair).with(current.cookies))
        }
        Some("refresh_token") => {
            let shown = params.required("refresh_token")?;
            Ok(answer(&app.engine.refresh_tokens(shown, &grant, &call.device).await?))
        }
        Some(_) => Err(ErrorKind::OAuth(OAuthError::UnsupportedGrantType).into()),
    }
}

/// Unknown unless the deployment has switched it on.
pub(crate) async fn renew(State(app): State<App>, call: FormCall) -> Response {
    if !app.engine.renews_expired_tokens() {
        return not_found().await;
    }
    renew_expired(&app, &call.0).await.into_response()
}

async fn renew_expired(app: &App, call: &Call) -> ApiResult {
    let params = Params::of(call)?;
    let shown = params.required("access_token")?;
    Ok(answer(&app.engine.renew_expired_token(shown, &grant(&params)?).await?))
}

fn answer(pair: &TokenPair) -> Answer {
    Answer::json(&Tokens {
        access_token: &pair.access_token,
        token_type: "Bearer",
        expires_in: pair.expires_in,
        refresh_token: pair.refresh_token.as_ref().map(stayd_engine::RefreshToken::expose),
        scope: pair.scope.as_deref(),
    })
}

/// Names as RFC 6749 writes them: visible ASCII (A.1); words of it with one space between (A.4).
fn grant(params: &Params<'_>) -> ApiResult<Grant> {
    let client_id = params.text("client_id")?;
    let is_name = |name: &str| {
        (1..=MAX_CLIENT).contains(&name.len()) && name.bytes().all(|byte| byte.is_ascii_graphic())
    };
    if client_id.is_some_and(|name| !is_name(name)) {
        return Err(ErrorKind::OAuth(OAuthError::InvalidRequest).into());
    }
    let scope = params.text("scope")?;
    let in_word = |byte: u8| byte.is_ascii_graphic() && !matches!(byte, b'"' | b'\\');
    let is_scope = |scope: &str| {
        scope.len() <= MAX_SCOPE && scope.split(' ').all(|word| !word.is_empty() && word.bytes().all(in_word))
    };
    if scope.is_some_and(|scope| !is_scope(scope)) {
        return Err(ErrorKind::OAuth(OAuthError::InvalidScope).into());
    }
    let [client_id, scope, audience] =
        [client_id, scope, params.text("resource")?].map(|text| text.map(str::to_owned));
    Ok(Grant { client_id, scope, audience })
}
