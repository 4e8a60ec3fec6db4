//! Somebody new.

use super::common_passwords::is_common;
use crate::{
    Device, Engine, EngineResult, Refusal, SessionKind, SignedIn,
    mail::{Draft, Mail},
    store::{AccountRecord, CREDENTIAL, StoreError, UserRecord},
};
use stayd_protocol::{Timestamp, email, password};

/// A wish to sign up. The address is valid (checked at the edge).
#[derive(Debug, Clone, Default)]
pub struct SignUp {
    /// The name as typed; may be empty.
    pub name: String,
    /// The address as typed.
    pub email: String,
    /// The password as typed.
    pub password: String,
    /// A picture's address.
    pub image: Option<String>,
    /// Where the link in the verification letter leads afterwards.
    pub callback_url: Option<String>,
    /// Whether to stay signed in after the browser closes.
    pub remember: bool,
}

/// What became of a sign-up.
#[derive(Debug)]
pub enum SignedUp {
    /// The person is there and signed in.
    In(Box<SignedIn>),
    /// The person is there, or (where the policy does not sign in at once) was there before: an outsider cannot tell which.
    Waiting(Box<UserRecord>),
}

impl Engine {
    /// Adds a person with a password and, where the policy says so, signs them in.
    pub async fn sign_up(&self, wish: SignUp, device: Device) -> EngineResult<SignedUp> {
        let policy = &self.policy().accounts;
        if !policy.sign_up {
            return Err(Refusal::SignUpDisabled.into());
        }
        self.check_new_password(&wish.password)?;
        let signs_in = policy.auto_sign_in && !policy.require_email_verification;
        let email = email::normalise(&wish.email);
        if signs_in && self.store().user_by_email(&email).await?.is_some() {
            return Err(Refusal::UserAlreadyExists.into());
        }
        // Where the answer hides whether the address was known, the work must hide it too.
        let hash = self.hashing().hash(&wish.password, self.random()).await?;

        let now = self.now();
        let user = self.new_user(wish.name, email, wish.image, now);
        let account = self.credential_account(&user.id, hash, now);
        let kind = SessionKind::of_browser(wish.remember);
        let device = Device { id: self.device_id(kind, device.id), ..device };
        let signed_in = signs_in.then(|| self.new_session(&user.id, kind, device.clone(), now));
        let session = signed_in.as_ref().map(|(_, session)| session.clone());
        let verifies = policy.require_email_verification;
        let mail = verifies.then(|| self.verification_letter(&user, wish.callback_url.as_deref()));
        let draft = mail.clone().map(|mail| self.draft(mail));
        let letter = draft.as_ref().and_then(Draft::record);
        match self.store().create_user(user.clone(), account, session, letter).await {
            Ok(()) => {}
            Err(StoreError::Conflict) if signs_in => return Err(Refusal::UserAlreadyExists.into()),
            Err(StoreError::Conflict) => {
                self.write_for_nobody(mail).await?;
                return Ok(SignedUp::Waiting(Box::new(user)));
            }
            Err(error) => return Err(error.into()),
        }
        if let Some(draft) = draft {
            self.post(draft);
        }
        Ok(match signed_in {
            Some((token, session)) => {
                self.metrics().session_began(kind);
                self.remember_first_sign_in(&user.id, &device, now).await;
                SignedUp::In(Box::new(SignedIn { token, session, user }))
            }
            None => SignedUp::Waiting(Box::new(user)),
        })
    }

    /// What a sign-up that is kept secret costs where nobody is added: what was refused waits for no disk, what is done does.
    async fn write_for_nobody(&self, mail: Option<Mail>) -> EngineResult<()> {
        match mail {
            Some(mail) => self.queue(Mail { to: String::new(), ..mail }).await,
            None => Ok(self.store().check().await?),
        }
    }

    /// Adds a person on an operator's word: no session, no letter, and the address counts as verified only if `verified`.
    pub async fn add_user(&self, wish: SignUp, verified: bool) -> EngineResult<UserRecord> {
        self.check_new_password(&wish.password)?;
        if !email::is_valid(&wish.email) {
            return Err(Refusal::InvalidEmail.into());
        }
        let hash = self.hashing().hash(&wish.password, self.random()).await?;
        let now = self.now();
        let mut user = self.new_user(wish.name, email::normalise(&wish.email), wish.image, now);
        user.email_verified = verified;
        let account = self.credential_account(&user.id, hash, now);
        match self.store().create_user(user.clone(), account, None, None).await {
            Ok(()) => Ok(user),
            Err(StoreError::Conflict) => Err(Refusal::UserAlreadyExists.into()),
            Err(error) => Err(error.into()),
        }
    }

    /// Refuses a new password outside the policy's lengths, or one that everybody tries first.
    pub(crate) fn check_new_password(&self, password: &str) -> Result<(), Refusal> {
        let policy = &self.policy().passwords;
        if password::length_utf16(password) < policy.min_length {
            return Err(Refusal::PasswordTooShort);
        }
        self.check_password_not_too_long(password)?;
        if policy.refuse_common && is_common(password) {
            return Err(Refusal::PasswordTooCommon);
        }
        Ok(())
    }

    /// Refuses a password so long that checking it would be work for nothing.
    pub(crate) fn check_password_not_too_long(&self, password: &str) -> Result<(), Refusal> {
        if password::length_utf16(password) > self.policy().passwords.max_length {
            return Err(Refusal::PasswordTooLong);
        }
        Ok(())
    }

    fn new_user(&self, name: String, email: String, image: Option<String>, now: Timestamp) -> UserRecord {
        UserRecord {
            id: self.new_id(),
            name,
            email,
            email_verified: false,
            image,
            created_at: now,
            updated_at: now,
        }
    }

    fn credential_account(&self, user_id: &str, hash: String, now: Timestamp) -> AccountRecord {
        AccountRecord {
            id: self.new_id(),
            account_id: user_id.to_owned(),
            provider_id: CREDENTIAL.to_owned(),
            user_id: user_id.to_owned(),
            password_hash: Some(hash),
            created_at: now,
            updated_at: now,
        }
    }
}
