//! `stayd.toml`: from its text to one value for each key.

use std::{
    collections::BTreeMap,
    io,
    path::{Path, PathBuf},
};

use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

use super::{ConfigError, settings};

/// The values of a file by key, each with its line.
#[derive(Debug, Default)]
pub(crate) struct FileValues {
    pub(crate) path: PathBuf,
    pub(crate) values: BTreeMap<String, (String, usize)>,
}

/// Reads the file that was asked for, or `stayd.toml` in the present folder if it is there.
pub(crate) fn read(asked_for: Option<&Path>) -> Result<FileValues, ConfigError> {
    let path = asked_for.unwrap_or(Path::new("stayd.toml"));
    match std::fs::read_to_string(path) {
        Ok(text) => parse(path, &text),
        Err(error) if error.kind() == io::ErrorKind::NotFound && asked_for.is_none() => {
            Ok(FileValues::default())
        }
        Err(source) => Err(ConfigError::Unreadable { path: path.to_owned(), source }),
    }
}

fn parse(path: &Path, text: &str) -> Result<FileValues, ConfigError> {
    let table = DeTable::parse(text).map_err(|error| ConfigError::NotToml {
        path: path.to_owned(),
        line: line_of(text, error.span().map_or(0, |span| span.start)),
        message: error.message().to_owned(),
    })?;
    let mut reading = Reading { path, text, values: BTreeMap::new() };
    reading.table("", table.get_ref())?;
    Ok(FileValues { path: path.to_owned(), values: reading.values })
}

struct Reading<'a> {
    path: &'a Path,
    text: &'a str,
    values: BTreeMap<String, (String, usize)>,
}

impl Reading<'_> {
    fn table(&mut self, section: &str, table: &DeTable<'_>) -> Result<(), ConfigError> {
        for (name, value) in table {
            let key = if section.is_empty() {
                name.get_ref().to_string()
            } else {
                format!("{section}.{}", name.get_ref())
            };
            let line = line_of(self.text, name.span().start);
            let is_section = settings::all()
                .any(|setting| setting.key.strip_prefix(&key).is_some_and(|rest| rest.starts_with('.')));
            match value.get_ref() {
                DeValue::Table(inner) if is_section => self.table(&key, inner)?,
                _ if !settings::all().any(|setting| setting.key == key) => {
                    return Err(self.unknown(key, line));
                }
                value => {
                    let text = text_of(value).ok_or_else(|| ConfigError::WrongKind {
                        path: self.path.to_owned(),
                        line,
                        key: key.clone(),
                    })?;
                    self.values.insert(key, (text, line));
                }
            }
        }
        Ok(())
    }

    fn unknown(&self, key: String, line: usize) -> ConfigError {
        let sections =
            settings::all().filter_map(|setting| setting.key.split_once('.')).map(|(section, _)| section);
        let keys = settings::all().map(|setting| setting.key).chain(sections);
        ConfigError::UnknownKey {
            path: self.path.to_owned(),
            line,
            nearest: nearest(&key, keys).map(str::to_owned),
            key,
        }
    }
}

/// The value as it would stand in a variable; lists are separated by commas there.
fn text_of(value: &DeValue<'_>) -> Option<String> {
    let text_in = |entry: &Spanned<DeValue<'_>>| match entry.get_ref() {
        DeValue::String(text) => Some(text.to_string()),
        _ => None,
    };
    match value {
        DeValue::String(text) => Some(text.to_string()),
        // Other bases and separators are read by nobody; they stay as written and are refused by the setting.
        DeValue::Integer(number) => Some(number.as_str().to_owned()),
        DeValue::Boolean(switch) => Some(switch.to_string()),
        DeValue::Array(entries) => {
            let entry = |entry| text_in(entry).or_else(|| credential_in(entry));
            entries.iter().map(entry).collect::<Option<Vec<_>>>().map(|texts| texts.join(","))
        }
        DeValue::Float(_) | DeValue::Datetime(_) | DeValue::Table(_) => None,
    }
}

/// `[[backends]]`, a table of an id, a secret and perhaps audiences, as `id:secret audience audience`.
fn credential_in(entry: &Spanned<DeValue<'_>>) -> Option<String> {
    let DeValue::Table(table) = entry.get_ref() else { return None };
    let text = |name: &str| match table.get(name)?.get_ref() {
        // What would end the entry in a list is no part of either.
        DeValue::String(text) => is_one_word(text).then(|| text.to_string()),
        _ => None,
    };
    let audiences = match table.get("audiences").map(Spanned::get_ref) {
        None => Vec::new(),
        // Of no audience at all would be of all.
        Some(DeValue::Array(entries)) if !entries.is_empty() => entries
            .iter()
            .map(|entry| entry.get_ref().as_str().filter(|text| is_one_word(text)))
            .collect::<Option<_>>()?,
        Some(_) => return None,
    };
    let (id, secret) = (text("id")?, text("secret")?);
    let is_whole = table.len() == 2 + usize::from(!audiences.is_empty()) && !id.contains(':');
    let credential = format!("{id}:{secret}");
    is_whole.then(|| [&[credential.as_str()][..], &audiences].concat().join(" "))
}

