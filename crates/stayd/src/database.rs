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
    secret,
    system::{SystemClock, SystemRandom},
};

/// Opens the database, making and migrating it where needed.
pub(crate) fn open(path: &Path) -> Result<SqliteStore, OpenError> {
    SqliteStore::open(path, &SqliteOptions::default(), SystemClock.now())
}

/// Runs `work` with an engine over the configured database. A server that runs beside it notices within 50 ms what has changed.
pub(crate) fn with_engine<T>(
    common: &Common,
    work: impl AsyncFnOnce(Engine) -> Result<T, Failure>,
) -> Result<T, Failure> {
    let config = common.load()?;
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
        let done = work(engine(&config, Arc::clone(&store))?).await?;
        store.close().await?;
        Ok(done)
    })
}

/// An engine that signs nothing and sends nothing: its secret is made for the moment, so that these commands need none.
fn engine(config: &Config, store: Arc<SqliteStore>) -> Result<Engine, Failure> {
    let problem = |error: &dyn std::fmt::Display| ConfigError::Secret { problem: error.to_string() };
    let secret = Secret::parse(&secret::random()).map_err(|error| problem(&error))?;
    let secrets = Secrets::new(secret, Vec::new()).map_err(|error| problem(&error))?;
    let place = config.place(config.listen)?;
    Ok(Engine::new(Parts {
        policy: config.policy(&place),
        store,
        clock: Arc::new(SystemClock),
        random: Arc::new(SystemRandom),
        mailer: Arc::new(NoMail),
        secrets,
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
