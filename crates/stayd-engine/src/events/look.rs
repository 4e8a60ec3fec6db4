//! How a watch begins, and how it hears of what happens outside this process.

use super::{SessionVersion, SessionWatch, WatchError, WatchLimits};
use crate::{EndReason, Engine, EngineResult};
use stayd_protocol::TokenHash;

impl Engine {
    /// Watches the session that this token opens. `seen`: how far the watcher knows its story; what happened since is told first. To watch
    /// is no use of the session: it does not count as activity.
    pub async fn watch_session(
        &self,
        token: &TokenHash,
        seen: Option<SessionVersion>,
        limits: WatchLimits,
    ) -> Result<SessionWatch, WatchError> {
        let live = self.look_at(token).await?.ok_or(WatchError::Nobody)?;
        let absolute_end = self.policy().sessions.of(&live.session).absolute_end(&live.session);
        let watch = self.watchers().enter(&live, absolute_end, seen, limits)?;
        self.look_at_documents(&live.user.id).await?;
        if seen.is_none() {
            self.watchers().begin_documents(&watch.session, watch.number);
        }
        // Who ends or changes a session tells those who are entered by then. What happened before that shows now.
        let live = self.look_at(token).await?.ok_or(WatchError::Nobody)?;
        self.watchers().seen(&live);
        Ok(watch)
    }

    /// Tells every watcher, and who follows what ends, that this node stops; new ones are refused from here on.
    pub fn close_watches(&self) {
        self.watchers().close();
        self.revocations().close();
    }

    /// How many watch on this node.
    pub fn watch_count(&self) -> usize {
        self.watchers().count()
    }

    /// Waits until [`Engine::notice_foreign_writes`] has found that somebody else wrote to the store, then looks at every session that is
    /// watched, and at the documents of those people that have changed. Whoever hosts the engine calls it again and again; it may be dropped while it waits.
    pub async fn tell_foreign_writes(&self) -> EngineResult<()> {
        self.watchers().foreign_write.notified().await;
        self.look_at_watched().await?;
        self.look_at_all_documents().await
    }

    /// Looks at every session that is watched, and tells those who watch it what has become of it. To be called every few seconds where a kind
    /// of session has an idle limit: a session that is watched and not used ends, and nobody else would come to find it.
    pub async fn look_at_watched(&self) -> EngineResult<()> {
        let watchers = self.watchers();
        for session in watchers.watched() {
            match self.look_at(&session.tokens.current).await {
                Ok(Some(live)) => watchers.seen(&live),
                // Who did it, and why, is known there; from here it was an operator.
                Ok(None) => watchers.ended(&[session], EndReason::Administrator),
                Err(error) => {
                    // The next call looks at all of them again.
                    watchers.foreign_write.notify_one();
                    return Err(error);
                }
            }
        }
        Ok(())
    }
}
