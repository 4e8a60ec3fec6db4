//! What follows an event: the log, a letter, the loss of freshness, the end.

use super::{Reaction, SecurityEvent};
use crate::{
    Device, EndReason, Engine, EngineError, EngineResult, Refusal,
    mail::{Draft, Letter, Mail, Notice},
    store::{LetterRecord, SessionRecord, UserRecord},
};
use quick_cache::sync::Cache;
use stayd_protocol::Timestamp;
use std::time::Duration;

/// The same event of the same session is told once in this time: somebody who repeats a request fills neither the log nor a mailbox.
const TOLD_ONCE_IN: Duration = Duration::from_hours(1);

/// What was told lately. Bounded: what is forgotten early is told twice.
pub(crate) struct Told(Cache<u64, Timestamp>);

impl Default for Told {
    fn default() -> Self {
        Self(Cache::new(10_000))
    }
}

impl Told {
    /// Whether it is the first time in a while. Answers yes to one caller, or to few at the same moment.
    fn is_new(&self, print: u64, now: Timestamp) -> bool {
        let told = self.0.get(&print).is_some_and(|at| now.since(at) < TOLD_ONCE_IN);
        if !told {
            self.0.insert(print, now);
        }
        !told
    }
}

/// An event and whom it is about.
pub(crate) struct Incident<'a> {
    event: SecurityEvent,
    user: &'a UserRecord,
    session: Option<&'a SessionRecord>,
    device: Option<&'a Device>,
    /// Where the letter goes; the person's address before it was changed.
    to: Option<String>,
}

impl<'a> Incident<'a> {
    /// About a session, and what it is used with.
    pub(crate) fn in_session(
        event: SecurityEvent,
        user: &'a UserRecord,
        session: &'a SessionRecord,
        device: &'a Device,
    ) -> Self {
        Self { event, user, session: Some(session), device: Some(device), to: None }
    }

    /// About a person, whatever session it came from.
    pub(crate) fn of_person(event: SecurityEvent, user: &'a UserRecord, device: Option<&'a Device>) -> Self {
        Self { event, user, session: None, device, to: None }
    }

    /// Sends its letter there.
    pub(crate) fn told_to(self, address: String) -> Self {
        Self { to: Some(address), ..self }
    }
}

/// What follows a change of a person's account, drafted before it is made.
pub(crate) struct TellOf {
    reaction: Reaction,
    draft: Option<Draft>,
}

impl TellOf {
    /// What the store writes in the same step as the change.
    pub(crate) fn record(&self) -> Option<LetterRecord> {
        self.draft.as_ref().and_then(Draft::record)
    }
}

impl Engine {
    /// Does what the policy has follow an event. Answers what that was. Where a session that has just begun was ended, the answer is an error
    /// for who began it ([`Refusal::SuspiciousSignIn`]).
    pub(crate) async fn raise(&self, incident: Incident<'_>) -> EngineResult<Reaction> {
        let reaction = incident.event.reaction(&self.policy().security);
        if reaction == Reaction::Ignore {
            return Ok(reaction);
        }
        if matches!(incident.event, SecurityEvent::SessionsEnded { .. }) || self.is_new(&incident) {
            self.tell(&incident, reaction).await;
        }
        let Some(session) = incident.session else { return Ok(reaction) };
        match reaction {
            Reaction::StepUp => self.lose_freshness(session).await?,
            Reaction::End => {
                self.end_session_because(&session.token_hash, EndReason::SecurityEvent).await?;
                if incident.event.is_of_sign_in() {
                    return Err(EngineError::from(Refusal::SuspiciousSignIn));
                }
            }
            Reaction::Ignore | Reaction::Log | Reaction::Notify => {}
        }
        Ok(reaction)
    }

    /// The letter that tells of a change, to be written in the same step; [`Engine::told`] comes after it. Nothing where the policy wants none.
    pub(crate) fn notice(&self, incident: &Incident<'_>) -> TellOf {
        let reaction = incident.event.reaction(&self.policy().security);
        let draft = (reaction >= Reaction::Notify).then(|| self.draft(self.letter_on(incident, reaction)));
        TellOf { reaction, draft }
    }

    /// The change is made: it is logged, and its letter may leave.
    pub(crate) fn told(&self, incident: &Incident<'_>, tell_of: TellOf) {
        if tell_of.reaction >= Reaction::Log {
            self.log(incident, tell_of.reaction);
        }
        if let Some(draft) = tell_of.draft {
            self.post(draft);
        }
    }

    fn is_new(&self, incident: &Incident<'_>) -> bool {
        let Incident { event, user, session, .. } = incident;
        let session = session.map(|session| &session.id);
        let print = self.security().print_of((event.name(), &user.id, session, event.evidence().to_string()));
        self.security().told.is_new(print, self.now())
    }

    /// Logs an event, and writes the letter that tells of it. That it could not be written is logged and stops nothing.
    async fn tell(&self, incident: &Incident<'_>, reaction: Reaction) {
        self.log(incident, reaction);
        if reaction >= Reaction::Notify
            && let Err(error) = self.queue(self.letter_on(incident, reaction)).await
        {
            tracing::error!(%error, "a person could not be told of a security event");
        }
    }

    fn letter_on(&self, incident: &Incident<'_>, reaction: Reaction) -> Mail {
        let Incident { event, user, device, to, .. } = incident;
        let notice = Notice {
            event: event.clone(),
            at: self.now(),
            device: device.and_then(Device::name),
            place: device.and_then(|device| self.sign_in_place(device)).map(|place| place.name),
            ended: reaction == Reaction::End,
        };
        let to = to.clone().unwrap_or_else(|| user.email.clone());
        Mail { to, name: user.name.clone(), letter: Letter::Notice(Box::new(notice)) }
    }

    fn log(&self, incident: &Incident<'_>, reaction: Reaction) {
        let Incident { event, user, session, device, .. } = incident;
        let name = device.and_then(Device::name);
        let place = device.and_then(|device| self.sign_in_place(device)).map(|place| place.name);
        tracing::warn!(
            event = event.name(),
            user = user.id,
            session = session.map(|session| session.id.as_str()),
            device = name,
            place,
            evidence = %event.evidence(),
            reaction = reaction.name(),
            "a security event"
        );
    }
}
