//! Letters to people, and the [`Mailer`] that carries them.
//!
//! [`Outbox`] is the mailer that is used outside tests: letters wait in the store, and one [`Courier`] carries them. How a letter leaves
//! the house is a [`Transport`]: an SMTP server, a folder of `.eml` files, or the log.

mod carrier;
mod courier;
mod draft;
mod envelope;
#[cfg(feature = "smtp")]
mod file;
mod log;
#[cfg(feature = "smtp")]
mod message;
mod notice;
mod outbox;
#[cfg(feature = "smtp")]
mod smtp;
mod told;
mod transport;
mod words;

pub use carrier::{Carrier, CarryError, Letterhead, MailSetupError, open};
pub use courier::Courier;
pub(crate) use draft::Draft;
pub use notice::Notice;
pub use outbox::{Outbox, OutboxLimits, OutboxParts};
pub use transport::{Security, SmtpServer, Transport, WrongTransport};
pub use words::{Words, words};

use crate::store::LetterRecord;
use serde::{Deserialize, Serialize};

/// A letter, before it is put into words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mail {
    /// The address it goes to; empty where it is written for the sake of time and goes to nobody.
    pub to: String,
    /// The person's name; may be empty.
    pub name: String,
    /// What it says.
    pub letter: Letter,
}

impl Mail {
    /// Whether it goes nowhere: what is done for an address that nobody has takes the same time as for one that somebody has.
    pub fn is_to_nobody(&self) -> bool {
        self.to.is_empty()
    }
}

/// What a letter says. A `url` carries a secret: it never reaches a log line at the levels used in production.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
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
    /// The letter as it waits in the store, for mailers that take letters from there: it is written in the same step as what it tells of, and
    /// [`Mailer::written`] is called then. `None` where letters are handed over once the step is done.
    fn seal(&self, mail: &Mail) -> Result<Option<LetterRecord>, MailError> {
        let _ = mail;
        Ok(None)
    }

    /// What was sealed is in the store.
    fn written(&self) {}

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
    /// It could not be sealed.
    #[error("the letter cannot be sealed")]
    Unwritable,
}
