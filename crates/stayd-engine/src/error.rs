//! What can go wrong in the engine, sorted by who erred.

use crate::{keys::KeysError, store::StoreError};
use std::time::Duration;

/// Why the engine did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// The caller erred or is not allowed; nothing was changed.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// Too much is going on; the same request may work after this time. Nothing was changed.
    #[error("busy")]
    Busy {
        /// When to try again.
        retry_after: Duration,
    },
    /// The store failed; nothing was changed.
    #[error("the store failed")]
    Store(#[source] StoreError),
    /// A stored record makes no sense.
    #[error("a stored password hash is malformed")]
    MalformedHash,
    /// There is no key to sign with.
    #[error("the signing keys failed")]
    Keys(#[source] KeysError),
    /// The engine is stopping.
    #[error("stopping")]
    Stopping,
}

impl From<StoreError> for EngineError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Disabled => Refusal::UserDisabled.into(),
            other => Self::Store(other),
        }
    }
}

/// The result of an engine's operation.
pub type EngineResult<T> = Result<T, EngineError>;

impl StoreError {
    /// Where what was to be changed is not there, that is the caller's affair: `refusal`. Anything else stays the store's failure.
    pub(crate) fn or_refused(self, refusal: Refusal) -> EngineError {
        match self {
            Self::NotFound => refusal.into(),
            other => other.into(),
        }
    }
}

/// What the caller did wrong, or may not do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("refused: {self:?}")]
pub enum Refusal {
    /// Nobody has this address and password.
    InvalidEmailOrPassword,
    /// The text is not an e-mail address.
    InvalidEmail,
    /// The password given as proof is wrong.
    InvalidPassword,
    /// The password is shorter than [`crate::PasswordPolicy::min_length`].
    PasswordTooShort,
    /// The password is one that everybody tries first.
    PasswordTooCommon,
    /// The password is longer than [`crate::PasswordPolicy::max_length`].
    PasswordTooLong,
    /// The password is right, but the address must be verified first.
    EmailNotVerified,
    /// Nobody may sign up here.
    SignUpDisabled,
    /// The address is taken.
    UserAlreadyExists,
    /// The person has no password.
    CredentialAccountNotFound,
    /// The link to reset a password is unknown, used up or too old.
    ResetTokenInvalid,
    /// The person a reset link was made for is gone.
    ResetUserNotFound,
    /// The link to verify an address is not ours or does not fit the person.
    VerifyTokenInvalid,
    /// The link to verify an address is too old.
    VerifyTokenExpired,
    /// The person a verification link was made for is gone.
    VerifyUserNotFound,
    /// A verification link of somebody else than the person signed in.
    VerifyOtherUser,
    /// Asked to verify another address than one's own.
    EmailMismatch,
    /// The address is verified already.
    EmailAlreadyVerified,
    /// The new address is the present one.
    EmailIsTheSame,
    /// People may not change their address here.
    ChangeEmailDisabled,
    /// People may not delete their account here.
    DeleteUserDisabled,
    /// The link to delete an account is unknown, used up, too old or somebody else's.
    DeleteTokenInvalid,
    /// The sign-in is too long ago for a deletion without the password.
    SessionExpired,
    /// The sign-in is too long ago.
    SessionNotFresh,
    /// The last account cannot be unlinked.
    LastAccount,
    /// The person has no such account.
    AccountNotFound,
    /// The sign-in is so unusual that the policy does not let it pass.
    SuspiciousSignIn,
    /// The person is disabled. Told only to who has shown to be them.
    UserDisabled,
    /// The session ended while the request was under way.
    SessionEnded,
    /// The refresh token, or the access token that is over, gets nothing; why, nobody is told.
    InvalidGrant,
    /// More is asked for than was granted.
    InvalidScope,
    /// Tokens are asked for an audience that this server makes none for, or that the family was not begun for.
    InvalidTarget,
    /// The session's token was replaced, and somebody has its successor.
    SessionSuperseded,
    /// The person has no document of this name.
    NoSuchDocument,
    /// The document is not as expected: somebody else changed it.
    DocumentChanged,
    /// The content is larger than [`crate::DocumentPolicy::max_bytes`].
    DocumentTooLarge,
    /// The person has as many documents as [`crate::DocumentPolicy::max_count`] allows.
    TooManyDocuments,
}
