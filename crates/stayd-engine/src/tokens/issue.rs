//! A family begins.

use super::{Grant, TokenPair};
use crate::{
    Device, Engine, EngineResult, KeysError, LiveSession, Refusal, SessionKind,
    store::{FamilyParent, FamilyRecord, FamilyWithSession},
};

impl Engine {
    /// Begins a family for a person with a session: the first refresh token and the first access token. It ends when an act ends the session it was
    /// begun with, with every end of all of the person's sessions, and with that session's absolute limit
    /// ([`crate::TokenPolicy::within_absolute_limit`]); its other expiries it outlives. `SessionEnded` when the session ended meanwhile,
    /// `InvalidTarget` for an audience that there is not. Whether the session is fresh enough is the caller's to ask
    /// ([`Engine::check_step_up`]).
    pub async fn issue_tokens(
        &self,
        live: &LiveSession,
        grant: Grant,
        device: Device,
    ) -> EngineResult<TokenPair> {
        // Before anything is written: without keys there is no token.
        let ring = self.key_ring().await?;
        let now = self.now();
        let (_, mut session) = self.new_session(&live.user.id, SessionKind::Api, device, now);
        // Its token is known to nobody: a family is opened by its refresh tokens alone.
        session.authenticated_at = live.session.authenticated_at;
        let first = self.tokens().refresh.first(&session.id, self.random()).ok_or(KeysError::Unsealed)?;
        let audience = self.tokens().audience_asked(grant.audience.as_deref())?;
        let parent = &live.session;
        let family = FamilyRecord {
            session_id: session.id.clone(),
            parent_id: parent.id.clone(),
            parent: Some(FamilyParent { kind: parent.kind, began_at: parent.created_at }),
            client_id: grant.client_id,
            scope: grant.scope.clone(),
            audience,
            token_hash: first.hash(),
            generation: 0,
            rotation: None,
        };
        let mut made = FamilyWithSession { session, family };
        made.session.expires_at = self.refreshed_end(&made, now);
        let begun = self.store().create_family(made.session.clone(), made.family.clone()).await;
        begun.map_err(|error| error.or_refused(Refusal::SessionEnded))?;
        self.metrics().session_began(made.session.kind);
        self.keep_families_to_the_cap(&live.user.id, now).await?;
        self.pair(&ring, &made, Some(first), grant.scope, now)
    }
}
