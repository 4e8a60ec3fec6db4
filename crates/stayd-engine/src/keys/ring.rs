//! The keys at one moment: the one that signs, and those that are honoured.

use bytes::Bytes;
use stayd_protocol::Timestamp;
use stayd_protocol::jws::{AccessToken, KeySet, SigningKey};

/// The keys at one moment. Immutable: another moment may have another ring.
#[derive(Debug)]
pub struct KeyRing {
    pub(super) signing: SigningKey,
    pub(super) verifying: KeySet,
    pub(super) jwks: Bytes,
    /// An access token that is signed well and long over: checking it takes as long as checking any.
    pub(super) decoy: String,
    /// From when to when nothing changes.
    pub(super) read_at: Timestamp,
    pub(super) changes_at: Timestamp,
}

impl KeyRing {
    /// The key that signs now.
    pub const fn signing(&self) -> &SigningKey {
        &self.signing
    }

    /// Every key that is honoured.
    pub const fn verifying(&self) -> &KeySet {
        &self.verifying
    }

    /// The public keys as a JWKS (JSON): those that are honoured, and those that will sign soon. Nothing of shared keys.
    pub fn jwks(&self) -> Bytes {
        self.jwks.clone()
    }

    /// Whether the ring is the one of this moment. A clock that has gone back reads again.
    pub(super) fn holds_at(&self, now: Timestamp) -> bool {
        self.read_at <= now && now < self.changes_at
    }

    /// Costs what the check of a signature costs.
    pub(crate) fn check_decoy(&self) {
        let opened = self.verifying.open(&self.decoy, Some(stayd_protocol::jws::ACCESS_TOKEN));
        std::hint::black_box(opened.is_ok());
    }

    /// A token for [`KeyRing::check_decoy`].
    pub(super) fn decoy_of(key: &SigningKey) -> Option<String> {
        let nobody = || "decoy".to_owned();
        let claims = AccessToken {
            iss: nobody(),
            aud: nobody(),
            sub: nobody(),
            sid: nobody(),
            client_id: None,
            scope: None,
            auth_time: 0,
            iat: 0,
            exp: 0,
            jti: nobody(),
        };
        claims.sign(key).ok()
    }
}
