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

/// What is longer than this, token and cookies together, is looked at afresh each time: whoever is signed in can vary what stands beside their
/// own token, and must not fill the memory with it. In bytes; what the server writes has one or two thousand.
const LONGEST: usize = 8 * 1024;

/// What stands beside a session's token, each perhaps empty.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Beside<'a> {
    /// The copy of the session.
    pub(crate) data: &'a str,
    /// The device's cookie. What the server said of a session that is bound to its device holds for nobody who comes without it.
    pub(crate) device: &'a str,
}

/// What was found genuine, by its bytes. Whether it still holds is asked each time.
#[derive(Debug)]
pub(crate) struct Remembered {
    found: Cache<Shown, Checked>,
}

/// An access token, or a session's token and what stands beside it: what is genuine in one place is nothing in the other.
#[derive(Clone, PartialEq, Eq)]
struct Shown {
    token: Box<str>,
    beside: Option<(Box<str>, Box<str>)>,
}

#[derive(Clone, Copy)]
struct ShownRef<'a> {
    token: &'a str,
    beside: Option<Beside<'a>>,
}

impl Shown {
    fn beside(&self) -> Option<Beside<'_>> {
        self.beside.as_ref().map(|(data, device)| Beside { data, device })
    }
}

impl Hash for Shown {
    fn hash<H: Hasher>(&self, state: &mut H) {
        ShownRef { token: &self.token, beside: self.beside() }.hash(state);
    }
}

impl Hash for ShownRef<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        // The hasher's seed is secret and another in each process, so nobody can choose texts that fall together.
        state.write(self.token.as_bytes());
        state.write_u8(u8::from(self.beside.is_some()));
        if let Some(Beside { data, device }) = self.beside {
            state.write(data.as_bytes());
            state.write_u8(0);
            state.write(device.as_bytes());
        }
    }
}

impl Equivalent<Shown> for ShownRef<'_> {
    fn equivalent(&self, key: &Shown) -> bool {
        *self.token == *key.token && self.beside == key.beside()
    }
}

impl Remembered {
    /// Room for so many.
    pub(crate) fn new(room: usize) -> Self {
        Self { found: Cache::new(room) }
    }

    pub(crate) fn get(&self, token: &str, beside: Option<Beside<'_>>) -> Option<Checked> {
        self.found.get(&ShownRef { token, beside })
    }

    pub(crate) fn insert(&self, token: &str, beside: Option<Beside<'_>>, checked: Checked) {
        let length = token.len() + beside.map_or(0, |Beside { data, device }| data.len() + device.len());
        if length > LONGEST {
            return;
        }
        let beside = beside.map(|Beside { data, device }| (data.into(), device.into()));
        self.found.insert(Shown { token: token.into(), beside }, checked);
    }

    pub(crate) fn clear(&self) {
        self.found.clear();
    }

    pub(crate) fn remove(&self, token: &str, beside: Option<Beside<'_>>) {
        self.found.remove(&ShownRef { token, beside });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::Facts;

    fn checked() -> Checked {
        let facts = Facts {
            id: "s".into(),
            user_id: "u".into(),
            signed_in_at: Timestamp::from_ms(0),
            expires_at: Timestamp::from_ms(1),
            client_id: None,
            user: None,
        };
        let session = Session { facts: facts.into() };
        Checked { session, known: Known::Asked(0), until: Timestamp::from_ms(1) }
    }

    #[test]
    fn what_was_found_good_is_good_with_the_very_same_beside_it_and_in_the_same_place() {
        let remembered = Remembered::new(10);
        let shown = Some(Beside { data: "d", device: "x" });
        remembered.insert("t", shown, checked());
        assert!(remembered.get("t", shown).is_some());
        for beside in [("", "x"), ("d", ""), ("dx", ""), ("", "dx"), ("", "")] {
            let beside = Beside { data: beside.0, device: beside.1 };
            assert!(remembered.get("t", Some(beside)).is_none(), "{beside:?}");
        }
        assert!(remembered.get("t", None).is_none());
    }

    #[test]
    fn what_somebody_put_beside_their_own_token_fills_no_memory() {
        let remembered = Remembered::new(10);
        let long = "x".repeat(LONGEST);
        for beside in [Beside { data: &long, device: "" }, Beside { data: "", device: &long }] {
            remembered.insert("t", Some(beside), checked());
            assert!(remembered.get("t", Some(beside)).is_none());
        }
    }
}
