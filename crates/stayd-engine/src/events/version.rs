//! How far a watcher knows a session's story.

use crate::LiveSession;
use crate::store::{Revision, SessionRecord};
use stayd_protocol::Timestamp;
use std::fmt;
use std::str::FromStr;

/// What a watcher has been told of a session. Each change moves one of three moments, or the last change of a document, so that two versions
/// say what happened between them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SessionVersion {
    /// When the session ends, unless it is renewed.
    pub expires_at: Timestamp,
    /// When its token last took the place of another; `None` while it has its first one.
    pub rotated_at: Option<Timestamp>,
    /// When its person last changed.
    pub user_changed_at: Timestamp,
    /// The last change of a document of theirs.
    pub documents: Revision,
}

/// What happened to a session between two versions of it, but for its person's documents: those are told one by one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Changes {
    /// It has a later end.
    pub renewed: bool,
    /// Its token was replaced.
    pub rotated: bool,
    /// What is known of its person changed.
    pub user_changed: bool,
}

impl Changes {
    /// Whether nothing happened.
    pub fn is_empty(self) -> bool {
        self == Self::default()
    }
}

impl SessionVersion {
    /// As far as the session and its person say it.
    pub(crate) fn of(live: &LiveSession) -> Self {
        Self::of_session(&live.session, live.user.updated_at)
    }

    pub(crate) fn of_session(session: &SessionRecord, user_changed_at: Timestamp) -> Self {
        Self {
            expires_at: session.expires_at,
            rotated_at: session.rotation.map(|rotation| rotation.rotated_at),
            user_changed_at,
            documents: Revision::NONE,
        }
    }

    /// The later one of both, moment by moment: what is told late must not undo what is known already.
    pub(super) fn merge(self, other: Self) -> Self {
        Self {
            expires_at: self.expires_at.max(other.expires_at),
            rotated_at: self.rotated_at.max(other.rotated_at),
            user_changed_at: self.user_changed_at.max(other.user_changed_at),
            documents: self.documents.max(other.documents),
        }
    }

    /// What happened since `seen`.
    pub fn since(&self, seen: &Self) -> Changes {
        Changes {
            renewed: self.expires_at != seen.expires_at,
            rotated: self.rotated_at != seen.rotated_at,
            user_changed: self.user_changed_at != seen.user_changed_at,
        }
    }
}

/// Four numbers with a `-` between them: in milliseconds the end, the last rotation (0 where there was none) and the person's last change; the
/// last change of a document.
impl fmt::Display for SessionVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rotated_at = self.rotated_at.map_or(0, Timestamp::as_ms);
        let (expires_at, user_changed_at) = (self.expires_at.as_ms(), self.user_changed_at.as_ms());
        write!(f, "{expires_at}-{rotated_at}-{user_changed_at}-{}", self.documents)
    }
}

/// A text that is no version of a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a version of a session")]
pub struct NotAVersion;

impl FromStr for SessionVersion {
    type Err = NotAVersion;

    fn from_str(text: &str) -> Result<Self, NotAVersion> {
        let mut numbers = text.split('-').map(number);
        let mut next = || numbers.next().flatten().ok_or(NotAVersion);
        let (expires_at, rotated_at, user_changed_at, documents) = (next()?, next()?, next()?, next()?);
        if numbers.next().is_some() {
            return Err(NotAVersion);
        }
        let moment = |ms: u64| i64::try_from(ms).map(Timestamp::from_ms).map_err(|_| NotAVersion);
        Ok(Self {
            expires_at: moment(expires_at)?,
            rotated_at: (rotated_at != 0).then(|| moment(rotated_at)).transpose()?,
            user_changed_at: moment(user_changed_at)?,
            documents: Revision::new(documents),
        })
    }
}

/// Digits alone, and no more of them than a moment has.
fn number(text: &str) -> Option<u64> {
    let digits = (1..=15).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| text.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn version(expires: i64, rotated: Option<i64>, changed: i64, documents: u64) -> SessionVersion {
        let rotated_at = match rotated {
            Some(ms) => Some(Timestamp::from_ms(ms)),
            None => None,
        };
        SessionVersion {
            expires_at: Timestamp::from_ms(expires),
            rotated_at,
            user_changed_at: Timestamp::from_ms(changed),
            documents: Revision::new(documents),
        }
    }

    #[test]
    fn a_version_comes_back_from_its_text() {
        for version in [version(1_800_000_000_000, None, 5, 0), version(7, Some(6), 0, 12)] {
            assert_eq!(version.to_string().parse(), Ok(version));
        }
    }

    #[test]
    fn what_is_no_version_is_refused() {
        let odd = ["", "-", "1-2-3", "1-2-3-4-5", "1-2-x-4", "1--3-4", "+1-2-3-4", " 1-2-3-4", "1-2-3-4 "];
        for text in odd.into_iter().chain(["9999999999999999-0-1-0"]) {
            assert_eq!(text.parse::<SessionVersion>(), Err(NotAVersion), "{text:?}");
        }
    }

    #[test]
    fn two_versions_say_what_happened_between_them() {
        let seen = version(10, None, 5, 0);
        assert!(seen.since(&seen).is_empty());
        assert_eq!(
            version(20, Some(9), 5, 1).since(&seen),
            Changes { renewed: true, rotated: true, user_changed: false }
        );
        assert_eq!(
            version(10, None, 6, 0).since(&seen),
            Changes { user_changed: true, ..Changes::default() }
        );
    }
}
