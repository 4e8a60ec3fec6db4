//! A family begins.

use super::{Grant, TokenPair};
use crate::{
    Device, Engine, EngineResult, KeysError, LiveSession, Refusal, SessionKind,
    store::{FamilyRecord, FamilyWithSession},
};

impl Engine {
    /// Begins a family for a person with a session: the first refresh token and the first access token. It ends when an act ends the session it was
    /// begun with, and with every end of all of the person's sessions; that session's own expiry it outlives. `SessionEnded` when the session
    /// ended meanwhile.
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
        let family = FamilyRecord {
            session_id: session.id.clone(),
            parent_id: live.session.id.clone(),
            client_id: grant.client_id,
            scope: grant.scope.clone(),
            token_hash: first.hash(),
            generation: 0,
            rotation: None,
        };
        let begun = self.store().create_family(session.clone(), family.clone()).await;
        begun.map_err(|error| error.or_refused(Refusal::SessionEnded))?;
        self.keep_to_the_cap(&live.user.id, SessionKind::Api, now).await?;
        self.pair(&ring, &FamilyWithSession { session, family }, Some(first), grant.scope, now)
    }
}
