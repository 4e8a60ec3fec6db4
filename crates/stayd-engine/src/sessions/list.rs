//! Which sessions there are.

use crate::{Engine, EngineResult, store::SessionRecord};

impl Engine {
    /// A person's live sessions, oldest first.
    pub async fn sessions_of(&self, user_id: &str) -> EngineResult<Vec<SessionRecord>> {
        Ok(self.store().sessions_of(user_id, self.now()).await?)
    }

    /// Everybody's live sessions, newest first, each with its person's address; for operators.
    pub async fn all_sessions(&self, limit: usize) -> EngineResult<Vec<(SessionRecord, String)>> {
        Ok(self.store().sessions(self.now(), limit).await?)
    }
}
