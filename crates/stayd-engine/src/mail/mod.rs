//! Letters to people, and the [`Mailer`] that carries them.
//!
//! [`Outbox`] is the mailer that is used outside tests: a bounded queue and one [`Courier`] behind it. How a letter leaves
//! the house is a [`Transport`]: an SMTP server, a folder of `.eml` files, or the log.

mod carrier;
#[cfg(feature = "smtp")]
mod file;
mod log;
#[cfg(feature = "smtp")]
mod message;
mod notice;
mod outbox;
#[cfg(feature = "smtp")]
mod smtp;
mod transport;
mod words;

pub use carrier::{Carrier, CarryError, Letterhead, MailSetupError, open};
pub use notice::Notice;
pub use outbox::{Courier, Outbox, OutboxLimits};
pub use transport::{Security, SmtpServer, Transport, WrongTransport};
pub use words::{Words, words};

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

/// What a letter says. A `url` carries a secret: it never reaches a log line at the levels used in production.
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
    /// Something happened that the person should know. Holds no link.
    Notice(Box<Notice>),
}

impl std::fmt::Debug for Letter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::VerifyEmail { .. } => "VerifyEmail",
            Self::ResetPassword { .. } => "ResetPassword",
            Self::ConfirmEmailChange { .. } => "ConfirmEmailChange",
            Self::VerifyNewEmail { .. } => "VerifyNewEmail",
            Self::DeleteAccount { .. } => "DeleteAccount",
            Self::Notice(_) => "Notice",
        })
    }
}

impl Letter {
    /// The link in it, if it has one: a secret.
    pub fn url(&self) -> Option<&str> {
        match self {
            Self::VerifyEmail { url }
            | Self::ResetPassword { url }
            | Self::ConfirmEmailChange { url, .. }
            | Self::VerifyNewEmail { url }
            | Self::DeleteAccount { url } => Some(url),
            Self::Notice(_) => None,
        }
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
    /// The server is stopping.
    #[error("no more letters are taken")]
    Closed,
}
