//! The steps on devices.

use async_trait::async_trait;
use stayd_protocol::Timestamp;

use super::MemoryStore;
use super::tables::Tables;
use crate::store::{
    DEVICES_OF_ONE, DeviceRecord, DeviceStore, EndedSession, SessionFilter, SessionRecord, StoreResult,
};

#[async_trait]
impl DeviceStore for MemoryStore {
    async fn devices_of(&self, user_id: &str) -> StoreResult<Vec<DeviceRecord>> {
        Ok(self.tables().devices_of(user_id))
    }

    async fn rename_device(&self, user_id: &str, id: &str, name: Option<String>) -> StoreResult<bool> {
        let mut tables = self.tables();
        let device = tables.devices.get_mut(&(user_id.to_owned(), id.to_owned()));
        Ok(device.map(|row| row.record.name = name).is_some())
    }

    async fn end_meant(&self, user_id: &str, meant: SessionFilter) -> StoreResult<Vec<EndedSession>> {
        Ok(self.tables().end_meant(user_id, &meant))
    }

    async fn end_everybody(&self) -> StoreResult<usize> {
        Ok(self.tables().end_everybody())
    }

    async fn sweep_devices(&self, before: Timestamp, limit: usize) -> StoreResult<usize> {
        Ok(self.tables().sweep_devices(before, limit))
    }
}

impl Tables {
    /// Notes that a session was begun on its device, in the step that adds the session.
    pub(super) fn see_device(&mut self, session: &SessionRecord) {
        let Some(id) = &session.device_id else { return };
        let (id, user_id, seen) = (id.clone(), session.user_id.clone(), session.created_at);
        let key = (user_id.clone(), id.clone());
        if let Some(row) = self.devices.get_mut(&key) {
            row.record.last_seen_at = row.record.last_seen_at.max(seen);
        } else {
            let row =
                self.row(DeviceRecord { id, user_id, name: None, first_seen_at: seen, last_seen_at: seen });
            self.devices.insert(key, row);
        }
        for forgotten in self.devices_of(&session.user_id).into_iter().skip(DEVICES_OF_ONE) {
            self.devices.remove(&(forgotten.user_id, forgotten.id));
        }
    }

    fn devices_of(&self, user_id: &str) -> Vec<DeviceRecord> {
        let mut rows: Vec<_> = self.devices.values().filter(|row| row.record.user_id == user_id).collect();
        rows.sort_by_key(|row| std::cmp::Reverse((row.record.last_seen_at, row.seq)));
        rows.into_iter().map(|row| row.record.clone()).collect()
    }

    fn end_meant(&mut self, user_id: &str, meant: &SessionFilter) -> Vec<EndedSession> {
        let of_user = self.sessions.values().filter(|row| row.record.user_id == user_id);
        let tokens: Vec<_> =
            of_user.filter(|row| meant.means(&row.record)).map(|row| row.record.token_hash).collect();
        tokens.iter().filter_map(|token| self.end_with_families(token)).collect()
    }

    fn end_everybody(&mut self) -> usize {
        let count = self.sessions.len();
        self.sessions.clear();
        self.session_ids.clear();
        self.predecessors.clear();
        self.families.clear();
        count
    }

    fn sweep_devices(&mut self, before: Timestamp, limit: usize) -> usize {
        let in_use = |device: &DeviceRecord| {
            self.sessions.values().any(|row| {
                row.record.user_id == device.user_id && row.record.device_id.as_ref() == Some(&device.id)
            })
        };
        let mut rows: Vec<_> = self.devices.iter().collect();
        rows.sort_by_key(|(_, row)| (row.record.last_seen_at, row.seq));
        let old =
            rows.into_iter().filter(|(_, row)| row.record.last_seen_at <= before && !in_use(&row.record));
        let old: Vec<_> = old.take(limit).map(|(key, _)| key.clone()).collect();
        for key in &old {
            self.devices.remove(key);
        }
        old.len()
    }
}
