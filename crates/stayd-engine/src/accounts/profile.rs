//! What people say about themselves.

use crate::{
    EndReason, Engine, EngineResult, Subject,
    store::{ChangedUser, SessionRecord, UserChange, UserRecord},
};
use std::sync::Arc;

impl Engine {
    /// Changes a person's name or picture.
    pub async fn update_user(&self, id: &str, change: UserChange) -> EngineResult<UserRecord> {
        let changed = self.store().update_user(id, change, self.now()).await?;
        Ok(self.person_changed(changed, EndReason::Revoked).await)
    }

    /// Lets this node know what the store has made of a person, and which sessions have ended with it.
    pub(crate) async fn person_changed(&self, changed: ChangedUser, reason: EndReason) -> UserRecord {
        let ChangedUser { user, ended } = changed;
        self.forget(ended, reason);
        self.user_changed(&user).await;
        user
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

    /// Drops what memory and cookies say of a person. Called after the store has committed the change, so it does not fail: where it cannot be
    /// said which sessions are theirs, all are read anew.
    async fn user_changed(&self, user: &UserRecord) {
        // In this order: a cookie made from what the cache still held is older than the moment told to `ended`.
        match self.store().sessions_of(&user.id, self.now()).await {
            Ok(sessions) => self.sessions().cache.remove(sessions.iter().flat_map(SessionRecord::tokens)),
            Err(error) => {
                tracing::warn!(%error, "the sessions of a person who has changed could not be read");
                self.sessions().cache.clear();
            }
        }
        self.sessions().ended.change_user(&user.id, self.now());
        self.revocations().doubt(Subject::User(Arc::from(user.id.as_str())), self.now());
        self.watchers().user_changed(user);
    }
}
