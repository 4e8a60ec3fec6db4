//! What a token is worth at this moment (RFC 7662).

use super::RefreshToken;
use super::access::seconds;
use super::refusals::Because;
use crate::{Engine, EngineResult, KeyRing, store::FamilyWithSession};
use stayd_protocol::jws;

/// A family that nobody has: looking for it costs what looking for any costs.
const NO_FAMILY: &str = "none";

/// A token that is worth something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Introspected {
    /// Which of the two it is.
    pub token_type: TokenType,
    /// Who made it.
    pub iss: String,
    /// For whom.
    pub aud: String,
    /// The person's id.
    pub sub: String,
    /// The session's id.
    pub sid: String,
    /// The client it was given to, where one was named.
    pub client_id: Option<String>,
    /// What it may be used for, where that was named.
    pub scope: Option<String>,
    /// When the person signed in (s).
    pub auth_time: i64,
    /// When it was made (s).
    pub iat: i64,
    /// When it is over (s).
    pub exp: i64,
    /// Names an access token.
    pub jti: Option<String>,
}

/// What a token is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenType {
    /// It is shown to back ends.
    Access,
    /// It gets the next pair.
    Refresh,
}

impl Engine {
    /// What a token is worth; `None` for one that is unknown, over, revoked, used up or another deployment's. Which of these it is, the time it takes
    /// does not tell either: each way checks one signature and looks once into the store.
    pub async fn introspect(&self, token: &str) -> EngineResult<Option<Introspected>> {
        let ring = self.key_ring().await?;
        if let Some(shown) = RefreshToken::parse(token) {
            ring.check_decoy();
            let found = self.living_family(shown.family()).await?;
            let present = found.filter(|found| found.family.token_hash == shown.hash());
            return Ok(self.counted(present.map(|found| self.of_refresh_token(found))));
        }
        let claims = self.checked(&ring, token);
        let sid = claims.as_ref().map_or(NO_FAMILY, |claims| claims.sid.as_str());
        let found = self.living_family(sid).await?;
        let Some(claims) = claims else { return Ok(None) };
        Ok(self.counted(found.map(|_| Introspected {
            token_type: TokenType::Access,
            iss: claims.iss,
            aud: claims.aud,
            sub: claims.sub,
            sid: claims.sid,
            client_id: claims.client_id,
            scope: claims.scope,
            auth_time: claims.auth_time,
            iat: claims.iat,
            exp: claims.exp,
            jti: Some(claims.jti),
        })))
    }

    /// The claims of an access token that is not over, after exactly one check of a signature.
    fn checked(&self, ring: &KeyRing, token: &str) -> Option<jws::AccessToken> {
        match jws::verify(token, ring.verifying(), self.now(), &self.tokens().expectation()) {
            Ok(claims) => Some(claims),
            Err(refusal) => {
                if !refusal.is_after_signature() {
                    ring.check_decoy();
                }
                self.tokens().refusals.count(Because::Token(refusal));
                None
            }
        }
    }

    pub(super) async fn living_family(&self, id: &str) -> EngineResult<Option<FamilyWithSession>> {
        let found = self.store().family(id).await?;
        let now = self.now();
        Ok(found.filter(|found| self.is_in_use(&found.session, now)))
    }

    fn of_refresh_token(&self, found: FamilyWithSession) -> Introspected {
        let FamilyWithSession { session, family } = found;
        let made_at = family.rotation.map_or(session.created_at, |rotation| rotation.rotated_at);
        Introspected {
            token_type: TokenType::Refresh,
            iss: self.tokens().issuer.clone(),
            aud: self.tokens().issuer.clone(),
            sub: session.user_id,
            sid: session.id,
            client_id: family.client_id,
            scope: family.scope,
            auth_time: seconds(session.authenticated_at),
            iat: seconds(made_at),
            exp: seconds(session.expires_at),
            jti: None,
        }
    }

    fn counted(&self, found: Option<Introspected>) -> Option<Introspected> {
        if found.is_none() {
            self.tokens().refusals.count(Because::Unknown);
        }
        found
    }
}
