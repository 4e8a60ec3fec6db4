use std::fmt;

use ring::signature::{ECDSA_P256_SHA256_FIXED, ED25519, UnparsedPublicKey};
use serde::{Deserialize, Serialize};

use super::jwk::{self, BadKey, Jwk};
use super::{ACCESS_TOKEN, Algorithm, Refusal, compact_form};
use crate::Secrets;
use crate::hmac_key::{self, HmacSha256};

/// Most keys that are taken from a JWKS: a set is searched at every check.
const MAX_KEYS: usize = 64;
/// Longest id of a key.
const MAX_ID: usize = 128;

/// A key that checks what its other half, or itself, has signed.
#[derive(Clone)]
pub struct VerifyingKey {
    id: String,
    algorithm: Algorithm,
    material: Material,
    /// What its access tokens begin with.
    header: String,
}

#[derive(Clone)]
enum Material {
    Public(Vec<u8>),
    Shared(HmacSha256),
}

impl VerifyingKey {
    /// A public key by its bytes: 32 for Ed25519, an uncompressed point for P-256. Its id is its thumbprint (RFC 7638).
    pub fn from_public(algorithm: Algorithm, public: &[u8]) -> Result<Self, BadKey> {
        let id = jwk::thumbprint(algorithm, public).ok_or(BadKey)?;
        Self::named(&id, algorithm, public)
    }

    pub(super) fn named(id: &str, algorithm: Algorithm, public: &[u8]) -> Result<Self, BadKey> {
        let plain = |byte: u8| byte.is_ascii_graphic() && !matches!(byte, b'"' | b'\\');
        let is_named = (1..=MAX_ID).contains(&id.len()) && id.bytes().all(plain);
        if !is_named || !jwk::has_form(algorithm, public) {
            return Err(BadKey);
        }
        Ok(Self::new(id.to_owned(), algorithm, Material::Public(public.to_vec())))
    }

    pub(super) fn shared(id: String, key: HmacSha256) -> Self {
        Self::new(id, Algorithm::Hs256, Material::Shared(key))
    }

    fn new(id: String, algorithm: Algorithm, material: Material) -> Self {
        let header = compact_form::header(algorithm, &id, Some(ACCESS_TOKEN));
        Self { id, algorithm, material, header }
    }

    /// Its `kid`.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The one algorithm that it checks.
    pub const fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// The bytes of a public key; `None` of a shared one.
    pub fn public(&self) -> Option<&[u8]> {
        match &self.material {
            Material::Public(bytes) => Some(bytes),
            Material::Shared(_) => None,
        }
    }

    /// Whether this key, or its other half, signed `message`: the bare check, which [`super::verify`] is measured against.
    pub fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        match (&self.material, self.algorithm) {
            (Material::Shared(key), _) => hmac_key::verify(key, &[message], signature),
            (Material::Public(public), Algorithm::EdDsa) => {
                UnparsedPublicKey::new(&ED25519, public).verify(message, signature).is_ok()
            }
            (Material::Public(public), Algorithm::Es256) => {
                UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, public).verify(message, signature).is_ok()
            }
            // Never made: a public key has no such algorithm.
            (Material::Public(_), Algorithm::Hs256) => false,
        }
    }
}

impl fmt::Debug for VerifyingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "VerifyingKey({} {})", self.algorithm, self.id)
    }
}

/// The keys that are accepted, each for its own algorithm.
#[derive(Debug, Clone, Default)]
pub struct KeySet {
    keys: Vec<VerifyingKey>,
}

#[derive(Serialize)]
struct Published {
    keys: Vec<Jwk>,
}

#[derive(Deserialize)]
struct Fetched {
    keys: Vec<serde_json::Value>,
}

impl KeySet {
    /// These keys.
    pub fn new(keys: impl IntoIterator<Item = VerifyingKey>) -> Self {
        Self { keys: keys.into_iter().collect() }
    }

    /// The keys of HS256 under each secret that is accepted, for the tokens of one issuer (J-9).
    pub fn shared(secrets: &Secrets, issuer: &str) -> Self {
        Self::new(super::shared_key::all(secrets, issuer).map(|(id, key)| VerifyingKey::shared(id, key)))
    }

    /// Reads a JWKS. Keys of other types and for other uses are passed over; a symmetric key is never taken from one.
    pub fn from_jwks(json: &[u8]) -> Result<Self, BadKey> {
        let fetched: Fetched = serde_json::from_slice(json).map_err(|_| BadKey)?;
        let jwk = |value| serde_json::from_value::<Jwk>(value).ok().and_then(|jwk| jwk.key());
        Ok(Self { keys: fetched.keys.into_iter().take(MAX_KEYS).filter_map(jwk).collect() })
    }

    /// The public keys as a JWKS; no private part, and no shared key.
    pub fn to_jwks(&self) -> String {
        let published = Published { keys: self.keys.iter().filter_map(Jwk::of).collect() };
        // Texts alone: that cannot fail.
        serde_json::to_string(&published).unwrap_or_default()
    }

    /// The key of this id.
    pub fn find(&self, id: &str) -> Option<&VerifyingKey> {
        self.keys.iter().find(|key| key.id == id)
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = &VerifyingKey> {
        self.keys.iter()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    /// The claims (JSON) of a token of type `typ` that one of these keys signed. What they mean, their times above all, is for the caller to
    /// check; for access tokens [`super::verify`] does.
    pub fn open(&self, token: &str, typ: Option<&str>) -> Result<Vec<u8>, Refusal> {
        compact_form::open(token, typ, self).map(|signed| signed.payload)
    }

    /// The key whose access tokens begin with this very header.
    pub(super) fn with_header(&self, typ: &str, header: &str) -> Option<&VerifyingKey> {
        if typ != ACCESS_TOKEN {
            return None;
        }
        self.keys.iter().find(|key| key.header == header)
    }
}

impl Extend<VerifyingKey> for KeySet {
    fn extend<I: IntoIterator<Item = VerifyingKey>>(&mut self, keys: I) {
        self.keys.extend(keys);
    }
}
