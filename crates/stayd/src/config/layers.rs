//! The three layers and their order: file, then environment, then flags; the later one counts.

use std::collections::BTreeMap;

use super::{
    ConfigError, Environment, Place, WrongValue,
    file::FileValues,
    setting::{About, Setting},
};

/// Everything that was said, by whom.
#[derive(Debug, Default)]
pub(crate) struct Layers {
    pub(crate) file: FileValues,
    pub(crate) environment: Environment,
    /// By the name of the flag: `--listen`.
    pub(crate) flags: BTreeMap<&'static str, String>,
}

impl Layers {
    /// The value of a setting that may stay unset.
    pub(crate) fn read_optional<T>(&self, setting: &Setting<T>) -> Result<Option<T>, ConfigError> {
        self.find(&setting.about).map(|(text, place)| parse(setting, text, place)).transpose()
    }

    /// The value of a setting, or its default.
    pub(crate) fn read<T>(&self, setting: &Setting<T>) -> Result<T, ConfigError> {
        let default = || (setting.about.default.unwrap_or_default(), Place::Default);
        let (text, place) = self.find(&setting.about).unwrap_or_else(default);
        parse(setting, text, place)
    }

    /// Whether anybody says anything of a setting.
    pub(crate) fn says(&self, about: &About) -> bool {
        self.find(about).is_some()
    }

    /// Where a setting comes from, in the words of a message.
    pub(crate) fn place(&self, about: &About) -> Place {
        self.find(about).map_or(Place::Default, |(_, place)| place)
    }

    fn find(&self, about: &About) -> Option<(&str, Place)> {
        if let Some((flag, value)) = about.flag.and_then(|flag| self.flags.get_key_value(flag)) {
            return Some((value, Place::Flag(flag)));
        }
        if let Some((name, value)) = self.environment.first(about.environment) {
            return Some((value, Place::Environment(name)));
        }
        let (value, line) = self.file.values.get(about.key)?;
        Some((value, Place::File { path: self.file.path.clone(), line: *line }))
    }
}

fn parse<T>(setting: &Setting<T>, text: &str, place: Place) -> Result<T, ConfigError> {
    let Setting { about, parse } = setting;
    parse(text).map_err(|wrong| {
        let value = (!about.secret).then(|| text.to_owned());
        ConfigError::Wrong(WrongValue {
            key: about.key,
            value,
            place,
            reason: wrong.0,
            accepted: about.accepted,
        })
    })
}
