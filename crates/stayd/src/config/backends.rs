//! Back ends and their secrets: a table for each in the file, or a list in the environment.

use stayd_server::{Backends, InvalidBackend};
use zeroize::Zeroizing;

use super::setting::{About, Setting, WRONG, Wrong};

/// Back ends as they were written. Looked at only where they are served.
#[derive(Clone, Default, PartialEq, Eq)]
pub(crate) struct BackendSettings(Vec<(String, Zeroizing<String>)>);

impl std::fmt::Debug for BackendSettings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.0.iter().map(|(id, _)| id)).finish()
    }
}

impl BackendSettings {
    /// With the secrets hashed.
    pub(crate) fn backends(&self) -> Result<Backends, InvalidBackend> {
        Backends::new(self.0.iter().map(|(id, secret)| (id.as_str(), secret.as_str())))
    }
}

pub(crate) const BACKENDS: Setting<BackendSettings> = Setting {
    about: About::new("backends", "in the file a table `[[backends]]` with `id` and `secret` for each; in the variable a list such as `api:SECRET1,web:SECRET2`. An id has letters, digits, `-`, `_` and `.`; a secret at least 32 characters (`stayd secret` prints some), no comma among them", "Other back ends that may ask about tokens (`POST /introspect`, `POST /revoke`) and follow what ends. Each sends its id and secret as HTTP Basic; see [tokens](tokens.md). Of the secrets only hashes are kept in memory.")
        .variables(&["STAYD_BACKENDS"]).default("").secret(),
    parse: read,
};

/// `id:secret,id:secret`
fn read(text: &str) -> Result<BackendSettings, Wrong> {
    let entries = text.split(',').map(str::trim).filter(|entry| !entry.is_empty());
    let pair = |entry: &str| {
        let (id, secret) = entry.split_once(':').ok_or(WRONG)?;
        Ok((id.trim().to_owned(), Zeroizing::new(secret.trim().to_owned())))
    };
    let settings = BackendSettings(entries.map(pair).collect::<Result<_, _>>()?);
    settings.backends().map_err(Wrong::because)?;
    Ok(settings)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &str = "kX3v9QhT7mWz2LrB8nYcJ5dGfA4sPeUq";

    #[test]
    fn back_ends_are_read_and_their_secrets_never_shown() {
        let read_back = read(&format!("api:{SECRET}, web:{SECRET}:x")).expect("a list");
        assert_eq!(format!("{read_back:?}"), "[\"api\", \"web\"]");
        assert_eq!(read("").expect("none"), BackendSettings::default());
        for wrong in ["api".to_owned(), "api:short".to_owned(), format!("api:{SECRET},api:{SECRET}")] {
            assert!(read(&wrong).is_err(), "{wrong}");
        }
    }
}
