//! The tables and what the steps on them have in common. A step first finds out whether it can be done, and only then writes: whole or nothing.

use std::collections::BTreeMap;

use stayd_protocol::{Timestamp, TokenHash};

use super::letters::Letter;
use crate::store::{
    AccountRecord, CREDENTIAL, DeviceRecord, FamilyRecord, KnownDevice, Revision, SessionRecord,
    SigningKeyRecord, UserRecord, VerificationRecord,
};

/// A record and its place in the order in which records were added.
#[derive(Debug)]
pub(super) struct Row<T> {
    pub(super) seq: u64,
    pub(super) record: T,
}

/// A document, or what is remembered of one that was removed.
#[derive(Debug)]
pub(super) struct KeptDocument {
    /// JSON; `None` where it was removed.
    pub(super) value: Option<String>,
    pub(super) revision: Revision,
    pub(super) updated_at: Timestamp,
}

/// Everything a memory store holds.
#[derive(Default)]
pub(super) struct Tables {
    last_seq: u64,
    pub(super) users: BTreeMap<String, Row<UserRecord>>,
    /// Address to id.
    pub(super) addresses: BTreeMap<String, String>,
    pub(super) accounts: BTreeMap<String, Row<AccountRecord>>,
    pub(super) sessions: BTreeMap<TokenHash, Row<SessionRecord>>,
    /// Id to token.
    pub(super) session_ids: BTreeMap<String, TokenHash>,
    /// Predecessor to token.
    pub(super) predecessors: BTreeMap<TokenHash, TokenHash>,
    /// By the person's id, what was seen last going first.
    pub(super) known_devices: BTreeMap<String, Vec<KnownDevice>>,
    /// By person and id.
    pub(super) devices: BTreeMap<(String, String), Row<DeviceRecord>>,
    /// By person and name.
    pub(super) documents: BTreeMap<String, BTreeMap<String, KeptDocument>>,
    pub(super) verifications: BTreeMap<TokenHash, Row<VerificationRecord>>,
    /// Since when, by id.
    pub(super) disabled: BTreeMap<String, Timestamp>,
    /// By id.
    pub(super) letters: BTreeMap<String, Letter>,
    /// In the order in which they were added.
    pub(super) keys: Vec<SigningKeyRecord>,
    /// By the id of their session.
    pub(super) families: BTreeMap<String, FamilyRecord>,
}

impl std::fmt::Debug for Tables {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Tables")
            .field("users", &self.users.len())
            .field("sessions", &self.sessions.len())
            .finish_non_exhaustive()
    }
}

impl Tables {
    pub(super) fn row<T>(&mut self, record: T) -> Row<T> {
        self.last_seq += 1;
        Row { seq: self.last_seq, record }
    }

    pub(super) fn insert_account(&mut self, account: AccountRecord) {
        let row = self.row(account);
        self.accounts.insert(row.record.id.clone(), row);
    }

    pub(super) fn insert_session(&mut self, session: SessionRecord) {
        self.see_device(&session);
        let row = self.row(session);
        self.put_session(row);
    }

    /// Puts a session under its tokens and its id.
    pub(super) fn put_session(&mut self, row: Row<SessionRecord>) {
        let token = row.record.token_hash;
        self.session_ids.insert(row.record.id.clone(), token);
        if let Some(rotation) = row.record.rotation {
            self.predecessors.insert(rotation.predecessor, token);
        }
        self.sessions.insert(token, row);
    }

    /// Takes the session with this very token out of all tables.
    pub(super) fn take_session(&mut self, token: &TokenHash) -> Option<Row<SessionRecord>> {
        let row = self.sessions.remove(token)?;
        self.session_ids.remove(&row.record.id);
        self.families.remove(&row.record.id);
        if let Some(rotation) = row.record.rotation {
            self.predecessors.remove(&rotation.predecessor);
        }
        Some(row)
    }

    /// The present token of the session that `token` leads to: itself, or its successor.
    pub(super) fn present_token(&self, token: &TokenHash) -> Option<TokenHash> {
        if self.sessions.contains_key(token) { Some(*token) } else { self.predecessors.get(token).copied() }
    }

    pub(super) fn account_is_taken(&self, account: &AccountRecord) -> bool {
        self.accounts.contains_key(&account.id)
            || self.accounts.values().any(|row| {
                row.record.provider_id == account.provider_id && row.record.account_id == account.account_id
            })
    }

    /// Whether the id or a token of `session` belongs to a session that does not end in the same step.
    pub(super) fn session_is_taken(
        &self,
        session: &SessionRecord,
        ends: impl Fn(&SessionRecord) -> bool,
    ) -> bool {
        let predecessor = session.rotation.map(|rotation| rotation.predecessor);
        let by_tokens = [Some(session.token_hash), predecessor].into_iter().flatten();
        let by_tokens = by_tokens.filter_map(|token| self.present_token(&token));
        by_tokens
            .chain(self.session_ids.get(&session.id).copied())
            .filter_map(|token| self.sessions.get(&token))
            .any(|row| !ends(&row.record))
    }

    /// The id of the account that holds a person's password: the oldest where there are several.
    pub(super) fn credential_id(&self, user_id: &str) -> Option<String> {
        let credentials = self
            .accounts
            .values()
            .filter(|row| row.record.user_id == user_id && row.record.provider_id == CREDENTIAL);
        credentials.min_by_key(|row| row.seq).map(|row| row.record.id.clone())
    }
}
