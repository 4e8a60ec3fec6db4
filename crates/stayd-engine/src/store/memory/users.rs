//! The steps on people and their accounts.

use stayd_protocol::Timestamp;

use super::tables::{Row, Tables};
use crate::store::{
    AccountRecord, CREDENTIAL, ChangedUser, EndedSession, Ending, LetterRecord, NewPassword, PasswordProof,
    SessionRecord, StoreError, StoreResult, UserChange, UserRecord, UserWithPassword,
};

impl Tables {
    pub(super) fn create_user(
        &mut self,
        user: UserRecord,
        account: AccountRecord,
        session: Option<SessionRecord>,
        letter: Option<LetterRecord>,
    ) -> StoreResult<()> {
        self.letter_is_free(letter.as_ref())?;
        if self.users.contains_key(&user.id)
            || self.addresses.contains_key(&user.email)
            || self.account_is_taken(&account)
        {
            return Err(StoreError::Conflict);
        }
        if let Some(session) = &session {
            self.may_begin_session(&session.user_id)?;
            if self.session_is_taken(session, |_| false) {
                return Err(StoreError::Conflict);
            }
        }
        let exists = |id: &String| *id == user.id || self.users.contains_key(id);
        if !exists(&account.user_id) || session.as_ref().is_some_and(|session| !exists(&session.user_id)) {
            return Err(StoreError::NotFound);
        }
        self.addresses.insert(user.email.clone(), user.id.clone());
        let row = self.row(user);
        self.users.insert(row.record.id.clone(), row);
        self.insert_account(account);
        if let Some(session) = session {
            self.insert_session(session);
        }
        self.insert_letter(letter);
        Ok(())
    }

    pub(super) fn user(&self, id: &str) -> Option<&UserRecord> {
        self.users.get(id).map(|row| &row.record)
    }

    pub(super) fn user_by_email(&self, email: &str) -> Option<UserWithPassword> {
        let user = self.user(self.addresses.get(email)?)?.clone();
        let password_hash = self
            .credential_id(&user.id)
            .and_then(|id| self.accounts.get(&id))
            .and_then(|row| row.record.password_hash.clone());
        Some(UserWithPassword { user, password_hash })
    }

    pub(super) fn users(&self, after: Option<&str>, limit: usize) -> Vec<UserRecord> {
        let place = |row: &Row<UserRecord>| (row.record.created_at, row.seq);
        let after = match after {
            None => None,
            Some(id) => match self.users.get(id) {
                Some(row) => Some(place(row)),
                None => return Vec::new(),
            },
        };
        let mut rows: Vec<_> = self.users.values().filter(|row| Some(place(row)) > after).collect();
        rows.sort_by_key(|row| place(row));
        rows.into_iter().take(limit).map(|row| row.record.clone()).collect()
    }

    pub(super) fn update_user(
        &mut self,
        id: &str,
        change: UserChange,
        at: Timestamp,
    ) -> StoreResult<ChangedUser> {
        let is_free = self.letter_is_free(change.letter.as_ref());
        let row = self.users.get_mut(id).ok_or(StoreError::NotFound)?;
        if change.only_if_email.is_some_and(|email| email != row.record.email) {
            return Err(StoreError::NotFound);
        }
        let sets_password = |row: &Row<AccountRecord>, since| {
            row.record.user_id == id && row.record.provider_id == CREDENTIAL && row.record.updated_at >= since
        };
        let since = change.only_if_no_password_since;
        if since.is_some_and(|since| self.accounts.values().any(|row| sets_password(row, since))) {
            return Err(StoreError::NotFound);
        }
        is_free?;
        let moves = change.email.is_some();
        if let Some(email) = change.email {
            if self.addresses.get(&email).is_some_and(|holder| holder != id) {
                return Err(StoreError::Conflict);
            }
            self.addresses.remove(&row.record.email);
            self.addresses.insert(email.clone(), id.to_owned());
            row.record.email = email;
        }
        if let Some(name) = change.name {
            row.record.name = name;
        }
        if let Some(image) = change.image {
            row.record.image = image;
        }
        if let Some(email_verified) = change.email_verified {
            row.record.email_verified = email_verified;
        }
        row.record.updated_at = at;
        let user = row.record.clone();
        if moves {
            self.forget_verifications(id);
        }
        let ended = self.end_sessions_of(id, change.ending);
        self.insert_letter(change.letter);
        Ok(ChangedUser { user, ended })
    }

