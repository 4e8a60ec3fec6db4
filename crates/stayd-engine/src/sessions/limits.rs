//! The limits of a session's kind, at a check: what is over by them ends there and then, with its reason.

use super::LiveSession;
use crate::{
    EndReason, Engine, EngineResult, SessionKind,
    store::{EndedSession, SessionRecord},
};
use stayd_protocol::Timestamp;
use std::sync::Arc;

impl Engine {
    /// Whether the session was not used for longer than its kind allows. Costs two loads: it is asked at every request.
    pub(super) fn is_idle(&self, live: &LiveSession, now: Timestamp) -> bool {
        self.policy().sessions.of(&live.session).is_idle(live.last_used(), now)
    }

    /// The session, unless it is over by a limit of its kind; then it has ended.
    pub(crate) async fn within_limits(
        &self,
        live: Arc<LiveSession>,
        now: Timestamp,
    ) -> EngineResult<Option<Arc<LiveSession>>> {
        if live.session.expires_at <= now {
            let reason = self.policy().sessions.of(&live.session).reason_at_end(&live.session, now);
            // What has merely expired is left to the sweep: a clock that is wrong for a moment then does no harm (L-13).
            if reason != EndReason::Expired {
                self.end_by_limit(&live.session, reason).await?;
            }
            return Ok(None);
        }
        if !self.is_idle(&live, now) {
            return Ok(Some(live));
        }
        // It may have been read before a use was written down: one that this process has noted, or another.
        let token = &live.session.token_hash;
        let found = self.store().session_by_token(token).await?;
        let noted = self.sessions().activity.noted(token).into_iter();
        let used = noted.chain(found.map(|found| found.session.last_active_at)).max();
        if let Some(used) = used.filter(|used| *used > live.last_used()) {
            live.used_at(used);
            if !self.is_idle(&live, now) {
                return Ok(Some(live));
            }
        }
        self.end_by_limit(&live.session, EndReason::Idle).await?;
        Ok(None)
    }

    /// No act: what programs were given with the session has limits of its own, whether somebody comes by to notice these or not.
    pub(super) async fn end_by_limit(&self, session: &SessionRecord, reason: EndReason) -> EngineResult<()> {
        let ended = self.store().end_overdue_session(&session.token_hash).await?;
        self.sessions().cache.remove(session.tokens());
        self.forget(ended, reason);
        Ok(())
    }

    /// Ends what a person has too many of (L-9). Called after each sign-in: of many at once the last one finds the truth.
    pub(crate) async fn keep_to_the_cap(
        &self,
        user_id: &str,
        kind: SessionKind,
        now: Timestamp,
    ) -> EngineResult<()> {
        let Some(at_most) = self.policy().sessions.kinds.of(kind).at_most else { return Ok(()) };
        let ended: Vec<EndedSession> = self.store().end_surplus(user_id, kind, at_most, now).await?;
        self.forget(ended, EndReason::TooMany);
        Ok(())
    }

    /// Whether a session as it is stored is still one by the limits of its kind.
    pub(crate) fn is_in_use(&self, session: &SessionRecord, now: Timestamp) -> bool {
        let policy = &self.policy().sessions;
        let kind = policy.of(session);
        let latest_use = session.last_active_at.plus(policy.activity_resolution_of(session));
        kind.end_of(session) > now && !kind.is_idle(latest_use, now)
    }
}
