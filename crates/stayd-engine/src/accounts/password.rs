//! A person proves or changes their password.

use crate::{
    Device, EndReason, Engine, EngineResult, LiveSession, Refusal, Renewed, SecurityEvent, SignedIn,
    security::Incident,
    store::{CREDENTIAL, Ending},
};
use stayd_protocol::SessionToken;

/// A wish to change one's password.
#[derive(Debug, Clone)]
pub struct PasswordChange {
    /// The present password, as proof.
    pub current: String,
    /// The new one.
    pub new: String,
    /// Whether every session ends, this one included, and a new one begins; where nothing is said,
    /// [`crate::SessionPolicy::end_others_on_change`] decides.
    pub end_sessions: Option<bool>,
}

/// What became of the session that changed its person's password.
#[derive(Debug)]
pub enum PasswordChanged {
    /// It goes on as it was.
    Kept,
    /// It goes on with a new token (L-5).
    Rotated(Renewed),
    /// It ended with all others, and this one began.
    Begun(Box<SignedIn>),
}

impl Engine {
    /// Changes the password in the session that was recognised by `token`.
    pub async fn change_password(
        &self,
        token: &SessionToken,
        live: &LiveSession,
        change: PasswordChange,
        device: Device,
    ) -> EngineResult<PasswordChanged> {
        self.check_new_password(&change.new)?;
        self.check_password_not_too_long(&change.current)?;
        let stored = self.credential_hash(&live.user.id).await?.ok_or(Refusal::CredentialAccountNotFound)?;
        if !self.hashing().verify(&change.current, Some(stored)).await? {
            return Err(Refusal::InvalidPassword.into());
        }
        let hash = self.hashing().hash(&change.new, self.random()).await?;

        let now = self.now();
        let end_sessions = change.end_sessions.unwrap_or(self.policy().sessions.end_others_on_change);
        let begun =
            end_sessions.then(|| self.new_session(&live.user.id, live.session.kind, device.clone(), now));
        let ending = if end_sessions { Ending::All } else { Ending::None };
        let session = begun.as_ref().map(|(_, session)| session.clone());
        let ended =
            self.store().set_password(&live.user.id, hash, self.new_id(), ending, session, now).await?;
        // The one that made the change goes on in another: its browser is about to be told so, and must not think itself signed out.
        let (own, others): (Vec<_>, Vec<_>) =
            ended.into_iter().partition(|ended| ended.id == live.session.id);
        self.forget(own, EndReason::Replaced);
        self.forget(others, EndReason::PasswordChanged);
        let changed = Incident::of_person(SecurityEvent::PasswordChanged, &live.user, Some(&device));
        self.raise(changed).await?;
        if let Some((token, session)) = begun {
            return Ok(PasswordChanged::Begun(Box::new(SignedIn {
                token,
                session,
                user: live.user.clone(),
            })));
        }
        Ok(self
            .rotate_after_change(token, live)
            .await
            .map_or(PasswordChanged::Kept, PasswordChanged::Rotated))
    }

    /// Replaces the token of the session that has changed what it opens (L-5), where the policy has it so.
    pub(super) async fn rotate_after_change(
        &self,
        token: &SessionToken,
        live: &LiveSession,
    ) -> Option<Renewed> {
        // The change is made all the same, and that is what the caller asked.
        let keep = |error| tracing::warn!(%error, "the session that made a change keeps its token");
        self.rotate(token, live).await.unwrap_or_else(|error| {
            keep(error);
            None
        })
    }

    /// Refuses unless `password` is the person's.
    pub async fn verify_password(&self, user_id: &str, password: &str) -> EngineResult<()> {
        self.check_password_not_too_long(password)?;
        let stored = self.credential_hash(user_id).await?;
        if self.hashing().verify(password, stored).await? {
            return Ok(());
        }
        Err(Refusal::InvalidPassword.into())
    }

    /// The hash of the person's password, if they have one.
    pub(crate) async fn credential_hash(&self, user_id: &str) -> EngineResult<Option<String>> {
        let accounts = self.store().accounts_of(user_id).await?;
        Ok(accounts
            .into_iter()
            .find(|account| account.provider_id == CREDENTIAL)
            .and_then(|a| a.password_hash))
    }
}
