//! `POST /sign-in/social`, `/link-social`, `/get-access-token`, `/refresh-token`, `GET /account-info`, `/callback/:id`
//!
//! The routes of sign-in by an identity provider, on a server that has none configured: each answers what the protocol says for that.

use crate::{
    answer::Answer,
    app::App,
    call::{Call, FormCall},
    cookies::Cookies,
    error::{ApiError, ApiResult, ErrorKind},
    redirect::with_parameter,
    schema::{BodyError, Field, Fields},
    who::{Reading, Who},
};
use axum::extract::{Path, State};
use axum::http::StatusCode;
use serde_json::{Map, Value};
use stayd_engine::store::AccountRecord;
use stayd_protocol::ErrorCode;
use url::form_urlencoded;

pub(crate) async fn sign_in_social(call: Call) -> ApiResult {
    Fields::read(call.body.as_ref(), &[Field::text("callbackURL").optional(), Field::choice("provider")])?;
    Err(ApiError::coded(StatusCode::NOT_FOUND, ErrorCode::ProviderNotFound))
}

pub(crate) async fn link_social(State(app): State<App>, call: Call) -> ApiResult {
    Fields::read(call.body.as_ref(), &[Field::text("callbackURL").optional(), Field::choice("provider")])?;
    let current = app.require_sensitive(&call).await?;
    Err(ApiError::coded(StatusCode::NOT_FOUND, ErrorCode::ProviderNotFound).with(current.cookies))
}

/// A provider's answer to a sign-in that this server cannot have begun.
pub(crate) async fn callback(State(app): State<App>, call: Call) -> Answer {
    let state = call.query.text("state").filter(|state| !state.is_empty());
    let code = if state.is_some() { "state_mismatch" } else { "state_not_found" };
    Answer::redirect(with_parameter(&app.error_page(), "error", code))
}

/// The same as a form, which some providers send. The browser leaves its cookies out of another site's form, so it is sent on to the same place
/// by GET, with the members of both body and query.
pub(crate) async fn post_callback(
    State(app): State<App>,
    Path(provider): Path<String>,
    FormCall(call): FormCall,
) -> ApiResult {
    const MEMBERS: [&str; 7] = ["code", "error", "device_id", "error_description", "state", "user", "iss"];
    let fields = MEMBERS.map(|name| Field::text(name).optional());
    let body = Fields::read_optional(call.body.as_ref(), &fields)?;
    let query = Fields::read_query(&call.query, &fields)?;
    let mut merged = form_urlencoded::Serializer::new(String::new());
    for name in MEMBERS {
        if let Some(value) = query.optional_text(name).or_else(|| body.optional_text(name)) {
            merged.append_pair(name, value);
        }
    }
    let (origin, base) = (&app.config.origin, &app.config.base_path);
    let provider: String = form_urlencoded::byte_serialize(provider.as_bytes()).collect();
    Ok(Answer::redirect(format!("{origin}{base}/callback/{provider}?{}", merged.finish())))
}

/// `get-access-token` and `refresh-token`: the tokens of an account at a provider. No account here is at one.
pub(crate) async fn provider_tokens(State(app): State<App>, call: Call) -> ApiResult {
    let members = call.body.as_ref().and_then(Value::as_object).cloned().unwrap_or_default();
    let chosen = Selection::read(&members, "body")?;
    let (account, cookies) = app.chosen_account(&call, &chosen).await?;
    let message = format!("Provider {} is not supported.", account.provider_id);
    let kind = ErrorKind::Explained(StatusCode::BAD_REQUEST, ErrorCode::ProviderNotSupported, message);
    Err(ApiError::from(kind).with(cookies))
}

/// What the provider says of an account.
pub(crate) async fn account_info(State(app): State<App>, call: Call) -> ApiResult {
    let members = call.query.as_object();
    let chosen = Selection::read(&members, "query")?;
    let (_, cookies) = app.chosen_account(&call, &chosen).await?;
    Err(ApiError::coded(StatusCode::BAD_REQUEST, ErrorCode::ProviderNotConfigured).with(cookies))
}

/// Which account a request is about.
enum Selection {
    Account(String),
    Cookie,
}

impl Selection {
    /// Exactly one of the two ways to choose, beside an optional `userId`; anything else is refused whole, in upstream's words.
    fn read(members: &Map<String, Value>, place: &str) -> Result<Self, BodyError> {
        let selection = match (members.get("accountId"), members.get("useAccountCookie")) {
            (Some(Value::String(id)), None) => Self::Account(id.clone()),
            (None, Some(Value::Bool(true))) => Self::Cookie,
            _ => return Err(BodyError::invalid(place)),
        };
        if members.get("userId").is_some_and(|id| !id.is_string()) {
            return Err(BodyError::invalid(place));
        }
        let known = ["accountId", "useAccountCookie", "userId"];
        let extra: Vec<String> = members
            .keys()
            .filter(|name| !known.contains(&name.as_str()))
            .map(|name| format!("\"{name}\""))
            .collect();
        match extra.len() {
            0 => Ok(selection),
            1 => Err(BodyError::Fields(format!("[{place}] Unrecognized key: {}", extra.join(", ")))),
            _ => Err(BodyError::Fields(format!("[{place}] Unrecognized keys: {}", extra.join(", ")))),
        }
    }
}

impl App {
    async fn chosen_account(&self, call: &Call, chosen: &Selection) -> ApiResult<(AccountRecord, Cookies)> {
        let current = match self.who(call, Reading::Afresh).await? {
            Who::Somebody(current) => current,
            Who::Nobody(cookies) => return Err(ApiError::bare(StatusCode::UNAUTHORIZED).with(cookies)),
        };
        let accounts = self.engine.accounts_of(&current.live.user.id).await?;
        let account = match chosen {
            Selection::Account(id) => accounts.into_iter().find(|account| account.id == *id),
            // The cookie with an account is only made by a sign-in at a provider.
            Selection::Cookie => None,
        };
        match account {
            Some(account) => Ok((account, current.cookies)),
            None => {
                Err(ApiError::coded(StatusCode::BAD_REQUEST, ErrorCode::AccountNotFound)
                    .with(current.cookies))
            }
        }
    }
}
