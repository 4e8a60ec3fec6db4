//! A person proves or changes their password.

use crate::{
    Device, EndReason, Engine, EngineResult, LiveSession, Refusal, Renewed, SecurityEvent, SignedIn,
    security::Incident,
    store::{CREDENTIAL, EndedSession, Ending, NewPassword, PasswordProof, StoreError},
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
        let proof = self.prove(&live.user.id, &change.current).await?;
        let hash = self.hashing().hash(&change.new, self.random()).await?;

        let now = self.now();
        let end_sessions = change.end_sessions.unwrap_or(self.policy().sessions.end_others_on_change);
        let begun =
            end_sessions.then(|| self.new_session(&live.user.id, live.session.kind, device.clone(), now));
        let ending = if end_sessions { Ending::All } else { Ending::None };
        let session = begun.as_ref().map(|(_, session)| session.clone());
        let changed = Incident::of_person(SecurityEvent::PasswordChanged, &live.user, Some(&device));
        let notice = self.notice(&changed);
        let new = NewPassword {
            user_id: live.user.id.clone(),
            password_hash: hash,
            new_account_id: self.new_id(),
            ending,
            session,
            at: now,
            letter: notice.record(),
            proof: Some(proof),
        };
        let ended = self.set_password_over(new, &change.current).await?;
        // The one that made the change goes on in another: its browser is about to be told so, and must not think itself signed out.
        let (own, others): (Vec<_>, Vec<_>) =
            ended.into_iter().partition(|ended| ended.id == live.session.id);
        self.forget(own, EndReason::Replaced);
        self.forget(others, EndReason::PasswordChanged);
        self.told(&changed, notice);
        if let Some((token, session)) = begun {
            self.metrics().session_began(session.kind);
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

    /// The person's hash, if `password` is behind it.
    async fn prove(&self, user_id: &str, password: &str) -> EngineResult<PasswordProof> {
        let present = self.credential_hash(user_id).await?.ok_or(Refusal::CredentialAccountNotFound)?;
        if !self.hashing().verify(password, Some(present.clone())).await? {
            return Err(Refusal::InvalidPassword.into());
        }
        Ok(PasswordProof::Present(present))
    }

    /// Sets a password that rests on the present one. Where that has changed while the new one was hashed, it is proven again: a sign-in
    /// may merely have hashed it anew, and if somebody else has changed it, who knows the one before changes nothing any more.
    async fn set_password_over(&self, new: NewPassword, current: &str) -> EngineResult<Vec<EndedSession>> {
        match self.store().set_password(new.clone()).await {
            Err(StoreError::NotFound) => {
                let proof = Some(self.prove(&new.user_id, current).await?);
                let set = self.store().set_password(NewPassword { proof, ..new }).await;
                set.map_err(|error| error.or_refused(Refusal::InvalidPassword))
            }
            other => Ok(other?),
        }
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
