use std::collections::HashSet;
use std::fmt;

use zeroize::Zeroizing;

/// Fewest bytes of a secret: as long as the hash that it keys (security requirement T-5).
const MIN_SECRET_LENGTH: usize = 32;

/// How many earlier secrets are still honoured beside the current one (security requirement C-12).
pub const MAX_PREVIOUS_SECRETS: usize = 2;

/// Fewest different characters of a secret. A random one of 32 hexadecimal digits has fewer in one of ten
/// million cases.
const MIN_DIFFERENT: usize = 8;

/// Texts that stand in documentation and example files where a secret belongs.
const KNOWN: &[&str] = &[
    "better-auth-secret-12345678901234567890",
    "better-auth-secret-that-is-long-enough-for-validation-test",
    "super-secret-jwt-token-with-at-least-32-characters-long",
    "your-super-secret-jwt-token-with-at-least-32-characters-long",
    "abcdefghijklmnopqrstuvwxyz0123456789",
    "abcdefghijklmnopqrstuvwxyz123456",
    "complexpassword_at_least_32_characters",
    "this-is-a-secret-value-with-at-least-32-characters",
    "a-string-secret-at-least-256-bits-long",
];

/// Words that say the text is a placeholder.
const PLACEHOLDERS: &[&str] = &[
    "changeme",
    "change-me",
    "change_me",
    "change me",
    "replace-me",
    "replace_me",
    "your-secret",
    "your_secret",
];

/// A key for signing cookies and tokens: `BETTER_AUTH_SECRET`. Wiped when dropped, never shown by `Debug`.
#[derive(Clone)]
pub struct Secret(Zeroizing<String>);

/// Why a secret was refused. The text itself is never part of the message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum WeakSecret {
    /// Too short to key the hash.
    #[error("the secret has {length} bytes, at least {MIN_SECRET_LENGTH} are needed")]
    TooShort {
        /// Its length in bytes.
        length: usize,
    },
    /// A default or an example that everybody knows.
    #[error("the secret is a known default or a placeholder")]
    Known,
    /// So regular that it can be guessed.
    #[error("the secret repeats itself or has too few different characters to be random")]
    LowVariety,
}

impl Secret {
    /// Takes a secret that is at least 32 bytes long, is no known default and looks random.
    ///
    /// This keeps out mistakes, not malice: whether a secret really is random, its text cannot show.
    pub fn parse(text: &str) -> Result<Self, WeakSecret> {
        if text.len() < MIN_SECRET_LENGTH {
            return Err(WeakSecret::TooShort { length: text.len() });
        }
        let lower = Zeroizing::new(text.to_lowercase());
        if KNOWN.contains(&lower.as_str()) || PLACEHOLDERS.iter().any(|word| lower.contains(word)) {
            return Err(WeakSecret::Known);
        }
        if is_regular(text.as_bytes()) {
            return Err(WeakSecret::LowVariety);
        }
        Ok(Self(Zeroizing::new(text.to_owned())))
    }

    pub(crate) fn as_bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(..)")
    }
}

/// Few different characters, the same piece over and over, or a run through an alphabet.
fn is_regular(bytes: &[u8]) -> bool {
    let different = bytes.iter().collect::<HashSet<_>>().len();
    let repeats =
        (1..=bytes.len() / 2).any(|period| bytes.iter().zip(bytes.iter().skip(period)).all(|(a, b)| a == b));
    let steps = bytes.iter().zip(bytes.iter().skip(1));
    let in_sequence = steps.filter(|(a, b)| a.abs_diff(**b) <= 1).count();
    different < MIN_DIFFERENT || repeats || in_sequence * 10 >= bytes.len() * 8
}

/// The current secret, which signs, and earlier ones, which are still honoured.
///
/// With these a secret is changed without signing anybody out, which Better Auth cannot do (protocol spec 3.9).
#[derive(Debug, Clone)]
pub struct Secrets {
    current: Secret,
    previous: Vec<Secret>,
}

