//! The [`Store`] over the writer and the readers.

use async_trait::async_trait;
use stayd_protocol::{Timestamp, TokenHash};

use super::{SqliteStore, health, rotation, sessions, step_back, users, verifications};
use crate::SessionKind;
use crate::store::{
    AccountRecord, ChangedUser, DeviceStore, DocumentStore, EndedSession, Ending, LetterRecord, LetterStore,
    NewPassword, PeopleStore, Renewal, Renewed, SessionRecord, SessionWithUser, StepBack, Store, StoreResult,
    Swept, UserChange, UserRecord, UserWithPassword, VerificationRecord,
};

#[async_trait]
impl Store for SqliteStore {
    async fn create_user(
        &self,
        user: UserRecord,
        account: AccountRecord,
        session: Option<SessionRecord>,
        letter: Option<LetterRecord>,
    ) -> StoreResult<()> {
        self.writer
            .write(move |db| users::create(db, &user, &account, session.as_ref(), letter.as_ref()))
            .await
    }

    async fn user_by_id(&self, id: &str) -> StoreResult<Option<UserRecord>> {
        let id = id.to_owned();
        self.readers.read(move |db| users::by_id(db, &id)).await
    }

    async fn user_by_email(&self, email: &str) -> StoreResult<Option<UserWithPassword>> {
        let email = email.to_owned();
        self.readers.read(move |db| users::by_email(db, &email)).await
    }

    async fn users(&self, after: Option<&str>, limit: usize) -> StoreResult<Vec<UserRecord>> {
        let after = after.map(str::to_owned);
        self.readers.read(move |db| users::list(db, after.as_deref(), limit)).await
    }

    async fn update_user(&self, id: &str, change: UserChange, at: Timestamp) -> StoreResult<ChangedUser> {
        let id = id.to_owned();
        self.writer.write(move |db| users::update(db, &id, &change, at)).await
    }

    async fn delete_user(&self, id: &str) -> StoreResult<Vec<EndedSession>> {
        let id = id.to_owned();
        self.writer.write(move |db| users::delete(db, &id)).await
    }

    async fn accounts_of(&self, user_id: &str) -> StoreResult<Vec<AccountRecord>> {
        let user_id = user_id.to_owned();
        self.readers.read(move |db| users::accounts(db, &user_id)).await
    }

    async fn set_password(&self, new: NewPassword) -> StoreResult<Vec<EndedSession>> {
        self.writer.write(move |db| users::set_password(db, new)).await
    }

    async fn delete_account(&self, user_id: &str, account_id: &str, allow_last: bool) -> StoreResult<()> {
        let (user_id, account_id) = (user_id.to_owned(), account_id.to_owned());
        self.writer.write(move |db| users::delete_account(db, &user_id, &account_id, allow_last)).await
    }

    async fn create_session(
        &self,
        session: SessionRecord,
        replaced: Option<TokenHash>,
    ) -> StoreResult<Option<EndedSession>> {
        self.writer.write(move |db| sessions::create(db, &session, replaced.as_ref())).await
    }

    async fn session_by_token(&self, token: &TokenHash) -> StoreResult<Option<SessionWithUser>> {
        let token = *token;
        self.readers.read(move |db| sessions::by_token(db, &token)).await
    }

    async fn session_by_id(&self, id: &str) -> StoreResult<Option<SessionRecord>> {
        let id = id.to_owned();
        self.readers.read(move |db| sessions::by_id(db, &id)).await
    }

    async fn sessions_of(&self, user_id: &str, now: Timestamp) -> StoreResult<Vec<SessionRecord>> {
        let user_id = user_id.to_owned();
        self.readers.read(move |db| sessions::of_user(db, &user_id, now)).await
    }

    async fn sessions(&self, now: Timestamp, limit: usize) -> StoreResult<Vec<(SessionRecord, String)>> {
        self.readers.read(move |db| sessions::newest(db, now, limit)).await
    }

    async fn renew_session(&self, renewal: Renewal) -> StoreResult<Option<Renewed>> {
        self.writer.write(move |db| rotation::renew(db, &renewal)).await
    }

    async fn shorten_session(&self, token: &TokenHash, expires_at: Timestamp) -> StoreResult<()> {
        let token = *token;
        self.writer.write(move |db| sessions::shorten(db, &token, expires_at)).await
    }

    async fn show_successor(&self, token: &TokenHash, at: Timestamp) -> StoreResult<Option<SessionRecord>> {
        let token = *token;
        self.writer.write(move |db| rotation::show(db, &token, at)).await
    }

    async fn end_session(&self, token: &TokenHash) -> StoreResult<Option<EndedSession>> {
        let token = *token;
        self.writer.write(move |db| sessions::end(db, &token)).await
    }

    async fn end_overdue_session(&self, token: &TokenHash) -> StoreResult<Option<EndedSession>> {
        let token = *token;
        self.writer.write(move |db| sessions::end_alone(db, &token)).await
    }

    async fn end_session_by_id(&self, id: &str, user_id: Option<&str>) -> StoreResult<Option<EndedSession>> {
        let (id, user_id) = (id.to_owned(), user_id.map(str::to_owned));
        self.writer.write(move |db| sessions::end_by_id(db, &id, user_id.as_deref())).await
    }

    async fn end_surplus(
        &self,
        user_id: &str,
        kind: SessionKind,
        at_most: usize,
        now: Timestamp,
    ) -> StoreResult<Vec<EndedSession>> {
        let user_id = user_id.to_owned();
        self.writer.write(move |db| sessions::end_surplus(db, &user_id, kind, at_most, now)).await
    }

    async fn end_sessions_of(&self, user_id: &str, ending: Ending) -> StoreResult<Vec<EndedSession>> {
        let user_id = user_id.to_owned();
        self.writer.write(move |db| sessions::end_of_user(db, &user_id, ending)).await
    }

    async fn record_activity(&self, seen: Vec<(TokenHash, Timestamp)>) -> StoreResult<()> {
        self.writer.write_at_leisure(move |db| sessions::record_activity(db, &seen)).await
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
        self.writer.write(move |db| verifications::create(db, &verification, letter.as_ref())).await
    }

    async fn verification(&self, key: &TokenHash) -> StoreResult<Option<VerificationRecord>> {
        let key = *key;
        self.readers.read(move |db| verifications::by_key(db, &key)).await
    }

    async fn take_verification(&self, key: &TokenHash) -> StoreResult<Option<VerificationRecord>> {
        let key = *key;
        self.writer.write(move |db| verifications::take(db, &key)).await
    }

    async fn sweep(&self, before: Timestamp, limit: usize) -> StoreResult<Swept> {
        let sweep = move |db: &rusqlite::Connection| {
            let ended_with_all = sessions::sweep_what_ended_with_all(db, limit)?;
            let sessions = sessions::sweep(db, before, limit.saturating_sub(ended_with_all))?;
            Ok(Swept { sessions, verifications: verifications::sweep(db, before, limit)?, ended_with_all })
        };
        self.writer.write(sweep).await
    }

    async fn put_times_back(&self, step: StepBack) -> StoreResult<()> {
        self.writer.write(move |db| step_back::put_times_back(db, step)).await
    }

    async fn foreign_writes(&self) -> StoreResult<u64> {
        self.writer.data_version().await
    }

    async fn check(&self) -> StoreResult<()> {
        self.writer.write(health::write_probe).await?;
        self.readers.read(health::read_probe).await?;
        Ok(())
    }
}
