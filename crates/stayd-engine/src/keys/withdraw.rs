//! A signing key is withdrawn: somebody else may have it, so nothing that it signed is honoured any more.

use super::{KeysError, load::TRIES, rotate};
use crate::{Engine, EngineResult, store::SigningKeyRecord};
use stayd_protocol::jws::Algorithm;

/// A key that is honoured no more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WithdrawnKey {
    /// The key that was made in its place and signs from now on, where the withdrawn one was the one that signed.
    pub successor: Option<SigningKeyRecord>,
}

impl Engine {
    /// Withdraws the key with this `kid` at once, with everything it signed; for operators. Where it is the one that signs, another is made
    /// first. `None` when there is no such key. Refresh tokens are not signed by it: whoever has one gets an access token of another key.
    pub async fn withdraw_signing_key(&self, id: &str) -> EngineResult<Option<WithdrawnKey>> {
        for _ in 0..TRIES {
            let keys = self.store().signing_keys().await?;
            let Some(place) = keys.iter().position(|key| key.id == id) else { return Ok(None) };
            let now = self.now();
            let signs = self.policy().tokens.algorithm != Algorithm::Hs256
                && rotate::signing(&keys, now) == Some(place);
            let successor = if signs { self.make_key(&keys, now, now).await? } else { None };
            if signs && successor.is_none() {
                // Somebody else made one meanwhile.
                continue;
            }
            self.store().remove_signing_keys(&[id.to_owned()]).await?;
            self.keys().forget_what_was_known();
            tracing::warn!(key = id, "a signing key was withdrawn, and all it signed");
            return Ok(Some(WithdrawnKey { successor }));
        }
        Err(KeysError::Restless.into())
    }

    /// Withdraws all keys with everything they signed. The next is made when it is asked for.
    pub(crate) async fn withdraw_every_signing_key(&self) -> EngineResult<()> {
        let keys = self.store().signing_keys().await?;
        let ids: Vec<String> = keys.into_iter().map(|key| key.id).collect();
        self.store().remove_signing_keys(&ids).await?;
        self.keys().forget_what_was_known();
        Ok(())
    }
}
