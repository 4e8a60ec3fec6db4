//! Before the clock goes back: what is over must not begin again (L-13).

use crate::{EndReason, Engine, EngineResult, Subject};
use std::time::Duration;

/// How long the clock may take to go back after this was settled.
const MARGIN: Duration = Duration::from_secs(1);

/// How many records leave the store in one step (L-14).
const AT_ONCE: usize = 250;

impl Engine {
    /// Ends for good what is over by now, so that it does not begin again when the clock goes back: to be called right before. What
    /// was made up to now and vouches for a session by itself, the session-data cookie and the access token, is believed no more.
    pub async fn settle_before_step_back(&self) -> EngineResult<()> {
        self.write_activity().await?;
        self.end_what_is_idle().await?;
        let until = loop {
            let until = self.now().plus(MARGIN);
            let swept = self.store().sweep(until, AT_ONCE).await?;
            self.tell_of_end(&swept.sessions, EndReason::Expired);
            if swept.count() < AT_ONCE {
                break until;
            }
        };
        self.sessions().cache.clear();
        self.sessions().ended.forget_what_was_known(until);
        self.revocations().doubt(Subject::Everybody, until);
        Ok(())
    }

    async fn end_what_is_idle(&self) -> EngineResult<()> {
        if !self.policy().sessions.kinds.have_idle_limit() {
            return Ok(());
        }
        let now = self.now();
        for (session, _) in self.store().sessions(now, usize::MAX).await? {
            if !self.is_in_use(&session, now) {
                self.end_by_limit(&session, EndReason::Idle).await?;
            }
        }
        Ok(())
    }
}
