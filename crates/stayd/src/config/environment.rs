//! The environment: the variables that settings name, and those that look as if they should.

use std::{collections::BTreeMap, ffi::OsString};

use super::{ConfigError, file::nearest, settings};

/// Variables that begin so and are not ours are probably misspelt.
const OURS: &str = "STAYD_";

/// What our guides have programs beside the server read, which often share a file of variables with it.
const OF_OTHERS: [&str; 2] = ["STAYD_BACKEND_SECRET", "STAYD_URL"];

/// What the environment says.
#[derive(Debug, Default)]
pub(crate) struct Environment {
    values: BTreeMap<&'static str, String>,
    /// Names that look like ours and are not, with the nearest that is.
    pub(crate) unknown: Vec<(String, Option<&'static str>)>,
}

impl Environment {
    /// Sorts out the variables; empty ones count as not set, as in files of variables with a line for each.
    pub(crate) fn read(variables: impl Iterator<Item = (OsString, OsString)>) -> Result<Self, ConfigError> {
        let names: Vec<&'static str> =
            settings::all().flat_map(|setting| setting.environment.iter().copied()).collect();
        let mut read = Self::default();
        for (name, value) in variables.filter(|(_, value)| !value.is_empty()) {
            let Ok(name) = name.into_string() else { continue };
            if let Some(known) = names.iter().find(|known| **known == name) {
                let value = value.into_string().map_err(|_| ConfigError::NotUtf8 { name })?;
                read.values.insert(known, value);
            } else if name.starts_with(OURS) && !OF_OTHERS.contains(&name.as_str()) {
                let nearest = nearest(&name, names.iter().copied());
                read.unknown.push((name, nearest));
            }
        }
        Ok(read)
    }

    /// The first of these variables that is set.
    pub(crate) fn first(&self, names: &[&'static str]) -> Option<(&'static str, &str)> {
        names.iter().find_map(|name| self.values.get(name).map(|value| (*name, value.as_str())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn empty_variables_are_not_set_and_misspelt_ones_are_noticed() {
        let variables =
            [("STAYD_LISTEN", ""), ("STAYD_COOKIE_CAHCE", "5"), ("STAYD_MAIL", "log"), ("HOME", "x")];
        let read = Environment::read(variables.into_iter().map(|(name, value)| (name.into(), value.into())))
            .expect("read");
        assert_eq!(read.first(&["STAYD_LISTEN"]), None);
        assert_eq!(read.first(&["STAYD_LISTEN", "STAYD_MAIL"]), Some(("STAYD_MAIL", "log")));
        assert_eq!(read.unknown, [("STAYD_COOKIE_CAHCE".to_owned(), Some("STAYD_COOKIE_CACHE"))]);
    }
}
