//! Kinds of session, and how each lives and ends (AA-1, AA-2, L-1, L-2, L-9).

use crate::{EndReason, Rotation, store::SessionRecord};
use stayd_protocol::Timestamp;
use std::time::Duration;

const HOUR: Duration = Duration::from_hours(1);
const DAY: Duration = Duration::from_hours(24);

/// What a session is for. It is kept with the session; what follows from it is policy and is asked for at every check.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SessionKind {
    /// Somebody at a browser who did not ask to be remembered: the cookie goes with the browser.
    Default,
    /// Somebody who asked to be remembered on this device.
    Remember,
    /// A program: a family of refresh tokens, and of access tokens that are shown as bearer tokens.
    Api,
}

impl SessionKind {
    /// Every kind.
    pub const ALL: [Self; 3] = [Self::Default, Self::Remember, Self::Api];

    /// The kind of somebody who signs in at a browser.
    pub const fn of_browser(remember: bool) -> Self {
        if remember { Self::Remember } else { Self::Default }
    }

    /// The name in the configuration, in stores and in lists.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Default => "default",
            Self::Remember => "remember",
            Self::Api => "api",
        }
    }

    /// The kind of this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

/// When a session gets a later end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Renews {
    /// Never: it ends one lifetime after the sign-in.
    Never,
    /// When it is used this long after its last renewal.
    WhenUsed {
        /// Less than the lifetime; zero renews at every use.
        after: Duration,
    },
    /// Only when its holder asks for it.
    WhenAsked,
}

/// What a request must show beside the token of its session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Binding {
    /// Nothing: whoever has the token has the session.
    None,
    /// The cookie of the device that the session was begun on (AA-1). A session that was begun without one is not bound.
    Device,
}

/// How sessions of one kind live and end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KindPolicy {
    /// The life of a session, counted from its last renewal.
    pub lifetime: Duration,
    /// When it is renewed.
    pub renews: Renews,
    /// It ends when it was not used for so long. Kept to the millisecond on the node that saw the last use, else to
    /// [`KindPolicy::activity_resolution`], and then late rather than early.
    pub idle: Option<Duration>,
    /// It ends so long after the sign-in, whatever the use (L-2).
    pub absolute: Option<Duration>,
    /// Whether a renewal replaces its token.
    pub rotation: Rotation,
    /// How many of this kind one person may have; at the next sign-in the one unused for longest ends (L-9).
    pub at_most: Option<usize>,
    /// What a request must show beside its token.
    pub binding: Binding,
}

impl KindPolicy {
    /// The moment at which a session is over by the time of its sign-in, if there is one.
    pub(crate) fn absolute_end(&self, session: &SessionRecord) -> Option<Timestamp> {
        self.absolute.map(|absolute| session.created_at.plus(absolute))
    }

    /// The end a session has under this policy: never later than the one it was given, for a policy may have become stricter since.
    pub(crate) fn end_of(&self, session: &SessionRecord) -> Timestamp {
        let end = session.expires_at.min(session.updated_at.plus(self.lifetime));
        self.absolute_end(session).map_or(end, |absolute| end.min(absolute))
    }

    /// The end that a renewal at `now` gives.
    pub(crate) fn renewed_end(&self, session: &SessionRecord, now: Timestamp) -> Timestamp {
        let end = now.plus(self.lifetime);
        self.absolute_end(session).map_or(end, |absolute| end.min(absolute))
    }

    /// A session with this end, or an earlier one, may be renewed at `now`; `None` where none is.
    pub(crate) fn renewable_from(&self, now: Timestamp) -> Option<Timestamp> {
        match self.renews {
            Renews::Never => None,
            Renews::WhenUsed { after } => Some(now.plus(self.lifetime).minus(after)),
            Renews::WhenAsked => Some(now.plus(self.lifetime)),
        }
    }

    /// Whether a session that was last used at `used_at` has been idle for too long.
    pub(crate) fn is_idle(&self, used_at: Timestamp, now: Timestamp) -> bool {
        self.idle.is_some_and(|idle| now.since(used_at) >= idle)
    }

    /// Why a session whose end has come is over.
    pub(crate) fn reason_at_end(&self, session: &SessionRecord, now: Timestamp) -> EndReason {
        match self.absolute_end(session) {
            Some(absolute) if absolute <= now => EndReason::AbsoluteLimit,
            _ => EndReason::Expired,
        }
    }

