//! A person who forgot the password proves that the mailbox is theirs.

use crate::{
    Device, EndReason, Engine, EngineResult, Refusal, SecurityEvent,
    links::{Purpose, verification_key},
    mail::{Letter, Mail},
    security::Incident,
    store::{Ending, NewPassword, PasswordProof, VerificationRecord},
};
use stayd_protocol::{email, identifier::alphanumeric};

/// Letters and digits in the secret of a reset link: 142 bits.
const RESET_TOKEN_LENGTH: usize = 24;

impl Engine {
    /// Sends a link to choose a new password, if somebody has this address. An outsider cannot tell: for an address that nobody has a
    /// verification of nobody and a letter to nobody are made, sealed and written in the same step; letters are sent behind the answer, and
    /// those to nobody are thrown away there.
    pub async fn request_password_reset(&self, address: &str, redirect_to: Option<&str>) -> EngineResult<()> {
        let address = email::normalise(address);
        let token = alphanumeric(self.random(), RESET_TOKEN_LENGTH);
        let found = self.store().user_by_email(&address).await?;
        let now = self.now();
        let verification = VerificationRecord {
            key: verification_key(Purpose::ResetPassword, &token),
            // A link for nobody leads to no one and is swept with the others.
            value: found.as_ref().map(|found| found.user.id.clone()).unwrap_or_default(),
            expires_at: now.plus(self.policy().accounts.reset_expires_in),
            created_at: now,
        };
        let (to, name) = found.map(|found| (address, found.user.name)).unwrap_or_default();
        let url = self.links().reset_password(&token, redirect_to);
        let draft = self.draft(Mail { to, name, letter: Letter::ResetPassword { url } });
        self.store().create_verification(verification, draft.record()).await?;
        self.post(draft);
        Ok(())
    }

    /// Whether a reset link would still work. Does not use it up.
    pub async fn reset_token_works(&self, token: &str) -> EngineResult<bool> {
        Ok(self.reset_link(token).await?.is_some())
    }

    /// The verification behind a reset link that works.
    async fn reset_link(&self, token: &str) -> EngineResult<Option<VerificationRecord>> {
        let key = verification_key(Purpose::ResetPassword, token);
        let found = self.store().verification(&key).await?;
        Ok(found.filter(|found| found.expires_at > self.now() && !found.value.is_empty()))
    }

    /// Sets a new password by a reset link, which works once. Ends the person's sessions where the policy says so:
    /// somebody who lost control of the account gets it back whole.
    pub async fn reset_password(&self, token: &str, password: &str, device: &Device) -> EngineResult<()> {
        self.check_new_password(password)?;
        if !self.reset_token_works(token).await? {
            return Err(Refusal::ResetTokenInvalid.into());
        }
        // Hashed before the link is looked at, so that a busy pool costs nobody their link.
        let hash = self.hashing().hash(password, self.random()).await?;
        let link = self.reset_link(token).await?.ok_or(Refusal::ResetTokenInvalid)?;
        let now = self.now();
        let ending =
            if self.policy().accounts.revoke_sessions_on_password_reset { Ending::All } else { Ending::None };
        let user = self.store().user_by_id(&link.value).await?.ok_or(Refusal::ResetUserNotFound)?;
        let changed = Incident::of_person(SecurityEvent::PasswordChanged, &user, Some(device));
        let notice = self.notice(&changed);
        let new = NewPassword {
            user_id: user.id.clone(),
            password_hash: hash,
            new_account_id: self.new_id(),
            ending,
            session: None,
            at: now,
            letter: notice.record(),
            // Used up in the step that sets the password: of many who follow it at once one does, and whoever comes after another password was
            // set sets none.
            proof: Some(PasswordProof::Link(link.key)),
        };
        let ended = self.store().set_password(new).await;
        self.forget(
            ended.map_err(|error| error.or_refused(Refusal::ResetTokenInvalid))?,
            EndReason::PasswordChanged,
        );
        self.told(&changed, notice);
        Ok(())
    }
}
