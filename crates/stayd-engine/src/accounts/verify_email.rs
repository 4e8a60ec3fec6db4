//! A person shows that an address is theirs, by visiting a link that was sent there.

use super::change_email::ChangeStep;
use crate::{
    Device, EndReason, Engine, EngineResult, LiveSession, Refusal, Renewed, SessionKind, SignedIn,
    mail::{Letter, Mail},
    store::{CREDENTIAL, UserChange, UserRecord},
};
use stayd_protocol::{MailToken, MailTokenError, SessionToken, Timestamp, email};

/// What a visit to a verification link did.
#[derive(Debug)]
pub struct Verified {
    /// The person, where the protocol tells: after a change of address.
    pub user: VerifiedUser,
    /// A session that began with the visit.
    pub signed_in: Option<SignedIn>,
    /// Whether the session that came with the visit now shows a changed person.
    pub session_changed: bool,
    /// That session with its new token, where the visit changed the address (L-5).
    pub rotated: Option<Renewed>,
}

/// What the answer says of the person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum VerifiedUser {
    /// Nothing: an address was verified.
    Unsaid,
    /// Nothing at all, not even that: a letter went to the new address.
    Omitted,
    /// Their new state: the address was changed.
    Changed(Box<UserRecord>),
}

impl Verified {
    /// A visit that has touched no session.
    pub(super) const fn nothing(user: VerifiedUser) -> Self {
        Self { user, signed_in: None, session_changed: false, rotated: None }
    }
}

impl Engine {
    /// Sends the verification link to the person signed in. `email` must be theirs.
    pub async fn send_own_verification(
        &self,
        user: &UserRecord,
        email: &str,
        callback_url: Option<&str>,
    ) -> EngineResult<()> {
        if user.email != email::normalise(email) {
            return Err(Refusal::EmailMismatch.into());
        }
        if user.email_verified {
            return Err(Refusal::EmailAlreadyVerified.into());
        }
        self.queue(self.verification_letter(user, callback_url)).await
    }

    /// Sends the verification link to an address if somebody has it and has not verified it. An outsider cannot tell: where there is
    /// nothing to send, a letter to nobody is made, sealed and written all the same.
    pub async fn send_verification(&self, email: &str, callback_url: Option<&str>) -> EngineResult<()> {
        let address = email::normalise(email);
        let found = self.store().user_by_email(&address).await?;
        let mail = match found.filter(|found| !found.user.email_verified) {
            Some(found) => self.verification_letter(&found.user, callback_url),
            None => {
                let url = self.verification_link(&address, &self.new_id(), callback_url);
                Mail { to: String::new(), name: String::new(), letter: Letter::VerifyEmail { url } }
            }
        };
        self.queue(mail).await
    }

    /// The mailbox that gets a letter when this link is followed, if one does: whoever counts letters can ask before.
    pub fn mailbox_of_link(&self, token: &str) -> Option<String> {
        let token = MailToken::verify(&self.links().signer, token, self.now()).ok()?;
        ChangeStep::of(&token)?.ok()?.mailbox()
    }

    /// Follows a verification link. `visitor` is the session that came with the visit, and the token that opened it.
    pub async fn verify_email(
        &self,
        token: &str,
        callback_url: Option<&str>,
        visitor: Option<(&SessionToken, &LiveSession)>,
        device: Device,
    ) -> EngineResult<Verified> {
        let token =
            MailToken::verify(&self.links().signer, token, self.now()).map_err(|error| match error {
                MailTokenError::Expired => Refusal::VerifyTokenExpired,
                MailTokenError::Invalid => Refusal::VerifyTokenInvalid,
            })?;
        if let Some(step) = ChangeStep::of(&token) {
            return self.follow_email_change(step?, callback_url, visitor, &device).await;
        }
        let found = self.store().user_by_email(&token.email).await?.ok_or(Refusal::VerifyUserNotFound)?;
        let user = found.user;
        if token.user_id.as_ref().is_some_and(|id| *id != user.id) {
            return Err(Refusal::VerifyTokenInvalid.into());
        }
        let nothing = Verified::nothing(VerifiedUser::Unsaid);
        if user.email_verified {
            return Ok(nothing);
        }
        let change = UserChange {
            email_verified: Some(true),
            only_if_email: Some(user.email.clone()),
            ..UserChange::default()
        };
        let changed = self.store().update_user(&user.id, change, self.now()).await;
        let changed = changed.map_err(|error| error.or_refused(Refusal::VerifyUserNotFound))?;
        let user = self.person_changed(changed, EndReason::EmailChanged).await;

        if !self.policy().accounts.auto_sign_in_after_verification {
            return Ok(nothing);
        }
        if visitor.is_some_and(|(_, live)| live.user.id == user.id) {
            return Ok(Verified { session_changed: true, ..nothing });
        }
        let kind = SessionKind::of_browser(self.policy().sessions.remember_unless_told);
        let user_id = user.id.clone();
        if self.is_before_password(&user_id, token.iat).await? {
            return Ok(nothing);
        }
        let signed_in = self.begin_session(user, kind, device, None).await?;
        // A password that was set meanwhile has ended all sessions but this one (L-6).
        if self.is_before_password(&user_id, token.iat).await? {
            self.end_session_because(&signed_in.token.hash(), EndReason::PasswordChanged).await?;
            return Ok(nothing);
        }
        Ok(Verified { signed_in: Some(signed_in), ..nothing })
    }

    /// Whether the person has set a password since a link was made, to the second that the link tells. These links cannot be taken out of the
    /// store as others are; but whoever could read a mailbox or use a session before must not be able to come back by one.
    pub(super) async fn is_before_password(&self, user_id: &str, made_at: i64) -> EngineResult<bool> {
        let accounts = self.store().accounts_of(user_id).await?;
        let mut passwords = accounts.iter().filter(|account| account.provider_id == CREDENTIAL);
        Ok(passwords.any(|account| account.updated_at >= second_after(made_at)))
    }

    /// The letter with the link that verifies the person's address.
    pub(crate) fn verification_letter(&self, user: &UserRecord, callback_url: Option<&str>) -> Mail {
        let url = self.verification_link(&user.email, &user.id, callback_url);
        Mail { to: user.email.clone(), name: user.name.clone(), letter: Letter::VerifyEmail { url } }
    }

    fn verification_link(&self, address: &str, user_id: &str, callback_url: Option<&str>) -> String {
        self.links().verify_email(&self.mail_token(address, user_id), callback_url)
    }

    /// A token for a link to this person at this address, as yet without a change of address.
    pub(crate) fn mail_token(&self, email: &str, user_id: &str) -> MailToken {
        MailToken::new(email, user_id, self.now(), self.policy().accounts.verification_expires_in)
    }
}

/// The first moment that is later than this second, which is all that a link tells of when it was made.
pub(super) fn second_after(second: i64) -> Timestamp {
    Timestamp::from_ms(second.saturating_add(1).saturating_mul(1000))
}
