//! The database, and an engine over it for commands that are no server.

use std::{path::Path, sync::Arc};

use stayd_engine::{
    Clock, Engine, Parts,
    mail::{Mail, MailError, Mailer},
    store::sqlite::{OpenError, SqliteOptions, SqliteStore},
};
use stayd_protocol::{Secret, Secrets};
use tokio::runtime;

use crate::{
    cli::Common,
    config::{Config, ConfigError},
    failure::Failure,
    places::Places,
    secret,
    system::{SystemClock, SystemRandom},
};

/// Opens the database, making and migrating it where needed.
pub(crate) fn open(path: &Path) -> Result<SqliteStore, OpenError> {
    SqliteStore::open(path, &SqliteOptions::default(), SystemClock.now())
}

/// The same for a server.
pub(crate) fn open_to_serve(path: &Path) -> Result<SqliteStore, OpenError> {
    let options = SqliteOptions { room_for_log: true, ..SqliteOptions::default() };
    SqliteStore::open(path, &options, SystemClock.now())
}

/// Runs `work` with an engine over the configured database. A server that runs beside it notices within 50 ms what has changed.
pub(crate) fn with_engine<T>(
    common: &Common,
    work: impl AsyncFnOnce(Engine) -> Result<T, Failure>,
) -> Result<T, Failure> {
    run(&common.load()?, throwaway()?, work)
}

/// The same with the configured secret, for commands that sign or seal.
pub(crate) fn with_signing_engine<T>(
    common: &Common,
    work: impl AsyncFnOnce(Engine) -> Result<T, Failure>,
) -> Result<T, Failure> {
    let config = common.load()?;
    run(&config, config.secret.secrets()?, work)
}

fn run<T>(
    config: &Config,
    secrets: Secrets,
    work: impl AsyncFnOnce(Engine) -> Result<T, Failure>,
) -> Result<T, Failure> {
    // Somebody who mistypes the path shall not work in a new, empty database.
    if !config.database.exists() {
        return Err(Failure::System(std::io::Error::new(
            std::io::ErrorKind::NotFound,
            format!("{}: there is no database; `stayd migrate` makes one", config.database.display()),
        )));
    }
    let runtime = runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let store = Arc::new(open(&config.database)?);
        let done = work(engine(config, secrets, Arc::clone(&store))?).await?;
        store.close().await?;
        Ok(done)
    })
}

/// A secret for the moment, so that commands that sign nothing need none.
fn throwaway() -> Result<Secrets, Failure> {
    let problem = |error: &dyn std::fmt::Display| ConfigError::Secret { problem: error.to_string() };
    let secret = Secret::parse(&secret::random()).map_err(|error| problem(&error))?;
    Ok(Secrets::new(secret, Vec::new()).map_err(|error| problem(&error))?)
}

/// An engine that sends nothing.
fn engine(config: &Config, secrets: Secrets, store: Arc<SqliteStore>) -> Result<Engine, Failure> {
    let place = config.place(config.listen)?;
    Ok(Engine::new(Parts {
        policy: config.policy(&place),
        store,
        clock: Arc::new(SystemClock),
        random: Arc::new(SystemRandom),
        mailer: Arc::new(NoMail),
        secrets,
        places: Places::open(config)?.engines(),
    }))
}

/// Where mail is switched off.
pub(crate) struct NoMail;

impl Mailer for NoMail {
    fn post(&self, mail: Mail) -> Result<(), MailError> {
        tracing::warn!(letter = ?mail.letter, "no letter was sent: mail is off (STAYD_MAIL)");
        Ok(())
    }
}
