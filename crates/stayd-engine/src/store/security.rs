//! What a store keeps so that the engine notices what is unusual: when people last proved who they are, and what they sign in from.

use super::{SessionRecord, StoreResult};
use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use stayd_protocol::{Timestamp, TokenHash};

/// The part of a [`Store`](super::Store) that is about proofs and known devices. Its promises are those of a store.
#[async_trait]
pub trait SecurityStore: Send + Sync + 'static {
    /// Notes in the session with this token (or predecessor) what `authentication` says. Answers with the session as it then stands; `None`
    /// where there is none.
    async fn authenticate_session(
        &self,
        token: &TokenHash,
        authentication: Authentication,
    ) -> StoreResult<Option<SessionRecord>>;

    /// What a person has signed in from, what was seen last going first.
    async fn known_devices(&self, user_id: &str) -> StoreResult<Vec<KnownDevice>>;

    /// Adds what a person signs in from. Of what is known already, the time and the place of the last use are replaced. Beyond `at_most` those
    /// unseen for longest are forgotten. `NotFound` when there is no such person.
    async fn remember_devices(
        &self,
        user_id: &str,
        devices: Vec<KnownDevice>,
        at_most: usize,
    ) -> StoreResult<()>;

    /// Forgets at most `limit` devices that were last seen at or before `before`. Answers how many.
    async fn forget_devices(&self, before: Timestamp, limit: usize) -> StoreResult<usize>;
}

/// A person has proved who they are, or what they proved counts no more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Authentication {
    /// When; the beginning of time where an earlier proof counts no more.
    pub at: Timestamp,
    /// From where; `None` leaves what the session says of it.
    pub from: Option<SeenFrom>,
}

/// Where a request comes from, as a session keeps it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SeenFrom {
    /// The address.
    pub ip_address: Option<String>,
    /// The `User-Agent`.
    pub user_agent: Option<String>,
}

/// Something that a person has signed in from: a browser that holds a device cookie, or one of a kind in a network.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownDevice {
    /// A hash of what it is known by; unique for each person.
    pub key: TokenHash,
    /// When the person first signed in from it.
    pub first_seen_at: Timestamp,
    /// When the person last signed in from it.
    pub last_seen_at: Timestamp,
    /// Where it was then, if places are known here.
    pub place: Option<SignInPlace>,
}

/// Where a sign-in came from, as far as an address tells: to some ten kilometres at best.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignInPlace {
    /// As people call it: `Lyon, France`.
    pub name: String,
    /// Where that is.
    pub at: Option<Coordinates>,
}

/// A point on the earth, in tenths of a degree.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Coordinates {
    /// Positive to the north.
    pub latitude: i16,
    /// Positive to the east.
    pub longitude: i16,
}