/// More than [`MAX_PREVIOUS_SECRETS`] earlier secrets. Each one costs every forged cookie another hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{given} previous secrets were given, at most {MAX_PREVIOUS_SECRETS} are honoured")]
pub struct TooManySecrets {
    /// How many were given.
    pub given: usize,
}

impl Secrets {
    /// `current` signs; it and `previous` (at most two, newest first) verify.
    pub fn new(current: Secret, previous: Vec<Secret>) -> Result<Self, TooManySecrets> {
        if previous.len() > MAX_PREVIOUS_SECRETS {
            return Err(TooManySecrets { given: previous.len() });
        }
        Ok(Self { current, previous })
    }

    /// How many earlier secrets are honoured.
    pub fn previous_count(&self) -> usize {
        self.previous.len()
    }

    pub(crate) fn current(&self) -> &Secret {
        &self.current
    }

    pub(crate) fn previous(&self) -> &[Secret] {
        &self.previous
    }
}

#[cfg(test)]
pub(crate) mod testing {
    use super::*;

    /// The secret of the protocol spec's vectors.
    pub(crate) const VECTOR_SECRET: &str = "test-secret-0123456789-abcdefghijklmnop";
    pub(crate) const OTHER_SECRET: &str = "kX3v9QhT7mWz2LrB8nYcJ5dGfA4sPeUq";

    pub(crate) fn secrets(current: &str, previous: &[&str]) -> Secrets {
        let previous = previous.iter().map(|text| Secret::parse(text).unwrap()).collect();
        Secrets::new(Secret::parse(current).unwrap(), previous).unwrap()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_random_secret_is_taken() {
        for text in [testing::VECTOR_SECRET, testing::OTHER_SECRET, "9f86d081884c7d659a2feaa0c55ad015"] {
            assert!(Secret::parse(text).is_ok(), "{text}");
        }
    }

    #[test]
    fn a_short_secret_is_refused() {
        assert_eq!(Secret::parse("").err(), Some(WeakSecret::TooShort { length: 0 }));
        assert_eq!(
            Secret::parse("9f86d081884c7d659a2feaa0c55ad01").err(),
            Some(WeakSecret::TooShort { length: 31 })
        );
    }

    #[test]
    fn a_known_default_is_refused() {
        for text in [
            "better-auth-secret-12345678901234567890",
            "Better-Auth-Secret-12345678901234567890",
            "your-super-secret-jwt-token-with-at-least-32-characters-long",
            "please-change-me-before-you-deploy-4711",
        ] {
            assert_eq!(Secret::parse(text).err(), Some(WeakSecret::Known), "{text}");
        }
    }

    #[test]
    fn a_regular_secret_is_refused() {
        for text in [
            "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
            "0101010101010101010101010101010101",
            "correcthorsebatterycorrecthorsebattery",
            "0123456789abcdefghijklmnopqrstuvwxyz",
            "zyxwvutsrqponmlkjihgfedcba9876543210",
        ] {
            assert_eq!(Secret::parse(text).err(), Some(WeakSecret::LowVariety), "{text}");
        }
    }

    #[test]
    fn debug_and_messages_show_nothing_of_a_secret() {
        let secrets = testing::secrets(testing::VECTOR_SECRET, &[testing::OTHER_SECRET]);
        let shown = format!("{secrets:?}");
        assert!(!shown.contains("test-secret") && !shown.contains("kX3v"), "{shown}");
        assert!(!Secret::parse("canary").unwrap_err().to_string().contains("canary"));
    }

    #[test]
    fn three_secrets_are_honoured_and_a_fourth_is_refused() {
        let secret = || Secret::parse(testing::OTHER_SECRET).unwrap();
        assert!(Secrets::new(secret(), vec![secret(), secret()]).is_ok());
        let refused = Secrets::new(secret(), vec![secret(), secret(), secret()]);
        assert_eq!(refused.err(), Some(TooManySecrets { given: 3 }));
    }
}
