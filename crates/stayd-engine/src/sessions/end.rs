//! A session ends. The store is told first, then this node's memory; only then is the caller answered (P2).

use super::{EndReason, Standing, verify};
use crate::{
    Engine, EngineResult, Reaction, SecurityEvent, Subject,
    security::Incident,
    store::{EndedSession, Ending, SessionRecord, SessionWithUser},
};
use stayd_protocol::TokenHash;
use std::sync::Arc;

impl Engine {
    /// Ends the session with this token, or with this predecessor as long as it is known: the person signs out where they hold it.
    /// Answers whether there was one.
    pub async fn end_session(&self, token: &TokenHash) -> EngineResult<bool> {
        self.end_session_because(token, EndReason::SignedOut).await
    }

    /// Ends the session with this token because its browser has signed in anew (L-3). Answers whether there was one.
    pub async fn end_replaced_session(&self, token: &TokenHash) -> EngineResult<bool> {
        self.end_session_because(token, EndReason::Replaced).await
    }

    pub(crate) async fn end_session_because(
        &self,
        token: &TokenHash,
        reason: EndReason,
    ) -> EngineResult<bool> {
        let ended =
            if self.is_forgotten(token).await? { None } else { self.store().end_session(token).await? };
        let there_was_one = ended.is_some();
        match ended {
            Some(ended) => self.forget([ended], reason),
            None => self.forget_tokens(&[*token]),
        }
        Ok(there_was_one)
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
        self.end_by_id(handle, Some(user_id), EndReason::Revoked).await
    }

    /// Ends one of a person's sessions by its token; another person's token names nothing.
    pub async fn end_session_with_token_of(&self, user_id: &str, token: &TokenHash) -> EngineResult<bool> {
        match self.session(token).await? {
            Some(live) if live.user.id == user_id => {
                self.end_session_because(token, EndReason::Revoked).await
            }
            _ => Ok(false),
        }
    }

    /// Ends all of a person's sessions: they want it so.
    pub async fn end_all_sessions_of(&self, user_id: &str) -> EngineResult<usize> {
        let count = self.end_sessions(user_id, Ending::All, EndReason::Revoked).await?;
        // The session that asked for it is one of them.
        self.tell_of_ends(user_id, count.saturating_sub(1)).await;
        Ok(count)
    }

    /// Ends all of a person's sessions; for operators (L-8).
    pub async fn end_all_sessions_by_operator(&self, user_id: &str) -> EngineResult<usize> {
        self.end_sessions(user_id, Ending::All, EndReason::Administrator).await
    }

    /// Ends all of a person's sessions but this one.
    pub async fn end_other_sessions(&self, kept: &SessionRecord) -> EngineResult<usize> {
        let others = Ending::AllBut(kept.token_hash);
        let count = self.end_sessions(&kept.user_id, others, EndReason::Revoked).await?;
        self.tell_of_ends(&kept.user_id, count).await;
        Ok(count)
    }

    /// Tells a person that sessions of theirs were ended. They are, whatever becomes of the letter.
    async fn tell_of_ends(&self, user_id: &str, count: usize) {
        let is_told = count > 0 && self.policy().security.account_changed != Reaction::Ignore;
        if !is_told {
            return;
        }
        let event = SecurityEvent::SessionsEnded { count };
        let told = match self.store().user_by_id(user_id).await {
            Ok(Some(user)) => self.raise(Incident::of_person(event, &user, None)).await.map(drop),
            Ok(None) => Ok(()),
            Err(error) => Err(error.into()),
        };
        if let Err(error) = told {
            tracing::error!(%error, "a person could not be told of ended sessions");
        }
    }

    /// Ends anybody's session by its handle; for operators.
    pub async fn end_session_by_handle(&self, handle: &str) -> EngineResult<bool> {
        self.end_by_id(handle, None, EndReason::Administrator).await
    }

    /// Ends everybody's sessions, in one write however many there are (L-8). Answers how many there were. For operators.
    pub async fn end_everybodys_sessions(&self) -> EngineResult<usize> {
        let count = self.store().devices().end_everybody().await?;
        // In this order: a cookie made from what the cache still held is older than the moment told to `ended`.
        self.sessions().cache.clear();
        let now = self.now();
        self.sessions().ended.forget_what_was_known(now);
        self.revocations().doubt(Subject::Everybody, now);
        let reason = EndReason::Administrator;
        self.metrics().many_ended(count, reason);
        tracing::info!(sessions = count, reason = reason.name(), "everybody's sessions ended");
        let watchers = self.watchers();
        watchers.ended(&watchers.watched(), reason);
        Ok(count)
    }

    async fn end_by_id(&self, id: &str, user_id: Option<&str>, reason: EndReason) -> EngineResult<bool> {
        let ended = self.store().end_session_by_id(id, user_id).await?;
        let there_was_one = ended.is_some();
        self.forget(ended, reason);
        Ok(there_was_one)
    }

    pub(crate) async fn end_sessions(
        &self,
        user_id: &str,
        ending: Ending,
        reason: EndReason,
    ) -> EngineResult<usize> {
        let ended = self.store().end_sessions_of(user_id, ending).await?;
        let count = ended.len();
        self.forget(ended, reason);
        if ending == Ending::All {
            self.revocations().doubt(Subject::User(Arc::from(user_id)), self.now());
        }
        Ok(count)
    }

    /// Lets this node know that sessions have ended. Called after the store has committed and before the caller is answered.
    pub(crate) fn forget(&self, ended: impl IntoIterator<Item = EndedSession>, reason: EndReason) {
        // What ended along is told of like the rest.
        let with_families = |mut ended: EndedSession| {
            let families = std::mem::take(&mut ended.families);
            std::iter::once(ended).chain(families)
        };
        let ended: Vec<EndedSession> = ended.into_iter().flat_map(with_families).collect();
        let tokens: Vec<TokenHash> = ended.iter().flat_map(|session| session.tokens).collect();
        self.forget_tokens(&tokens);
        self.tell_of_end(&ended, reason);
    }

    /// Lets this node know that these tokens open nothing any more.
    fn forget_tokens(&self, tokens: &[TokenHash]) {
        self.sessions().ended.end(tokens, self.now());
        self.sessions().cache.remove(tokens.iter().copied());
    }

    /// The one place that every end passes, whatever its reason: says it to whoever listens. By then the store has committed it and
    /// this node honours it.
    pub(crate) fn tell_of_end(&self, ended: &[EndedSession], reason: EndReason) {
        self.revocations().ended(ended, reason, self.now());
        self.watchers().ended(ended, reason);
        self.metrics().sessions_ended(ended, reason, self.now());
        // Whoever watches does not wait for a log that is slow to take its line.
        for EndedSession { id, user_id, .. } in ended {
            tracing::info!(session = id, user = user_id, reason = reason.name(), "a session ended");
        }
    }
}
