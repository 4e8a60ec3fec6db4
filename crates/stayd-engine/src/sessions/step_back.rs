//! The clock goes back: what is over must not begin again, and what is not must not last longer (L-13).

use crate::{EndReason, Engine, EngineResult, SWEPT_AT_ONCE, Subject, clock::PATIENCE, store::StepBack};
use std::time::Duration;

/// How long the clock may take to go back after this was settled.
const MARGIN: Duration = Duration::from_secs(1);

impl Engine {
    /// Ends for good what is over by now, so that it does not begin again when the clock goes back: to be called right before. What
    /// was made up to now and vouches for a session by itself, the session-data cookie and the access token, is believed no more.
    pub async fn settle_before_step_back(&self) -> EngineResult<()> {
        self.write_activity().await?;
        self.end_what_is_idle().await?;
        let until = loop {
            let until = self.now().plus(MARGIN);
            let swept = self.store().sweep(until, SWEPT_AT_ONCE).await?;
            self.tell_of_end(&swept.sessions, EndReason::Expired);
            if swept.count() < SWEPT_AT_ONCE {
                break until;
            }
        };
        self.sessions().cache.clear();
        self.sessions().ended.forget_what_was_known(until);
        self.revocations().doubt(Subject::Everybody, until);
        Ok(())
    }

    /// Takes the times that the clock noted along with it, after it went back by `by`: to be called right after. Else a session that was
    /// begun in the time that is no more would be fresh, in use and within its limits for as long as that was: so each has as much left as it
    /// had, and so has the grace of its token.
    pub async fn put_times_back(&self, by: Duration) -> EngineResult<()> {
        self.write_activity().await?;
        // The clock has told the time that is no more for longer than this: what was noted right before it is of that time as well.
        let after = self.now().minus(PATIENCE);
        self.store().put_times_back(StepBack { after, by }).await?;
        self.sessions().cache.clear();
        self.keys().forget_what_was_known();
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
