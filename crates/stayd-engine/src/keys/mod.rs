//! The keys that sign access tokens: made when first asked for, replaced on schedule and on command, published until what they signed is over
//! (AA-4, T-6, J-6).
//!
//! They rest in the store, encrypted under the secret. Every process over one store finds the same: of many that would make a key at once, one
//! does. Nothing runs in the background; whoever asks for the keys brings them up to date.

mod load;
mod ring;
mod rotate;
mod session_jwt;
mod withdraw;

pub use load::KeysError;
pub use ring::KeyRing;
pub use session_jwt::JwtClaims;
pub use withdraw::WithdrawnKey;

use crate::TokenPolicy;
use stayd_protocol::{Sealer, Secrets, Timestamp};
use std::sync::{
    Arc, PoisonError, RwLock,
    atomic::{AtomicBool, Ordering},
};

/// What this node knows of the keys.
pub(crate) struct Keys {
    sealer: Sealer,
    secrets: Secrets,
    policy: TokenPolicy,
    issuer: String,
    ring: RwLock<Option<Arc<KeyRing>>>,
    /// Somebody else wrote to the store since the ring was read.
    is_stale: AtomicBool,
    /// Held by the one that brings the ring up to date.
    loading: tokio::sync::Mutex<()>,
}

impl Keys {
    pub(crate) fn new(secrets: &Secrets, policy: &TokenPolicy, issuer: &str) -> Self {
        Self {
            sealer: Sealer::for_purpose(secrets, "signing key at rest"),
            secrets: secrets.clone(),
            policy: policy.clone(),
            issuer: issuer.to_owned(),
            ring: RwLock::default(),
            is_stale: AtomicBool::new(false),
            loading: tokio::sync::Mutex::default(),
        }
    }

    /// Another process may have changed the keys.
    pub(crate) fn forget_what_was_known(&self) {
        self.is_stale.store(true, Ordering::SeqCst);
    }

    /// The keys, if they are up to date.
    fn known(&self, now: Timestamp) -> Option<Arc<KeyRing>> {
        if self.is_stale.load(Ordering::SeqCst) {
            return None;
        }
        let ring = self.ring.read().unwrap_or_else(PoisonError::into_inner);
        ring.as_ref().filter(|ring| ring.holds_at(now)).map(Arc::clone)
    }

    fn keep(&self, ring: Arc<KeyRing>) {
        *self.ring.write().unwrap_or_else(PoisonError::into_inner) = Some(ring);
    }
}
