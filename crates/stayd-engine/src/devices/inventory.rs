//! A person's sessions as they are shown to them (AA-6), and how they end several at once.

use super::{Place, UserAgent};
use crate::{
    EndReason, Engine, EngineResult, SWEPT_AT_ONCE,
    store::{DeviceRecord, SessionFilter, SessionRecord},
};
use std::time::Duration;

/// A session that goes on, and what is known of where it is.
#[derive(Debug, Clone)]
pub struct InventoryEntry {
    /// The session. Its last activity is as this node knows it, to the minute.
    pub session: SessionRecord,
    /// The device it was begun on, where devices are told apart.
    pub device: Option<DeviceRecord>,
    /// What it was begun with.
    pub user_agent: UserAgent,
    /// Where it was begun, where that is known.
    pub place: Option<Place>,
}

impl InventoryEntry {
    /// What the person knows it by: the name they gave, else `Chrome 142 on Windows`, else nothing.
    pub fn label(&self) -> String {
        let name = self.device.as_ref().and_then(|device| device.name.clone());
        name.unwrap_or_else(|| self.user_agent.to_string())
    }
}

/// A device that nobody has signed in on for so long is forgotten: its cookie is gone by then (400 days is the most that browsers keep one).
const FORGOTTEN_AFTER: Duration = Duration::from_hours(400 * 24);

impl Engine {
    /// A person's live sessions with device and place, the one used last going first.
    pub async fn inventory(&self, user_id: &str) -> EngineResult<Vec<InventoryEntry>> {
        let sessions = self.sessions_of(user_id).await?;
        let devices = self.store().devices().devices_of(user_id).await?;
        let entry = |session: SessionRecord| {
            let device = devices.iter().find(|device| Some(&device.id) == session.device_id.as_ref());
            let device = device.cloned();
            self.describe(session, device)
        };
        let mut entries: Vec<_> = sessions.into_iter().map(entry).collect();
        entries.sort_by_key(|entry| std::cmp::Reverse(entry.session.last_active_at));
        Ok(entries)
    }

    /// What is known of where a session is.
    pub fn describe(&self, mut session: SessionRecord, device: Option<DeviceRecord>) -> InventoryEntry {
        if let Some(noted) = self.sessions().activity.noted(&session.token_hash) {
            session.last_active_at = session.last_active_at.max(noted);
        }
        let user_agent = session.user_agent.as_deref().map(UserAgent::parse).unwrap_or_default();
        let place = session.ip_address.as_deref().and_then(|address| self.place_of(address));
        InventoryEntry { session, device, user_agent, place }
    }

    /// Where an address is, as far as that is known.
    pub fn place_of(&self, address: &str) -> Option<Place> {
        self.places().of(address.parse().ok()?)
    }

    /// A person's devices, the one seen last going first.
    pub async fn devices_of(&self, user_id: &str) -> EngineResult<Vec<DeviceRecord>> {
        Ok(self.store().devices().devices_of(user_id).await?)
    }

    /// Gives a person's device a name of theirs, or takes it away. Answers whether they have such a device.
    pub async fn rename_device(&self, user_id: &str, id: &str, name: Option<String>) -> EngineResult<bool> {
        Ok(self.store().devices().rename_device(user_id, id, name).await?)
    }

    /// Ends the sessions of a person that are meant. Answers how many there were.
    pub async fn end_meant_sessions(
        &self,
        user_id: &str,
        meant: SessionFilter,
        reason: EndReason,
    ) -> EngineResult<usize> {
        let ended = self.store().devices().end_meant(user_id, meant).await?;
        let count = ended.len();
        self.forget(ended, reason);
        Ok(count)
    }

    /// Forgets devices that were not seen for more than a year, a limited number at a time.
    pub(crate) async fn sweep_devices(&self) -> EngineResult<usize> {
        let before = self.now().minus(FORGOTTEN_AFTER);
        Ok(self.store().devices().sweep_devices(before, SWEPT_AT_ONCE).await?)
    }
}
