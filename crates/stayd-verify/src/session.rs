//! Who sent a request.

use std::sync::Arc;
use std::time::Duration;

use stayd_protocol::{Timestamp, User};

/// A session that was checked. Cheap to clone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    pub(crate) facts: Arc<Facts>,
}

/// What is known of a session.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Facts {
    pub(crate) id: String,
    pub(crate) user_id: String,
    pub(crate) signed_in_at: Timestamp,
    pub(crate) expires_at: Timestamp,
    pub(crate) client_id: Option<String>,
    pub(crate) user: Option<User>,
}

impl Session {
    /// Names the session; no secret, and the same for as long as it lives.
    pub fn id(&self) -> &str {
        &self.facts.id
    }

    /// Whose it is.
    pub fn user_id(&self) -> &str {
        &self.facts.user_id
    }

    /// When the person signed in.
    pub fn signed_in_at(&self) -> Timestamp {
        self.facts.signed_in_at
    }

    /// When what was shown ends: the session, or the access token.
    pub fn expires_at(&self) -> Timestamp {
        self.facts.expires_at
    }

    /// The program that an access token was given to, where it is named.
    pub fn client_id(&self) -> Option<&str> {
        self.facts.client_id.as_deref()
    }

    /// What is known of the person. Cookies say it; access tokens hold nothing personal.
    pub fn user(&self) -> Option<&User> {
        self.facts.user.as_ref()
    }

    /// Whether the sign-in is less than `age` ago at `now`.
    pub fn is_fresh(&self, now: Timestamp, age: Duration) -> bool {
        now.since(self.facts.signed_in_at) < age
    }
}
