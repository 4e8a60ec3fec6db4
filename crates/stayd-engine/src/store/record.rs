//! What a store keeps.

use super::{Ending, LetterRecord};
use crate::SessionKind;
use stayd_protocol::{Timestamp, TokenHash};

/// A person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserRecord {
    /// The key; 32 letters and digits.
    pub id: String,
    /// The name as typed; may be empty.
    pub name: String,
    /// The address in lower case; unique.
    pub email: String,
    /// Whether the person has shown that the address is theirs.
    pub email_verified: bool,
    /// A picture's address.
    pub image: Option<String>,
    /// When the person signed up.
    pub created_at: Timestamp,
    /// When a field last changed.
    pub updated_at: Timestamp,
}

/// One way in which a person signs in: a password, or an identity provider.
#[derive(Clone, PartialEq, Eq)]
pub struct AccountRecord {
    /// The key; 32 letters and digits.
    pub id: String,
    /// The person's key at the provider; the user's id for a password.
    pub account_id: String,
    /// `credential` for a password, else the provider's name. Unique together with `account_id`.
    pub provider_id: String,
    /// The person.
    pub user_id: String,
    /// The password's hash (`salt:key`, see [`stayd_protocol::password`]).
    pub password_hash: Option<String>,
    /// When the account was made.
    pub created_at: Timestamp,
    /// When a field last changed.
    pub updated_at: Timestamp,
}

/// The provider name of an account that is opened by a password.
pub const CREDENTIAL: &str = "credential";

/// A session. Its secret is kept as a hash only (T-2); the id is its handle and may be shown and logged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionRecord {
    /// The key and the public handle; 32 letters and digits.
    pub id: String,
    /// SHA-256 of the token; unique.
    pub token_hash: TokenHash,
    /// The person.
    pub user_id: String,
    /// From this moment on the session is over.
    pub expires_at: Timestamp,
    /// When the person signed in.
    pub created_at: Timestamp,
    /// When the session was last renewed or changed.
    pub updated_at: Timestamp,
    /// The address it was made from, or where its person last proved who they are.
    pub ip_address: Option<String>,
    /// The `User-Agent` at that time.
    pub user_agent: Option<String>,
    /// When the person last proved who they are in it: at the sign-in, or later, when asked again. The beginning of time where that counts
    /// no more.
    pub authenticated_at: Timestamp,
    /// The device it was begun on, where devices are told apart.
    pub device_id: Option<String>,
    /// What it is for, by which its policy is found.
    pub kind: SessionKind,
    /// When it was last used, to the minute.
    pub last_active_at: Timestamp,
    /// The last replacement of its token; `None` while it has its first one.
    pub rotation: Option<RotationRecord>,
}

/// A replacement of a session's token by its successor. How long the predecessor still works is policy and not kept here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RotationRecord {
    /// SHA-256 of the token before; unique among all tokens and predecessors.
    pub predecessor: TokenHash,
    /// When it was replaced.
    pub rotated_at: Timestamp,
    /// When somebody first showed the successor, and so is known to have received it.
    pub shown_at: Option<Timestamp>,
}

impl From<SessionRecord> for EndedSession {
    fn from(session: SessionRecord) -> Self {
        let tokens = session.tokens();
        let SessionRecord { id, user_id, created_at, expires_at, .. } = session;
        Self { id, user_id, tokens, created_at, expires_at, families: Vec::new() }
    }
}

impl SessionRecord {
    /// Whether the person asked to be remembered: then the cookie outlives the browser.
    pub fn is_remembered(&self) -> bool {
        self.kind == SessionKind::Remember
    }

    /// Its tokens: the present one and the one before.
    pub fn tokens(&self) -> SessionTokens {
        SessionTokens {
            current: self.token_hash,
            predecessor: self.rotation.map(|rotation| rotation.predecessor),
        }
    }
}

/// Every token by which a session may be known. When one is forgotten, all of them must be (P2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SessionTokens {
    /// The present one.
    pub current: TokenHash,
    /// The one before, if the session has had one.
    pub predecessor: Option<TokenHash>,
}

impl SessionTokens {
    /// Whether `token` is one of them.
    pub fn include(&self, token: &TokenHash) -> bool {
        self.current == *token || self.predecessor.as_ref() == Some(token)
    }
}

/// What is left to tell of a session that a store has ended: whose it was, how long it lasted, and what must be forgotten with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EndedSession {
    /// Its handle.
    pub id: String,
    /// The person.
    pub user_id: String,
    /// Every token by which it was known.
    pub tokens: SessionTokens,
    /// When it began.
    pub created_at: Timestamp,
    /// When it would have ended by itself, or did.
    pub expires_at: Timestamp,
    /// The sessions of programs that were begun with it, and have ended with it because an act ended it. Those that end as sessions of
    /// the person in the same step are named beside it.
    pub families: Vec<EndedSession>,
}

