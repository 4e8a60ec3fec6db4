//! After a backup was restored: what has ended since it was made is there again (T-7).

use crate::{Engine, EngineResult};
use stayd_protocol::Timestamp;

impl Engine {
    /// Ends all that a restored backup has revived: everybody's sessions, for nobody knows which of them had ended, and every link in a letter,
    /// for some were used up. Answers how many sessions there were. People sign in again.
    pub async fn end_what_was_revived(&self) -> EngineResult<usize> {
        const AT_ONCE: usize = 1000;
        let sessions = self.end_everybodys_sessions().await?;
        // By the last of all moments every link is over.
        while self.store().sweep(Timestamp::from_ms(i64::MAX), AT_ONCE).await?.count() > 0 {}
        Ok(sessions)
    }
}
