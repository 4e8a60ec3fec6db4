//! Tokens that other back ends check by themselves: JSON Web Signatures in their compact form (RFC 7515), and the access token made of
//! them (RFC 9068's type, our claims).
//!
//! What holds of every check (RFC 8725; security requirements J-1 to J-9): the key decides the algorithm, never the token; a `kid` only
//! selects among the keys at hand, and no other header is read (a token that has one is refused); size and depth are limited
//! before anything is parsed; the signature comes before the claims; bytes have one spelling. Whoever is refused is told nothing but that.
//!
//! ```
//! use stayd_protocol::Timestamp;
//! use stayd_protocol::jws::{self, AccessToken, Expectation, KeySet, SigningKey};
//! # use stayd_protocol::Random;
//! # struct Sevens;
//! # impl Random for Sevens { fn fill(&self, bytes: &mut [u8]) { bytes.fill(7) } }
//! # let random = &Sevens;
//! let key = SigningKey::generate(jws::Algorithm::EdDsa, random)?;
//! let keys = KeySet::new([key.verifying_key()]);
//! let claims = AccessToken {
//!     iss: "https://app.example".into(), aud: "https://app.example".into(), sub: "user".into(), sid: "session".into(),
//!     client_id: None, scope: None, auth_time: 1_800_000_000, iat: 1_800_000_000, exp: 1_800_000_900, jti: "1".into(),
//! };
//! let token = claims.sign(&key)?;
//!
//! let here = Expectation::new("https://app.example", "https://app.example");
//! let now = Timestamp::from_ms(1_800_000_001_000);
//! assert_eq!(jws::verify(&token, &keys, now, &here)?.sub, "user");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod access_token;
mod algorithm;
mod compact_form;
mod jwk;
mod key_set;
mod members;
mod refusal;
mod shared_key;
mod signing_key;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod wycheproof;

pub use access_token::{ACCESS_TOKEN, AccessToken, Expectation, verify};
pub use algorithm::Algorithm;
pub use compact_form::MAX_LENGTH;
pub use jwk::BadKey;
pub use key_set::{KeySet, VerifyingKey};
pub use refusal::Refusal;
pub use signing_key::{KeyFailure, SigningKey};
