//! `POST /introspect` (RFC 7662), for back ends with a credential; `POST /revoke` (RFC 7009), for whoever holds a token.

use crate::{
    answer::Answer,
    app::App,
    backends::Caller,
    call::FormCall,
    error::{ApiResult, ErrorKind},
    oauth_error::OAuthError,
    params::Params,
};
use axum::extract::State;
use axum::http::header;
use bytes::Bytes;
use serde::Serialize;
use stayd_engine::{Introspected, Revoker, TokenType};

/// For every token that is worth nothing, whatever the reason: always these bytes.
const INACTIVE: Bytes = Bytes::from_static(b"{\"active\":false}");

#[derive(Serialize)]
#[expect(clippy::struct_field_names, reason = "the names of RFC 7662")]
struct Active {
    active: bool,
    token_type: &'static str,
    iss: String,
    aud: String,
    sub: String,
    sid: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    client_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    scope: Option<String>,
    auth_time: i64,
    iat: i64,
    exp: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    jti: Option<String>,
}

impl From<Introspected> for Active {
    fn from(token: Introspected) -> Self {
        let token_type = match token.token_type {
            TokenType::Access => "Bearer",
            TokenType::Refresh => "refresh_token",
        };
        let Introspected { iss, aud, sub, sid, client_id, scope, auth_time, iat, exp, jti, .. } = token;
        Self { active: true, token_type, iss, aud, sub, sid, client_id, scope, auth_time, iat, exp, jti }
    }
}

pub(crate) async fn introspect(State(app): State<App>, FormCall(call): FormCall) -> ApiResult {
    let caller = app.config.backends.authenticate(&call.headers)?;
    let params = Params::of(&call)?;
    let found = app.engine.introspect(params.required("token")?).await?;
    Ok(match found.filter(|token| concerns(caller, token)) {
        Some(token) => Answer::json(&Active::from(token)),
        None => Answer::raw(INACTIVE),
    })
}

/// Whether a token is one that its caller is meant to be shown; of any other it learns nothing (RFC 7662 section 4).
fn concerns(caller: Caller<'_>, token: &Introspected) -> bool {
    caller
        .audiences
        .is_none_or(|audiences| token.token_type == TokenType::Access && audiences.contains(&token.aud))
}

/// 200 for unknown tokens too: they are worth nothing, and that is what was wished.
pub(crate) async fn revoke(State(app): State<App>, FormCall(call): FormCall) -> ApiResult {
    let params = Params::of(&call)?;
    let token = params.required("token")?;
    if !matches!(params.text("token_type_hint")?, None | Some("access_token" | "refresh_token")) {
        return Err(ErrorKind::OAuth(OAuthError::UnsupportedTokenType).into());
    }
    // A credential that is shown has to be right.
    let by = if call.headers.contains_key(header::AUTHORIZATION) {
        Revoker::Backend(app.config.backends.authenticate(&call.headers)?.audiences)
    } else {
        Revoker::Holder(params.text("client_id")?)
    };
    app.engine.revoke_token(token, by).await?;
    Ok(Answer::json(&serde_json::Map::new()))
}
