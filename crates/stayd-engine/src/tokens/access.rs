//! The access token, and the answer it comes in.

use super::{RefreshToken, Tokens};
use crate::{Engine, EngineResult, KeyRing, KeysError, store::FamilyWithSession};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use stayd_protocol::Timestamp;
use stayd_protocol::jws::{AccessToken, Expectation};
use std::time::Duration;

/// The expiries of tokens that are made together are spread over this part of their life.
const SPREAD: u64 = 20;

/// What a program names when it asks for tokens.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Grant {
    /// Which client it is; its tokens are then for it alone.
    pub client_id: Option<String>,
    /// What they are to be used for, in words with spaces between.
    pub scope: Option<String>,
}

/// An access token, and what gets the next.
#[derive(Debug)]
pub struct TokenPair {
    /// What is shown to back ends: a JWT of type `at+jwt`.
    pub access_token: String,
    /// For how long, in seconds.
    pub expires_in: u64,
    /// What gets the next pair. `None` where an expired access token was renewed: the refresh token stays as it was.
    pub refresh_token: Option<RefreshToken>,
    /// What the access token may be used for, where that was named.
    pub scope: Option<String>,
    /// The session of the family.
    pub session_id: String,
}

impl Engine {
    /// The tokens of a family, whose access token is made as of `made_at`. Who asks twice for the same is told the same.
    pub(super) fn pair(
        &self,
        ring: &KeyRing,
        found: &FamilyWithSession,
        refresh_token: Option<RefreshToken>,
        scope: Option<String>,
        made_at: Timestamp,
    ) -> EngineResult<TokenPair> {
        let claims = self.tokens().claims(found, scope, made_at, self.policy().tokens.lifetime);
        let access_token = claims.sign(ring.signing()).map_err(KeysError::Failure)?;
        let left = claims.exp.saturating_sub(seconds(self.now()));
        Ok(TokenPair {
            access_token,
            expires_in: u64::try_from(left).unwrap_or(0),
            refresh_token,
            scope: claims.scope,
            session_id: claims.sid,
        })
    }
}

impl Tokens {
    /// What an access token is asked for here.
    pub(super) fn expectation(&self) -> Expectation<'_> {
        // The clock that made it is this one.
        Expectation { leeway: Duration::ZERO, ..Expectation::new(&self.issuer, &self.audience) }
    }

    fn claims(
        &self,
        found: &FamilyWithSession,
        scope: Option<String>,
        made_at: Timestamp,
        lifetime: Duration,
    ) -> AccessToken {
        let FamilyWithSession { session, family } = found;
        let iat = seconds(made_at);
        // Not drawn, so that a repeated answer is the same answer.
        let id = self.ids.mac(format!("{}.{}.{iat}", session.id, family.generation).as_bytes());
        let (jti, rest) = id.split_at(16);
        let share = rest.first().copied().unwrap_or_default();
        let life = lifetime.as_secs() - lifetime.as_secs() * u64::from(share) / (SPREAD * 256);
        let exp = iat.saturating_add(i64::try_from(life).unwrap_or(i64::MAX));
        AccessToken {
            iss: self.issuer.clone(),
            aud: self.audience.clone(),
            sub: session.user_id.clone(),
            sid: session.id.clone(),
            client_id: family.client_id.clone(),
            scope,
            auth_time: seconds(session.authenticated_at).min(iat),
            iat,
            exp: exp.min(seconds(session.expires_at)),
            jti: URL_SAFE_NO_PAD.encode(jti),
        }
    }
}

pub(super) fn seconds(moment: Timestamp) -> i64 {
    moment.as_ms().div_euclid(1000)
}
