//! A refresh token gets the next pair, once; and what is done when one is shown that was used up.

use super::refusals::Because;
use super::standing::{Standing, standing};
use super::{Grant, RefreshToken, TokenPair};
use crate::{
    Device, EndReason, Engine, EngineError, EngineResult, KeyRing, Refusal, SecurityEvent,
    security::Incident,
    store::{FamilyRotation, FamilyWithSession},
};
use stayd_protocol::Timestamp;

impl Engine {
    /// The next pair for whoever shows the present refresh token of a family. Shown again within its grace, it gets the same successor, for the
    /// answer may have been lost; many at once are one. Shown later, or after its successor was used, it is taken for stolen: the family
    /// ends, and its person is told.
    ///
    /// `InvalidGrant` for everything that gets nothing; `InvalidScope` and `InvalidTarget` where more, or another audience, is asked for than
    /// was granted.
    pub async fn refresh_tokens(
        &self,
        shown: &str,
        asked: &Grant,
        device: &Device,
    ) -> EngineResult<TokenPair> {
        let ring = self.key_ring().await?;
        let Some(shown) = RefreshToken::parse(shown) else { return Err(self.refuse(Because::Unknown)) };
        let Some(found) = self.store().family(shown.family()).await? else {
            return Err(self.refuse(Because::Unknown));
        };
        let now = self.now();
        if !self.is_going_on(&found, now) {
            return Err(self.refuse(Because::Unknown));
        }
        match self.standing_of(&shown, &found, now) {
            Standing::Stranger => return Err(self.refuse(Because::Unknown)),
            // Whoever holds it: that it is shown at all is enough.
            Standing::Reused => return self.end_reused(&shown, &found, device).await,
            Standing::Present | Standing::Repeated => {}
        }
        if found.family.client_id.is_some() && found.family.client_id != asked.client_id {
            return Err(self.refuse(Because::Foreign));
        }
        let audience = self.tokens().audience_asked(asked.audience.as_deref())?;
        if asked.audience.is_some() && audience != found.family.audience {
            return Err(Refusal::InvalidTarget.into());
        }
        let scope = narrowed(found.family.scope.as_deref(), asked.scope.as_deref())?;
        self.go_on(&ring, &shown, found, scope, now, device).await
    }

    /// Rotates, or finds it done.
    async fn go_on(
        &self,
        ring: &KeyRing,
        shown: &RefreshToken,
        found: FamilyWithSession,
        scope: Option<String>,
        now: Timestamp,
        device: &Device,
    ) -> EngineResult<TokenPair> {
        let next = self.tokens().refresh.next(shown).ok_or_else(|| self.refuse(Because::Unknown))?;
        let rotation = FamilyRotation {
            session_id: found.session.id.clone(),
            token_hash: shown.hash(),
            successor: next.hash(),
            expires_at: self.refreshed_end(&found, now),
            at: now,
        };
        let Some(rotated) = self.store().rotate_family(rotation).await? else {
            return Err(self.refuse(Because::Unknown));
        };
        if rotated.is_new {
            return self.pair(ring, &rotated.found, Some(next), scope, now);
        }
        match self.standing_of(shown, &rotated.found, now) {
            Standing::Repeated => self.repeat(ring, shown, &rotated.found, scope),
            Standing::Reused => self.end_reused(shown, &rotated.found, device).await,
            Standing::Present | Standing::Stranger => Err(self.refuse(Because::Unknown)),
        }
    }

    /// The answer that was given already, once more.
    fn repeat(
        &self,
        ring: &KeyRing,
        shown: &RefreshToken,
        found: &FamilyWithSession,
        scope: Option<String>,
    ) -> EngineResult<TokenPair> {
        let successor = self.tokens().refresh.successor(shown, &found.family.token_hash);
        // Derived under a secret that is accepted no more: nobody can be told it.
        let successor = successor.ok_or_else(|| self.refuse(Because::Unknown))?;
        let made_at = found.family.rotation.map_or(found.session.created_at, |rotation| rotation.rotated_at);
        self.pair(ring, found, Some(successor), scope, made_at)
    }

    fn standing_of(&self, shown: &RefreshToken, found: &FamilyWithSession, now: Timestamp) -> Standing {
        let is_genuine = || self.tokens().refresh.is_genuine(shown);
        let grace = self.policy().tokens.refresh_grace;
        standing(&found.family, &shown.hash(), shown.number(), is_genuine, grace, now)
    }

    /// A used-up token was shown: either the one who holds the family now, or the one who shows this, has stolen it.
    async fn end_reused(
        &self,
        shown: &RefreshToken,
        found: &FamilyWithSession,
        device: &Device,
    ) -> EngineResult<TokenPair> {
        let FamilyWithSession { session, family } = found;
        let ended = self.store().end_session_by_id(&session.id, Some(&session.user_id)).await?;
        let is_first = ended.is_some();
        self.forget(ended, EndReason::TokenReused);
        if is_first && let Some(user) = self.store().user_by_id(&session.user_id).await? {
            let event = SecurityEvent::RefreshTokenReused {
                shown: shown.number(),
                present: family.generation,
                rotated_at: family.rotation.map(|rotation| rotation.rotated_at),
                client_id: family.client_id.clone(),
            };
            self.raise(Incident::in_session(event, &user, session, device)).await?;
        }
        Err(self.refuse(Because::Reused))
    }

    /// Counts, and says nothing of the reason.
    pub(super) fn refuse(&self, because: Because) -> EngineError {
        self.tokens().refusals.count(because);
        Refusal::InvalidGrant.into()
    }
}

/// What the access token may be used for: what was granted, or those of its words that are asked for.
fn narrowed(granted: Option<&str>, asked: Option<&str>) -> EngineResult<Option<String>> {
    let Some(asked) = asked else { return Ok(granted.map(str::to_owned)) };
    let granted: Vec<&str> = granted.unwrap_or_default().split(' ').collect();
    if asked.split(' ').all(|word| granted.contains(&word)) {
        return Ok(Some(asked.to_owned()));
    }
    Err(Refusal::InvalidScope.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    //
    #[test]
    fn a_scope_never_widens() {
        let granted = Some("read write");
        assert_eq!(narrowed(granted, None).unwrap().as_deref(), granted);
        assert_eq!(narrowed(granted, Some("write")).unwrap().as_deref(), Some("write"));
        assert_eq!(narrowed(None, None).unwrap(), None);
        for (granted, asked) in [(granted, "read admin"), (granted, "Read"), (granted, ""), (None, "read")] {
            assert!(narrowed(granted, Some(asked)).is_err(), "{asked}");
        }
    }
}
