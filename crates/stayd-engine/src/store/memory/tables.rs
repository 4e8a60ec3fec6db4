//! The tables and what the steps on them have in common. A step first finds out whether it can be done, and only then writes: whole or nothing.

use std::collections::BTreeMap;

use stayd_protocol::TokenHash;

use crate::store::{AccountRecord, CREDENTIAL, SessionRecord, UserRecord, VerificationRecord};

/// A record and its place in the order in which records were added.
#[derive(Debug)]
pub(super) struct Row<T> {
    pub(super) seq: u64,
    pub(super) record: T,
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
    pub(super) verifications: BTreeMap<TokenHash, Row<VerificationRecord>>,
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
        self.session_ids.insert(session.id.clone(), session.token_hash);
        let row = self.row(session);
        self.sessions.insert(row.record.token_hash, row);
    }

    pub(super) fn account_is_taken(&self, account: &AccountRecord) -> bool {
        self.accounts.contains_key(&account.id)
            || self.accounts.values().any(|row| {
                row.record.provider_id == account.provider_id && row.record.account_id == account.account_id
            })
    }

    /// Whether the id or the token of `session` belongs to a session that does not end in the same step.
    pub(super) fn session_is_taken(
        &self,
        session: &SessionRecord,
        ends: impl Fn(&SessionRecord) -> bool,
    ) -> bool {
        let by_token = Some(&session.token_hash);
        let by_id = self.session_ids.get(&session.id);
        [by_token, by_id]
            .into_iter()
            .flatten()
            .filter_map(|token| self.sessions.get(token))
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
