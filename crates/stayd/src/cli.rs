//! The command line.

use std::{collections::BTreeMap, path::PathBuf};

use clap::{Args, Parser, Subcommand};

use stayd_engine::SessionKind;

use crate::config::{Config, ConfigError};

/// Keeps people signed in for exactly as long as they should be.
#[derive(Parser)]
#[command(version, arg_required_else_help = true)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Serve sign-in and sessions over HTTP
    Serve(ServeOptions),
    /// Bring the database up to date (serve does so too)
    Migrate(Common),
    /// Print a new secret, or add one to those in use
    Secret {
        #[command(subcommand)]
        command: Option<SecretCommand>,
    },
    /// Look at configuration, database, clock, cookies and mail, and say what to do
    Doctor(Common),
    /// Add, list, disable and remove people
    #[command(subcommand)]
    User(UserCommand),
    /// List and end sessions
    #[command(subcommand)]
    Session(SessionCommand),
    /// List, rotate and revoke the keys that sign tokens
    #[command(subcommand)]
    Key(KeyCommand),
    /// Replay a recording of a page (`session.record()`), event by event
    Replay {
        /// The recording
        file: PathBuf,
    },
    /// Print docs/configuration.md
    #[command(hide = true)]
    ConfigDocs,
}

#[derive(Subcommand)]
pub(crate) enum SecretCommand {
    /// Put a new secret before those in use: into the secret file, or printed as a list for `BETTER_AUTH_SECRETS`
    Rotate(Common),
}

#[derive(Subcommand)]
pub(crate) enum UserCommand {
    /// Add a person, whose address counts as verified
    Add(AddUser),
    /// List people in the order they signed up
    List(Common),
    /// End all sessions of a person and refuse their sign-ins until they are enabled again
    Disable {
        /// The person's e-mail address
        email: String,
        #[command(flatten)]
        common: Common,
    },
    /// Let a person who was disabled sign in again
    Enable {
        /// The person's e-mail address
        email: String,
        #[command(flatten)]
        common: Common,
    },
    /// Remove a person with all sessions
    Remove {
        /// The person's e-mail address
        email: String,
        #[command(flatten)]
        common: Common,
    },
}

#[derive(Subcommand)]
pub(crate) enum SessionCommand {
    /// List sessions that have not ended, newest first
    List(ListSessions),
    /// End one session, those of a person, or everybody's
    End(EndSession),
}

#[derive(Subcommand)]
pub(crate) enum KeyCommand {
    /// List the keys that are published, oldest first
    List(Common),
    /// Make a key that signs from now on; those before are honoured until what they signed is over
    Rotate(Common),
    /// Withdraw a key that somebody else may have: at once, and with all it signed
    Revoke {
        /// The key's id, as `stayd key list` shows it
        id: String,
        #[command(flatten)]
        common: Common,
    },
}

/// What every command that touches the database takes.
#[derive(Args, Clone, Default)]
pub(crate) struct Common {
    /// The configuration file [default: stayd.toml, if it is there]
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// The database, such as sqlite:stayd.db
    #[arg(long, value_name = "URL")]
    pub(crate) database: Option<String>,
}

#[derive(Args)]
pub(crate) struct ServeOptions {
    #[command(flatten)]
    pub(crate) common: Common,
    /// Where to listen, such as 127.0.0.1:3000
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) listen: Option<String>,
    /// Show the demo page at /
    #[arg(long)]
    pub(crate) demo: bool,
    /// Show this folder at /docs: the documentation that `cargo xtask docs` builds
    #[arg(long, value_name = "DIR", requires = "demo")]
    pub(crate) docs: Option<PathBuf>,
}

#[derive(Args)]
pub(crate) struct AddUser {
    /// The person's e-mail address
    pub(crate) email: String,
    /// The person's name
    #[arg(long, default_value = "")]
    pub(crate) name: String,
    /// Read the password from the first line of standard input instead of asking
    #[arg(long)]
    pub(crate) password_stdin: bool,
    #[command(flatten)]
    pub(crate) common: Common,
}

#[derive(Args)]
pub(crate) struct ListSessions {
    /// Only those of the person with this address
    #[arg(long, value_name = "EMAIL")]
    pub(crate) user: Option<String>,
    /// At most so many
    #[arg(long, default_value_t = 100)]
    pub(crate) limit: usize,
    #[command(flatten)]
    pub(crate) common: Common,
}

#[derive(Args)]
pub(crate) struct EndSession {
    /// The session's id, as `stayd session list` shows it
    #[arg(required_unless_present_any = ["user", "all"], conflicts_with_all = ["user", "all"])]
    pub(crate) id: Option<String>,
    /// All sessions of the person with this address
    #[arg(long, value_name = "EMAIL")]
    pub(crate) user: Option<String>,
    /// Of these, only those on this device, by the id that `stayd session list` shows
    #[arg(long, value_name = "DEVICE", requires = "user")]
    pub(crate) device: Option<String>,
    /// Of these, only those of this kind: default, remember or api
    #[arg(long, value_name = "KIND", requires = "user", value_parser = kind)]
    pub(crate) kind: Option<SessionKind>,
    /// Everybody's sessions, in one write
    #[arg(long, conflicts_with = "user")]
    pub(crate) all: bool,
    #[command(flatten)]
    pub(crate) common: Common,
}

fn kind(name: &str) -> Result<SessionKind, &'static str> {
    SessionKind::from_name(name).ok_or("a kind is default, remember or api")
}

impl Common {
    /// Reads the configuration under these flags.
    pub(crate) fn load(&self) -> Result<Config, ConfigError> {
        self.load_with(BTreeMap::new())
    }

    fn load_with(&self, mut flags: BTreeMap<&'static str, String>) -> Result<Config, ConfigError> {
        flags.extend(self.database.clone().map(|database| ("--database", database)));
        Config::load(self.config.as_deref(), flags)
    }
}

impl ServeOptions {
    /// Reads the configuration under these flags.
    pub(crate) fn load(&self) -> Result<Config, ConfigError> {
        self.common.load_with(self.listen.clone().map(|listen| ("--listen", listen)).into_iter().collect())
    }
}
