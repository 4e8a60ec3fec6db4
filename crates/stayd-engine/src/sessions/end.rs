//! A session ends. The store is told first, then this node's memory; only then is the caller answered (P2).

use super::{Standing, verify};
use crate::{
    Engine, EngineResult,
    store::{Ending, SessionRecord, SessionTokens, SessionWithUser},
};
use stayd_protocol::TokenHash;

impl Engine {
    /// Ends the session with this token, or with this predecessor as long as it is known. Answers whether there was one.
    pub async fn end_session(&self, token: &TokenHash) -> EngineResult<bool> {
        let ended =
            if self.is_forgotten(token).await? { None } else { self.store().end_session(token).await? };
        let unknown = SessionTokens { current: *token, predecessor: None };
        self.forget([ended.unwrap_or(unknown)]);
        Ok(ended.is_some())
    }

    /// Whether a token is the predecessor in a session and was superseded long ago: it does nothing any more, so it ends nothing either.
    async fn is_forgotten(&self, token: &TokenHash) -> EngineResult<bool> {
        // Not by way of the cache: an end does not wait for somebody else's read.
        let found = self.store().session_by_token(token).await?;
        let policy = &self.policy().sessions;
        Ok(found.is_some_and(|SessionWithUser { session, .. }| {
            session.token_hash != *token && verify(&session, token, policy, self.now()) == Standing::Nothing
        }))
    }

    /// Ends one of a person's sessions by its handle. Answers whether there was one; another person's handle names nothing.
    pub async fn end_session_of(&self, user_id: &str, handle: &str) -> EngineResult<bool> {
        let ended = self.store().end_session_by_id(handle, Some(user_id)).await?;
        self.forget(ended);
        Ok(ended.is_some())
    }

    /// Ends one of a person's sessions by its token; another person's token names nothing.
    pub async fn end_session_with_token_of(&self, user_id: &str, token: &TokenHash) -> EngineResult<bool> {
        match self.session(token).await? {
            Some(live) if live.user.id == user_id => self.end_session(token).await,
            _ => Ok(false),
        }
    }

    /// Ends all of a person's sessions.
    pub async fn end_all_sessions_of(&self, user_id: &str) -> EngineResult<usize> {
        self.end_sessions(user_id, Ending::All).await
    }

    /// Ends all of a person's sessions but this one.
    pub async fn end_other_sessions(&self, kept: &SessionRecord) -> EngineResult<usize> {
        self.end_sessions(&kept.user_id, Ending::AllBut(kept.token_hash)).await
    }

    /// Ends anybody's session by its handle; for operators.
    pub async fn end_session_by_handle(&self, handle: &str) -> EngineResult<bool> {
        let ended = self.store().end_session_by_id(handle, None).await?;
        self.forget(ended);
        Ok(ended.is_some())
    }

    async fn end_sessions(&self, user_id: &str, ending: Ending) -> EngineResult<usize> {
        let ended = self.store().end_sessions_of(user_id, ending).await?;
        let count = ended.len();
        self.forget(ended);
        Ok(count)
    }

    /// Lets this node know that sessions have ended. Called after the store has committed and before the caller is answered.
    pub(crate) fn forget(&self, ended: impl IntoIterator<Item = SessionTokens>) {
        let ended: Vec<TokenHash> = ended.into_iter().flatten().collect();
        self.sessions().ended.end(&ended, self.now());
        self.sessions().cache.remove(ended);
    }
}
