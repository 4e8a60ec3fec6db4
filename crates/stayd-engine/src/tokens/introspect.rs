//! What a token is worth at this moment (RFC 7662).

use super::RefreshToken;
use super::access::auth_time;
use super::refusals::Because;
use crate::{
    Engine, EngineResult, KeyRing,
    store::{FamilyWithSession, SessionRecord},
};
use stayd_protocol::jws;

/// A session that nobody has: looking for it costs what looking for any costs.
const NO_SESSION: &str = "none";

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
            let found = self.store().family(shown.family()).await?;
            let present = found.filter(|found| {
                found.family.token_hash == shown.hash() && self.is_going_on(found, self.now())
            });
            return Ok(self.counted(present.map(|found| self.of_refresh_token(found))));
        }
        let claims = self.checked(&ring, token);
        // A family's session, or one that a person has at a browser (see `session_jwt`).
        let sid = claims.as_ref().map_or(NO_SESSION, |claims| claims.sid.as_str());
        let found = self.store().session_by_id(sid).await?;
        let Some(claims) = claims else { return Ok(None) };
        let found = found.filter(|session| self.goes_on(session));
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

    fn goes_on(&self, session: &SessionRecord) -> bool {
        self.is_in_use(session, self.now())
    }

    fn of_refresh_token(&self, found: FamilyWithSession) -> Introspected {
        let FamilyWithSession { session, family } = found;
        let made_at = family.rotation.map_or(session.created_at, |rotation| rotation.rotated_at);
        Introspected {
            token_type: TokenType::Refresh,
            iss: self.tokens().issuer.clone(),
            aud: self.tokens().issuer.clone(),
            auth_time: auth_time(&session),
            sub: session.user_id,
            sid: session.id,
            client_id: family.client_id,
            scope: family.scope,
            iat: made_at.as_s(),
            exp: session.expires_at.as_s(),
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
