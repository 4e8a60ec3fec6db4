//! A token is given back (RFC 7009): its family ends.

use super::RefreshToken;
use super::refusals::Because;
use crate::{EndReason, Engine, EngineResult, store::FamilyWithSession};
use stayd_protocol::jws;

/// Who gives a token back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Revoker<'a> {
    /// Whoever holds it, as the client of this name where one is named.
    Holder(Option<&'a str>),
    /// A back end that has shown its credential. It may give back access tokens of these audiences; any token where nothing is said.
    Backend(Option<&'a [String]>),
}

impl Engine {
    /// Ends the family of a token, whichever of its tokens is shown, present or used up. Answers whether there was one; for an unknown token there is
    /// nothing to do, which is no error. `InvalidGrant` when it is another client's.
    pub async fn revoke_token(&self, token: &str, by: Revoker<'_>) -> EngineResult<bool> {
        let Some(FamilyWithSession { session, family }) = self.family_of(token).await? else {
            return Ok(false);
        };
        let is_theirs = match by {
            Revoker::Backend(None) => true,
            // What it was never meant to be shown is unknown to it.
            Revoker::Backend(Some(audiences)) => {
                let is_meant_for_it = RefreshToken::parse(token).is_none()
                    && audiences.iter().any(|audience| audience == self.tokens().audience_of(&family));
                if !is_meant_for_it {
                    return Ok(false);
                }
                true
            }
            Revoker::Holder(client) => family.client_id.is_none() || family.client_id.as_deref() == client,
        };
        if !is_theirs {
            return Err(self.refuse(Because::Foreign));
        }
        let ended = self.store().end_session_by_id(&session.id, Some(&session.user_id)).await?;
        let there_was_one = ended.is_some();
        self.forget(ended, EndReason::Revoked);
        Ok(there_was_one)
    }

    async fn family_of(&self, token: &str) -> EngineResult<Option<FamilyWithSession>> {
        if let Some(shown) = RefreshToken::parse(token) {
            let found = self.store().family(shown.family()).await?;
            let is_of_it = |found: &FamilyWithSession| {
                found.family.token_hash == shown.hash() || self.tokens().refresh.is_genuine(&shown)
            };
            return Ok(found.filter(is_of_it));
        }
        let ring = self.key_ring().await?;
        match jws::verify(token, ring.verifying(), self.now(), &self.tokens().expectation()) {
            Ok(claims) => Ok(self.store().family(&claims.sid).await?),
            Err(_) => Ok(None),
        }
    }
}
