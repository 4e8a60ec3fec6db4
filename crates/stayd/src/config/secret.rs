//! Which secrets sign, and which are still accepted.

use std::{
    fs,
    path::{Path, PathBuf},
};

use stayd_protocol::{Secret, Secrets};
use zeroize::Zeroizing;

use super::{
    ConfigError, Layers,
    setting::{WRONG, Wrong},
    settings,
};

/// Secrets with their versions, newest first.
type Versions = Vec<(u32, Zeroizing<String>)>;

/// What was said about secrets. Looked at only by commands that sign.
#[derive(Clone)]
pub(crate) struct SecretSettings {
    secret: Option<(Zeroizing<String>, String)>,
    versions: Option<(Versions, String)>,
    file: Option<PathBuf>,
}

/// Where the secrets in use come from, newest first.
pub(crate) enum SecretSource<'a> {
    /// One or several, with their versions.
    Given(Versions),
    /// A file, a secret in each line.
    File(&'a Path, Vec<Zeroizing<String>>),
}

impl SecretSettings {
    pub(super) fn read(layers: &Layers) -> Result<Self, ConfigError> {
        let place = |about| layers.place(about).to_string();
        let secret = layers.read_optional(&settings::SECRET)?;
        let versions = layers.read_optional(&settings::SECRETS)?;
        let versions = versions
            .map(|list| list.into_iter().map(|(version, text)| (version, Zeroizing::new(text))).collect());
        Ok(Self {
            secret: secret.map(|text| (Zeroizing::new(text), place(&settings::SECRET.about))),
            versions: versions.map(|list| (list, place(&settings::SECRETS.about))),
            file: layers.read_optional(&settings::SECRET_FILE)?,
        })
    }

    /// The secrets to sign and verify with, if they are good.
    pub(crate) fn secrets(&self) -> Result<Secrets, ConfigError> {
        let (texts, place) = match (&self.versions, &self.secret, &self.file) {
            (Some((versions, place)), _, _) => {
                (versions.iter().map(|(_, text)| text.clone()).collect(), place.clone())
            }
            (None, Some((text, place)), _) => (vec![text.clone()], place.clone()),
            (None, None, Some(file)) => (from_file(file)?, file.display().to_string()),
            (None, None, None) => {
                return Err(ConfigError::Secret {
                    problem: "there is no secret: BETTER_AUTH_SECRET is not set".to_owned(),
                });
            }
        };
        let weak =
            |error: &dyn std::fmt::Display| ConfigError::Secret { problem: format!("{error} ({place})") };
        let texts: Vec<Zeroizing<String>> = texts;
        let parse = |text: &Zeroizing<String>| Secret::parse(text).map_err(|error| weak(&error));
        let mut secrets = texts.iter().map(parse).collect::<Result<Vec<_>, _>>()?.into_iter();
        let current = secrets.next().ok_or_else(|| weak(&"the list of secrets is empty"))?;
        Secrets::new(current, secrets.collect()).map_err(|error| weak(&error))
    }

    /// Where the secrets in use come from; `None` where there is none.
    pub(crate) fn source(&self) -> Result<Option<SecretSource<'_>>, ConfigError> {
        Ok(match (&self.versions, &self.secret, &self.file) {
            (Some((versions, _)), _, _) => Some(SecretSource::Given(versions.clone())),
            (None, Some((text, _)), _) => Some(SecretSource::Given(vec![(1, text.clone())])),
            (None, None, Some(file)) => Some(SecretSource::File(file, from_file(file)?)),
            (None, None, None) => None,
        })
    }

    /// The file that the secret is read from, if it is.
    pub(crate) fn file_in_use(&self) -> Option<&PathBuf> {
        self.file.as_ref().filter(|_| self.secret.is_none() && self.versions.is_none())
    }

    /// Whether a single secret was given that the list does not have: sessions signed with it have ended.
    pub(crate) fn has_forgotten_secret(&self) -> bool {
        match (&self.secret, &self.versions) {
            (Some((secret, _)), Some((versions, _))) => versions.iter().all(|(_, text)| text != secret),
            _ => false,
        }
    }
}

fn from_file(file: &Path) -> Result<Vec<Zeroizing<String>>, ConfigError> {
    let text = fs::read_to_string(file).map(Zeroizing::new);
    let text = text.map_err(|error| ConfigError::Secret {
        problem: format!("the secret cannot be read from {}: {error}", file.display()),
    })?;
    Ok(text.lines().filter(|line| !line.is_empty()).map(|line| Zeroizing::new(line.to_owned())).collect())
}

/// `2:new,1:old`, newest first, as Better Auth's `BETTER_AUTH_SECRETS`.
pub(super) fn versions(text: &str) -> Result<Vec<(u32, String)>, Wrong> {
    let entry = |entry: &str| {
        let (version, secret) = entry.trim().split_once(':')?;
        Some((version.trim().parse::<u32>().ok()?, secret.to_owned()))
    };
    let entries: Vec<_> = text.split(',').map(entry).collect::<Option<_>>().ok_or(WRONG)?;
    let repeated = entries
        .iter()
        .enumerate()
        .any(|(at, (version, _))| entries.iter().skip(at + 1).any(|(other, _)| other == version));
    if repeated { Err(Wrong::because("two of the versions are the same")) } else { Ok(entries) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versioned_secrets_are_read_in_their_order() {
        assert_eq!(versions("2:new,1:o:ld"), Ok(vec![(2, "new".into()), (1, "o:ld".into())]));
        assert_eq!(versions("new"), Err(WRONG));
        assert_eq!(versions("x:new"), Err(WRONG));
        assert_eq!(versions(""), Err(WRONG));
        assert!(versions("1:a,1:b").is_err());
    }
}
