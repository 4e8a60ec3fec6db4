//! What can be wrong with a configuration. Every message names the setting and its place, and says what to do.

use std::{fmt, io, path::PathBuf};

/// Why the configuration cannot be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ConfigError {
    /// The file cannot be read.
    #[error("{}: the configuration file cannot be read: {source}", path.display())]
    Unreadable { path: PathBuf, source: io::Error },
    /// The file is not TOML.
    #[error("{}:{line}: not TOML: {message}", path.display())]
    NotToml { path: PathBuf, line: usize, message: String },
    /// The file has a key that is no setting.
    #[error("{}:{line}: there is no setting \"{key}\"{}", path.display(), did_you_mean(nearest.as_deref()))]
    UnknownKey { path: PathBuf, line: usize, key: String, nearest: Option<String> },
    /// The file has a value of a kind no setting has.
    #[error("{}:{line}: {key} must be a text, a number, true or false, or a list of texts", path.display())]
    WrongKind { path: PathBuf, line: usize, key: String },
    /// A variable that is not UTF-8.
    #[error("the variable {name} is not UTF-8")]
    NotUtf8 { name: String },
    /// A value that is none of its setting.
    #[error("{0}")]
    Wrong(WrongValue),
    /// Two settings that do not fit.
    #[error("{0}")]
    Contradiction(String),
    /// No secret, or one that is not good enough.
    #[error(
        "{problem}\nMake a good one with:  export BETTER_AUTH_SECRET=\"$(stayd secret)\"\nand keep it: with another secret everybody is signed out."
    )]
    Secret { problem: String },
}

fn did_you_mean(nearest: Option<&str>) -> String {
    nearest.map(|key| format!("; did you mean \"{key}\"?")).unwrap_or_default()
}

/// A value that is none of its setting.
#[derive(Debug)]
pub(crate) struct WrongValue {
    pub(crate) key: &'static str,
    /// The value; not given for secrets.
    pub(crate) value: Option<String>,
    pub(crate) place: Place,
    pub(crate) reason: Option<String>,
    pub(crate) accepted: &'static str,
}

impl fmt::Display for WrongValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { key, value, place, reason, accepted } = self;
        match value {
            Some(value) => write!(f, "{key} cannot be \"{}\" ({place})", value.escape_debug())?,
            None => write!(f, "{key} cannot be what it is set to ({place})")?,
        }
        if let Some(reason) = reason {
            write!(f, ": {reason}")?;
        }
        write!(f, "\naccepted: {}", accepted.replace('`', ""))
    }
}

/// Where a value comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Place {
    File { path: PathBuf, line: usize },
    Environment(&'static str),
    Flag(&'static str),
    Default,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File { path, line } => write!(f, "{}:{line}", path.display()),
            Self::Environment(name) => write!(f, "environment variable {name}"),
            Self::Flag(flag) => write!(f, "flag {flag}"),
            Self::Default => f.write_str("default"),
        }
    }
}
