//! What the clients were told, and so what must be true.

use serde_json::Value;

/// What is known of something that was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Known {
    /// It was acknowledged, or seen since.
    There,
    /// Its end was acknowledged, or seen since.
    Gone,
    /// The server was killed before it answered: either is right, but from the first look on it must stay that way.
    Open,
}

/// A session that a client was given.
#[derive(Debug)]
pub(crate) struct Session {
    pub(crate) cookie: String,
    pub(crate) known: Known,
}

/// Somebody who tried to sign up.
#[derive(Debug)]
pub(crate) struct Account {
    pub(crate) email: String,
    pub(crate) known: Known,
    /// Names that the person may have: the last that was acknowledged, and one whose answer did not come.
    pub(crate) names: Vec<String>,
    pub(crate) sessions: Vec<Session>,
}

impl Account {
    /// Somebody who is about to sign up.
    pub(crate) fn new(email: String) -> Self {
        Self { names: vec![email.clone()], email, known: Known::Open, sessions: Vec::new() }
    }

    /// Whether a session is known to live.
    pub(crate) fn is_signed_in(&self) -> bool {
        self.sessions.iter().any(|session| session.known == Known::There)
    }

    /// Holds what `get-session` answers for one of the sessions against what is known; settles what was open.
    pub(crate) fn compare(&mut self, index: usize, answer: &Value) {
        let Self { email, names, sessions, .. } = self;
        let Some(session) = sessions.get_mut(index) else { return };
        if answer.is_null() {
            assert_ne!(session.known, Known::There, "{email}: an acknowledged session is lost");
            session.known = Known::Gone;
            return;
        }
        assert_ne!(session.known, Known::Gone, "{email}: a session lives whose end was acknowledged");
        session.known = Known::There;
        assert_eq!(answer["user"]["email"], email.as_str(), "somebody else's session");
        let name = answer["user"]["name"].as_str().unwrap_or_default();
        assert!(
            names.iter().any(|known| known == name),
            "{email} is called {name:?}, but should be {names:?}"
        );
        *names = vec![name.to_owned()];
    }
}
