//! Where records live: the [`Store`] trait, the suite every store must pass, and one module per database.
//!
//! A store keeps no policy and reads no clock: it is told what time it is, and does what it is told, whole or not at all.

#[cfg(any(test, feature = "conformance"))]
pub mod conformance;
mod devices;
mod documents;
mod error;
mod letters;
mod memory;
mod people;
mod record;
mod security;
#[cfg(feature = "sqlite")]
pub mod sqlite;
mod step_back;
mod tokens;

pub use devices::{DEVICES_OF_ONE, DeviceRecord, DeviceStore, SessionFilter};
pub use documents::{
    DocumentChange, DocumentChanged, DocumentEntry, DocumentRecord, DocumentStore, REMOVALS_OF_ONE, Revision,
};
pub use error::{StoreError, StoreResult};
pub use letters::{LetterLease, LetterRecord, LetterStore, TakenLetter, WaitingLetters};
pub use memory::MemoryStore;
pub use people::PeopleStore;
pub use record::{
    AccountRecord, CREDENTIAL, ChangedUser, EndedSession, NewPassword, PasswordProof, Renewal, Renewed,
    RotationRecord, SessionRecord, SessionTokens, SessionWithUser, Swept, UserChange, UserRecord,
    UserWithPassword, VerificationRecord,
};
pub use security::{Authentication, Coordinates, KnownDevice, SecurityStore, SeenFrom, SignInPlace};
#[cfg(feature = "sqlite")]
pub use sqlite::SqliteStore;
pub use step_back::StepBack;
pub use tokens::{
    FamilyParent, FamilyPredecessor, FamilyRecord, FamilyRotation, FamilyWithSession, RotatedFamily,
    SigningKeyRecord, TokenStore,
};

use crate::SessionKind;
use async_trait::async_trait;
use stayd_protocol::{Timestamp, TokenHash};

