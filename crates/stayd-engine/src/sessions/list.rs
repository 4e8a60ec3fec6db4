//! Which sessions there are.

use crate::{Engine, EngineResult, store::SessionRecord};

impl Engine {
    /// A person's live sessions, oldest first.
    pub async fn sessions_of(&self, user_id: &str) -> EngineResult<Vec<SessionRecord>> {
        let now = self.now();
        let mut sessions = self.store().sessions_of(user_id, now).await?;
        sessions.retain(|session| self.is_in_use(session, now));
        Ok(sessions)
    }

    /// Everybody's live sessions, newest first, each with its person's address; for operators.
    pub async fn all_sessions(&self, limit: usize) -> EngineResult<Vec<(SessionRecord, String)>> {
        let now = self.now();
        let mut sessions = self.store().sessions(now, limit).await?;
        sessions.retain(|(session, _)| self.is_in_use(session, now));
        Ok(sessions)
    }
}
