//! Tokens for programs: an access token that other back ends check by themselves, and a refresh token that gets the next pair.
//!
//! A *family* is what one request for tokens began: a session of kind `api`, the chain of its refresh tokens, and the access tokens that
//! came with each of them. It ends as a whole.

mod access;
mod cap;
mod expired;
mod introspect;
mod issue;
mod limit;
mod refresh;
mod refresh_token;
mod refusals;
mod revoke;
mod standing;

pub(crate) use access::auth_time;
pub use access::{Grant, TokenPair};
pub use introspect::{Introspected, TokenType};
pub use refresh_token::RefreshToken;
pub use revoke::Revoker;

use crate::TokenPolicy;
use cap::Begun;
use refresh_token::RefreshTokens;
use refusals::Refusals;
use stayd_protocol::{Secrets, Signer};

/// What tokens are made with.
pub(crate) struct Tokens {
    issuer: String,
    audience: String,
    audiences: Vec<String>,
    refresh: RefreshTokens,
    /// Makes the ids of access tokens.
    ids: Signer,
    refusals: Refusals,
    begun: Begun,
}

impl Tokens {
    pub(crate) fn new(secrets: &Secrets, issuer: &str, policy: &TokenPolicy) -> Self {
        Self {
            issuer: issuer.to_owned(),
            audience: policy.audience.as_deref().unwrap_or(issuer).to_owned(),
            audiences: policy.audiences.clone(),
            refresh: RefreshTokens::new(secrets),
            ids: Signer::for_purpose(secrets, "id of an access token"),
            refusals: Refusals::default(),
            begun: Begun::default(),
        }
    }
}
