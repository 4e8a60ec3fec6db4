//! What documents are called.

use std::fmt;
use std::str::FromStr;

/// The longest name.
const LONGEST: usize = 64;

/// The name of a document: up to 64 of `a` to `z`, `0` to `9` and `-`, so that it is the same text in an address, a header and an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DocumentName(String);

/// A text that names no document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a name of a document")]
pub struct NotADocumentName;

impl DocumentName {
    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for DocumentName {
    type Err = NotADocumentName;

    fn from_str(text: &str) -> Result<Self, NotADocumentName> {
        let is_plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        let is_name = (1..=LONGEST).contains(&text.len()) && text.bytes().all(is_plain);
        is_name.then(|| Self(text.to_owned())).ok_or(NotADocumentName)
    }
}

impl fmt::Display for DocumentName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_short_and_plain() {
        for name in ["a", "profile", "read-receipts-2", "-", &"x".repeat(64)] {
            assert_eq!(name.parse::<DocumentName>().map(|name| name.to_string()).as_deref(), Ok(name));
        }
        for odd in ["", "Profile", "a b", "a/b", "..", "é", "a_b", "a\0", &"x".repeat(65)] {
            assert_eq!(odd.parse::<DocumentName>(), Err(NotADocumentName), "{odd}");
        }
    }
}
