//! Why a command failed, and its exit code: 2 for what the operator has said, 1 for everything else.

use std::{io, net::SocketAddr, path::PathBuf, process::ExitCode};

use stayd_engine::{
    EngineError, PlacesError, Refusal, causes,
    mail::MailSetupError,
    store::{StoreError, sqlite::OpenError},
};
use stayd_server::{InvalidBackend, InvalidOrigin, ServeError};

use crate::config::ConfigError;
use crate::replay::ReplayError;

/// Why a command failed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    #[error("{0}")]
    Config(#[from] ConfigError),
    #[error("{}", causes(.0))]
    Database(#[from] OpenError),
    #[error("{}", causes(.0))]
    Store(#[from] StoreError),
    #[error("{}", told(.0))]
    Engine(#[from] EngineError),
    #[error("place.database: {0}")]
    Places(#[from] PlacesError),
    #[error("mail: {}", causes(.0))]
    Mail(#[from] MailSetupError),
    #[error("{0}")]
    Origin(#[from] InvalidOrigin),
    #[error("{0}")]
    Backend(#[from] InvalidBackend),
    #[error("cannot listen on {address}: {source}; choose another address with --listen or STAYD_LISTEN")]
    Listen { address: SocketAddr, source: io::Error },
    #[error(
        "cannot listen on {address} for metrics: {source}; choose another address with STAYD_METRICS_LISTEN"
    )]
    ListenForMetrics { address: SocketAddr, source: io::Error },
    #[error("{0}")]
    Serve(#[from] ServeError),
    #[error("{0}")]
    System(#[from] io::Error),
    #[error(
        "this build has no demo page; `npm ci && npm run build` in packages/demo makes it, and then build again"
    )]
    NoDemo,
    #[error("there is no folder {}; `cargo xtask docs` builds the documentation", .0.display())]
    NoDocs(PathBuf),
    #[error("there is nobody with the address {0}")]
    NoSuchUser(String),
    #[error("there is no session with the id {0}; `stayd session list` shows the ids")]
    NoSuchSession(String),
    #[error("there is no signing key with the id {0}; `stayd key list` shows the ids")]
    NoSuchKey(String),
    #[error("tokens are signed with the shared secret (token.algorithm): change that instead, see `secrets`")]
    SharedKey,
    #[error("{0}")]
    Replay(#[from] ReplayError),
    #[error("cannot put the new secret into {}: {source}", file.display())]
    SecretFile { file: PathBuf, source: io::Error },
    #[error(
        "a secret in use has a comma in it, which no list can hold; put it into a file, and name that in STAYD_SECRET_FILE"
    )]
    SecretWithComma,
    #[error("{0}")]
    Password(&'static str),
}

impl Failure {
    pub(crate) fn exit_code(&self) -> ExitCode {
        match self {
            Self::Config(_)
            | Self::Places(_)
            | Self::Mail(_)
            | Self::Origin(_)
            | Self::Backend(_)
            | Self::Serve(_) => ExitCode::from(2),
            _ => ExitCode::FAILURE,
        }
    }
}

/// A refusal in the words of an operator.
fn told(error: &EngineError) -> String {
    match error {
        EngineError::Refused(Refusal::InvalidEmail) => "this is not an e-mail address".to_owned(),
        EngineError::Refused(Refusal::UserAlreadyExists) => {
            "there is somebody with this address already".to_owned()
        }
        EngineError::Refused(Refusal::PasswordTooShort) => {
            "the password is too short (password.min_length)".to_owned()
        }
        EngineError::Refused(Refusal::PasswordTooLong) => {
            "the password is too long (password.max_length)".to_owned()
        }
        error => causes(error),
    }
}
