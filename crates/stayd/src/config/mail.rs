//! How letters leave, as far as the operator has said.

use stayd_engine::mail::Transport;

/// What `mail.transport` says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum MailChoice {
    /// No letters.
    Off,
    /// Letters leave this way.
    Through(Transport),
}

/// Mail settings; what is not set follows from the address people use.
#[derive(Debug, Clone, Default)]
pub(crate) struct MailSettings {
    pub(crate) transport: Option<MailChoice>,
    pub(crate) from: Option<String>,
    pub(crate) product: Option<String>,
}
