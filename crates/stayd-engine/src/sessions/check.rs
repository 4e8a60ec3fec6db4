//! Who is this? The hot path: memory first, then the store.

use super::{LiveSession, Standing, verify};
use crate::{Engine, EngineResult, Subject};
use stayd_protocol::{Timestamp, TokenHash};
use std::sync::Arc;

impl Engine {
    /// The session behind a token, if it is in memory and not over at `now`, and the token is the one to go on with. Never waits.
    pub fn session_in_memory(&self, token: &TokenHash, now: Timestamp) -> Option<Arc<LiveSession>> {
        let live = self.sessions().cache.get(token)?;
        let standing = verify(&live.session, token, &self.policy().sessions, now);
        (standing == Standing::Current && !self.is_idle(&live, now)).then(|| {
            self.note_activity(&live, now);
            live
        })
    }

    /// The session behind a token, from memory or from the store; `None` when there is none, it is over or the token is superseded. Only looks:
    /// it is not as if the token had been shown, for which there is [`Engine::recognise`].
    pub async fn session(&self, token: &TokenHash) -> EngineResult<Option<Arc<LiveSession>>> {
        let live = self.look_at(token).await?;
        if let Some(live) = &live {
            self.note_activity(live, self.now());
        }
        Ok(live)
    }

    /// The same, without a trace: it is no use of the session.
    pub async fn look_at(&self, token: &TokenHash) -> EngineResult<Option<Arc<LiveSession>>> {
        let found = self.sessions().cache.get_or_read(token, self.store()).await?;
        // The time is read after the wait: what ended meanwhile is over (C-5).
        let now = self.now();
        let Some(found) = found else { return Ok(None) };
        let found = self.within_limits(found, now).await?;
        let opens = |live: &Arc<LiveSession>| {
            let standing = verify(&live.session, token, &self.policy().sessions, now);
            matches!(standing, Standing::Current | Standing::FirstShown | Standing::Honoured)
        };
        Ok(found.filter(opens))
    }

    /// Whether what a session-data cookie says may be believed without asking the store: nothing has ended or changed since it was made,
    /// and the token needs no closer look because it was replaced or has replaced another.
    pub fn trusts_cookie(&self, token: &TokenHash, user_id: &str, made_at: Timestamp) -> bool {
        self.sessions().ended.trusts(token, user_id, made_at)
    }

    /// Whether the session of this token ended within the last minute on this node.
    pub fn just_ended(&self, token: &TokenHash) -> bool {
        self.sessions().ended.just_ended(token, self.now())
    }

    /// Drops what is kept in memory when somebody else, such as the command line, wrote to the store, or when it cannot be said whether anybody
    /// has: a node that cannot hear of ends asks the store (P2).
    pub async fn notice_foreign_writes(&self, seen: &mut u64) -> EngineResult<()> {
        let count = self.store().foreign_writes().await;
        let nothing_happened = count.as_ref().is_ok_and(|count| count == seen);
        if !nothing_happened {
            // In this order: a cookie made from what the cache still held is older than the moment told to `ended`.
            self.sessions().cache.clear();
            self.sessions().ended.forget_what_was_known(self.now());
            self.keys().forget_what_was_known();
            self.revocations().doubt(Subject::Everybody, self.now());
            self.watchers().foreign_write.notify_one();
        }
        *seen = count?;
        Ok(())
    }

    /// Writes down when sessions were last used.
    pub async fn write_activity(&self) -> EngineResult<()> {
        let seen = self.sessions().activity.take();
        if seen.is_empty() {
            return Ok(());
        }
        // A use that is forgotten ends a session early that has an idle limit.
        let written = self.store().record_activity(seen.clone()).await;
        written.inspect_err(|_| self.sessions().activity.give_back(seen))?;
        Ok(())
    }

    pub(super) fn note_activity(&self, live: &LiveSession, now: Timestamp) {
        let policy = &self.policy().sessions;
        if policy.of(&live.session).idle.is_some() {
            live.used_at(now);
        }
        if live.begins_activity(now, policy.activity_resolution_of(&live.session)) {
            self.sessions().activity.note(live.session.token_hash, now);
        }
    }
}
