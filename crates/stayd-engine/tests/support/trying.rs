//! A store in memory that tries its caller: a read may be held up between reading and returning, and what is no matter of life may fail.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use async_trait::async_trait;
use stayd_engine::SessionKind;
use stayd_engine::store::{
    AccountRecord, Authentication, ChangedUser, DeviceStore, DocumentChange, DocumentChanged, DocumentEntry,
    DocumentRecord, DocumentStore, EndedSession, Ending, FamilyRecord, FamilyRotation, FamilyWithSession,
    KnownDevice, LetterRecord, LetterStore, MemoryStore, NewPassword, PeopleStore, Renewal, Renewed,
    Revision, RotatedFamily, SecurityStore, SessionRecord, SessionWithUser, SigningKeyRecord, StepBack,
    Store, StoreError, StoreResult, Swept, TokenStore, UserChange, UserRecord, UserWithPassword,
    VerificationRecord,
};
use stayd_protocol::{Sealed, Timestamp, TokenHash};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use tokio::sync::Notify;

/// A store in memory that tries its caller.
#[derive(Default)]
pub(crate) struct TryingStore {
    /// What it keeps, without the trials.
    pub(crate) inner: MemoryStore,
    /// Which of the coming reads waits, counted from 1; 0 where none does.
    hold: AtomicUsize,
    has_read: Notify,
    may_return: Notify,
    is_broken: AtomicBool,
    document_lists: AtomicUsize,
}

impl TryingStore {
    /// The next read of a session, or of a person's password, waits between reading and returning.
    pub(crate) fn hold_next_read(&self) {
        self.hold_read(1);
    }

    /// The same for one of those that come after it, counted from 1.
    pub(crate) fn hold_read(&self, nth: usize) {
        self.hold.store(nth, Ordering::SeqCst);
    }

    pub(crate) async fn wait_for_read(&self) {
        self.has_read.notified().await;
    }

    pub(crate) fn release(&self) {
        self.may_return.notify_one();
    }

    /// From now on, or no more: lists of sessions, notes of their use and the count of foreign writes fail.
    pub(crate) fn break_down(&self, breaks: bool) {
        self.is_broken.store(breaks, Ordering::SeqCst);
    }

    /// How often somebody asked for the documents of a person.
    pub(crate) fn document_lists(&self) -> usize {
        self.document_lists.load(Ordering::SeqCst)
    }

    async fn held<T>(&self, found: T) -> T {
        let counted = self.hold.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1));
        if counted == Ok(1) {
            self.has_read.notify_one();
            self.may_return.notified().await;
        }
        found
    }

    fn works(&self) -> StoreResult<()> {
        if self.is_broken.load(Ordering::SeqCst) {
            return Err(StoreError::Unavailable("it is tried".into()));
        }
        Ok(())
    }
}

#[async_trait]
impl SecurityStore for TryingStore {
    async fn authenticate_session(
        &self,
        token: &TokenHash,
        authentication: Authentication,
    ) -> StoreResult<Option<SessionRecord>> {
        self.inner.authenticate_session(token, authentication).await
    }

    async fn known_devices(&self, user_id: &str) -> StoreResult<Vec<KnownDevice>> {
        self.inner.known_devices(user_id).await
    }

    async fn remember_devices(
        &self,
        user_id: &str,
        devices: Vec<KnownDevice>,
        at_most: usize,
    ) -> StoreResult<()> {
        self.inner.remember_devices(user_id, devices, at_most).await
    }

    async fn forget_devices(&self, before: Timestamp, limit: usize) -> StoreResult<usize> {
        self.inner.forget_devices(before, limit).await
    }
}

macro_rules! delegate {
    ($($name:ident($($arg:ident: $kind:ty),*) -> $answer:ty;)*) => {
        #[async_trait]
        impl Store for TryingStore {
            async fn session_by_token(&self, token: &TokenHash) -> StoreResult<Option<SessionWithUser>> {
                self.held(self.inner.session_by_token(token).await).await
            }
            async fn user_by_email(&self, email: &str) -> StoreResult<Option<UserWithPassword>> {
                self.held(self.inner.user_by_email(email).await).await
            }
            async fn accounts_of(&self, user_id: &str) -> StoreResult<Vec<AccountRecord>> {
                self.held(self.inner.accounts_of(user_id).await).await
            }
            async fn sessions_of(&self, user_id: &str, now: Timestamp) -> StoreResult<Vec<SessionRecord>> {
                self.works()?;
                self.inner.sessions_of(user_id, now).await
            }
            async fn record_activity(&self, seen: Vec<(TokenHash, Timestamp)>) -> StoreResult<()> {
                self.works()?;
                self.inner.record_activity(seen).await
            }
            async fn foreign_writes(&self) -> StoreResult<u64> {
                self.works()?;
                self.inner.foreign_writes().await
            }
            fn devices(&self) -> &dyn DeviceStore { &self.inner }
            fn documents(&self) -> &dyn DocumentStore { self }
            fn letters(&self) -> &dyn LetterStore { &self.inner }
            fn people(&self) -> &dyn PeopleStore { &self.inner }
            $(async fn $name(&self, $($arg: $kind),*) -> StoreResult<$answer> { self.inner.$name($($arg),*).await })*
        }
    };
}

