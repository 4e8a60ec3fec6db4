//! Keys are read from the store, made where one is due, and put away where one is worth nothing any more.

use super::{KeyRing, Keys, rotate};
use crate::{Engine, EngineError, EngineResult, store::SigningKeyRecord};
use bytes::Bytes;
use stayd_protocol::Timestamp;
use stayd_protocol::jws::{Algorithm, KeyFailure, KeySet, SigningKey, VerifyingKey};
use std::sync::{Arc, atomic::Ordering};

/// How often somebody else may be faster before it is no coincidence.
pub(super) const TRIES: usize = 16;

impl Engine {
    /// The keys of this moment.
    pub async fn key_ring(&self) -> EngineResult<Arc<KeyRing>> {
        if let Some(ring) = self.keys().known(self.now()) {
            return Ok(ring);
        }
        let _one = self.keys().loading.lock().await;
        let now = self.now();
        if let Some(ring) = self.keys().known(now) {
            return Ok(ring);
        }
        // Before the read: a write that comes later marks it again.
        self.keys().is_stale.store(false, Ordering::SeqCst);
        let loaded = self.load_keys(now).await;
        match &loaded {
            Ok(ring) => self.keys().keep(Arc::clone(ring)),
            Err(_) => self.keys().forget_what_was_known(),
        }
        loaded
    }

    /// The public keys as a JWKS (JSON). Where no key was ever made, none is made for the question.
    pub async fn jwks(&self) -> EngineResult<Bytes> {
        if self.keys().known(self.now()).is_none() && self.store().signing_keys().await?.is_empty() {
            return Ok(Bytes::from_static(b"{\"keys\":[]}"));
        }
        Ok(self.key_ring().await?.jwks())
    }

    /// Every key in the store, in the order in which they were made; for operators. Nothing is decrypted.
    pub async fn signing_keys(&self) -> EngineResult<Vec<SigningKeyRecord>> {
        Ok(self.store().signing_keys().await?)
    }

    /// Makes a key that signs from now on; for operators. Those before are honoured until what they signed is over. `None` where the shared
    /// secret signs, which is changed in the configuration.
    pub async fn rotate_signing_key(&self) -> EngineResult<Option<SigningKeyRecord>> {
        if self.policy().tokens.algorithm == Algorithm::Hs256 {
            return Ok(None);
        }
        for _ in 0..TRIES {
            let keys = self.store().signing_keys().await?;
            let now = self.now();
            // One that was announced and has not signed yet never will: of those whose time has come, the last that was made signs.
            if let Some(made) = self.make_key(&keys, now, now).await? {
                self.keys().forget_what_was_known();
                return Ok(Some(made));
            }
        }
        Err(KeysError::Restless.into())
    }

    async fn load_keys(&self, now: Timestamp) -> EngineResult<Arc<KeyRing>> {
        for _ in 0..TRIES {
            let keys = self.store().signing_keys().await?;
            if let Some(from) = rotate::due(&keys, &self.policy().tokens, now) {
                self.make_key(&keys, now, from).await?;
                continue;
            }
            let (keys, worthless) = self.sort_out(keys, now);
            if !worthless.is_empty() {
                self.store().remove_signing_keys(&worthless).await?;
            }
            self.reseal(&keys).await?;
            match self.keys().ring_of(&keys, now)? {
                Some(ring) => return Ok(Arc::new(ring)),
                None => {
                    tracing::error!(
                        "the signing key was sealed under a secret that is not accepted any more; a new one is made"
                    );
                    self.make_key(&keys, now, now).await?;
                }
            }
        }
        Err(KeysError::Restless.into())
    }

