//! What behaves on the wire as plugins of Better Auth do. Each is off unless it is switched on.

pub(crate) mod bearer;
pub(crate) mod jwt;
pub(crate) mod multi_session;

use stayd_engine::JwtClaims;

/// Which of them are switched on.
#[derive(Debug, Clone, Default)]
pub struct Plugins {
    /// Session tokens in the `Authorization` header, for callers that keep no cookies.
    pub bearer: Option<Bearer>,
    /// Several people signed in at one browser, one of them active.
    pub multi_session: Option<MultiSession>,
    /// Tokens that tell other back ends who has a session.
    pub jwt: Option<Jwt>,
}

/// Settings of the `bearer` plugin.
///
/// Switching it on hands session tokens to scripts, in the header `set-auth-token`: what the cookie is `HttpOnly` against.
#[derive(Debug, Clone, Copy)]
pub struct Bearer {
    /// Whether a token counts only with its signature, as `set-auth-token` gives it.
    pub require_signature: bool,
}

/// Settings of the `multi-session` plugin.
#[derive(Debug, Clone, Copy)]
pub struct MultiSession {
    /// How many sessions one browser keeps, the active one among them.
    pub maximum: usize,
}

/// Settings of the `jwt` plugin.
///
/// Switching it on lets page scripts hold tokens that say who somebody is, for as long as an access token lives.
#[derive(Debug, Clone, Copy)]
pub struct Jwt {
    /// What the tokens say.
    pub claims: JwtClaims,
    /// Whether every answer of `get-session` brings one, in the header `set-auth-jwt`.
    pub with_session: bool,
}
