use std::fmt;

use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use crate::Random;
use crate::identifier::{ID_LENGTH, alphanumeric, alphanumeric_of};

/// Longest session token taken from a client, in bytes; ours have [`ID_LENGTH`].
const MAX_TOKEN_LENGTH: usize = 128;

/// The secret that a browser holds for its session. Whoever has it is that person.
///
/// It is wiped when dropped and never shown by `Debug`. A store keeps only its [`TokenHash`].
#[derive(Clone)]
pub struct SessionToken(Zeroizing<String>);

impl SessionToken {
    /// A new token: 32 letters and digits, 190 bits of randomness.
    pub fn generate(random: &dyn Random) -> Self {
        Self(Zeroizing::new(alphanumeric(random, ID_LENGTH)))
    }

    /// The token that a MAC stands for: 32 letters and digits, as hard to guess as the MAC's key is.
    pub fn from_mac(mac: &[u8; 32]) -> Self {
        Self(Zeroizing::new(alphanumeric_of(mac)))
    }

    /// Takes text that could be a token: 1 to 128 ASCII letters, digits, `-` and `_`.
    ///
    /// The alphabet has no dot on purpose: a JWT signed under the same secret, presented as a signed cookie, has one
    /// in the text its signature covers, and so can never pass for a token (security requirement C-13).
    pub fn parse(text: &str) -> Option<Self> {
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
        let fits = (1..=MAX_TOKEN_LENGTH).contains(&text.len()) && text.bytes().all(allowed);
        fits.then(|| Self(Zeroizing::new(text.to_owned())))
    }

    /// The token's text, for the cookie and the answer to a sign-in, and for nothing else.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// What is stored in its place.
    pub fn hash(&self) -> TokenHash {
        TokenHash::of(&self.0)
    }
}

impl fmt::Debug for SessionToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SessionToken(..)")
    }
}

/// SHA-256 of a token's text: finds the session, and is useless as a cookie (security requirement T-2).
///
/// No salt and no slow hash are needed, because tokens are random and cannot be guessed from a list. Comparing
/// two hashes need not take constant time either: what a difference in time would tell is the hash of the
/// caller's own guess.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TokenHash([u8; 32]);

impl TokenHash {
    /// The hash of the token `text`.
    pub fn of(text: &str) -> Self {
        Self(Sha256::digest(text).into())
    }

    /// A hash as a store kept it.
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The bytes to store.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Debug for TokenHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TokenHash(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::testing::Seeded;

    #[test]
    fn a_new_token_is_read_back() {
        let token = SessionToken::generate(&Seeded::new(1));
        let read = SessionToken::parse(token.expose()).unwrap();
        assert_eq!(token.expose().len(), 32);
        assert_eq!(read.hash(), token.hash());
    }

    #[test]
    fn a_token_made_of_a_mac_has_the_form_of_every_other_and_is_the_same_each_time() {
        let token = SessionToken::from_mac(&[0x5a; 32]);
        assert!(token.expose().len() == 32 && SessionToken::parse(token.expose()).is_some());
        assert_eq!(token.hash(), SessionToken::from_mac(&[0x5a; 32]).hash());
        assert_ne!(token.hash(), SessionToken::from_mac(&[0xa5; 32]).hash());
    }

    #[test]
    fn text_that_cannot_be_a_token_is_refused() {
        for text in ["", "a.b", "a b", "a\0", "ä", "a=", &"a".repeat(129)] {
            assert!(SessionToken::parse(text).is_none(), "{text:?}");
        }
        assert!(SessionToken::parse(&"a".repeat(128)).is_some());
    }

    #[test]
    fn debug_shows_nothing_of_a_token_or_its_hash() {
        let token = SessionToken::parse("canary").unwrap();
        assert_eq!(format!("{token:?} {:?}", token.hash()), "SessionToken(..) TokenHash(..)");
    }

    #[test]
    fn the_hash_is_sha_256_of_the_text() {
        let hash = TokenHash::of("abc");
        assert_eq!(hash.as_bytes()[..4], [0xba, 0x78, 0x16, 0xbf]);
        assert_eq!(TokenHash::from_bytes(*hash.as_bytes()), hash);
    }
}