/// Whether it is one entry of a list, as it stands.
fn is_one_word(text: &str) -> bool {
    !text.is_empty() && !text.contains(|character: char| character == ',' || character.is_whitespace())
}

/// The name that is closest to a misspelt one, if any is close.
pub(crate) fn nearest<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    // A key that was put into the wrong section is nearer to its own name than to others of that section.
    let last = |key: &str| key.rsplit('.').next().unwrap_or_default().to_owned();
    known
        .map(|key| {
            (strsim::jaro_winkler(name, key).max(strsim::jaro_winkler(&last(name), &last(key)) * 0.98), key)
        })
        .filter(|(likeness, _)| *likeness > 0.8)
        .max_by(|(a, _), (b, _)| a.total_cmp(b))
        .map(|(_, key)| key)
}

fn line_of(text: &str, offset: usize) -> usize {
    text.bytes().take(offset).filter(|byte| *byte == b'\n').count() + 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_value_is_read_with_its_line() {
        let file = read(
            "listen = \"127.0.0.1:1\"\ntrusted_origins = [\"https://a.example\", \"https://b.example\"]\n\n[session]\nexpires_in = 3600\n[account]\nsign_up = false\n",
        );
        let file = file.expect("a good file");
        assert_eq!(file.values["listen"], ("127.0.0.1:1".into(), 1));
        assert_eq!(file.values["trusted_origins"], ("https://a.example,https://b.example".into(), 2));
        assert_eq!(file.values["session.expires_in"], ("3600".into(), 5));
        assert_eq!(file.values["account.sign_up"], ("false".into(), 7));
    }

    #[test]
    fn back_ends_are_tables_with_an_id_and_a_secret() {
        let file = read(
            "[[backends]]\nid = \"api\"\nsecret = \"s:1\"\naudiences = [\"https://a\", \"b\"]\n[[backends]]\nid = \"web\"\nsecret = \"t\"\n",
        );
        assert_eq!(file.expect("a good file").values["backends"].0, "api:s:1 https://a b,web:t");
        for wrong in [
            "id = \"api\"",
            "id = 1\nsecret = \"s\"",
            "id = \"a:b\"\nsecret = \"s\"",
            "id = \"a\"\nsecret = \"s,t\"",
            "id = \"a\"\nsecret = \"s\"\naudiences = []",
            "id = \"a\"\nsecret = \"s\"\naudiences = \"x\"",
            "id = \"a\"\nsecret = \"s\"\naudience = [\"x\"]",
            "id = \"a\"\nsecret = \"s x\"",
        ] {
            let message = read(&format!("[[backends]]\n{wrong}\n")).expect_err(wrong).to_string();
            assert!(message.contains("backends must be"), "{message}");
        }
    }

    #[test]
    fn a_misspelt_key_is_refused_with_the_nearest_one() {
        for (text, message) in [
            ("\nlisten_on = \"x\"", "x.toml:2: there is no setting \"listen_on\"; did you mean \"listen\"?"),
            (
                "[session]\nexpire_in = 1",
                "x.toml:2: there is no setting \"session.expire_in\"; did you mean \"session.expires_in\"?",
            ),
            (
                "expires_in = 1",
                "x.toml:1: there is no setting \"expires_in\"; did you mean \"session.expires_in\"?",
            ),
            ("[mial]\nfrom = 1", "x.toml:1: there is no setting \"mial\"; did you mean \"mail\"?"),
            ("[qqq]\nzzz = 1", "x.toml:1: there is no setting \"qqq\""),
        ] {
            assert_eq!(read(text).expect_err(text).to_string(), message);
        }
    }

    #[test]
    fn what_is_not_toml_is_refused_with_its_line() {
        let message = read("listen = \"a\"\nurl = \n").expect_err("not TOML").to_string();
        assert!(message.starts_with("x.toml:2: not TOML: "), "{message}");
        let message = read("session = 5").expect_err("a section is no value").to_string();
        assert!(message.contains("no setting \"session\""), "{message}");
        let message = read("listen = 1.5").expect_err("no setting is a fraction").to_string();
        assert!(message.contains("listen must be a text"), "{message}");
    }

    fn read(text: &str) -> Result<FileValues, ConfigError> {
        parse(Path::new("x.toml"), text)
    }
}
