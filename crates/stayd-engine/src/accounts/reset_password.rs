//! A person who forgot the password proves that the mailbox is theirs.

use crate::{
    Device, EndReason, Engine, EngineResult, Refusal, SecurityEvent,
    links::{Purpose, verification_key},
    mail::{Letter, Mail},
    security::Incident,
    store::{Ending, VerificationRecord},
};
use stayd_protocol::{email, identifier::alphanumeric};

/// Letters and digits in the secret of a reset link: 142 bits.
const RESET_TOKEN_LENGTH: usize = 24;

impl Engine {
    /// Sends a link to choose a new password, if somebody has this address. An outsider cannot tell: what is done for a
    /// known address and what is done for an unknown one take the same path to the store, and letters are sent behind the answer.
    pub async fn request_password_reset(&self, address: &str, redirect_to: Option<&str>) -> EngineResult<()> {
        let address = email::normalise(address);
        let token = alphanumeric(self.random(), RESET_TOKEN_LENGTH);
        let found = self.store().user_by_email(&address).await?;
        let now = self.now();
        self.store()
            .create_verification(VerificationRecord {
                key: verification_key(Purpose::ResetPassword, &token),
                // A link for nobody: it is stored for the sake of time, leads to no one and is swept with the others.
                value: found.as_ref().map(|found| found.user.id.clone()).unwrap_or_default(),
                expires_at: now.plus(self.policy().accounts.reset_expires_in),
                created_at: now,
            })
            .await?;
        if let Some(found) = found {
            let url = self.links().reset_password(&token, redirect_to);
            self.post(Mail { to: address, name: found.user.name, letter: Letter::ResetPassword { url } });
        }
        Ok(())
    }

    /// Whether a reset link would still work. Does not use it up.
    pub async fn reset_token_works(&self, token: &str) -> EngineResult<bool> {
        let key = verification_key(Purpose::ResetPassword, token);
        let found = self.store().verification(&key).await?;
        Ok(found.is_some_and(|found| found.expires_at > self.now() && !found.value.is_empty()))
    }

    /// Sets a new password by a reset link, which works once. Ends the person's sessions where the policy says so:
    /// somebody who lost control of the account gets it back whole.
    pub async fn reset_password(&self, token: &str, password: &str, device: &Device) -> EngineResult<()> {
        self.check_new_password(password)?;
        if !self.reset_token_works(token).await? {
            return Err(Refusal::ResetTokenInvalid.into());
        }
        // Hashed before the link is used up, so that a busy pool costs nobody their link.
        let hash = self.hashing().hash(password, self.random()).await?;
        let key = verification_key(Purpose::ResetPassword, token);
        let taken = self.store().take_verification(&key).await?.ok_or(Refusal::ResetTokenInvalid)?;
        let now = self.now();
        if taken.expires_at <= now {
            return Err(Refusal::ResetTokenInvalid.into());
        }
        let ending =
            if self.policy().accounts.revoke_sessions_on_password_reset { Ending::All } else { Ending::None };
        let ended = self
            .store()
            .set_password(&taken.value, hash, self.new_id(), ending, None, now)
            .await
            .map_err(|error| error.or_refused(Refusal::ResetUserNotFound))?;
        self.forget(ended, EndReason::PasswordChanged);
        if let Some(user) = self.store().user_by_id(&taken.value).await? {
            let changed = Incident::of_person(SecurityEvent::PasswordChanged, &user, Some(device));
            self.raise(changed).await?;
        }
        Ok(())
    }
}
