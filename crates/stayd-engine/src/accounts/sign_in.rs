//! Somebody comes back.

use crate::{
    Device, EndReason, Engine, EngineError, EngineResult, Refusal, SessionKind, SignedIn, store::StoreError,
};
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
        let verdict = self.hashing().verify_or_renew(&wish.password, stored.clone(), self.random()).await?;
        let Some(user) = user.filter(|_| verdict.is_right) else {
            return Err(Refusal::InvalidEmailOrPassword.into());
        };
        if self.policy().accounts.require_email_verification && !user.email_verified {
            return Err(Refusal::EmailNotVerified.into());
        }
        let user_id = user.id.clone();
        // At the same time, so that both wait for the disk together.
        let (begun, ()) = tokio::join!(
            self.begin_session(user, SessionKind::of_browser(wish.remember), device, presented),
            self.keep_renewed_hash(&user_id, stored.as_deref(), verdict.renewed.clone()),
        );
        let begun = match begun {
            // The person was deleted while the password was checked.
            Err(EngineError::Store(StoreError::NotFound)) => {
                return Err(Refusal::InvalidEmailOrPassword.into());
            }
            other => other?,
        };
        if !self.is_still_right(&user_id, &wish.password, [stored, verdict.renewed]).await? {
            self.end_session_because(&begun.token.hash(), EndReason::PasswordChanged).await?;
            return Err(Refusal::InvalidEmailOrPassword.into());
        }
        Ok(begun)
    }

    /// Whether a password that was found right by one of these hashes is right now that its session is there. Whoever has changed it meanwhile
    /// has ended all sessions but that one (L-6): a change before the session began shows here, one after it has ended it.
    async fn is_still_right(
        &self,
        user_id: &str,
        password: &str,
        by: [Option<String>; 2],
    ) -> EngineResult<bool> {
        let present = self.credential_hash(user_id).await?;
        if present.is_some() && by.contains(&present) {
            return Ok(true);
        }
        // Changed, or only hashed anew at another sign-in.
        self.hashing().verify(password, present).await
    }

    /// Keeps a hash that was made anew, unless the password was changed meanwhile. That it could not be kept is no reason to refuse the
    /// sign-in: the next one makes it again.
    async fn keep_renewed_hash(&self, user_id: &str, stored: Option<&str>, renewed: Option<String>) {
        let Some((stored, renewed)) = stored.zip(renewed) else { return };
        if let Err(error) = self.store().people().renew_password_hash(user_id, stored, renewed).await {
            tracing::warn!(%error, "a password's hash could not be renewed; the next sign-in tries again");
        }
    }
}
