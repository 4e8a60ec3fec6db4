//! Why a session ended.

use std::fmt;

/// Why a session ended (AA-7). Every end has one: it is logged, and told to whoever hears of the end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum EndReason {
    /// The person signed out in this very browser.
    SignedOut,
    /// The person ended it from another session.
    Revoked,
    /// The browser that held it signed in anew (L-3).
    Replaced,
    /// The person's password was changed or reset.
    PasswordChanged,
    /// The person's address was changed.
    EmailChanged,
    /// It was not renewed before its end.
    Expired,
    /// It was not used for longer than its kind allows.
    Idle,
    /// The sign-in is longer ago than its kind allows, whatever the use.
    AbsoluteLimit,
    /// The person began more sessions of its kind than are allowed, and it was the one unused for longest.
    TooMany,
    /// It was used, or begun, in a way that the policy does not let pass (AA-18).
    SecurityEvent,
    /// A refresh token was shown again after its time: somebody has stolen it, or had.
    TokenReused,
    /// An operator ended it.
    Administrator,
    /// The person's account was deleted.
    AccountDeleted,
}

impl EndReason {
    /// Every reason.
    pub const ALL: [Self; 13] = [
        Self::SignedOut,
        Self::Revoked,
        Self::Replaced,
        Self::PasswordChanged,
        Self::EmailChanged,
        Self::Expired,
        Self::Idle,
        Self::AbsoluteLimit,
        Self::TooMany,
        Self::SecurityEvent,
        Self::TokenReused,
        Self::Administrator,
        Self::AccountDeleted,
    ];

    /// The name in logs and on the wire: lower case, with hyphens.
    pub const fn name(self) -> &'static str {
        match self {
            Self::SignedOut => "signed-out",
            Self::Revoked => "revoked",
            Self::Replaced => "replaced",
            Self::PasswordChanged => "password-changed",
            Self::EmailChanged => "email-changed",
            Self::Expired => "expired",
            Self::Idle => "idle",
            Self::AbsoluteLimit => "absolute-limit",
            Self::TooMany => "too-many",
            Self::SecurityEvent => "security-event",
            Self::TokenReused => "token-reused",
            Self::Administrator => "administrator",
            Self::AccountDeleted => "account-deleted",
        }
    }
}

impl fmt::Display for EndReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
