//! Refresh tokens: `FAMILY.NUMBER.SECRET.SEAL`, opaque to whoever holds one.
//!
//! The first secret of a family is drawn: 256 bits. Each further one is derived from the token it follows, with a key of the server's, so that a
//! token that is shown again gets the same successor although nothing but hashes is stored (T-2). The seal is a MAC over the rest. It
//! proves that a token which is stored no longer was one of ours once: then somebody shows an old one, and not just anything.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use stayd_protocol::{Random, Secrets, Signer, TokenHash};
use std::fmt;
use zeroize::Zeroizing;

/// Longest token that is looked at. Ours have about 130 characters.
const MAX_LENGTH: usize = 256;
/// Characters of 32 bytes in base64url.
const ENCODED: usize = 43;

/// What gets the next pair of tokens. Wiped when dropped, never shown by `Debug`; a store keeps only its hash.
#[derive(Clone)]
pub struct RefreshToken {
    text: Zeroizing<String>,
    /// Where the family's id ends, and where the seal's dot is.
    family: usize,
    covered: usize,
    number: u32,
}

impl RefreshToken {
    /// Takes text that could be one.
    pub(super) fn parse(text: &str) -> Option<Self> {
        if text.len() > MAX_LENGTH {
            return None;
        }
        let (covered, seal) = text.rsplit_once('.')?;
        let (name, secret) = covered.rsplit_once('.')?;
        let (family, number) = name.split_once('.')?;
        let encoded = |text: &str| {
            text.len() == ENCODED
                && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
        };
        let is_plain = !family.is_empty() && family.bytes().all(|byte| byte.is_ascii_alphanumeric());
        let parsed: u32 = number.parse().ok()?;
        // One spelling of each number.
        let fits = is_plain && parsed.to_string() == number && encoded(secret) && encoded(seal);
        fits.then(|| Self {
            family: family.len(),
            covered: covered.len(),
            number: parsed,
            text: Zeroizing::new(text.to_owned()),
        })
    }

    /// The token's text, for the answer to who asked for it, and for nothing else.
    pub fn expose(&self) -> &str {
        &self.text
    }

    /// The id of its family's session.
    pub(super) fn family(&self) -> &str {
        self.text.get(..self.family).unwrap_or_default()
    }

    /// How many came before it in its family.
    pub(super) const fn number(&self) -> u32 {
        self.number
    }

    /// What is stored in its place.
    pub(super) fn hash(&self) -> TokenHash {
        TokenHash::of(&self.text)
    }

    fn covered(&self) -> &str {
        self.text.get(..self.covered).unwrap_or_default()
    }

    fn seal(&self) -> &str {
        self.text.get(self.covered + 1..).unwrap_or_default()
    }
}

impl fmt::Debug for RefreshToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RefreshToken(..)")
    }
}

/// Makes and knows refresh tokens, with keys that serve nothing else.
pub(super) struct RefreshTokens {
    successors: Signer,
    seals: Signer,
}

impl RefreshTokens {
    pub(super) fn new(secrets: &Secrets) -> Self {
        Self {
            successors: Signer::for_purpose(secrets, "successor of a refresh token"),
            seals: Signer::for_purpose(secrets, "seal of a refresh token"),
        }
    }

    /// The first token of a family.
    pub(super) fn first(&self, family: &str, random: &dyn Random) -> Option<RefreshToken> {
        let mut secret = Zeroizing::new([0; 32]);
        random.fill(&mut *secret);
        let covered = covered(family, 0, &secret);
        let seal = self.seals.mac(covered.as_bytes());
        sealed(&covered, &seal)
    }

    /// What takes the place of `token`.
    pub(super) fn next(&self, token: &RefreshToken) -> Option<RefreshToken> {
        self.candidates(token).next()
    }

    /// What has taken the place of `token`, if that is the token with this hash. The secret may have changed since: each that is accepted is tried.
    pub(super) fn successor(&self, token: &RefreshToken, present: &TokenHash) -> Option<RefreshToken> {
        self.candidates(token).find(|candidate| candidate.hash() == *present)
    }

    /// Whether we made this token once.
    pub(super) fn is_genuine(&self, token: &RefreshToken) -> bool {
        let seal = URL_SAFE_NO_PAD.decode(token.seal());
        seal.is_ok_and(|seal| self.seals.verify_mac(token.covered().as_bytes(), &seal).is_some())
    }

    /// The successor as each secret would make it, that of the current one first.
    fn candidates<'a>(&'a self, token: &'a RefreshToken) -> impl Iterator<Item = RefreshToken> + 'a {
        let secrets = self.successors.macs(token.text.as_bytes());
        secrets.enumerate().filter_map(|(which, secret)| {
            let covered = covered(token.family(), token.number.checked_add(1)?, &secret);
            let seal = self.seals.macs(covered.as_bytes()).nth(which)?;
            sealed(&covered, &seal)
        })
    }
}

fn covered(family: &str, number: u32, secret: &[u8; 32]) -> Zeroizing<String> {
    Zeroizing::new(format!("{family}.{number}.{}", URL_SAFE_NO_PAD.encode(secret)))
}

fn sealed(covered: &str, seal: &[u8; 32]) -> Option<RefreshToken> {
    RefreshToken::parse(&Zeroizing::new(format!("{covered}.{}", URL_SAFE_NO_PAD.encode(seal))))
}
