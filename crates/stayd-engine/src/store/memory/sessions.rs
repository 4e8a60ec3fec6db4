//! The steps on sessions.

use stayd_protocol::{Timestamp, TokenHash};

use super::tables::{Row, Tables};
use crate::SessionKind;
use crate::store::{
    EndedSession, Ending, Renewal, Renewed, RotationRecord, SessionRecord, SessionWithUser, StoreError,
    StoreResult,
};

impl Tables {
    pub(super) fn create_session(
        &mut self,
        session: SessionRecord,
        replaced: Option<TokenHash>,
    ) -> StoreResult<Option<EndedSession>> {
        self.may_begin_session(&session.user_id)?;
        let replaced = replaced.and_then(|token| self.present_token(&token));
        let ends =
            |other: &SessionRecord| Some(other.token_hash) == replaced && other.user_id == session.user_id;
        if self.session_is_taken(&session, ends) {
            return Err(StoreError::Conflict);
        }
        if !self.users.contains_key(&session.user_id) {
            return Err(StoreError::NotFound);
        }
        let replaced = replaced.filter(|token| self.sessions.get(token).is_some_and(|row| ends(&row.record)));
        let ended = replaced.and_then(|token| self.end_session(&token));
        self.insert_session(session);
        Ok(ended)
    }

    pub(super) fn session_with_user(&self, token: &TokenHash) -> Option<SessionWithUser> {
        let session = self.sessions.get(&self.present_token(token)?)?.record.clone();
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

    pub(super) fn renew_session(&mut self, renewal: &Renewal) -> StoreResult<Option<Renewed>> {
        let Some(token) = self.present_token(&renewal.token_hash) else { return Ok(None) };
        let Some(row) = self.sessions.get_mut(&token) else { return Ok(None) };
        let session = &mut row.record;
        let end = session.expires_at;
        let later = match renewal.successor {
            None => end < renewal.expires_at,
            Some(_) => end <= renewal.expires_at && token == renewal.token_hash,
        };
        let is_new = later && end <= renewal.only_if_expires_by && end > renewal.at;
        if !is_new {
            return Ok(Some(Renewed { session: session.clone(), is_new }));
        }
        let Some(successor) = renewal.successor else {
            session.expires_at = renewal.expires_at;
            session.updated_at = renewal.at;
            return Ok(Some(Renewed { session: session.clone(), is_new }));
        };
        let session = SessionRecord {
            token_hash: successor,
            expires_at: renewal.expires_at,
            updated_at: renewal.at,
            rotation: Some(RotationRecord { predecessor: token, rotated_at: renewal.at, shown_at: None }),
            ..session.clone()
        };
        self.rotate(&token, session.clone())?;
        Ok(Some(Renewed { session, is_new }))
    }

    /// Puts a session that has a new token in the place of the one with `token`.
    fn rotate(&mut self, token: &TokenHash, rotated: SessionRecord) -> StoreResult<()> {
        let taken_by = self.present_token(&rotated.token_hash);
        // The predecessor before is forgotten in this very step, so it may come back.
        let is_taken = taken_by.is_some_and(|by| by != *token || rotated.token_hash == *token);
        if is_taken {
            return Err(StoreError::Conflict);
        }
        let family = self.families.get(&rotated.id).cloned();
        if let Some(row) = self.take_session(token) {
            self.put_session(Row { record: rotated, ..row });
        }
        self.families.extend(family.map(|family| (family.session_id.clone(), family)));
        Ok(())
    }

    pub(super) fn shorten_session(&mut self, token: &TokenHash, expires_at: Timestamp) {
        let token = self.present_token(token);
        if let Some(row) = token.and_then(|token| self.sessions.get_mut(&token)) {
            row.record.expires_at = row.record.expires_at.min(expires_at);
        }
    }

    pub(super) fn show_successor(&mut self, token: &TokenHash, at: Timestamp) -> Option<SessionRecord> {
        let session = &mut self.sessions.get_mut(token)?.record;
        if let Some(rotation) = &mut session.rotation {
            rotation.shown_at.get_or_insert(at);
        }
        Some(session.clone())
    }

    pub(super) fn end_session(&mut self, token: &TokenHash) -> Option<EndedSession> {
        let token = self.present_token(token)?;
        self.end_with_families(&token)
    }

    pub(super) fn end_overdue_session(&mut self, token: &TokenHash) -> Option<EndedSession> {
        let token = self.present_token(token)?;
        self.sweep_session(&token)
    }

    /// Takes out a session that is over by time. Its families go on.
    pub(super) fn sweep_session(&mut self, token: &TokenHash) -> Option<EndedSession> {
        self.take_session(token).map(|row| row.record.into())
    }

    pub(super) fn session_by_id(&self, id: &str) -> Option<SessionRecord> {
        Some(self.sessions.get(self.session_ids.get(id)?)?.record.clone())
    }

    pub(super) fn end_session_by_id(&mut self, id: &str, user_id: Option<&str>) -> Option<EndedSession> {
        let token = *self.session_ids.get(id)?;
        let holder = &self.sessions.get(&token)?.record.user_id;
        if user_id.is_some_and(|user_id| user_id != holder) {
            return None;
        }
        self.end_session(&token)
    }

    pub(super) fn end_surplus(
        &mut self,
        user_id: &str,
        kind: SessionKind,
        at_most: usize,
        now: Timestamp,
    ) -> Vec<EndedSession> {
        let of_kind = |row: &&Row<SessionRecord>| {
            row.record.user_id == user_id && row.record.kind == kind && row.record.expires_at > now
        };
        let mut rows: Vec<_> = self.sessions.values().filter(of_kind).collect();
        rows.sort_by_key(|row| (row.record.last_active_at, row.seq));
        let surplus = rows.len().saturating_sub(at_most);
        let tokens: Vec<_> = rows.into_iter().take(surplus).map(|row| row.record.token_hash).collect();
        tokens.iter().filter_map(|token| self.end_with_families(token)).collect()
    }

    pub(super) fn end_sessions_of(&mut self, user_id: &str, ending: Ending) -> Vec<EndedSession> {
        let of_user =
            self.sessions.values().map(|row| &row.record).filter(|session| session.user_id == user_id);
        let ending: Vec<_> =
            of_user.map(SessionRecord::tokens).filter(|tokens| ending.names(tokens)).collect();
        let ended = ending.iter().filter_map(|tokens| self.take_session(&tokens.current));
        ended.map(|row| row.record.into()).collect()
    }

    pub(super) fn record_activity(&mut self, seen: &[(TokenHash, Timestamp)]) {
        for (token, at) in seen {
            let token = self.present_token(token);
            if let Some(row) = token.and_then(|token| self.sessions.get_mut(&token)) {
                row.record.last_active_at = row.record.last_active_at.max(*at);
            }
        }
    }
}
