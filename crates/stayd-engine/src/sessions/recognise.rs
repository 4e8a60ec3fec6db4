//! Who shows this token, and is it still the one to show?

use super::{Device, LiveSession, Standing, verify};
use crate::{Engine, EngineResult, SecurityEvent, security::Incident, store::SessionWithUser};
use stayd_protocol::{SessionToken, Timestamp, TokenHash};
use std::sync::Arc;

/// What a token opens.
#[derive(Debug, Clone)]
pub enum Recognised {
    /// A session; the token is the one to go on with.
    Current(Arc<LiveSession>),
    /// A session whose token has been replaced by `successor`, which the caller has perhaps not been told: tell it (again). Until it is
    /// shown, and for a grace after that, the token works as before.
    Honoured {
        /// The session.
        live: Arc<LiveSession>,
        /// What takes the token's place.
        successor: SessionToken,
    },
    /// Nothing any more, but a moment ago it did: somebody has its successor. The answer must change no cookie, for by the time it
    /// arrives the browser may hold that successor.
    Superseded,
    /// Nothing.
    Nobody,
}

impl Engine {
    /// The session behind a token that was shown. Showing a successor for the first time is written down, and from then on its
    /// predecessor's days are counted.
    pub async fn recognise(&self, token: &SessionToken) -> EngineResult<Recognised> {
        let hash = token.hash();
        let found = self.sessions().cache.get_or_read(&hash, self.store()).await?;
        // The time is read after the wait: what ended meanwhile is over (C-5).
        let now = self.now();
        let Some(found) = found else { return Ok(Recognised::Nobody) };
        let Some(live) = self.within_limits(found, now).await? else { return Ok(Recognised::Nobody) };
        let recognised = match verify(&live.session, &hash, &self.policy().sessions, now) {
            Standing::Current => {
                if live.session.rotation.is_some() {
                    // Somebody with the predecessor may have been told of the successor while it was shown.
                    self.sessions().ended.shown(&hash);
                }
                Recognised::Current(live)
            }
            Standing::FirstShown => match self.show(&live, now).await? {
                Some(live) => Recognised::Current(live),
                None => return Ok(Recognised::Nobody),
            },
            Standing::Honoured => match self.successors().of(&live.session, token) {
                Some(successor) => {
                    self.await_first_showing(&live);
                    Recognised::Honoured { live, successor }
                }
                // Derived under a secret that is accepted no more, so nobody can be told it and nobody has shown it: this one goes on.
                None => Recognised::Current(live),
            },
            Standing::Superseded => return Ok(Recognised::Superseded),
            Standing::Nothing => {
                self.notice_reuse(&live, &hash, now).await?;
                return Ok(Recognised::Nobody);
            }
        };
        if let Recognised::Current(live) | Recognised::Honoured { live, .. } = &recognised {
            self.note_activity(live, now);
        }
        Ok(recognised)
    }

    /// Writes down that the session's token was shown. `None` when the session ended meanwhile.
    async fn show(&self, live: &LiveSession, now: Timestamp) -> EngineResult<Option<Arc<LiveSession>>> {
        let token = live.session.token_hash;
        let shown = self.store().show_successor(&token, now).await?;
        self.sessions().cache.remove(live.session.tokens());
        let Some(session) = shown else { return Ok(None) };
        self.sessions().ended.shown(&token);
        Ok(Some(Arc::new(LiveSession::new(SessionWithUser { session, user: live.user.clone() }))))
    }

    /// A predecessor long after its grace: whoever shows it took it from somebody, or came back from a backup.
    async fn notice_reuse(&self, live: &LiveSession, token: &TokenHash, now: Timestamp) -> EngineResult<()> {
        let session = &live.session;
        let Some(rotation) = session.rotation.filter(|rotation| rotation.predecessor == *token) else {
            return Ok(());
        };
        if session.expires_at <= now {
            return Ok(());
        }
        let event = SecurityEvent::SessionTokenReused { rotated_at: rotation.rotated_at };
        self.raise(Incident::in_session(event, &live.user, session, &Device::default())).await.map(drop)
    }

    /// A session-data cookie made for a successor that nobody has shown would let it be shown unseen.
    fn await_first_showing(&self, live: &LiveSession) {
        if live.session.rotation.is_some_and(|rotation| rotation.shown_at.is_none()) {
            self.sessions().ended.rotate(&live.session.tokens(), self.now());
        }
    }
}
