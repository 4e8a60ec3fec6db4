//! Back ends and their secrets: a table for each in the file, or a list in the environment.

use stayd_server::{Backends, InvalidBackend};
use zeroize::Zeroizing;

use super::setting::{About, Setting, WRONG, Wrong};

/// Back ends as they were written. Looked at only where they are served.
#[derive(Clone, Default, PartialEq, Eq)]
pub(crate) struct BackendSettings(Vec<BackendSetting>);

#[derive(Clone, PartialEq, Eq)]
struct BackendSetting {
    id: String,
    secret: Zeroizing<String>,
    /// None where nothing is said: it is for all.
    audiences: Vec<String>,
}

impl std::fmt::Debug for BackendSettings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.0.iter().map(|backend| &backend.id)).finish()
    }
}

impl BackendSettings {
    /// Each audience that is named for a back end, with the id of that.
    pub(crate) fn audiences(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().flat_map(|backend| backend.audiences.iter().map(|audience| (&*backend.id, &**audience)))
    }

    /// With the secrets hashed.
    pub(crate) fn backends(&self) -> Result<Backends, InvalidBackend> {
        let known = Backends::new(self.0.iter().map(|backend| (&backend.id, backend.secret.as_str())))?;
        let limited = self.0.iter().filter(|backend| !backend.audiences.is_empty());
        limited
            .into_iter()
            .try_fold(known, |known, BackendSetting { id, audiences, .. }| known.only_for(id, audiences))
    }
}

pub(crate) const BACKENDS: Setting<BackendSettings> = Setting {
    about: About::new("backends", "in the file a table `[[backends]]` with `id`, `secret` and, if wanted, `audiences` (a list) for each; in the variable a list such as `api:SECRET1,web:SECRET2 https://web.example`, audiences behind a space. An id has letters, digits, `-`, `_` and `.`; a secret at least 32 characters (`stayd secret` prints some), no comma and no blank among them", "Other back ends that may ask about tokens (`POST /introspect`, `POST /revoke`) and follow what ends. Each sends its id and secret as HTTP Basic. One with `audiences` may ask about access tokens that were made for these, and about no other token. See [tokens](tokens.md). Of the secrets only hashes are kept in memory.")
        .variables(&["STAYD_BACKENDS"]).default("").secret(),
    parse: read,
};

/// `id:secret,id:secret audience audience`
fn read(text: &str) -> Result<BackendSettings, Wrong> {
    let entries = text.split(',').map(str::trim).filter(|entry| !entry.is_empty());
    let pair = |entry: &str| {
        let mut words = entry.split_whitespace();
        let (id, secret) = words.next().and_then(|word| word.split_once(':')).ok_or(WRONG)?;
        Ok(BackendSetting {
            id: id.to_owned(),
            secret: Zeroizing::new(secret.to_owned()),
            audiences: words.map(str::to_owned).collect(),
        })
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
        let limited = read(&format!("api:{SECRET} https://a.example https://b.example")).expect("a list");
        assert_eq!(limited.0[0].audiences, ["https://a.example", "https://b.example"]);
        assert!(limited.backends().is_ok() && limited != read_back);
        assert_eq!(read("").expect("none"), BackendSettings::default());
        for wrong in ["api".to_owned(), "api:short".to_owned(), format!("api:{SECRET},api:{SECRET}")] {
            assert!(read(&wrong).is_err(), "{wrong}");
        }
    }
}