delegate! {
    create_user(user: UserRecord, account: AccountRecord, session: Option<SessionRecord>, letter: Option<LetterRecord>) -> ();
    user_by_id(id: &str) -> Option<UserRecord>;
    users(after: Option<&str>, limit: usize) -> Vec<UserRecord>;
    update_user(id: &str, change: UserChange, at: Timestamp) -> ChangedUser;
    delete_user(id: &str) -> Vec<EndedSession>;
    set_password(new: NewPassword) -> Vec<EndedSession>;
    delete_account(user_id: &str, account_id: &str, allow_last: bool) -> ();
    create_session(session: SessionRecord, replaced: Option<TokenHash>) -> Option<EndedSession>;
    session_by_id(id: &str) -> Option<SessionRecord>;
    sessions(now: Timestamp, limit: usize) -> Vec<(SessionRecord, String)>;
    renew_session(renewal: Renewal) -> Option<Renewed>;
    shorten_session(token: &TokenHash, expires_at: Timestamp) -> ();
    show_successor(token: &TokenHash, at: Timestamp) -> Option<SessionRecord>;
    end_session(token: &TokenHash) -> Option<EndedSession>;
    end_overdue_session(token: &TokenHash) -> Option<EndedSession>;
    end_session_by_id(id: &str, user_id: Option<&str>) -> Option<EndedSession>;
    end_surplus(user_id: &str, kind: SessionKind, at_most: usize, now: Timestamp) -> Vec<EndedSession>;
    end_sessions_of(user_id: &str, ending: Ending) -> Vec<EndedSession>;
    create_verification(verification: VerificationRecord, letter: Option<LetterRecord>) -> ();
    verification(key: &TokenHash) -> Option<VerificationRecord>;
    take_verification(key: &TokenHash) -> Option<VerificationRecord>;
    sweep(before: Timestamp, limit: usize) -> Swept;
    put_times_back(step: StepBack) -> ();
    check() -> ();
}

#[async_trait]
impl DocumentStore for TryingStore {
    async fn document(&self, user_id: &str, name: &str) -> StoreResult<Option<DocumentRecord>> {
        self.inner.document(user_id, name).await
    }

    async fn documents_of(&self, user_id: &str) -> StoreResult<Vec<DocumentEntry>> {
        self.document_lists.fetch_add(1, Ordering::SeqCst);
        self.inner.documents_of(user_id).await
    }

    async fn last_revisions(&self, user_ids: Vec<Arc<str>>) -> StoreResult<Vec<Revision>> {
        self.inner.last_revisions(user_ids).await
    }

    async fn change_document(&self, change: DocumentChange) -> StoreResult<DocumentChanged> {
        self.inner.change_document(change).await
    }
}

#[async_trait]
impl TokenStore for TryingStore {
    async fn signing_keys(&self) -> StoreResult<Vec<SigningKeyRecord>> {
        self.inner.signing_keys().await
    }

    async fn add_signing_key(&self, key: SigningKeyRecord, after: Option<&str>) -> StoreResult<bool> {
        self.inner.add_signing_key(key, after).await
    }

    async fn reseal_signing_key(&self, id: &str, sealed: Sealed) -> StoreResult<()> {
        self.inner.reseal_signing_key(id, sealed).await
    }

    async fn remove_signing_keys(&self, ids: &[String]) -> StoreResult<()> {
        self.inner.remove_signing_keys(ids).await
    }

    async fn create_family(&self, session: SessionRecord, family: FamilyRecord) -> StoreResult<()> {
        self.inner.create_family(session, family).await
    }

    async fn family(&self, session_id: &str) -> StoreResult<Option<FamilyWithSession>> {
        self.inner.family(session_id).await
    }

    async fn rotate_family(&self, rotation: FamilyRotation) -> StoreResult<Option<RotatedFamily>> {
        self.inner.rotate_family(rotation).await
    }
}
