use std::fmt;

use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair};
use zeroize::Zeroizing;

use super::{ACCESS_TOKEN, Algorithm, VerifyingKey, compact_form, shared_key};
use crate::hmac_key::{self, HmacSha256};
use crate::{Random, Secrets};

/// A key that signs tokens. Never shown by `Debug`.
pub struct SigningKey {
    pair: Pair,
    verifying: VerifyingKey,
    header: String,
}

enum Pair {
    Ed25519(Box<Ed25519KeyPair>),
    P256(Box<EcdsaKeyPair>),
    Shared(HmacSha256),
}

/// Why there is no key, or no signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum KeyFailure {
    /// The bytes are no private key of this algorithm.
    #[error("no private key of {0}")]
    NoKey(Algorithm),
    /// A key of HS256 comes from the secret and is not made alone.
    #[error("a key of HS256 is derived, not made")]
    Derived,
    /// The system gives no random numbers.
    #[error("the system gives no random numbers")]
    NoRandomness,
}

impl SigningKey {
    /// Makes a key, and answers with it and its private bytes, which [`SigningKey::from_private`] takes.
    ///
    /// An Ed25519 key is drawn from `random`. One of P-256 is drawn from the system, as is a number for each of its signatures: the library
    /// lets nobody else provide them.
    pub fn generate(algorithm: Algorithm, random: &dyn Random) -> Result<Self, KeyFailure> {
        Self::from_private(algorithm, &Self::draw(algorithm, random)?)
    }

    /// Draws the private bytes of a new key.
    pub fn draw(algorithm: Algorithm, random: &dyn Random) -> Result<Zeroizing<Vec<u8>>, KeyFailure> {
        match algorithm {
            Algorithm::EdDsa => {
                let mut seed = Zeroizing::new(vec![0; 32]);
                random.fill(&mut seed);
                Ok(seed)
            }
            Algorithm::Es256 => {
                let pair =
                    EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &SystemRandom::new())
                        .map_err(|_| KeyFailure::NoRandomness)?;
                Ok(Zeroizing::new(pair.as_ref().to_vec()))
            }
            Algorithm::Hs256 => Err(KeyFailure::Derived),
        }
    }

    /// The key of these private bytes: the seed of Ed25519 (RFC 8032), or PKCS #8 for P-256.
    pub fn from_private(algorithm: Algorithm, private: &[u8]) -> Result<Self, KeyFailure> {
        let refused = |_| KeyFailure::NoKey(algorithm);
        match algorithm {
            Algorithm::EdDsa => {
                let pair = Ed25519KeyPair::from_seed_unchecked(private).map_err(refused)?;
                let public = pair.public_key().as_ref().to_vec();
                Self::with_public(Pair::Ed25519(Box::new(pair)), algorithm, &public)
            }
            Algorithm::Es256 => {
                let pair =
                    EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, private, &SystemRandom::new())
                        .map_err(refused)?;
                let public = pair.public_key().as_ref().to_vec();
                Self::with_public(Pair::P256(Box::new(pair)), algorithm, &public)
            }
            Algorithm::Hs256 => Err(KeyFailure::Derived),
        }
    }

    /// The key of HS256 under the current secret, for the tokens of one issuer.
    pub fn shared(secrets: &Secrets, issuer: &str) -> Result<Self, KeyFailure> {
        let (id, key) = shared_key::all(secrets, issuer).next().ok_or(KeyFailure::NoKey(Algorithm::Hs256))?;
        Ok(Self::new(Pair::Shared(key.clone()), VerifyingKey::shared(id, key)))
    }

    fn with_public(pair: Pair, algorithm: Algorithm, public: &[u8]) -> Result<Self, KeyFailure> {
        let verifying =
            VerifyingKey::from_public(algorithm, public).map_err(|_| KeyFailure::NoKey(algorithm))?;
        Ok(Self::new(pair, verifying))
    }

    fn new(pair: Pair, verifying: VerifyingKey) -> Self {
        let header = compact_form::header(verifying.algorithm(), verifying.id(), Some(ACCESS_TOKEN));
        Self { pair, verifying, header }
    }

    /// Its `kid`.
    pub fn id(&self) -> &str {
        self.verifying.id()
    }

    /// How it signs.
    pub const fn algorithm(&self) -> Algorithm {
        self.verifying.algorithm()
    }

    /// The key that checks what this one signs.
    pub fn verifying_key(&self) -> VerifyingKey {
        self.verifying.clone()
    }

    /// A token of type `typ` (plain text without quotes; `None` leaves the member out) with the JSON object `claims`. Access tokens are made by
    /// [`super::AccessToken::sign`].
    pub fn sign(&self, typ: Option<&str>, claims: &str) -> Result<String, KeyFailure> {
        if typ == Some(ACCESS_TOKEN) {
            return self.sign_under(&self.header, claims.as_bytes());
        }
        let header = compact_form::header(self.algorithm(), self.id(), typ);
        self.sign_under(&header, claims.as_bytes())
    }

    fn sign_under(&self, header: &str, claims: &[u8]) -> Result<String, KeyFailure> {
        self.put_under(compact_form::covered(header, claims))
    }

    /// Signs what is covered, and puts the signature under it.
    fn put_under(&self, covered: String) -> Result<String, KeyFailure> {
        match &self.pair {
            Pair::Ed25519(pair) => {
                let signature = pair.sign(covered.as_bytes());
                Ok(compact_form::seal(covered, signature.as_ref()))
            }
            Pair::P256(pair) => {
                let signature = pair.sign(&SystemRandom::new(), covered.as_bytes());
                Ok(compact_form::seal(covered, signature.map_err(|_| KeyFailure::NoRandomness)?.as_ref()))
            }
            Pair::Shared(key) => {
                let mac = hmac_key::mac(key, &[covered.as_bytes()]);
                Ok(compact_form::seal(covered, &mac))
            }
        }
    }

    /// A token of which the first two parts are anything at all.
    #[cfg(test)]
    pub(super) fn forge(&self, covered: &str) -> String {
        self.put_under(covered.to_owned()).unwrap_or_default()
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SigningKey({} {})", self.algorithm(), self.id())
    }
}
