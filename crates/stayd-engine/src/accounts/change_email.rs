//! A person moves to another address. Nothing changes until the new address is shown to be theirs; where the present one was
//! verified, it must agree first.

use super::verify_email::{Verified, VerifiedUser, second_after};
use crate::{
    Device, EndReason, Engine, EngineResult, LiveSession, Refusal, SecurityEvent,
    mail::{Letter, Mail},
    security::Incident,
    store::{Ending, StoreError, UserChange, UserRecord},
};
use stayd_protocol::{MailToken, SessionToken, email};

/// The wire's names for the two steps.
const CONFIRMATION: &str = "change-email-confirmation";
const VERIFICATION: &str = "change-email-verification";

/// A visit to a link that is part of a change of address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ChangeStep {
    user_id: String,
    from: String,
    to: String,
    confirmed: bool,
    /// When the link was made, in seconds.
    made_at: i64,
}

impl ChangeStep {
    /// The step a token stands for; `None` when it is about something else.
    pub(crate) fn of(token: &MailToken) -> Option<Result<Self, Refusal>> {
        let to = token.update_to.clone()?;
        let confirmed = match token.request_type.as_deref() {
            Some(CONFIRMATION) => false,
            Some(VERIFICATION) => true,
            // Tokens without a step are made by no version of ours, and would skip the proof of the new address.
            _ => return Some(Err(Refusal::VerifyTokenInvalid)),
        };
        let Some(user_id) = token.user_id.clone() else { return Some(Err(Refusal::VerifyTokenInvalid)) };
        Some(Ok(Self { user_id, from: token.email.clone(), to, confirmed, made_at: token.iat }))
    }

    /// Who is written to by this step.
    pub(crate) fn mailbox(self) -> Option<String> {
        (!self.confirmed).then_some(self.to)
    }
}

impl Engine {
    /// Begins a change of address: sends a link to the present address if it was verified, else to the new one.
    /// A taken address gets no letter and the same answer.
    pub async fn change_email(
        &self,
        live: &LiveSession,
        new_email: &str,
        callback_url: Option<&str>,
    ) -> EngineResult<()> {
        if !self.policy().accounts.change_email {
            return Err(Refusal::ChangeEmailDisabled.into());
        }
        let user = &live.user;
        let to = email::normalise(new_email);
        if to == user.email {
            return Err(Refusal::EmailIsTheSame.into());
        }
        let is_taken = self.store().user_by_email(&to).await?.is_some();
        let mail = if user.email_verified {
            let url = self.change_link(user, &to, CONFIRMATION, callback_url);
            let letter = Letter::ConfirmEmailChange { url, new_email: to };
            Mail { to: user.email.clone(), name: user.name.clone(), letter }
        } else {
            self.new_address_letter(user, &to, callback_url)
        };
        // To nobody rather than not at all: the time taken tells as much as the answer.
        self.queue(if is_taken { Mail { to: String::new(), ..mail } } else { mail }).await
    }

    /// Follows a link of a change of address.
    pub(crate) async fn follow_email_change(
        &self,
        step: ChangeStep,
        callback_url: Option<&str>,
        visitor: Option<(&SessionToken, &LiveSession)>,
        device: &Device,
    ) -> EngineResult<Verified> {
        let user = self.store().user_by_id(&step.user_id).await?.ok_or(Refusal::VerifyUserNotFound)?;
        if user.email != step.from || self.is_before_password(&user.id, step.made_at).await? {
            return Err(Refusal::VerifyTokenInvalid.into());
        }
        if visitor.is_some_and(|(_, live)| live.user.id != user.id) {
            return Err(Refusal::VerifyOtherUser.into());
        }
        if !step.confirmed {
            self.queue(self.new_address_letter(&user, &step.to, callback_url)).await?;
            return Ok(Verified::nothing(VerifiedUser::Omitted));
        }
        let event = SecurityEvent::EmailChanged { to: step.to.clone() };
        let changed = Incident::of_person(event, &user, Some(device)).told_to(step.from.clone());
        let notice = self.notice(&changed);
        // Where the link was followed without a session, all of them are others.
        let others = visitor.map_or(Ending::All, |(_, live)| Ending::AllBut(live.session.token_hash));
        let change = UserChange {
            email: Some(step.to),
            letter: notice.record(),
            // Whether the address counts as verified stays as it was, as the protocol has it.
            only_if_email: Some(step.from.clone()),
            only_if_no_password_since: Some(second_after(step.made_at)),
            ending: if self.policy().sessions.end_others_on_change { others } else { Ending::None },
            ..UserChange::default()
        };
        let moved = match self.store().update_user(&user.id, change, self.now()).await {
            Ok(moved) => moved,
            // Taken or changed since the letter was sent.
            Err(StoreError::Conflict | StoreError::NotFound) => {
                return Err(Refusal::VerifyTokenInvalid.into());
            }
            Err(error) => return Err(error.into()),
        };
        let user = self.person_changed(moved, EndReason::EmailChanged).await;
        self.told(&changed, notice);
        let rotated = match visitor {
            Some((token, live)) => self.rotate_after_change(token, &live.with_user(user.clone())).await,
            None => None,
        };
        let session_changed = visitor.is_some();
        Ok(Verified { session_changed, rotated, ..Verified::nothing(VerifiedUser::Changed(Box::new(user))) })
    }

    fn new_address_letter(&self, user: &UserRecord, to: &str, callback_url: Option<&str>) -> Mail {
        let url = self.change_link(user, to, VERIFICATION, callback_url);
        Mail { to: to.to_owned(), name: user.name.clone(), letter: Letter::VerifyNewEmail { url } }
    }

    fn change_link(&self, user: &UserRecord, to: &str, step: &str, callback_url: Option<&str>) -> String {
        let token = self.mail_token(&user.email, &user.id).for_change(to, step);
        self.links().verify_email(&token, callback_url)
    }
}
