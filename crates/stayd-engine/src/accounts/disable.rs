//! An operator keeps a person out without deleting them (L-7).

use crate::{EndReason, Engine, EngineResult};
use stayd_protocol::Timestamp;

impl Engine {
    /// Ends all sessions of a person and the tokens that were begun with them, and refuses their sign-ins ([`crate::Refusal::UserDisabled`])
    /// until [`Engine::enable_user`]. Answers how many sessions ended. For operators.
    pub async fn disable_user(&self, user_id: &str) -> EngineResult<usize> {
        let ended = self.store().people().disable_user(user_id, self.now()).await?;
        let count = ended.len();
        self.forget(ended, EndReason::Administrator);
        tracing::info!(user = user_id, sessions = count, "a person was disabled");
        Ok(count)
    }

    /// Lets a person sign in again. Answers whether they were disabled. For operators.
    pub async fn enable_user(&self, user_id: &str) -> EngineResult<bool> {
        let was_disabled = self.store().people().enable_user(user_id).await?;
        tracing::info!(user = user_id, was_disabled, "a person was enabled");
        Ok(was_disabled)
    }

    /// Since when a person is disabled.
    pub async fn disabled_since(&self, user_id: &str) -> EngineResult<Option<Timestamp>> {
        Ok(self.store().people().disabled_since(user_id).await?)
    }
}
