//! A session as it is kept in memory: the records, and the answer to "who am I" already in words.

use crate::security::Familiar;
use crate::store::{SessionRecord, SessionWithUser, UserRecord};
use bytes::Bytes;
use stayd_protocol::{Session, SessionAndUser, Timestamp, User};
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

/// A session that the store held when it was read, with its person.
#[derive(Debug)]
pub struct LiveSession {
    /// The session.
    pub session: SessionRecord,
    /// The person.
    pub user: UserRecord,
    /// The wire form of both (JSON, the body of `get-session`), made once because it is asked for at every request.
    pub body: Bytes,
    pub(crate) familiar: Familiar,
    noted_active: AtomicI64,
    /// The last use (ms): exact once it was used here; before that the latest it can have been.
    used: AtomicI64,
}

impl LiveSession {
    pub(crate) fn new(found: SessionWithUser) -> Self {
        let SessionWithUser { session, user } = found;
        let wire = SessionAndUser { session: wire_session(&session), user: wire_user(&user) };
        // Strings and numbers always have a JSON form.
        let body = serde_json::to_vec(&wire).unwrap_or_default().into();
        let noted_active = AtomicI64::new(session.last_active_at.as_ms());
        let used = AtomicI64::new(session.last_active_at.as_ms());
        let familiar = Familiar::of(session.ip_address.as_deref());
        Self { session, user, body, familiar, noted_active, used }
    }

    /// A session as the store has it, where uses are noted at most this often: the last one may be so much younger than the note.
    pub(crate) fn read(found: SessionWithUser, noted_every: Duration) -> Self {
        let latest_use = found.session.last_active_at.plus(noted_every);
        let live = Self::new(found);
        live.used_at(latest_use);
        live
    }

    /// When it was last used, as far as this node knows.
    pub(crate) fn last_used(&self) -> Timestamp {
        Timestamp::from_ms(self.used.load(Ordering::Relaxed))
    }

    /// It was used at this moment.
    pub(crate) fn used_at(&self, moment: Timestamp) {
        self.used.store(moment.as_ms(), Ordering::Relaxed);
    }

    /// The same session with a newer state of its person.
    #[must_use]
    pub fn with_user(&self, user: UserRecord) -> Self {
        Self::new(SessionWithUser { session: self.session.clone(), user })
    }

    /// The wire form of the session.
    pub fn wire_session(&self) -> Session {
        wire_session(&self.session)
    }

    /// The wire form of the person.
    pub fn wire_user(&self) -> User {
        wire_user(&self.user)
    }

    /// Whether this use is worth noting: the last noted one is at least `resolution` ago. Answers yes to one caller.
    pub(crate) fn begins_activity(&self, now: Timestamp, resolution: Duration) -> bool {
        let noted = self.noted_active.load(Ordering::Relaxed);
        if now.since(Timestamp::from_ms(noted)) < resolution {
            return false;
        }
        self.noted_active.compare_exchange(noted, now.as_ms(), Ordering::Relaxed, Ordering::Relaxed).is_ok()
    }
}

/// A session on the wire. Where the protocol has the token it shows the session's id, which `revoke-session` takes in
/// its place: no answer that a script can read holds the secret (P7).
pub fn wire_session(session: &SessionRecord) -> Session {
    Session {
        expires_at: session.expires_at,
        token: session.id.clone(),
        created_at: session.created_at,
        updated_at: session.updated_at,
        // The protocol writes an unknown address or agent as an empty text.
        ip_address: Some(session.ip_address.clone().unwrap_or_default()),
        user_agent: Some(session.user_agent.clone().unwrap_or_default()),
        user_id: session.user_id.clone(),
        id: session.id.clone(),
    }
}

/// A person on the wire.
pub fn wire_user(user: &UserRecord) -> User {
    User {
        name: user.name.clone(),
        email: user.email.clone(),
        email_verified: user.email_verified,
        image: user.image.clone(),
        created_at: user.created_at,
        updated_at: user.updated_at,
        id: user.id.clone(),
    }
}