    /// Makes a key unless somebody else was faster.
    pub(super) async fn make_key(
        &self,
        keys: &[SigningKeyRecord],
        now: Timestamp,
        signs_from: Timestamp,
    ) -> EngineResult<Option<SigningKeyRecord>> {
        let algorithm = self.policy().tokens.algorithm;
        let private = SigningKey::draw(algorithm, self.random()).map_err(KeysError::Failure)?;
        let key = SigningKey::from_private(algorithm, &private).map_err(KeysError::Failure)?;
        let id = key.id().to_owned();
        let sealed = self.keys().sealer.seal(&private, &id, self.random()).ok_or(KeysError::Unsealed)?;
        let public = key.verifying_key().public().unwrap_or_default().to_vec();
        let record = SigningKeyRecord { id, algorithm, public, sealed, created_at: now, signs_from };
        let last = keys.last().map(|key| key.id.as_str());
        let is_made = self.store().add_signing_key(record.clone(), last).await?;
        if is_made {
            tracing::info!(key = record.id, %algorithm, signs_from = %signs_from, "a signing key was made");
        }
        Ok(is_made.then_some(record))
    }

    /// Keys that are honoured, and the names of those that are not.
    fn sort_out(&self, keys: Vec<SigningKeyRecord>, now: Timestamp) -> (Vec<SigningKeyRecord>, Vec<String>) {
        let policy = &self.policy().tokens;
        let is_over =
            |place| rotate::worthless_from(&keys, place, policy).is_some_and(|moment| moment <= now);
        let over: Vec<bool> = (0..keys.len()).map(is_over).collect();
        let (worthless, honoured): (Vec<_>, Vec<_>) = keys.into_iter().zip(over).partition(|(_, over)| *over);
        (
            honoured.into_iter().map(|(key, _)| key).collect(),
            worthless.into_iter().map(|(key, _)| key.id).collect(),
        )
    }

    /// Seals under the current secret what an earlier one sealed, before that is retired (C-12).
    async fn reseal(&self, keys: &[SigningKeyRecord]) -> EngineResult<()> {
        let sealer = &self.keys().sealer;
        for key in keys.iter().filter(|key| !sealer.is_current(&key.sealed)) {
            let Some(private) = sealer.unseal(&key.sealed, &key.id) else { continue };
            let sealed = sealer.seal(&private, &key.id, self.random()).ok_or(KeysError::Unsealed)?;
            self.store().reseal_signing_key(&key.id, sealed).await?;
        }
        Ok(())
    }
}

impl Keys {
    /// The ring of these keys; `None` where the one that should sign cannot be read.
    fn ring_of(&self, keys: &[SigningKeyRecord], now: Timestamp) -> EngineResult<Option<KeyRing>> {
        let signing = if self.policy.algorithm == Algorithm::Hs256 {
            Some(SigningKey::shared(&self.secrets, &self.issuer).map_err(KeysError::Failure)?)
        } else {
            rotate::signing(keys, now).and_then(|place| keys.get(place)).and_then(|key| self.read(key))
        };
        let Some(signing) = signing else { return Ok(None) };
        let public = |key: &SigningKeyRecord| VerifyingKey::from_public(key.algorithm, &key.public).ok();
        let published = KeySet::new(keys.iter().filter_map(public));
        let jwks = published.to_jwks().into();
        let mut verifying = published;
        if self.policy.algorithm == Algorithm::Hs256 {
            verifying.extend(KeySet::shared(&self.secrets, &self.issuer).iter().cloned());
        }
        let decoy = KeyRing::decoy_of(&signing).unwrap_or_default();
        let changes_at = rotate::changes_at(keys, &self.policy, now);
        Ok(Some(KeyRing { signing, verifying, jwks, decoy, read_at: now, changes_at }))
    }

    fn read(&self, key: &SigningKeyRecord) -> Option<SigningKey> {
        let private = self.sealer.unseal(&key.sealed, &key.id)?;
        SigningKey::from_private(key.algorithm, &private).ok().filter(|read| read.id() == key.id)
    }
}

/// Why there is no key to sign with.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum KeysError {
    /// The library made none.
    #[error(transparent)]
    Failure(KeyFailure),
    /// It could not be encrypted.
    #[error("a key could not be sealed")]
    Unsealed,
    /// Others add keys all the time.
    #[error("the keys in the store change all the time")]
    Restless,
}

impl From<KeysError> for EngineError {
    fn from(error: KeysError) -> Self {
        Self::Keys(error)
    }
}
