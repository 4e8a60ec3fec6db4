//! The steps on sessions.

use stayd_protocol::{Timestamp, TokenHash};

use super::tables::{Row, Tables};
use crate::store::{Ending, Renewal, SessionRecord, SessionWithUser, StoreError, StoreResult};

impl Tables {
    pub(super) fn create_session(
        &mut self,
        session: SessionRecord,
        replaced: Option<TokenHash>,
    ) -> StoreResult<bool> {
        let ends =
            |other: &SessionRecord| Some(other.token_hash) == replaced && other.user_id == session.user_id;
        if self.session_is_taken(&session, ends) {
            return Err(StoreError::Conflict);
        }
        if !self.users.contains_key(&session.user_id) {
            return Err(StoreError::NotFound);
        }
        let replaced = replaced.filter(|token| self.sessions.get(token).is_some_and(|row| ends(&row.record)));
        let ended = replaced.is_some_and(|token| self.end_session(&token));
        self.insert_session(session);
        Ok(ended)
    }

    pub(super) fn session_with_user(&self, token: &TokenHash) -> Option<SessionWithUser> {
        let session = self.sessions.get(token)?.record.clone();
        let user = self.user(&session.user_id)?.clone();
        Some(SessionWithUser { session, user })
    }

    pub(super) fn sessions_of(&self, user_id: &str, now: Timestamp) -> Vec<SessionRecord> {
        let rows = self.live_sessions(now).into_iter().filter(|row| row.record.user_id == user_id);
        rows.map(|row| row.record.clone()).collect()
    }

    pub(super) fn sessions(&self, now: Timestamp, limit: usize) -> Vec<(SessionRecord, String)> {
        let newest_first = self.live_sessions(now).into_iter().rev();
        newest_first
            .filter_map(|row| {
                let user = self.user(&row.record.user_id)?;
                Some((row.record.clone(), user.email.clone()))
            })
            .take(limit)
            .collect()
    }

    /// Oldest first.
    fn live_sessions(&self, now: Timestamp) -> Vec<&Row<SessionRecord>> {
        let mut rows: Vec<_> = self.sessions.values().filter(|row| row.record.expires_at > now).collect();
        rows.sort_by_key(|row| (row.record.created_at, row.seq));
        rows
    }

    pub(super) fn renew_session(&mut self, renewal: &Renewal) -> Option<SessionRecord> {
        let session = &mut self.sessions.get_mut(&renewal.token_hash)?.record;
        let end = session.expires_at;
        if end <= renewal.only_if_expires_by && end > renewal.at && end < renewal.expires_at {
            session.expires_at = renewal.expires_at;
            session.updated_at = renewal.at;
        }
        Some(session.clone())
    }

    pub(super) fn end_session(&mut self, token: &TokenHash) -> bool {
        let ended = self.sessions.remove(token);
        ended.is_some_and(|row| self.session_ids.remove(&row.record.id).is_some())
    }

    pub(super) fn end_session_by_id(&mut self, id: &str, user_id: Option<&str>) -> Option<TokenHash> {
        let token = *self.session_ids.get(id)?;
        let holder = &self.sessions.get(&token)?.record.user_id;
        if user_id.is_some_and(|user_id| user_id != holder) {
            return None;
        }
        self.end_session(&token).then_some(token)
    }

    pub(super) fn end_sessions_of(&mut self, user_id: &str, ending: Ending) -> Vec<TokenHash> {
        let of_user =
            self.sessions.values().map(|row| &row.record).filter(|session| session.user_id == user_id);
        let tokens: Vec<_> =
            of_user.map(|session| session.token_hash).filter(|token| ending.names(token)).collect();
        for token in &tokens {
            self.end_session(token);
        }
        tokens
    }

    pub(super) fn record_activity(&mut self, seen: &[(TokenHash, Timestamp)]) {
        for (token, at) in seen {
            if let Some(row) = self.sessions.get_mut(token) {
                row.record.last_active_at = row.record.last_active_at.max(*at);
            }
        }
    }
}
