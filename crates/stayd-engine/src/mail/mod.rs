//! Letters to people, and the [`Mailer`] that carries them.

/// A letter, before it is put into words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mail {
    /// The address it goes to.
    pub to: String,
    /// The person's name; may be empty.
    pub name: String,
    /// What it says.
    pub letter: Letter,
}

/// What a letter says. Each `url` carries a secret: it never reaches a log line at the levels used in production.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Letter {
    /// Please show that this address is yours.
    VerifyEmail {
        /// The link to visit.
        url: String,
    },
    /// Choose a new password.
    ResetPassword {
        /// The link to visit.
        url: String,
    },
    /// Sent to the present address: somebody wants to change it to `new_email`.
    ConfirmEmailChange {
        /// The link to visit.
        url: String,
        /// The wanted address.
        new_email: String,
    },
    /// Sent to the new address, to show that it is theirs.
    VerifyNewEmail {
        /// The link to visit.
        url: String,
    },
    /// Confirm that the account shall be deleted.
    DeleteAccount {
        /// The link to visit.
        url: String,
    },
}

impl std::fmt::Debug for Letter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::VerifyEmail { .. } => "VerifyEmail",
            Self::ResetPassword { .. } => "ResetPassword",
            Self::ConfirmEmailChange { .. } => "ConfirmEmailChange",
            Self::VerifyNewEmail { .. } => "VerifyNewEmail",
            Self::DeleteAccount { .. } => "DeleteAccount",
        })
    }
}

/// Takes letters for delivery.
pub trait Mailer: Send + Sync + 'static {
    /// Takes a letter and returns at once; delivery, with its retries, happens behind it. A caller who waited would tell
    /// by the time taken whether an address is known.
    fn post(&self, mail: Mail) -> Result<(), MailError>;
}

/// Why a letter was not taken.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum MailError {
    /// Too many letters are waiting already.
    #[error("too many letters are waiting")]
    Full,
}
