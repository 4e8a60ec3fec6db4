//! What people say about themselves.

use crate::{
    Engine, EngineResult, Subject,
    store::{SessionRecord, UserChange, UserRecord},
};
use std::sync::Arc;

impl Engine {
    /// Changes a person's name or picture.
    pub async fn update_user(&self, id: &str, change: UserChange) -> EngineResult<UserRecord> {
        let user = self.store().update_user(id, change, self.now()).await?;
        self.user_changed(&user).await?;
        Ok(user)
    }

    /// The person with this address.
    pub async fn user_by_email(&self, email: &str) -> EngineResult<Option<UserRecord>> {
        let found = self.store().user_by_email(&stayd_protocol::email::normalise(email)).await?;
        Ok(found.map(|found| found.user))
    }

    /// People in the order they signed up, those after `after` (an id), at most `limit`.
    pub async fn users(&self, after: Option<&str>, limit: usize) -> EngineResult<Vec<UserRecord>> {
        Ok(self.store().users(after, limit).await?)
    }

    /// Drops what memory and cookies say of a person. Called after the store has committed the change.
    pub(crate) async fn user_changed(&self, user: &UserRecord) -> EngineResult<()> {
        let sessions = self.store().sessions_of(&user.id, self.now()).await?;
        // In this order: a cookie made from what the cache still held is older than the moment told to `ended`.
        self.sessions().cache.remove(sessions.iter().flat_map(SessionRecord::tokens));
        self.sessions().ended.change_user(&user.id, self.now());
        self.revocations().doubt(Subject::User(Arc::from(user.id.as_str())), self.now());
        self.watchers().user_changed(user);
        Ok(())
    }
}