    pub(super) fn delete_user(&mut self, id: &str) -> StoreResult<Vec<EndedSession>> {
        let row = self.users.remove(id).ok_or(StoreError::NotFound)?;
        self.addresses.remove(&row.record.email);
        self.accounts.retain(|_, row| row.record.user_id != id);
        self.devices.retain(|_, row| row.record.user_id != id);
        self.forget_verifications(id);
        self.known_devices.remove(id);
        self.disabled.remove(id);
        self.documents.remove(id);
        Ok(self.end_sessions_of(id, Ending::All))
    }

    fn forget_verifications(&mut self, user_id: &str) {
        self.verifications.retain(|_, row| row.record.value != user_id);
    }

    pub(super) fn accounts_of(&self, user_id: &str) -> Vec<AccountRecord> {
        let mut rows: Vec<_> = self.accounts.values().filter(|row| row.record.user_id == user_id).collect();
        rows.sort_by_key(|row| (row.record.created_at, row.seq));
        rows.into_iter().map(|row| row.record.clone()).collect()
    }

    pub(super) fn set_password(&mut self, new: NewPassword) -> StoreResult<Vec<EndedSession>> {
        let NewPassword { user_id, password_hash, new_account_id, ending, session, at, letter, proof } = new;
        let user_id = user_id.as_str();
        if !self.users.contains_key(user_id) || !proof.is_none_or(|proof| self.holds(user_id, &proof)) {
            return Err(StoreError::NotFound);
        }
        self.letter_is_free(letter.as_ref())?;
        let credential = self.credential_id(user_id);
        let new_account = AccountRecord {
            id: new_account_id,
            account_id: user_id.to_owned(),
            provider_id: CREDENTIAL.to_owned(),
            user_id: user_id.to_owned(),
            password_hash: Some(password_hash),
            created_at: at,
            updated_at: at,
        };
        if credential.is_none() && self.account_is_taken(&new_account) {
            return Err(StoreError::Conflict);
        }
        if let Some(session) = &session {
            self.may_begin_session(&session.user_id)?;
            let ends = |other: &SessionRecord| other.user_id == user_id && ending.names(&other.tokens());
            if self.session_is_taken(session, ends) {
                return Err(StoreError::Conflict);
            }
            if !self.users.contains_key(&session.user_id) {
                return Err(StoreError::NotFound);
            }
        }
        if let Some(row) = credential.and_then(|id| self.accounts.get_mut(&id)) {
            row.record.password_hash = new_account.password_hash;
            row.record.updated_at = at;
        } else {
            self.insert_account(new_account);
        }
        self.forget_verifications(user_id);
        let ended = self.end_sessions_of(user_id, ending);
        if let Some(session) = session {
            self.insert_session(session);
        }
        self.insert_letter(letter);
        Ok(ended)
    }

    fn holds(&self, user_id: &str, proof: &PasswordProof) -> bool {
        match proof {
            PasswordProof::Present(hash) => {
                let account = self.credential_id(user_id).and_then(|id| self.accounts.get(&id));
                account.is_some_and(|row| row.record.password_hash.as_ref() == Some(hash))
            }
            PasswordProof::Link(key) => {
                self.verifications.get(key).is_some_and(|row| row.record.value == user_id)
            }
        }
    }

    pub(super) fn delete_account(
        &mut self,
        user_id: &str,
        account_id: &str,
        allow_last: bool,
    ) -> StoreResult<()> {
        if self.accounts.get(account_id).is_none_or(|row| row.record.user_id != user_id) {
            return Err(StoreError::NotFound);
        }
        if !allow_last && self.accounts_of(user_id).len() == 1 {
            return Err(StoreError::Conflict);
        }
        self.accounts.remove(account_id);
        Ok(())
    }
}
