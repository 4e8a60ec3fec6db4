//! The ways a person signs in.

use crate::{
    Engine, EngineResult, Refusal,
    store::{AccountRecord, StoreError},
};

impl Engine {
    /// A person's accounts, oldest first.
    pub async fn accounts_of(&self, user_id: &str) -> EngineResult<Vec<AccountRecord>> {
        Ok(self.store().accounts_of(user_id).await?)
    }

    /// Removes one of a person's accounts, but never the last: they could not come back.
    pub async fn unlink_account(&self, user_id: &str, account_id: &str) -> EngineResult<()> {
        // Told before whether there is such an account at all, as the protocol has it.
        if self.store().accounts_of(user_id).await?.len() == 1 {
            return Err(Refusal::LastAccount.into());
        }
        match self.store().delete_account(user_id, account_id, false).await {
            Err(StoreError::Conflict) => Err(Refusal::LastAccount.into()),
            Err(StoreError::NotFound) => Err(Refusal::AccountNotFound.into()),
            other => Ok(other?),
        }
    }
}