/// What a sweep has deleted.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Swept {
    /// Sessions, those that ended first going first.
    pub sessions: Vec<EndedSession>,
    /// How many verifications.
    pub verifications: usize,
    /// How many records of sessions that were ended with all others, which was told then.
    pub ended_with_all: usize,
}

impl Swept {
    /// How many records went.
    pub fn count(&self) -> usize {
        self.sessions.len() + self.verifications + self.ended_with_all
    }
}

impl IntoIterator for SessionTokens {
    type Item = TokenHash;
    type IntoIter = std::iter::Chain<std::iter::Once<TokenHash>, std::option::IntoIter<TokenHash>>;

    fn into_iter(self) -> Self::IntoIter {
        std::iter::once(self.current).chain(self.predecessor)
    }
}

/// A one-time proof that somebody reads a mailbox: a reset link, a deletion link.
#[derive(Clone, PartialEq, Eq)]
pub struct VerificationRecord {
    /// SHA-256 of the purpose and the secret of the link; unique.
    pub key: TokenHash,
    /// What the proof is about: a user's id.
    pub value: String,
    /// From this moment on it is worthless.
    pub expires_at: Timestamp,
    /// When it was made.
    pub created_at: Timestamp,
}

/// A session together with its person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionWithUser {
    /// The session.
    pub session: SessionRecord,
    /// The person it belongs to.
    pub user: UserRecord,
}

/// A person with the password account, for sign-in.
#[derive(Clone)]
pub struct UserWithPassword {
    /// The person.
    pub user: UserRecord,
    /// The hash of the credential account; `None` where there is no such account or it holds no password.
    pub password_hash: Option<String>,
}

/// Fields of a person to change; `None` leaves a field as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct UserChange {
    /// A new name.
    pub name: Option<String>,
    /// A new picture, or none.
    pub image: Option<Option<String>>,
    /// A new address, in lower case.
    pub email: Option<String>,
    /// Whether the address is verified.
    pub email_verified: Option<bool>,
    /// Only change the person while their address is this one; otherwise the answer is `NotFound`.
    pub only_if_email: Option<String>,
    /// Only change the person where they have set no password at this moment or later; otherwise the answer is `NotFound`.
    pub only_if_no_password_since: Option<Timestamp>,
    /// The letter that tells of it.
    pub letter: Option<LetterRecord>,
    /// Which sessions of the person end with it.
    pub ending: Ending,
}

/// A person who was changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangedUser {
    /// As they are now.
    pub user: UserRecord,
    /// The sessions that ended with it, in no particular order.
    pub ended: Vec<EndedSession>,
}

/// A new password, and what changes with it.
#[derive(Clone)]
pub struct NewPassword {
    /// Whose.
    pub user_id: String,
    /// Its hash.
    pub password_hash: String,
    /// The id of the credential account, where the person has none yet.
    pub new_account_id: String,
    /// Which sessions of the person end.
    pub ending: Ending,
    /// A session that begins once those have ended.
    pub session: Option<SessionRecord>,
    /// Now.
    pub at: Timestamp,
    /// The letter that tells of it.
    pub letter: Option<LetterRecord>,
    /// What it rests on; `None`: somebody's word.
    pub proof: Option<PasswordProof>,
}

/// What a new password rests on. It was looked at before, while something was hashed: only what still holds in the step itself counts.
#[derive(Clone, PartialEq, Eq)]
pub enum PasswordProof {
    /// This is still the hash of the present one.
    Present(String),
    /// This verification, whose `value` is the person's id, is still there. It is used up in the same step.
    Link(TokenHash),
}

/// A later end for a session, and perhaps a new token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Renewal {
    /// Which session: its token, or (where there is no `successor`) its token's predecessor.
    pub token_hash: TokenHash,
    /// Becomes the session's token, and `token_hash` its predecessor. Then the renewal is only made while `token_hash` is the
    /// session's present token, so that of many rotations of one token one is made.
    pub successor: Option<TokenHash>,
    /// Renew only while the present end is at or before this moment, so that a repeated renewal is the same renewal.
    pub only_if_expires_by: Timestamp,
    /// The new end; with a `successor` it may be the present one.
    pub expires_at: Timestamp,
    /// Now.
    pub at: Timestamp,
}

/// What became of a renewal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Renewed {
    /// The session as it now stands.
    pub session: SessionRecord,
    /// Whether this call renewed it; otherwise the conditions did not hold and nothing was changed.
    pub is_new: bool,
}
