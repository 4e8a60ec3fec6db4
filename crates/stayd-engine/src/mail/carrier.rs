//! The [`Carrier`]: takes one letter to its destination, or says why not.

use std::sync::Arc;

use async_trait::async_trait;
use stayd_protocol::Random;

use super::{Mail, Transport};
use crate::Clock;

/// Takes one letter to where it goes.
#[async_trait]
pub trait Carrier: Send + Sync + 'static {
    /// Carries the letter, in bounded time.
    async fn carry(&self, mail: &Mail) -> Result<(), CarryError>;

    /// Finds out whether letters could leave now, without sending one.
    async fn check(&self) -> Result<(), CarryError>;
}

/// Why a letter was not carried.
#[derive(Debug, thiserror::Error)]
pub enum CarryError {
    /// No letter can be carried now: the server is down, the disk is full.
    #[error("mail cannot leave now")]
    Down(#[source] Cause),
    /// This letter cannot be carried now.
    #[error("the letter was put off")]
    Later(#[source] Cause),
    /// This letter can never be carried.
    #[error("the letter was refused")]
    Never(#[source] Cause),
}

impl CarryError {
    /// What the other side said.
    pub fn cause(&self) -> &Cause {
        match self {
            Self::Down(cause) | Self::Later(cause) | Self::Never(cause) => cause,
        }
    }
}

type Cause = Box<dyn std::error::Error + Send + Sync>;

/// What stands on every letter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Letterhead {
    /// The address letters come from.
    pub from: String,
    /// What people call the application.
    pub product: String,
}

/// Why mail could not be set up.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum MailSetupError {
    /// The sender's address is none.
    #[error("the sender's address is not an e-mail address")]
    From(#[source] Cause),
    /// The file of certificates cannot be used.
    #[error("the file of certificates cannot be used")]
    Authority(#[source] Cause),
    /// TLS could not be set up for this server's name.
    #[error("TLS cannot be set up for this server")]
    Tls(#[source] Cause),
    /// The folder for letters cannot be made.
    #[error("the folder for letters cannot be made")]
    Folder(#[source] std::io::Error),
    /// This build carries no letters (feature `smtp`).
    #[error("this build can only write letters to the log")]
    NotBuiltIn,
}

/// Makes the carrier for a transport. No connection is opened yet.
#[cfg(feature = "smtp")]
pub fn open(
    transport: &Transport,
    letterhead: Letterhead,
    clock: Arc<dyn Clock>,
    random: Arc<dyn Random>,
) -> Result<Arc<dyn Carrier>, MailSetupError> {
    use super::{file::Folder, message::Composer, smtp::Smtp};
    let composer = Composer::new(&letterhead, clock, random)?;
    Ok(match transport {
        Transport::Log => Arc::new(super::log::Log::new(letterhead.product)),
        Transport::File(folder) => Arc::new(Folder::open(folder, composer)?),
        Transport::Smtp(server) => Arc::new(Smtp::new(server, composer)?),
    })
}

/// Makes the carrier for a transport.
#[cfg(not(feature = "smtp"))]
pub fn open(
    transport: &Transport,
    letterhead: Letterhead,
    _clock: Arc<dyn Clock>,
    _random: Arc<dyn Random>,
) -> Result<Arc<dyn Carrier>, MailSetupError> {
    match transport {
        Transport::Log => Ok(Arc::new(super::log::Log::new(letterhead.product))),
        Transport::File(_) | Transport::Smtp(_) => Err(MailSetupError::NotBuiltIn),
    }
}
