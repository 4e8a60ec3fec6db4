use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use zeroize::Zeroizing;

use crate::hmac_key;
use crate::{Random, Secrets, signed};

/// Encrypts what has to rest in a store (security requirement T-6): AES-256-GCM under a key derived from the secret for one purpose.
/// What an earlier secret sealed is read as long as that secret is accepted.
pub struct Sealer {
    keys: Vec<(String, LessSafeKey)>,
}

/// What was sealed, with the name of the key.
#[derive(Clone, PartialEq, Eq)]
pub struct Sealed {
    /// Names the key that sealed it; tells nothing of it.
    pub key_id: String,
    /// Nonce, ciphertext and tag.
    pub bytes: Vec<u8>,
}

impl Sealer {
    /// Derives the keys.
    pub fn for_purpose(secrets: &Secrets, purpose: &str) -> Self {
        let key = |secret: &crate::Secret| {
            let bytes = signed::derive(secret.as_bytes(), purpose);
            let mac = hmac_key::mac(&hmac_key::keyed(&*bytes), &[b"id of this key"]);
            let id = URL_SAFE_NO_PAD.encode(mac.split_at(12).0);
            let Ok(key) = UnboundKey::new(&AES_256_GCM, &*bytes) else {
                unreachable!("32 bytes are what AES-256 takes");
            };
            (id, LessSafeKey::new(key))
        };
        Self { keys: std::iter::once(secrets.current()).chain(secrets.previous()).map(key).collect() }
    }

    /// Encrypts `plain` under the current secret, for the place that `context` names: elsewhere it cannot be read.
    pub fn seal(&self, plain: &[u8], context: &str, random: &dyn Random) -> Option<Sealed> {
        let (id, key) = self.keys.first()?;
        let mut nonce = [0; NONCE_LEN];
        random.fill(&mut nonce);
        let mut bytes = plain.to_vec();
        let aad = Aad::from(context.as_bytes());
        key.seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), aad, &mut bytes).ok()?;
        Some(Sealed { key_id: id.clone(), bytes: [&nonce[..], &bytes].concat() })
    }

    /// Decrypts what was sealed for this place. `None` when it was changed, moved, or sealed by a secret that is accepted no more.
    pub fn unseal(&self, sealed: &Sealed, context: &str) -> Option<Zeroizing<Vec<u8>>> {
        let (_, key) = self.keys.iter().find(|(id, _)| *id == sealed.key_id)?;
        let (nonce, rest) = sealed.bytes.split_first_chunk::<NONCE_LEN>()?;
        let mut bytes = Zeroizing::new(rest.to_vec());
        let aad = Aad::from(context.as_bytes());
        let length = key.open_in_place(Nonce::assume_unique_for_key(*nonce), aad, &mut bytes).ok()?.len();
        bytes.truncate(length);
        Some(bytes)
    }

    /// Whether a secret that is accepted here sealed it. If so, and it is not unsealed, it was changed or moved.
    pub fn knows(&self, sealed: &Sealed) -> bool {
        self.keys.iter().any(|(id, _)| *id == sealed.key_id)
    }

    /// Whether the current secret sealed it. If not, seal it anew before the old secret is retired.
    pub fn is_current(&self, sealed: &Sealed) -> bool {
        self.keys.first().is_some_and(|(id, _)| *id == sealed.key_id)
    }
}

impl fmt::Debug for Sealer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sealer(..)")
    }
}

impl fmt::Debug for Sealed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Sealed({}, ..)", self.key_id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::testing::Seeded;
    use crate::secret::testing::{OTHER_SECRET, VECTOR_SECRET, secrets};

    fn sealer(current: &str, previous: &[&str]) -> Sealer {
        Sealer::for_purpose(&secrets(current, previous), "test")
    }

    // T-6
    #[test]
    fn what_is_sealed_is_read_back_in_its_place_and_by_its_purpose_alone() {
        let sealed = sealer(VECTOR_SECRET, &[]).seal(b"private", "key 1", &Seeded::new(1)).unwrap();
        let here = sealer(VECTOR_SECRET, &[]);
        assert_eq!(here.unseal(&sealed, "key 1").unwrap().as_slice(), b"private");
        assert!(here.unseal(&sealed, "key 2").is_none());
        let other = Sealer::for_purpose(&secrets(VECTOR_SECRET, &[]), "other");
        assert!(other.unseal(&sealed, "key 1").is_none());
        assert!(!sealed.bytes.windows(7).any(|window| window == b"private"));
        for at in 0..sealed.bytes.len() {
            let mut changed = sealed.clone();
            changed.bytes[at] ^= 1;
            assert!(here.unseal(&changed, "key 1").is_none());
        }
        let cut = Sealed { bytes: sealed.bytes[..5].to_vec(), ..sealed };
        assert!(here.unseal(&cut, "key 1").is_none());
    }

    // C-12
    #[test]
    fn what_an_earlier_secret_sealed_is_read_as_long_as_that_is_accepted() {
        let sealed = sealer(VECTOR_SECRET, &[]).seal(b"private", "", &Seeded::new(1)).unwrap();
        let rotated = sealer(OTHER_SECRET, &[VECTOR_SECRET]);
        assert!(rotated.unseal(&sealed, "").is_some() && !rotated.is_current(&sealed));
        let without = sealer(OTHER_SECRET, &[]);
        assert!(without.unseal(&sealed, "").is_none());
        assert!(rotated.knows(&sealed) && !without.knows(&sealed));
        assert!(sealer(VECTOR_SECRET, &[]).is_current(&sealed));
    }
}
