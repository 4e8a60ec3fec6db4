//! The steps on signing keys and families.

use async_trait::async_trait;
use stayd_protocol::{Sealed, TokenHash};

use super::MemoryStore;
use super::tables::Tables;
use crate::store::{
    EndedSession, FamilyPredecessor, FamilyRecord, FamilyRotation, FamilyWithSession, RotatedFamily,
    SessionRecord, SigningKeyRecord, StoreError, StoreResult, TokenStore,
};

#[async_trait]
impl TokenStore for MemoryStore {
    async fn signing_keys(&self) -> StoreResult<Vec<SigningKeyRecord>> {
        Ok(self.tables().keys.clone())
    }

    async fn add_signing_key(&self, key: SigningKeyRecord, after: Option<&str>) -> StoreResult<bool> {
        let keys = &mut self.tables().keys;
        if keys.last().map(|last| last.id.as_str()) != after {
            return Ok(false);
        }
        if keys.iter().any(|other| other.id == key.id) {
            return Err(StoreError::Conflict);
        }
        keys.push(key);
        Ok(true)
    }

    async fn reseal_signing_key(&self, id: &str, sealed: Sealed) -> StoreResult<()> {
        if let Some(key) = self.tables().keys.iter_mut().find(|key| key.id == id) {
            key.sealed = sealed;
        }
        Ok(())
    }

    async fn remove_signing_keys(&self, ids: &[String]) -> StoreResult<()> {
        self.tables().keys.retain(|key| !ids.contains(&key.id));
        Ok(())
    }

    async fn create_family(&self, session: SessionRecord, family: FamilyRecord) -> StoreResult<()> {
        self.tables().create_family(session, family)
    }

    async fn family(&self, session_id: &str) -> StoreResult<Option<FamilyWithSession>> {
        Ok(self.tables().family(session_id))
    }

    async fn rotate_family(&self, rotation: FamilyRotation) -> StoreResult<Option<RotatedFamily>> {
        Ok(self.tables().rotate_family(&rotation))
    }
}

impl Tables {
    fn create_family(&mut self, session: SessionRecord, family: FamilyRecord) -> StoreResult<()> {
        let parent = self.session_ids.get(&family.parent_id).and_then(|token| self.sessions.get(token));
        if parent.is_none_or(|parent| parent.record.user_id != session.user_id) {
            return Err(StoreError::NotFound);
        }
        self.create_session(session, None)?;
        self.families.insert(family.session_id.clone(), family);
        Ok(())
    }

    fn family(&self, session_id: &str) -> Option<FamilyWithSession> {
        let family = self.families.get(session_id)?.clone();
        Some(FamilyWithSession { session: self.session_by_id(session_id)?, family })
    }

    fn rotate_family(&mut self, rotation: &FamilyRotation) -> Option<RotatedFamily> {
        let session = self.sessions.get_mut(self.session_ids.get(&rotation.session_id)?)?;
        let family = self.families.get_mut(&rotation.session_id)?;
        if session.record.expires_at <= rotation.at {
            return None;
        }
        let is_new = family.token_hash == rotation.token_hash;
        if is_new {
            let predecessor = FamilyPredecessor { token_hash: family.token_hash, rotated_at: rotation.at };
            family.rotation = Some(predecessor);
            family.token_hash = rotation.successor;
            family.generation += 1;
            session.record.expires_at = session.record.expires_at.max(rotation.expires_at);
            session.record.updated_at = rotation.at;
            session.record.last_active_at = session.record.last_active_at.max(rotation.at);
        }
        self.family(&rotation.session_id).map(|found| RotatedFamily { found, is_new })
    }

    /// Ends a session by an act, and with it the families that were asked for with it.
    pub(super) fn end_with_families(&mut self, token: &TokenHash) -> Option<EndedSession> {
        let ended = EndedSession::from(self.take_session(token)?.record);
        let of_it = self.families.values().filter(|family| family.parent_id == ended.id);
        let ids: Vec<_> = of_it.map(|family| family.session_id.clone()).collect();
        let tokens: Vec<_> = ids.iter().filter_map(|id| self.session_ids.get(id).copied()).collect();
        let families = tokens.iter().filter_map(|token| self.take_session(token));
        let families = families.map(|row| row.record.into()).collect();
        Some(EndedSession { families, ..ended })
    }
}