    /// How often a use is noted, where `usual` is how often it is for sessions without an idle limit: a tenth of the limit is precise enough.
    pub fn activity_resolution(&self, usual: Duration) -> Duration {
        self.idle.map_or(usual, |idle| usual.min(idle / 10))
    }
}

/// The policy of each kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Kinds {
    /// Of [`SessionKind::Default`].
    pub default: KindPolicy,
    /// Of [`SessionKind::Remember`].
    pub remember: KindPolicy,
    /// Of [`SessionKind::Api`].
    pub api: KindPolicy,
}

impl Kinds {
    /// What Better Auth does (AA-2): a remembered session lives for 7 days after its last renewal and is renewed once a day; another one
    /// ends a day after the sign-in. No other limits.
    pub const BETTER_AUTH: Self = Self {
        default: KindPolicy { lifetime: DAY, renews: Renews::Never, ..UNLIMITED },
        remember: KindPolicy {
            lifetime: DAY.saturating_mul(7),
            renews: Renews::WhenUsed { after: DAY },
            ..UNLIMITED
        },
        api: API,
    };

    /// Limits on everything (AA-1), each with its reason in `docs/policies.md`.
    pub const STRICT: Self = Self {
        default: KindPolicy {
            lifetime: DAY,
            // 80 % of a day.
            renews: Renews::WhenUsed { after: Duration::from_mins(24 * 60 * 80 / 100) },
            idle: Some(HOUR.saturating_mul(4)),
            absolute: Some(DAY.saturating_mul(7)),
            rotation: Rotation::Grace,
            at_most: Some(10),
            binding: Binding::None,
        },
        remember: KindPolicy {
            lifetime: DAY.saturating_mul(30),
            renews: Renews::WhenUsed { after: DAY },
            idle: Some(DAY.saturating_mul(14)),
            absolute: Some(DAY.saturating_mul(90)),
            rotation: Rotation::Grace,
            at_most: Some(10),
            binding: Binding::Device,
        },
        api: KindPolicy { at_most: Some(50), ..API },
    };

    /// The policy of a kind.
    pub const fn of(&self, kind: SessionKind) -> &KindPolicy {
        match kind {
            SessionKind::Default => &self.default,
            SessionKind::Remember => &self.remember,
            SessionKind::Api => &self.api,
        }
    }

    /// Whether sessions of any kind end when they are not used.
    pub const fn have_idle_limit(&self) -> bool {
        self.default.idle.is_some() || self.remember.idle.is_some() || self.api.idle.is_some()
    }

    /// The policy of a kind, to change it.
    pub const fn of_mut(&mut self, kind: SessionKind) -> &mut KindPolicy {
        match kind {
            SessionKind::Default => &mut self.default,
            SessionKind::Remember => &mut self.remember,
            SessionKind::Api => &mut self.api,
        }
    }

    /// Sets the rotation of every kind that a browser holds.
    pub const fn rotate(&mut self, rotation: Rotation) {
        self.default.rotation = rotation;
        self.remember.rotation = rotation;
    }
}

const UNLIMITED: KindPolicy = KindPolicy {
    lifetime: DAY,
    renews: Renews::Never,
    idle: None,
    absolute: None,
    rotation: Rotation::Off,
    at_most: None,
    binding: Binding::None,
};

/// The same in every preset but for the cap: Better Auth has nothing like it. A family of refresh tokens ends two weeks after the last of them was used, and three
/// months after its first. Its access tokens live for a quarter of an hour ([`crate::TokenPolicy::lifetime`]).
const API: KindPolicy = KindPolicy {
    lifetime: DAY.saturating_mul(14),
    renews: Renews::WhenAsked,
    absolute: Some(DAY.saturating_mul(90)),
    // More programs than a person has; one that asks for a new family instead of refreshing would fill the database (L-9).
    at_most: Some(100),
    ..UNLIMITED
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_strict_default_kind_is_renewed_at_eighty_percent_of_its_life() {
        let after = Kinds::STRICT.default.lifetime * 4 / 5;
        assert_eq!(Kinds::STRICT.default.renews, Renews::WhenUsed { after });
    }

    #[test]
    fn every_kind_has_a_name_by_which_it_is_found_again() {
        for kind in SessionKind::ALL {
            assert_eq!(SessionKind::from_name(kind.name()), Some(kind));
        }
        assert_eq!(SessionKind::from_name("Default"), None);
    }
}
