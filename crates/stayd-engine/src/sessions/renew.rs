//! A session that is used gets a later end, and where the policy says so a new token.

use super::{LiveSession, Standing, rotates, verify};
use crate::{
    Engine, EngineResult, Refusal, Renews, Rotation, Subject,
    metrics::RenewalOutcome,
    store::{self, Renewal, SessionRecord, SessionWithUser},
};
use stayd_protocol::{SessionToken, Timestamp};
use std::sync::Arc;

/// A session with a later end.
#[derive(Debug, Clone)]
pub struct Renewed {
    /// The session as it now stands.
    pub live: Arc<LiveSession>,
    /// What takes the place of the token that was shown. To be sent to the browser, and shown from then on.
    pub successor: Option<SessionToken>,
}

impl Engine {
    /// Whether a renewal is due: the session is of a kind that use renews, it is time, and no absolute limit is in the way.
    pub fn renewal_is_due(&self, live: &LiveSession, now: Timestamp) -> bool {
        let (session, kind) = (&live.session, self.policy().sessions.of(&live.session));
        matches!(kind.renews, Renews::WhenUsed { .. })
            && kind.renewable_from(now).is_some_and(|moment| session.expires_at <= moment)
            && kind.absolute_end(session).is_none_or(|limit| session.expires_at < limit)
    }

    /// Gives the session that was recognised by `token` a later end. Many at once, and a repeat after a lost answer, are one renewal: the
    /// later ones find it done, and are told the same successor.
    ///
    /// `SessionEnded` when the session ended meanwhile; a renewal never brings one back (P2). `SessionSuperseded` when tokens work
    /// once ([`Rotation::Strict`]) and somebody else was first. A session of a kind that is never renewed keeps its end.
    pub async fn renew(&self, token: &SessionToken, live: &LiveSession) -> EngineResult<Renewed> {
        let now = self.now();
        let kind = self.policy().sessions.of(&live.session);
        let expires_at = kind.renewed_end(&live.session, now);
        // Before the beginning of time no session ends, so that none is renewed.
        let only_if_expires_by = kind.renewable_from(now).unwrap_or(Timestamp::from_ms(i64::MIN));
        let written = self.write_renewal(token, live, only_if_expires_by, expires_at, now).await;
        let outcome = RenewalOutcome::of(written.as_ref().map(|(_, is_new)| *is_new));
        self.metrics().renewal_tried(outcome, now.since(live.session.updated_at));
        written.map(|(renewed, _)| renewed)
    }

    /// Replaces the token at a change of what it opens (L-5), leaving the end where it is. Only where the predecessor has a grace: another
    /// tab's request may be under way with it.
    pub(crate) async fn rotate(
        &self,
        token: &SessionToken,
        live: &LiveSession,
    ) -> EngineResult<Option<Renewed>> {
        let (now, policy) = (self.now(), &self.policy().sessions);
        if policy.of(&live.session).rotation != Rotation::Grace
            || !rotates(&live.session, &token.hash(), policy, now)
        {
            return Ok(None);
        }
        let end = live.session.expires_at;
        let (renewed, _) = self.write_renewal(token, live, end, end, now).await?;
        Ok(Some(renewed))
    }

    /// Answers also whether it is this call that changed the session.
    async fn write_renewal(
        &self,
        token: &SessionToken,
        live: &LiveSession,
        only_if_expires_by: Timestamp,
        expires_at: Timestamp,
        at: Timestamp,
    ) -> EngineResult<(Renewed, bool)> {
        let hash = token.hash();
        let successor = rotates(&live.session, &hash, &self.policy().sessions, at)
            .then(|| self.successors().next(&live.session, token));
        let renewal = Renewal {
            token_hash: hash,
            successor: successor.as_ref().map(SessionToken::hash),
            only_if_expires_by,
            expires_at,
            at,
        };
        let outcome = self.store().renew_session(renewal).await?;
        let Some(store::Renewed { session, is_new }) = outcome else {
            self.sessions().cache.remove(live.session.tokens());
            return Err(Refusal::SessionEnded.into());
        };
        self.session_changed(&live.session, &session);
        let successor = match successor {
            Some(successor) if is_new => Some(successor),
            _ => self.told_by_the_first(token, &session, at)?,
        };
        let live = LiveSession::new(SessionWithUser { session, user: live.user.clone() });
        Ok((Renewed { live: Arc::new(live), successor }, is_new))
    }

    /// What `token` has been replaced by, by this renewal or by another that was first.
    fn told_by_the_first(
        &self,
        token: &SessionToken,
        session: &SessionRecord,
        now: Timestamp,
    ) -> EngineResult<Option<SessionToken>> {
        match verify(session, &token.hash(), &self.policy().sessions, now) {
            Standing::Current | Standing::FirstShown => Ok(None),
            Standing::Honoured => Ok(self.successors().of(session, token)),
            Standing::Superseded => Err(Refusal::SessionSuperseded.into()),
            Standing::Nothing => Err(Refusal::SessionEnded.into()),
        }
    }

    /// Drops what memory says of a session that has changed in the store, and what cookies say that belong to a token it had before.
    fn session_changed(&self, before: &SessionRecord, after: &SessionRecord) {
        if before.token_hash != after.token_hash {
            self.sessions().ended.rotate(&after.tokens(), self.now());
            self.revocations().doubt(Subject::Session(Arc::from(after.id.as_str())), self.now());
        }
        self.sessions().cache.remove(before.tokens().into_iter().chain(after.tokens()));
        self.watchers().session_changed(after);
    }
}
