//! Who is disabled, and hashes that are renewed.

use async_trait::async_trait;
use stayd_protocol::Timestamp;

use super::MemoryStore;
use super::tables::Tables;
use crate::store::{EndedSession, Ending, PeopleStore, StoreError, StoreResult};

#[async_trait]
impl PeopleStore for MemoryStore {
    async fn renew_password_hash(&self, user_id: &str, present: &str, renewed: String) -> StoreResult<bool> {
        let mut tables = self.tables();
        let account = tables.credential_id(user_id).and_then(|id| tables.accounts.get_mut(&id));
        let account = account.filter(|row| row.record.password_hash.as_deref() == Some(present));
        Ok(account.map(|row| row.record.password_hash = Some(renewed)).is_some())
    }

    async fn disable_user(&self, id: &str, at: Timestamp) -> StoreResult<Vec<EndedSession>> {
        let mut tables = self.tables();
        tables.user(id).ok_or(StoreError::NotFound)?;
        tables.disabled.entry(id.to_owned()).or_insert(at);
        Ok(tables.end_sessions_of(id, Ending::All))
    }

    async fn enable_user(&self, id: &str) -> StoreResult<bool> {
        let mut tables = self.tables();
        tables.user(id).ok_or(StoreError::NotFound)?;
        Ok(tables.disabled.remove(id).is_some())
    }

    async fn disabled_since(&self, id: &str) -> StoreResult<Option<Timestamp>> {
        Ok(self.tables().disabled.get(id).copied())
    }
}

impl Tables {
    /// Refuses a session of somebody who is disabled.
    pub(super) fn may_begin_session(&self, user_id: &str) -> StoreResult<()> {
        if self.disabled.contains_key(user_id) { Err(StoreError::Disabled) } else { Ok(()) }
    }
}