/// Keeps users, accounts, sessions and verifications.
///
/// Promises every store gives, each with a test in the conformance suite:
/// - **Whole or nothing.** A method that fails has written nothing.
/// - **Durable.** When a method that writes returns `Ok`, its writes survive `kill -9` and, where the store is set so (the default),
///   loss of power (P3). [`Store::record_activity`] is the one exception.
/// - **Read your own writes.** A read that begins after a write was acknowledged sees it (P8). Without this a person who has
///   just signed in is sent back to the sign-in page.
/// - **Nothing is half answered.** A method whose future is dropped has either done all of its work, or none, or will do all of it.
/// - **A token leads to one session.** Where a method takes a session's token, the token's predecessor names the session as well
///   (but for [`Renewal::successor`]). No token is the token or predecessor of two sessions, or both of one; what would make it so is a `Conflict`.
/// - **What was begun with a session ends with it.** An act that ends a session (every method but [`Store::sweep`]) ends, in the same step, the
///   families of tokens that were begun with it.
/// - **Nothing is revived.** No method brings back a session that was revoked or deleted (P2): renewals and activity of an absent session do nothing.
#[async_trait]
pub trait Store: SecurityStore + TokenStore + Send + Sync + 'static {
    // --- users and accounts ---

    /// Adds a person, their first account and, where given, their first session and the letter that goes with it, in one step.
    /// `Conflict` when the address, an id, the token or the provider's account is taken; `NotFound` when the account or the session
    /// is of somebody who does not exist.
    async fn create_user(
        &self,
        user: UserRecord,
        account: AccountRecord,
        session: Option<SessionRecord>,
        letter: Option<LetterRecord>,
    ) -> StoreResult<()>;

    /// The person with this id.
    async fn user_by_id(&self, id: &str) -> StoreResult<Option<UserRecord>>;

    /// The person with this address (lower case) and the password to check.
    async fn user_by_email(&self, email: &str) -> StoreResult<Option<UserWithPassword>>;

    /// People in the order they signed up (at the same moment: in the order they were added), at most `limit`, those after the
    /// user `after` (an id). Nobody where `after` does not exist.
    async fn users(&self, after: Option<&str>, limit: usize) -> StoreResult<Vec<UserRecord>>;

    /// Changes a person, notes the time in `updated_at`, and in the same step adds the change's letter and ends the sessions that it names.
    /// Answers with the new state and those that ended. `NotFound` when there is no such person (or the condition on the address does not
    /// hold), `Conflict` when the new address is taken. A new address removes the verifications whose `value` is the person's id: their
    /// links went to the one before.
    async fn update_user(&self, id: &str, change: UserChange, at: Timestamp) -> StoreResult<ChangedUser>;

    /// Removes a person with their accounts, sessions and verifications (those whose `value` is the person's id).
    /// Answers with the sessions that ended, in no particular order; `NotFound` when there is no such person.
    async fn delete_user(&self, id: &str) -> StoreResult<Vec<EndedSession>>;

    /// A person's accounts, oldest first.
    async fn accounts_of(&self, user_id: &str) -> StoreResult<Vec<AccountRecord>>;

    /// Sets the password of the person's credential account, making that account where there is none. In the same step ends the sessions
    /// that `new` names, removes the verifications whose `value` is the person's id, and adds the session and the letter of `new`. Answers with those that ended.
    /// `NotFound` when there is no such person, or what the password rests on does not hold (any more); `Conflict` when the id of the new account or of the session, or its token, is taken.
    async fn set_password(&self, new: NewPassword) -> StoreResult<Vec<EndedSession>>;

    /// Removes one account of a person (`account_id` is its key, [`AccountRecord::id`]) unless it is the last one. `NotFound` when the person has no such account,
    /// `Conflict` when it is their last (and `allow_last` is not set).
    async fn delete_account(&self, user_id: &str, account_id: &str, allow_last: bool) -> StoreResult<()>;

    // --- sessions ---

    /// Adds a session and, in the same step, ends `replaced` if it belongs to the same person.
    /// Answers with what ended. `Conflict` on a taken id or token, `NotFound` when the person is gone.
    async fn create_session(
        &self,
        session: SessionRecord,
        replaced: Option<TokenHash>,
    ) -> StoreResult<Option<EndedSession>>;

    /// The session with this token, or with this predecessor of its token, and its person, expired or not. One lookup, not two.
    async fn session_by_token(&self, token: &TokenHash) -> StoreResult<Option<SessionWithUser>>;

    /// The session with this id, expired or not.
    async fn session_by_id(&self, id: &str) -> StoreResult<Option<SessionRecord>>;

    /// A person's sessions that end after `now`, oldest first (of the same moment: in the order they were added).
    async fn sessions_of(&self, user_id: &str, now: Timestamp) -> StoreResult<Vec<SessionRecord>>;

    /// Sessions that end after `now`, newest first, at most `limit`, each with its person's address; for operators.
    async fn sessions(&self, now: Timestamp, limit: usize) -> StoreResult<Vec<(SessionRecord, String)>>;

    /// Gives a session a later end, and the successor of its token where there is one, if the conditions in `renewal` hold; answers with
    /// the session as it then stands, renewed or not.
    /// `None` when the session is gone: a renewal never revives (P2), so one that was over at `renewal.at` stays over as well.
    /// A renewal never brings the end nearer. `Conflict` when the successor is taken.
    async fn renew_session(&self, renewal: Renewal) -> StoreResult<Option<Renewed>>;

    /// Brings the end of the session with this token nearer: to `expires_at`, if that is before the present end. Does nothing where there is none.
    async fn shorten_session(&self, token: &TokenHash, expires_at: Timestamp) -> StoreResult<()>;

    /// Notes that the successor `token` was shown, if this is the first time: a time that is there stays. Answers with the session as it then
    /// stands. `None` when no session has this very token (a predecessor does not count: showing it proves nothing).
    async fn show_successor(&self, token: &TokenHash, at: Timestamp) -> StoreResult<Option<SessionRecord>>;

    /// Ends the session with this token. Answers with what ended.
    async fn end_session(&self, token: &TokenHash) -> StoreResult<Option<EndedSession>>;

    /// Ends the session with this token, which is over by a limit in time: no act has ended it, so families that were begun with it go on.
    async fn end_overdue_session(&self, token: &TokenHash) -> StoreResult<Option<EndedSession>>;

    /// Ends the session with this id if it belongs to `user_id` (anybody's where `None`: operators). Answers with what ended.
    async fn end_session_by_id(&self, id: &str, user_id: Option<&str>) -> StoreResult<Option<EndedSession>>;

    /// Ends the sessions of a person that are of this kind and end after `now`, until `at_most` are left: first those unused for longest (of the
    /// same moment: those added first). Answers with those that ended, in that order.
    async fn end_surplus(
        &self,
        user_id: &str,
        kind: SessionKind,
        at_most: usize,
        now: Timestamp,
    ) -> StoreResult<Vec<EndedSession>>;

    /// Ends sessions of a person. Answers with those that ended, in no particular order; none where there is no such person.
    async fn end_sessions_of(&self, user_id: &str, ending: Ending) -> StoreResult<Vec<EndedSession>>;

    /// Notes when sessions were last used; never moves a time back, ignores sessions that are gone. May be lost in a crash (not in a
    /// graceful stop), and may wait for more urgent writes. One call is one step: a thousand entries at a time keep that step short.
    async fn record_activity(&self, seen: Vec<(TokenHash, Timestamp)>) -> StoreResult<()>;

    // --- devices ---

    /// The part that knows devices.
    fn devices(&self) -> &dyn DeviceStore;

    // --- documents ---

    /// The part that knows documents.
    fn documents(&self) -> &dyn DocumentStore;

    // --- letters ---

    /// The part in which letters wait.
    fn letters(&self) -> &dyn LetterStore;

    // --- people, as operators and the engine change them ---

    /// The part by which people are disabled.
    fn people(&self) -> &dyn PeopleStore;

    // --- verifications ---

    /// Adds a verification and the letter that brings its secret, in one step. `Conflict` when its key is taken.
    async fn create_verification(
        &self,
        verification: VerificationRecord,
        letter: Option<LetterRecord>,
    ) -> StoreResult<()>;

    /// Reads a verification without using it up, expired or not.
    async fn verification(&self, key: &TokenHash) -> StoreResult<Option<VerificationRecord>>;

    /// Takes a verification: of any number of callers exactly one gets it.
    async fn take_verification(&self, key: &TokenHash) -> StoreResult<Option<VerificationRecord>>;

    // --- housekeeping ---

    /// Deletes at most `limit` sessions and `limit` verifications that ended at or before `before`, those that ended first going first
    /// (L-14). Answers with what went.
    async fn sweep(&self, before: Timestamp, limit: usize) -> StoreResult<Swept>;

    /// Puts back the times that were noted by a clock that has gone back since: those of sessions with their ends and rotations, of families,
    /// verifications, passwords, letters that wait and signing keys. One step, over all records.
    async fn put_times_back(&self, step: StepBack) -> StoreResult<()>;

    /// A number that changes whenever somebody else than this store object has written to the data (another process: the command line),
    /// so that caches can be dropped (P2). Cheap enough to call 50 times a second. A store that nobody else can write to answers a constant.
    async fn foreign_writes(&self) -> StoreResult<u64>;

    /// Whether the store can read and write now, found out by doing both. `Unavailable` says why not.
    async fn check(&self) -> StoreResult<()>;
}

/// Which of a person's sessions end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Ending {
    /// None of them.
    #[default]
    None,
    /// All of them.
    All,
    /// All but this one.
    AllBut(TokenHash),
}

impl Ending {
    /// Whether the session with these tokens is one of those that end.
    pub fn names(&self, tokens: &SessionTokens) -> bool {
        match self {
            Self::None => false,
            Self::All => true,
            Self::AllBut(kept) => !tokens.include(kept),
        }
    }
}
