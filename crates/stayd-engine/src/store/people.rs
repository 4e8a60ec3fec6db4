//! The part of a store by which people are disabled, and their passwords' hashes renewed.

use async_trait::async_trait;
use stayd_protocol::Timestamp;

use super::{EndedSession, StoreResult};

/// The part of a [`Store`](super::Store) that changes what people do not change themselves. Its promises are those of a store, and:
/// - **Nobody who is disabled begins a session.** While a person is disabled every method that would add a session of theirs is refused with
///   `Disabled`, whatever else is wrong with that session, and does nothing else either (L-7).
#[async_trait]
pub trait PeopleStore: Send + Sync + 'static {
    /// Replaces the hash of a person's password by another hash of the same password, if it is still `present`: of a change of the
    /// password at the same time the change wins. Answers whether it was.
    async fn renew_password_hash(&self, user_id: &str, present: &str, renewed: String) -> StoreResult<bool>;

    /// Disables a person and ends their sessions, in one step. Answers with those that ended, in no particular order. Who is disabled stays so
    /// since the first time. `NotFound` when there is no such person.
    async fn disable_user(&self, id: &str, at: Timestamp) -> StoreResult<Vec<EndedSession>>;

    /// Lets a person sign in again. Answers whether they were disabled. `NotFound` when there is no such person.
    async fn enable_user(&self, id: &str) -> StoreResult<bool>;

    /// Since when a person is disabled; `None` where they are not, or where there is none.
    async fn disabled_since(&self, id: &str) -> StoreResult<Option<Timestamp>>;
}
