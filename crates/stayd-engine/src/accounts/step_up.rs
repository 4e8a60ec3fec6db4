//! A person proves once more who they are, without a new session (L-11).

use crate::{
    Device, Engine, EngineResult, LiveSession, Refusal, Renewed, StepUp,
    store::{Authentication, SeenFrom, SessionRecord, SessionWithUser},
};
use stayd_protocol::{SessionToken, Timestamp};
use std::sync::Arc;

/// What was proved counts no more.
const NOT_PROVED: Timestamp = Timestamp::from_ms(i64::MIN);

impl Engine {
    /// Whether the person proved who they are so recently that the session may do what needs freshness. Counts from the proof - the sign-in,
    /// or a later [`Engine::step_up`] - and never from a renewal (L-11).
    pub fn is_fresh(&self, session: &SessionRecord, now: Timestamp) -> bool {
        let fresh_age = self.policy().sessions.fresh_age;
        let is_proved = session.authenticated_at != NOT_PROVED;
        is_proved && (fresh_age.is_zero() || now.since(session.authenticated_at) < fresh_age)
    }

    /// Refuses what is sensitive - a change of address, the end of other sessions - in a session that is not fresh, where the policy asks for
    /// that ([`StepUp::Sensitive`]).
    pub fn check_step_up(&self, session: &SessionRecord) -> EngineResult<()> {
        let asks = self.policy().sessions.step_up == StepUp::Sensitive;
        if asks && !self.is_fresh(session, self.now()) {
            return Err(Refusal::SessionNotFresh.into());
        }
        Ok(())
    }

    /// Makes the session that was recognised by `token` fresh again, by the password. What it may do has changed, so its token is replaced
    /// (L-5) where tokens are ([`crate::Rotation::Grace`]). From now on the session is one of this `device`.
    pub async fn step_up(
        &self,
        token: &SessionToken,
        live: &LiveSession,
        password: &str,
        device: Device,
    ) -> EngineResult<Renewed> {
        self.verify_password(&live.user.id, password).await?;
        let from = SeenFrom { ip_address: device.ip_address, user_agent: device.user_agent };
        let live = self.authenticate(live, Authentication { at: self.now(), from: Some(from) }).await?;
        Ok(match self.rotate(token, &live).await {
            Ok(Some(renewed)) => renewed,
            Ok(None) => Renewed { live, successor: None },
            // The proof counts all the same, and that is what the caller asked.
            Err(error) => {
                tracing::warn!(%error, "the session that was made fresh keeps its token");
                Renewed { live, successor: None }
            }
        })
    }

    /// What was proved in this session counts no more: what is sensitive asks anew.
    pub(crate) async fn lose_freshness(&self, session: &SessionRecord) -> EngineResult<()> {
        if session.authenticated_at != NOT_PROVED {
            let lost = Authentication { at: NOT_PROVED, from: None };
            self.store().authenticate_session(&session.token_hash, lost).await?;
            self.sessions().cache.remove(session.tokens());
        }
        Ok(())
    }

    async fn authenticate(
        &self,
        live: &LiveSession,
        authentication: Authentication,
    ) -> EngineResult<Arc<LiveSession>> {
        let store = self.store();
        let session = store.authenticate_session(&live.session.token_hash, authentication).await?;
        self.sessions().cache.remove(live.session.tokens());
        let session = session.ok_or(Refusal::SessionEnded)?;
        Ok(Arc::new(LiveSession::new(SessionWithUser { session, user: live.user.clone() })))
    }
}
