//! Proofs and known devices.

use async_trait::async_trait;
use stayd_protocol::{Timestamp, TokenHash};

use super::MemoryStore;
use super::tables::Tables;
use crate::store::{Authentication, KnownDevice, SecurityStore, SessionRecord, StoreError, StoreResult};

#[async_trait]
impl SecurityStore for MemoryStore {
    async fn authenticate_session(
        &self,
        token: &TokenHash,
        authentication: Authentication,
    ) -> StoreResult<Option<SessionRecord>> {
        Ok(self.tables().authenticate_session(token, authentication))
    }

    async fn known_devices(&self, user_id: &str) -> StoreResult<Vec<KnownDevice>> {
        Ok(self.tables().known_devices.get(user_id).cloned().unwrap_or_default())
    }

    async fn remember_devices(
        &self,
        user_id: &str,
        devices: Vec<KnownDevice>,
        at_most: usize,
    ) -> StoreResult<()> {
        self.tables().remember_devices(user_id, devices, at_most)
    }

    async fn forget_devices(&self, before: Timestamp, limit: usize) -> StoreResult<usize> {
        Ok(self.tables().forget_devices(before, limit))
    }
}

impl Tables {
    fn authenticate_session(
        &mut self,
        token: &TokenHash,
        authentication: Authentication,
    ) -> Option<SessionRecord> {
        let token = self.present_token(token)?;
        let session = &mut self.sessions.get_mut(&token)?.record;
        session.authenticated_at = authentication.at;
        if let Some(from) = authentication.from {
            session.ip_address = from.ip_address;
            session.user_agent = from.user_agent;
        }
        Some(session.clone())
    }

    fn remember_devices(
        &mut self,
        user_id: &str,
        devices: Vec<KnownDevice>,
        at_most: usize,
    ) -> StoreResult<()> {
        if !self.users.contains_key(user_id) {
            return Err(StoreError::NotFound);
        }
        let known = self.known_devices.entry(user_id.to_owned()).or_default();
        for device in devices {
            match known.iter_mut().find(|known| known.key == device.key) {
                Some(known) => *known = KnownDevice { first_seen_at: known.first_seen_at, ..device },
                None => known.push(device),
            }
        }
        known.sort_by_key(|device| (std::cmp::Reverse(device.last_seen_at), device.key));
        known.truncate(at_most);
        Ok(())
    }

    fn forget_devices(&mut self, before: Timestamp, limit: usize) -> usize {
        let mut forgotten = 0;
        for known in self.known_devices.values_mut() {
            known.retain(|device| {
                let stays = device.last_seen_at > before || forgotten >= limit;
                forgotten += usize::from(!stays);
                stays
            });
        }
        self.known_devices.retain(|_, known| !known.is_empty());
        forgotten
    }
}
