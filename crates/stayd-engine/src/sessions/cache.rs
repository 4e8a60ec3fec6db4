//! Sessions in memory, in front of the store. One that was rotated may be here twice, under its token and under its predecessor.
//!
//! What makes it safe (P2): whoever is not found leaves a placeholder, and a removal takes placeholders along. A read of the
//! store that began before a revocation therefore cannot put the session back after it. Absence is never kept (P8).

use super::LiveSession;
use crate::SessionPolicy;
use crate::store::{SessionRecord, Store, StoreResult};
use quick_cache::sync::Cache;
use stayd_protocol::TokenHash;
use std::sync::Arc;

pub(crate) struct SessionCache {
    cache: Cache<TokenHash, Arc<LiveSession>>,
    policy: SessionPolicy,
}

impl SessionCache {
    /// Keeps at most as many sessions as the policy says, each with the end that it has under this policy.
    pub(crate) fn new(policy: &SessionPolicy) -> Self {
        Self { cache: Cache::new(policy.cached.max(1)), policy: policy.clone() }
    }

    /// The session if it is in memory.
    pub(crate) fn get(&self, token: &TokenHash) -> Option<Arc<LiveSession>> {
        self.cache.get(token)
    }

    /// The session from memory, else from the store; of many who ask at once, one reads.
    pub(crate) async fn get_or_read(
        &self,
        token: &TokenHash,
        store: &dyn Store,
    ) -> StoreResult<Option<Arc<LiveSession>>> {
        loop {
            let vacancy = match self.cache.get_value_or_guard_async(token).await {
                Ok(live) => return Ok(Some(live)),
                Err(vacancy) => vacancy,
            };
            let Some(mut found) = store.session_by_token(token).await? else { return Ok(None) };
            self.shorten(&mut found.session, store).await?;
            let noted_every = self.policy.activity_resolution_of(&found.session);
            let live = Arc::new(LiveSession::read(found, noted_every));
            if vacancy.insert(Arc::clone(&live)).is_ok() {
                return Ok(Some(live));
            }
            // Something ended or changed while the store was read: what was read may be from before.
        }
    }

    /// Where the policy has become stricter since the session was last renewed, its end comes nearer: here, once, so that no check need
    /// count again and lists show the truth.
    async fn shorten(&self, session: &mut SessionRecord, store: &dyn Store) -> StoreResult<()> {
        let end = self.policy.of(session).end_of(session);
        if end < session.expires_at {
            store.shorten_session(&session.token_hash, end).await?;
            session.expires_at = end;
        }
        Ok(())
    }

    /// Forgets these sessions, including reads of them that are under way.
    pub(crate) fn remove(&self, tokens: impl IntoIterator<Item = TokenHash>) {
        for token in tokens {
            self.cache.remove(&token);
        }
    }

    /// Forgets everything, including reads that are under way.
    pub(crate) fn clear(&self) {
        self.cache.clear();
    }
}
