//! Keys for HS256 that are derived from the shared secret.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::hmac_key::{self, HmacSha256};
use crate::{Secrets, signed};

/// Each accepted secret's key and its id, the current one first. The key is HKDF-SHA-256 of the secret with the salt `stayd` and the info
/// `access token ISSUER`: two deployments with one secret cannot read each other's tokens (J-9), and no cookie can pass for one (J-4).
pub(super) fn all(secrets: &Secrets, issuer: &str) -> impl Iterator<Item = (String, HmacSha256)> {
    let purpose = format!("access token {issuer}");
    let secrets = std::iter::once(secrets.current()).chain(secrets.previous());
    secrets.map(move |secret| {
        let key = hmac_key::keyed(&*signed::derive(secret.as_bytes(), &purpose));
        (id(&key), key)
    })
}

/// Names a key and tells nothing of it.
fn id(key: &HmacSha256) -> String {
    let mac = hmac_key::mac(key, &[b"id of this key"]);
    let (half, _) = mac.split_at(16);
    URL_SAFE_NO_PAD.encode(half)
}
