//! [`MemoryStore`]: records in memory, for tests and the simulation.

mod devices;
mod documents;
mod letters;
mod people;
mod security;
mod sessions;
mod step_back;
mod tables;
mod tokens;
mod users;
mod verifications;

use std::sync::{Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use stayd_protocol::{Timestamp, TokenHash};

use super::{
    AccountRecord, ChangedUser, DeviceStore, DocumentStore, EndedSession, Ending, LetterRecord, LetterStore,
    NewPassword, PeopleStore, Renewal, Renewed, SessionRecord, SessionWithUser, StepBack, Store, StoreResult,
    Swept, UserChange, UserRecord, UserWithPassword, VerificationRecord,
};
use crate::SessionKind;
use tables::Tables;

/// Keeps everything in memory.
///
/// It gives every promise of [`Store`] but one: nothing survives the end of the process. It is deterministic: the same calls
/// in the same order get the same answers, down to the order of lists. It looks through all sessions for some questions, so
/// it suits thousands of them and not millions.
#[derive(Debug, Default)]
pub struct MemoryStore {
    /// Held for one step and never over an await, so every method is one step to the others.
    tables: Mutex<Tables>,
}

impl MemoryStore {
    /// An empty store.
    pub fn new() -> Self {
        Self::default()
    }

    fn tables(&self) -> MutexGuard<'_, Tables> {
        // Every step checks before it writes, so a panic in one (there is none to know of) leaves the tables whole.
        self.tables.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Store for MemoryStore {
    async fn create_user(
        &self,
        user: UserRecord,
        account: AccountRecord,
        session: Option<SessionRecord>,
        letter: Option<LetterRecord>,
    ) -> StoreResult<()> {
        self.tables().create_user(user, account, session, letter)
    }

    async fn user_by_id(&self, id: &str) -> StoreResult<Option<UserRecord>> {
        Ok(self.tables().user(id).cloned())
    }

    async fn user_by_email(&self, email: &str) -> StoreResult<Option<UserWithPassword>> {
        Ok(self.tables().user_by_email(email))
    }

    async fn users(&self, after: Option<&str>, limit: usize) -> StoreResult<Vec<UserRecord>> {
        Ok(self.tables().users(after, limit))
    }

    async fn update_user(&self, id: &str, change: UserChange, at: Timestamp) -> StoreResult<ChangedUser> {
        self.tables().update_user(id, change, at)
    }

    async fn delete_user(&self, id: &str) -> StoreResult<Vec<EndedSession>> {
        self.tables().delete_user(id)
    }

    async fn accounts_of(&self, user_id: &str) -> StoreResult<Vec<AccountRecord>> {
        Ok(self.tables().accounts_of(user_id))
    }

    async fn set_password(&self, new: NewPassword) -> StoreResult<Vec<EndedSession>> {
        self.tables().set_password(new)
    }

    async fn delete_account(&self, user_id: &str, account_id: &str, allow_last: bool) -> StoreResult<()> {
        self.tables().delete_account(user_id, account_id, allow_last)
    }

    async fn create_session(
        &self,
        session: SessionRecord,
        replaced: Option<TokenHash>,
    ) -> StoreResult<Option<EndedSession>> {
        self.tables().create_session(session, replaced)
    }

    async fn session_by_token(&self, token: &TokenHash) -> StoreResult<Option<SessionWithUser>> {
        Ok(self.tables().session_with_user(token))
    }

    async fn session_by_id(&self, id: &str) -> StoreResult<Option<SessionRecord>> {
        Ok(self.tables().session_by_id(id))
    }

    async fn sessions_of(&self, user_id: &str, now: Timestamp) -> StoreResult<Vec<SessionRecord>> {
        Ok(self.tables().sessions_of(user_id, now))
    }

    async fn sessions(&self, now: Timestamp, limit: usize) -> StoreResult<Vec<(SessionRecord, String)>> {
        Ok(self.tables().sessions(now, limit))
    }

    async fn renew_session(&self, renewal: Renewal) -> StoreResult<Option<Renewed>> {
        self.tables().renew_session(&renewal)
    }

    async fn shorten_session(&self, token: &TokenHash, expires_at: Timestamp) -> StoreResult<()> {
        self.tables().shorten_session(token, expires_at);
        Ok(())
    }

    async fn show_successor(&self, token: &TokenHash, at: Timestamp) -> StoreResult<Option<SessionRecord>> {
        Ok(self.tables().show_successor(token, at))
    }

    async fn end_session(&self, token: &TokenHash) -> StoreResult<Option<EndedSession>> {
        Ok(self.tables().end_session(token))
    }

    async fn end_overdue_session(&self, token: &TokenHash) -> StoreResult<Option<EndedSession>> {
        Ok(self.tables().end_overdue_session(token))
    }

    async fn end_session_by_id(&self, id: &str, user_id: Option<&str>) -> StoreResult<Option<EndedSession>> {
        Ok(self.tables().end_session_by_id(id, user_id))
    }

    async fn end_surplus(
        &self,
        user_id: &str,
        kind: SessionKind,
        at_most: usize,
        now: Timestamp,
    ) -> StoreResult<Vec<EndedSession>> {
        Ok(self.tables().end_surplus(user_id, kind, at_most, now))
    }

    async fn end_sessions_of(&self, user_id: &str, ending: Ending) -> StoreResult<Vec<EndedSession>> {
        Ok(self.tables().end_sessions_of(user_id, ending))
    }

    async fn record_activity(&self, seen: Vec<(TokenHash, Timestamp)>) -> StoreResult<()> {
        self.tables().record_activity(&seen);
        Ok(())
    }

    fn devices(&self) -> &dyn DeviceStore {
        self
    }

    fn documents(&self) -> &dyn DocumentStore {
        self
    }

    fn letters(&self) -> &dyn LetterStore {
        self
    }

    fn people(&self) -> &dyn PeopleStore {
        self
    }

    async fn create_verification(
        &self,
        verification: VerificationRecord,
        letter: Option<LetterRecord>,
    ) -> StoreResult<()> {
        self.tables().create_verification(verification, letter)
    }

    async fn verification(&self, key: &TokenHash) -> StoreResult<Option<VerificationRecord>> {
        Ok(self.tables().verification(key))
    }

    async fn take_verification(&self, key: &TokenHash) -> StoreResult<Option<VerificationRecord>> {
        Ok(self.tables().take_verification(key))
    }

    async fn sweep(&self, before: Timestamp, limit: usize) -> StoreResult<Swept> {
        Ok(self.tables().sweep(before, limit))
    }

    async fn put_times_back(&self, step: StepBack) -> StoreResult<()> {
        self.tables().put_times_back(step);
        Ok(())
    }

    async fn foreign_writes(&self) -> StoreResult<u64> {
        Ok(0)
    }

    async fn check(&self) -> StoreResult<()> {
        Ok(())
    }
}
