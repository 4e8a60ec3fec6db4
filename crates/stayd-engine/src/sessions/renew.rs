//! A session that is used gets a later end.

use super::LiveSession;
use crate::{
    Engine, EngineResult, Refusal,
    store::{Renewal, SessionWithUser},
};
use stayd_protocol::Timestamp;
use std::sync::Arc;

impl Engine {
    /// Whether a renewal is due: the session is remembered, and one `update_age` has passed since its last renewal.
    pub fn renewal_is_due(&self, live: &LiveSession, now: Timestamp) -> bool {
        live.session.remembered && live.session.expires_at <= self.renewable_from(now)
    }

    /// Gives the session a later end. Many at once, and a repeat after a lost answer, are one renewal: the later ones find it done.
    /// `SessionEnded` when the session ended meanwhile; a renewal never brings one back (P2).
    pub async fn renew(&self, live: &LiveSession) -> EngineResult<Arc<LiveSession>> {
        let now = self.now();
        let token = live.session.token_hash;
        let renewal = Renewal {
            token_hash: token,
            only_if_expires_by: self.renewable_from(now),
            expires_at: now.plus(self.policy().sessions.expires_in),
            at: now,
        };
        let renewed = self.store().renew_session(renewal).await?;
        self.sessions().cache.remove([&token]);
        let session = renewed.ok_or(Refusal::SessionEnded)?;
        Ok(Arc::new(LiveSession::new(SessionWithUser { session, user: live.user.clone() })))
    }

    /// The end a session renewed one `update_age` ago has.
    fn renewable_from(&self, now: Timestamp) -> Timestamp {
        let policy = &self.policy().sessions;
        now.plus(policy.expires_in).minus(policy.update_age)
    }
}
