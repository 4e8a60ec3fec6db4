//! What is kept for the tokens of programs: the keys that sign them, and the families of refresh tokens.

use async_trait::async_trait;
use stayd_protocol::jws::Algorithm;
use stayd_protocol::{Sealed, Timestamp, TokenHash};

use super::{SessionRecord, StoreResult};
use crate::SessionKind;

/// Keeps signing keys and families of refresh tokens; part of [`super::Store`], whose promises hold here too.
#[async_trait]
pub trait TokenStore: Send + Sync {
    /// Every signing key, in the order in which they were added.
    async fn signing_keys(&self) -> StoreResult<Vec<SigningKeyRecord>>;

    /// Adds a key if the one added last is still `after` (none at all where `None`). Answers whether it did: of many who would add a key at
    /// once, one does, and the others find it. `Conflict` when the id is taken.
    async fn add_signing_key(&self, key: SigningKeyRecord, after: Option<&str>) -> StoreResult<bool>;

    /// Replaces what is sealed of a key. Does nothing where there is no such key.
    async fn reseal_signing_key(&self, id: &str, sealed: Sealed) -> StoreResult<()>;

    /// Removes keys; those that are not there are no error.
    async fn remove_signing_keys(&self, ids: &[String]) -> StoreResult<()>;

    /// Adds a family: its session and what belongs to it, in one step, if the session named by `parent_id` is there and is the same person's
    /// (`NotFound` otherwise: a family never outlives an end that was faster). `Conflict` on a taken id or token.
    async fn create_family(&self, session: SessionRecord, family: FamilyRecord) -> StoreResult<()>;

    /// The family of this session id, expired or not.
    async fn family(&self, session_id: &str) -> StoreResult<Option<FamilyWithSession>>;

    /// Gives a family the next refresh token, if the present one is still the one that was shown; answers with the family as it then stands,
    /// rotated or not. `None` when the family is gone, or over at `rotation.at`: nothing is revived.
    async fn rotate_family(&self, rotation: FamilyRotation) -> StoreResult<Option<RotatedFamily>>;
}

/// A key that signs access tokens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SigningKeyRecord {
    /// Its `kid`; unique.
    pub id: String,
    /// How it signs.
    pub algorithm: Algorithm,
    /// The public half, which is published.
    pub public: Vec<u8>,
    /// The private half, encrypted (T-6).
    pub sealed: Sealed,
    /// When it was made.
    pub created_at: Timestamp,
    /// From this moment on it signs, until that of the next key. Published before, so that verifiers know it by then.
    pub signs_from: Timestamp,
}

/// What a session of kind `api` has beside its session record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FamilyRecord {
    /// The session's id.
    pub session_id: String,
    /// The session that asked for it; when that is ended by an act, so is this.
    pub parent_id: String,
    /// What that session was, which may be gone by now; `None` in families from before this was noted.
    pub parent: Option<FamilyParent>,
    /// The client it was given to, where one was named.
    pub client_id: Option<String>,
    /// What it may be used for, where that was named.
    pub scope: Option<String>,
    /// For whom its access tokens are made, where another audience than the usual one was asked for.
    pub audience: Option<String>,
    /// SHA-256 of the present refresh token.
    pub token_hash: TokenHash,
    /// How many tokens came before the present one.
    pub generation: u32,
    /// The last replacement of the token; `None` while it has its first one.
    pub rotation: Option<FamilyPredecessor>,
}

/// The session that a family was begun with, as far as the family's limit depends on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FamilyParent {
    /// Its kind, whose absolute limit counts.
    pub kind: SessionKind,
    /// When it began, from which that limit is counted.
    pub began_at: Timestamp,
}

/// The refresh token before the present one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FamilyPredecessor {
    /// SHA-256 of it.
    pub token_hash: TokenHash,
    /// When it was replaced.
    pub rotated_at: Timestamp,
}

/// A family with its session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FamilyWithSession {
    /// The session.
    pub session: SessionRecord,
    /// What it has beside.
    pub family: FamilyRecord,
}

/// The next refresh token of a family.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FamilyRotation {
    /// Which family.
    pub session_id: String,
    /// The token that was shown; becomes the predecessor.
    pub token_hash: TokenHash,
    /// What takes its place.
    pub successor: TokenHash,
    /// The session's new end, never before the present one.
    pub expires_at: Timestamp,
    /// Now; also noted as the last use of the session.
    pub at: Timestamp,
}

/// What became of a rotation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RotatedFamily {
    /// The family as it now stands.
    pub found: FamilyWithSession,
    /// Whether this call rotated it.
    pub is_new: bool,
}
