//! What was found out, and what is remembered of it: a browser or program shows the same for minutes.

use std::hash::{Hash, Hasher};

use quick_cache::{Equivalent, sync::Cache};
use stayd_protocol::Timestamp;

use crate::session::Session;
use crate::told::Known;

/// A session, since when it is known, and until when that may be believed if nothing else is heard.
#[derive(Debug, Clone)]
pub(crate) struct Checked {
    pub(crate) session: Session,
    pub(crate) known: Known,
    pub(crate) until: Timestamp,
}

/// What was found genuine, by its bytes. Whether it still holds is asked each time.
#[derive(Debug)]
pub(crate) struct Remembered {
    found: Cache<Shown, Checked>,
}

/// An access token and nothing, or a session's token and the copy beside it.
#[derive(Clone, PartialEq, Eq)]
struct Shown {
    token: Box<str>,
    beside: Box<str>,
}

#[derive(Clone, Copy)]
struct ShownRef<'a> {
    token: &'a str,
    beside: &'a str,
}

impl Hash for Shown {
    fn hash<H: Hasher>(&self, state: &mut H) {
        ShownRef { token: &self.token, beside: &self.beside }.hash(state);
    }
}

impl Hash for ShownRef<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        // The hasher's seed is secret and another in each process, so nobody can choose texts that fall together.
        state.write(self.token.as_bytes());
        state.write_u8(0);
        state.write(self.beside.as_bytes());
    }
}

impl Equivalent<Shown> for ShownRef<'_> {
    fn equivalent(&self, key: &Shown) -> bool {
        *self.token == *key.token && *self.beside == *key.beside
    }
}

impl Remembered {
    /// Room for so many.
    pub(crate) fn new(room: usize) -> Self {
        Self { found: Cache::new(room) }
    }

    pub(crate) fn get(&self, token: &str, beside: &str) -> Option<Checked> {
        self.found.get(&ShownRef { token, beside })
    }

    pub(crate) fn insert(&self, token: &str, beside: &str, checked: Checked) {
        self.found.insert(Shown { token: token.into(), beside: beside.into() }, checked);
    }

    pub(crate) fn clear(&self) {
        self.found.clear();
    }

    pub(crate) fn remove(&self, token: &str, beside: &str) {
        self.found.remove(&ShownRef { token, beside });
    }
}
