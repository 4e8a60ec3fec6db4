//! An access token that is over gets another, within a window and while its session lives (EN-9). Off unless a deployment says otherwise.

use super::refusals::Because;
use super::{Grant, TokenPair};
use crate::{Engine, EngineResult};
use stayd_protocol::jws::{self, Expectation};

impl Engine {
    /// Whether expired access tokens can be renewed at all.
    pub fn renews_expired_tokens(&self) -> bool {
        !self.policy().tokens.expired_grace.is_zero()
    }

    /// Another access token for whoever shows one that is over since at most [`crate::TokenPolicy::expired_grace`]. The session must live, and
    /// gets no later end by this; one that was ended stays ended.
    pub async fn renew_expired_token(&self, shown: &str, asked: &Grant) -> EngineResult<TokenPair> {
        let ring = self.key_ring().await?;
        let grace = self.policy().tokens.expired_grace;
        let expected = Expectation { expired_for: grace, ..self.tokens().expectation() };
        let claims = jws::verify(shown, ring.verifying(), self.now(), &expected)
            .map_err(|refusal| self.refuse(Because::Token(refusal)))?;
        // Made as of before the look: an end or a doubt that is told meanwhile covers what is made here (P2).
        let made_at = self.now();
        let found = self.store().family(&claims.sid).await?;
        let found = found.filter(|found| !grace.is_zero() && self.is_going_on(found, self.now()));
        let Some(found) = found else { return Err(self.refuse(Because::Unknown)) };
        if found.family.client_id.is_some() && found.family.client_id != asked.client_id {
            return Err(self.refuse(Because::Foreign));
        }
        self.pair(&ring, &found, None, claims.scope, made_at)
    }
}
