//! A person leaves.

use crate::{
    EndReason, Engine, EngineResult, LiveSession, Refusal,
    links::{Purpose, verification_key},
    mail::{Letter, Mail},
    store::VerificationRecord,
};
use stayd_protocol::identifier::alphanumeric;

/// Letters and digits in the secret of a deletion link: 190 bits.
const DELETION_TOKEN_LENGTH: usize = 32;

/// What became of a wish to leave.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Deletion {
    /// The person is gone, with everything that was theirs.
    Done,
    /// A letter asks them to confirm.
    LetterSent,
}

impl Engine {
    /// Deletes the signed-in person, or sends the letter that asks to confirm it. Needs the password, a link's `token`, or a fresh session.
    pub async fn delete_user(
        &self,
        live: &LiveSession,
        password: Option<&str>,
        token: Option<&str>,
        callback_url: Option<&str>,
    ) -> EngineResult<Deletion> {
        let policy = &self.policy().accounts;
        if !policy.delete_user {
            return Err(Refusal::DeleteUserDisabled.into());
        }
        let user = &live.user;
        if let Some(password) = password {
            self.check_password_not_too_long(password)?;
            let stored = self.credential_hash(&user.id).await?.ok_or(Refusal::CredentialAccountNotFound)?;
            if !self.hashing().verify(password, Some(stored)).await? {
                return Err(Refusal::InvalidPassword.into());
            }
        }
        if let Some(token) = token {
            return self.delete_user_by_link(&user.id, token).await;
        }
        if password.is_none() {
            self.check_step_up(&live.session)?;
        }
        if policy.delete_user_by_mail {
            self.post_deletion_link(live, callback_url).await?;
            return Ok(Deletion::LetterSent);
        }
        if password.is_none() && !self.is_fresh(&live.session, self.now()) {
            return Err(Refusal::SessionExpired.into());
        }
        self.remove_user(&user.id).await?;
        Ok(Deletion::Done)
    }

    /// Deletes a person by the link sent to them; only for the person it was made for.
    pub async fn delete_user_by_link(&self, user_id: &str, token: &str) -> EngineResult<Deletion> {
        if !self.policy().accounts.delete_user {
            return Err(Refusal::DeleteUserDisabled.into());
        }
        let key = verification_key(Purpose::DeleteAccount, token);
        let found = self.store().verification(&key).await?;
        // Looked at before it is taken: a link in the wrong hands is not used up by them.
        if found.is_none_or(|found| found.value != user_id || found.expires_at <= self.now()) {
            return Err(Refusal::DeleteTokenInvalid.into());
        }
        self.store().take_verification(&key).await?.ok_or(Refusal::DeleteTokenInvalid)?;
        self.remove_user(user_id).await?;
        Ok(Deletion::Done)
    }

    /// Deletes a person with everything that is theirs.
    pub async fn remove_user(&self, user_id: &str) -> EngineResult<()> {
        let ended = self.store().delete_user(user_id).await?;
        self.forget(ended, EndReason::AccountDeleted);
        Ok(())
    }

    async fn post_deletion_link(&self, live: &LiveSession, callback_url: Option<&str>) -> EngineResult<()> {
        let token = alphanumeric(self.random(), DELETION_TOKEN_LENGTH);
        let now = self.now();
        let verification = VerificationRecord {
            key: verification_key(Purpose::DeleteAccount, &token),
            value: live.user.id.clone(),
            expires_at: now.plus(self.policy().accounts.deletion_expires_in),
            created_at: now,
        };
        let letter = Letter::DeleteAccount { url: self.links().delete_user(&token, callback_url) };
        let draft = self.draft(Mail { to: live.user.email.clone(), name: live.user.name.clone(), letter });
        self.store().create_verification(verification, draft.record()).await?;
        self.post(draft);
        Ok(())
    }
}
