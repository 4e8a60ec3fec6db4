//! Public keys as JSON (RFC 7517, RFC 8037), and their names (RFC 7638).

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::{Algorithm, VerifyingKey};

/// Bytes of a coordinate of P-256, and of an Ed25519 key.
const COORDINATE: usize = 32;
/// What an uncompressed point begins with (SEC 1, 2.3.3).
const UNCOMPRESSED: u8 = 4;

/// What is read is no public key of ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("no public key that can be used")]
pub struct BadKey;

/// One key of a JWKS. Members that are not named here are passed over, so a private part that somebody published is not read either.
#[derive(Serialize, Deserialize)]
pub(super) struct Jwk {
    kty: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    crv: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    x: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    y: Option<String>,
    kid: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    alg: Option<String>,
    #[serde(rename = "use", skip_serializing_if = "Option::is_none")]
    used_for: Option<String>,
}

impl Jwk {
    /// The key as it is published; `None` for a key that is never published.
    pub(super) fn of(key: &VerifyingKey) -> Option<Self> {
        let public = key.public()?;
        let (kty, crv, x, y) = match key.algorithm() {
            Algorithm::EdDsa => ("OKP", "Ed25519", public, None),
            Algorithm::Es256 => {
                let (x, y) = public.split_first()?.1.split_at_checked(COORDINATE)?;
                ("EC", "P-256", x, Some(URL_SAFE_NO_PAD.encode(y)))
            }
            Algorithm::Hs256 => return None,
        };
        Some(Self {
            kty: kty.to_owned(),
            crv: Some(crv.to_owned()),
            x: Some(URL_SAFE_NO_PAD.encode(x)),
            y,
            kid: Some(key.id().to_owned()),
            alg: Some(key.algorithm().name().to_owned()),
            used_for: Some("sig".to_owned()),
        })
    }

    /// The key, if it is one for signatures that we know.
    pub(super) fn key(&self) -> Option<VerifyingKey> {
        if self.used_for.as_deref().is_some_and(|used_for| used_for != "sig") {
            return None;
        }
        let algorithm = match (self.kty.as_str(), self.crv.as_deref()?) {
            ("OKP", "Ed25519") => Algorithm::EdDsa,
            ("EC", "P-256") => Algorithm::Es256,
            _ => return None,
        };
        if self.alg.as_deref().is_some_and(|alg| alg != algorithm.name()) {
            return None;
        }
        let coordinate = |text: &Option<String>| -> Option<[u8; COORDINATE]> {
            URL_SAFE_NO_PAD.decode(text.as_deref()?).ok()?.try_into().ok()
        };
        let x = coordinate(&self.x)?;
        let public = match algorithm {
            Algorithm::Es256 => [&[UNCOMPRESSED][..], &x, &coordinate(&self.y)?].concat(),
            _ => x.to_vec(),
        };
        VerifyingKey::named(self.kid.as_deref()?, algorithm, &public).ok()
    }
}

/// The name of a public key: SHA-256 over its required members in their order, in base64url (RFC 7638).
pub(super) fn thumbprint(algorithm: Algorithm, public: &[u8]) -> Option<String> {
    let encode = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
    let members = match algorithm {
        Algorithm::EdDsa => format!(r#"{{"crv":"Ed25519","kty":"OKP","x":"{}"}}"#, encode(public)),
        Algorithm::Es256 => {
            let (x, y) = public.split_first()?.1.split_at_checked(COORDINATE)?;
            format!(r#"{{"crv":"P-256","kty":"EC","x":"{}","y":"{}"}}"#, encode(x), encode(y))
        }
        Algorithm::Hs256 => return None,
    };
    Some(encode(&Sha256::digest(members)))
}

/// Whether bytes can be a public key of this algorithm.
pub(super) fn has_form(algorithm: Algorithm, public: &[u8]) -> bool {
    match algorithm {
        Algorithm::EdDsa => public.len() == COORDINATE,
        Algorithm::Es256 => public.len() == 2 * COORDINATE + 1 && public.first() == Some(&UNCOMPRESSED),
        Algorithm::Hs256 => false,
    }
}
