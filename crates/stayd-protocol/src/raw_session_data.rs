use std::borrow::Cow;

use serde::Deserialize;
use serde_json::value::RawValue;
use subtle::ConstantTimeEq as _;

use crate::cache_payload::DEFAULT_VERSION;
use crate::{CachePayload, SessionToken, Timestamp, jwt};

/// A genuine session-data cookie, as text that is ready to be sent on, and the few members that decide on it.
#[derive(Debug)]
pub struct RawSessionData<'a> {
    /// The session as a JSON object; the `token` in it is a secret.
    pub session_json: &'a str,
    /// The user as a JSON object.
    pub user_json: &'a str,
    /// When the cache ends.
    pub expires_at: Timestamp,
    /// When the session ends.
    pub session_expires_at: Timestamp,
    /// Names the session.
    pub session_id: Cow<'a, str>,
    /// The `token` member of the session.
    pub session_token: Cow<'a, str>,
    /// Whose session it is.
    pub user_id: Cow<'a, str>,
    /// When this was read from the store, in milliseconds since the Unix epoch.
    pub updated_at: i64,
    /// The version it was written under: the configured one.
    pub version: Cow<'a, str>,
    /// Ties it to a session token.
    pub binding: Option<Cow<'a, str>>,
    /// Whether the current secret signed it.
    pub by_current: bool,
}

impl RawSessionData<'_> {
    /// Whether this cache is of the session that `token` opens; compared in constant time.
    ///
    /// The binding decides if there is one, else the token inside, as Better Auth has it.
    pub fn belongs_to(&self, token: &SessionToken) -> bool {
        match &self.binding {
            Some(bound) => bound.as_bytes().ct_eq(CachePayload::binding_for(token).as_bytes()).into(),
            None => self.session_token.as_bytes().ct_eq(token.expose().as_bytes()).into(),
        }
    }
}

/// Why a session-data cookie is not believed. All of it means: ask the store, and write the cookie anew.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SessionDataError {
    /// Not made by this server, or changed on the way, or not in the form that the configured strategy has.
    #[error("the session data is not genuine")]
    NotGenuine,
    /// Genuine, and without the members that a cache must have.
    #[error("the session data is incomplete")]
    Incomplete,
    /// Written under another version.
    #[error("the session data is of another version")]
    OtherVersion,
    /// The cache has ended.
    #[error("the session data has expired")]
    Expired,
    /// The session itself has ended.
    #[error("the session has expired")]
    SessionExpired,
}

/// The members that decide, found in one pass; the rest is passed on unread.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Claims<'a> {
    #[serde(borrow)]
    session: &'a RawValue,
    #[serde(borrow)]
    user: &'a RawValue,
    updated_at: i64,
    #[serde(borrow)]
    version: Option<Text<'a>>,
    #[serde(borrow)]
    binding: Option<Text<'a>>,
    iat: Option<i64>,
    nbf: Option<i64>,
    exp: Option<i64>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct SessionMembers<'a> {
    #[serde(borrow)]
    id: Cow<'a, str>,
    #[serde(borrow)]
    token: Cow<'a, str>,
    #[serde(borrow)]
    user_id: Cow<'a, str>,
    expires_at: Timestamp,
}

#[derive(Deserialize)]
struct UserMembers<'a> {
    #[serde(borrow)]
    id: Cow<'a, str>,
    /// Only there to be required, as Better Auth requires them.
    #[serde(borrow, rename = "name")]
    _name: Cow<'a, str>,
    #[serde(borrow, rename = "email")]
    _email: Cow<'a, str>,
}

/// A string that is borrowed when it has no escapes; an `Option<Cow<str>>` would always be copied.
#[derive(Deserialize)]
#[serde(transparent)]
struct Text<'a>(#[serde(borrow)] Cow<'a, str>);

/// What the wrapping of a cookie says about its claims: genuine already, and still to be compared with the time.
pub(crate) struct Wrapping {
    /// When the cache ends; a token's claims say it themselves.
    pub(crate) expires_at: Option<Timestamp>,
    /// Whether the current secret signed it.
    pub(crate) by_current: bool,
}

impl<'a> RawSessionData<'a> {
    /// Reads the claims of a genuine cookie and checks what they say.
    ///
    /// Ended means ended at the very millisecond: no leeway here (security requirement C-5).
    pub(crate) fn accept(
        json: &'a str,
        wrapping: &Wrapping,
        expected_version: &str,
        now: Timestamp,
    ) -> Result<Self, SessionDataError> {
        let claims: Claims<'a> = parse(json)?;
        let session: SessionMembers<'a> = parse(claims.session.get())?;
        let user: UserMembers<'a> = parse(claims.user.get())?;
        let expires_at = wrapping.expires_at.map_or_else(|| claims.token_expiry(now), Ok)?;
        let version = claims.version.map_or(Cow::Borrowed(DEFAULT_VERSION), |text| text.0);
        if user.id != session.user_id {
            return Err(SessionDataError::Incomplete);
        }
        if version != expected_version {
            return Err(SessionDataError::OtherVersion);
        }
        if expires_at <= now {
            return Err(SessionDataError::Expired);
        }
        if session.expires_at <= now {
            return Err(SessionDataError::SessionExpired);
        }
        Ok(RawSessionData {
            session_json: claims.session.get(),
            user_json: claims.user.get(),
            expires_at,
            session_expires_at: session.expires_at,
            session_id: session.id,
            session_token: session.token,
            user_id: user.id,
            updated_at: claims.updated_at,
            version,
            binding: claims.binding.map(|text| text.0),
            by_current: wrapping.by_current,
        })
    }
}

impl Claims<'_> {
    fn token_expiry(&self, now: Timestamp) -> Result<Timestamp, SessionDataError> {
        let (Some(iat), Some(exp)) = (self.iat, self.exp) else { return Err(SessionDataError::Incomplete) };
        if !jwt::has_begun(iat, self.nbf, now.as_s()) {
            return Err(SessionDataError::NotGenuine);
        }
        Ok(Timestamp::from_ms(exp.saturating_mul(1000)))
    }
}

fn parse<'a, T: Deserialize<'a>>(json: &'a str) -> Result<T, SessionDataError> {
    serde_json::from_str(json).map_err(|_| SessionDataError::Incomplete)
}
