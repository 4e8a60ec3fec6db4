//! `Authorization: Bearer`, for callers that keep no cookies (the `bearer` plugin, protocol spec 10.2).

use crate::{app::App, edge::expose, who::SignedToken};
use axum::http::{HeaderMap, HeaderName, HeaderValue, header::AUTHORIZATION};
use axum::response::Response;
use percent_encoding::percent_decode_str;
use stayd_protocol::SessionToken;
use std::borrow::Cow;

const SET_AUTH_TOKEN: HeaderName = HeaderName::from_static("set-auth-token");
const SCHEME: &str = "bearer ";

impl App {
    /// The session token of the `Authorization` header, if the plugin is on and the token is one that counts. It goes before the
    /// cookie's; one that does not count is as if it were not there.
    ///
    /// No page of another site can send the header without asking first, so a request that it identifies needs no CSRF token.
    pub(crate) fn bearer_token(&self, request: &HeaderMap) -> Option<SignedToken> {
        let bearer = self.config.plugins.bearer?;
        let mut values = request.get_all(AUTHORIZATION).iter();
        let (Some(value), None) = (values.next(), values.next()) else { return None };
        let (scheme, token) = value.to_str().ok()?.split_at_checked(SCHEME.len())?;
        if !scheme.eq_ignore_ascii_case(SCHEME) {
            return None;
        }
        let token = token.trim();
        if token.contains('.') {
            return self.signed_token(&decoded(token));
        }
        let token = SessionToken::parse(token).filter(|_| !bearer.require_signature)?;
        Some(SignedToken { hash: token.hash(), token, by_current: true })
    }

    /// The value of a session cookie, if we signed it.
    pub(crate) fn signed_token(&self, value: &str) -> Option<SignedToken> {
        let verified = self.signer.verify(value)?;
        let token = SessionToken::parse(verified.value)?;
        Some(SignedToken { hash: token.hash(), token, by_current: verified.by_current })
    }
}

/// As it stands in a cookie or plain; what is not well encoded is taken as it stands.
fn decoded(token: &str) -> Cow<'_, str> {
    if !token.contains('%') {
        return Cow::Borrowed(token);
    }
    percent_decode_str(token).decode_utf8().unwrap_or(Cow::Borrowed(token))
}

/// Tells the caller its token: the session cookie's value, for the header of its next request.
pub(crate) fn tell_token(response: &mut Response, cookie_value: &str) {
    if let Ok(value) = HeaderValue::from_str(&decoded(cookie_value)) {
        response.headers_mut().insert(SET_AUTH_TOKEN, value);
        expose(response.headers_mut(), "set-auth-token");
    }
}
