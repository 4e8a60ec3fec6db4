//! `POST /sign-in/social`, `/link-social`, `/get-access-token`, `/refresh-token`, `GET /account-info`, `/callback/:id`
//!
//! The routes of sign-in by an identity provider, on a server that has none configured: each answers what the protocol says for that.

use crate::{
    answer::Answer,
    app::App,
    call::Call,
    cookies::Cookies,
    error::{ApiError, ApiResult, ErrorKind},
    redirect::with_parameter,
    schema::{BodyError, Field, Fields},
    who::{Reading, Who},
};
use axum::extract::State;
use axum::http::StatusCode;
use serde_json::{Map, Value};
use stayd_engine::store::AccountRecord;
use stayd_protocol::ErrorCode;

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

/// `get-access-token` and `refresh-token`: the tokens of an account at a provider. No account here is at one.
pub(crate) async fn provider_tokens(State(app): State<App>, call: Call) -> ApiResult {
    let members = call.body.as_ref().and_then(Value::as_object).cloned().unwrap_or_default();
    let chosen = Selection::read(&members).ok_or_else(|| BodyError::invalid("body"))?;
    let (account, cookies) = app.chosen_account(&call, &chosen).await?;
    let message = format!("Provider {} is not supported.", account.provider_id);
    let kind = ErrorKind::Explained(StatusCode::BAD_REQUEST, ErrorCode::ProviderNotSupported, message);
    Err(ApiError::from(kind).with(cookies))
}

/// What the provider says of an account.
pub(crate) async fn account_info(State(app): State<App>, call: Call) -> ApiResult {
    let members = call.query.as_object();
    let chosen = Selection::read(&members).ok_or_else(|| BodyError::invalid("query"))?;
    let (_, cookies) = app.chosen_account(&call, &chosen).await?;
    Err(ApiError::coded(StatusCode::BAD_REQUEST, ErrorCode::ProviderNotConfigured).with(cookies))
}

/// Which account a request is about.
enum Selection {
    Account(String),
    Cookie,
}

impl Selection {
    /// Exactly one of the two ways to choose, beside an optional `userId`; anything else is refused whole.
    fn read(members: &Map<String, Value>) -> Option<Self> {
        if members.get("userId").is_some_and(|id| !id.is_string()) {
            return None;
        }
        let mut others = members.iter().filter(|(name, _)| *name != "userId");
        let selection = match others.next()? {
            (name, Value::String(id)) if name == "accountId" => Self::Account(id.clone()),
            (name, Value::Bool(true)) if name == "useAccountCookie" => Self::Cookie,
            _ => return None,
        };
        others.next().is_none().then_some(selection)
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
            None => Err(ApiError::coded(StatusCode::BAD_REQUEST, ErrorCode::AccountNotFound).with(current.cookies)),
        }
    }
}
