//! The access token, and the answer it comes in.

use super::{RefreshToken, Tokens};
use crate::{
    Engine, EngineResult, KeyRing, KeysError, Refusal,
    store::{FamilyRecord, FamilyWithSession, SessionRecord},
};
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
    /// For whom they are to be made (RFC 8707); for the usual audience where nothing is said.
    pub audience: Option<String>,
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
        let left = claims.exp.saturating_sub(self.now().as_s());
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
        let also_for = &self.audiences;
        Expectation { leeway: Duration::ZERO, also_for, ..Expectation::new(&self.issuer, &self.audience) }
    }

    /// For whom the access tokens of a family are made.
    pub(super) fn audience_of<'a>(&'a self, family: &'a FamilyRecord) -> &'a str {
        family.audience.as_deref().unwrap_or(&self.audience)
    }

    /// The audience that a program asks for, as a family keeps it: the usual one need not be said.
    pub(super) fn audience_asked(&self, asked: Option<&str>) -> EngineResult<Option<String>> {
        match asked.filter(|asked| *asked != self.audience) {
            None => Ok(None),
            Some(asked) if self.makes_for(asked) => Ok(Some(asked.to_owned())),
            Some(_) => Err(Refusal::InvalidTarget.into()),
        }
    }

    /// Whether tokens are made for this audience, as it is configured now.
    pub(super) fn makes_for(&self, audience: &str) -> bool {
        audience == self.audience || self.audiences.iter().any(|known| known == audience)
    }

    fn claims(
        &self,
        found: &FamilyWithSession,
        scope: Option<String>,
        made_at: Timestamp,
        lifetime: Duration,
    ) -> AccessToken {
        let FamilyWithSession { session, family } = found;
        let iat = made_at.as_s();
        // Not drawn, so that a repeated answer is the same answer.
        let id = self.ids.mac(format!("{}.{}.{iat}", session.id, family.generation).as_bytes());
        let (jti, rest) = id.split_at(16);
        let share = rest.first().copied().unwrap_or_default();
        let life = lifetime.as_secs() - lifetime.as_secs() * u64::from(share) / (SPREAD * 256);
        let exp = iat.saturating_add(i64::try_from(life).unwrap_or(i64::MAX));
        AccessToken {
            iss: self.issuer.clone(),
            aud: self.audience_of(family).to_owned(),
            sub: session.user_id.clone(),
            sid: session.id.clone(),
            client_id: family.client_id.clone(),
            scope,
            auth_time: auth_time(session).min(iat),
            iat,
            exp: exp.min(session.expires_at.as_s()),
            jti: URL_SAFE_NO_PAD.encode(jti),
        }
    }
}

/// When the person proved who they are (s). Where that counts no more it is 1970, which is fresh for nobody and a number that every reader of
/// a token can hold.
pub(crate) fn auth_time(session: &SessionRecord) -> i64 {
    session.authenticated_at.as_s().max(0)
}
