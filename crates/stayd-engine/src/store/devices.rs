//! The part of a store that knows on which devices people are, and ends sessions by them.

use async_trait::async_trait;
use stayd_protocol::{Timestamp, TokenHash};

use super::{EndedSession, SessionRecord, StoreResult};
use crate::SessionKind;

/// A browser in which a person has signed in. Two people in one browser have a device each: neither sees the other's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeviceRecord {
    /// The id in the browser's cookie; 32 letters and digits. The key, together with the person.
    pub id: String,
    /// The person.
    pub user_id: String,
    /// What the person calls it, if they have named it.
    pub name: Option<String>,
    /// When they first signed in there.
    pub first_seen_at: Timestamp,
    /// When they last signed in there. That a session is used is noted with the session.
    pub last_seen_at: Timestamp,
}

/// How many devices of one person are remembered: a program that signs in without cookies is a new one each time.
pub const DEVICES_OF_ONE: usize = 100;

/// Which of a person's sessions are meant: all, less what is said.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SessionFilter {
    /// Only those of this kind.
    pub kind: Option<SessionKind>,
    /// Only those on this device.
    pub device: Option<String>,
    /// Not this one; its predecessor names it as well.
    pub kept: Option<TokenHash>,
}

impl SessionFilter {
    /// Whether a session of the person is meant.
    pub fn means(&self, session: &SessionRecord) -> bool {
        self.kind.is_none_or(|kind| session.kind == kind)
            && self.device.as_ref().is_none_or(|device| session.device_id.as_ref() == Some(device))
            && self.kept.is_none_or(|kept| !session.tokens().include(&kept))
    }
}

/// Keeps devices; beside [`super::Store`], and under the same promises.
///
/// A device comes into being with the first session that names it, in the same step, and is seen again with each further one. Of more than
/// [`DEVICES_OF_ONE`], the one that was not seen for longest is forgotten in that step. It goes with its person; it does not go with its sessions.
#[async_trait]
pub trait DeviceStore: Send + Sync {
    /// A person's devices, the one seen last going first (of the same moment: the one added last).
    async fn devices_of(&self, user_id: &str) -> StoreResult<Vec<DeviceRecord>>;

    /// Gives a person's device a name, or takes it away. Answers whether there is such a device.
    async fn rename_device(&self, user_id: &str, id: &str, name: Option<String>) -> StoreResult<bool>;

    /// Ends the sessions of a person that are meant. Answers with those that ended, in no particular order.
    async fn end_meant(&self, user_id: &str, meant: SessionFilter) -> StoreResult<Vec<EndedSession>>;

    /// Ends every session there is, of everybody, in one write however many there are (L-8). Answers how many there were. Their records may
    /// be kept until they are swept, and their tokens and ids taken until then; they are found by nothing.
    async fn end_everybody(&self) -> StoreResult<usize>;

    /// Forgets at most `limit` devices that were last seen at or before `before` and have no session. Answers how many.
    async fn sweep_devices(&self, before: Timestamp, limit: usize) -> StoreResult<usize>;
}
