//! Somebody comes back.

use crate::{Device, Engine, EngineError, EngineResult, Refusal, SessionKind, SignedIn, store::StoreError};
use stayd_protocol::{TokenHash, email};

/// A wish to sign in with a password.
#[derive(Debug, Clone, Default)]
pub struct SignIn {
    /// The address as typed.
    pub email: String,
    /// The password as typed.
    pub password: String,
    /// Whether to stay signed in after the browser closes.
    pub remember: bool,
}

impl Engine {
    /// Signs in with a password. An unknown address and a wrong password cost the same and say the same.
    /// `presented` is the token that the browser held before: it ends (L-3).
    pub async fn sign_in(
        &self,
        wish: SignIn,
        device: Device,
        presented: Option<TokenHash>,
    ) -> EngineResult<SignedIn> {
        if !email::is_valid(&wish.email) {
            return Err(Refusal::InvalidEmail.into());
        }
        self.check_password_not_too_long(&wish.password)?;
        let found = self.store().user_by_email(&email::normalise(&wish.email)).await?;
        let (user, stored) = match found {
            Some(found) => (Some(found.user), found.password_hash),
            None => (None, None),
        };
        let right = self.hashing().verify(&wish.password, stored).await?;
        let Some(user) = user.filter(|_| right) else {
            return Err(Refusal::InvalidEmailOrPassword.into());
        };
        if self.policy().accounts.require_email_verification && !user.email_verified {
            return Err(Refusal::EmailNotVerified.into());
        }
        match self.begin_session(user, SessionKind::of_browser(wish.remember), device, presented).await {
            // The person was deleted while the password was checked.
            Err(EngineError::Store(StoreError::NotFound)) => Err(Refusal::InvalidEmailOrPassword.into()),
            other => other,
        }
    }
}
