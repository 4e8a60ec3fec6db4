//! What travels between a Stayd server and its clients: signed cookies, tokens, wire types, error codes.
//!
//! The formats are those of the Better Auth protocol, so that its official clients, and other back ends that
//! share its secret, understand what we mint and we understand what they mint. Everything here is a pure
//! function of its input: no clock is read, no randomness drawn, nothing is stored and nothing is sent.
//! Rules about who may do what are not here either; they are in `stayd-engine`.
//!
//! The types to know:
//!
//! - [`Secret`], [`Secrets`]: the signing keys; [`Signer`] is built from them once and signs cookies;
//! - [`SessionToken`] and [`TokenHash`]: the secret that a browser holds, and what is stored of it;
//! - [`Timestamp`], [`User`], [`Session`]: the JSON of the protocol;
//! - [`cookie`] reads a `Cookie` header, [`CookieConfig`] and [`SetCookie`] write `Set-Cookie`;
//! - [`SessionDataCodec`]: the signed or encrypted cache cookie `session_data`;
//! - [`CsrfTokens`]: what a page shows beside its cookies when it changes something;
//! - [`jws`]: access tokens that other back ends check by themselves, and their keys; [`Sealer`]: keys at rest;
//! - [`MailToken`]: what a verification mail carries; [`password`]: how passwords are stored.
//!
//! ```
//! use stayd_protocol::{Secret, Secrets, Signer, cookie};
//!
//! let secret = Secret::parse("kX3v9QhT7mWz2LrB8nYcJ5dGfA4sPeUq")?;
//! let signer = Signer::new(&Secrets::new(secret, Vec::new())?);
//!
//! let header = format!("theme=dark; better-auth.session_token={}", signer.sign("AbCdEf"));
//! let value = cookie::find(header.as_bytes(), "better-auth.session_token").ok_or("no cookie")?;
//! assert_eq!(signer.verify(&value).ok_or("not ours")?.value, "AbCdEf");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod cache_payload;
mod chunk;
mod compact;
mod cookie_config;
mod csrf;
mod error_code;
mod hmac_key;
mod jwe;
mod jwt;
mod mail_token;
mod random;
mod raw_session_data;
mod sealed;
mod secret;
mod session_data;
mod set_cookie;
mod signed;
mod time;
mod token;
mod uri;
mod wire;

pub mod cookie;
pub mod email;
pub mod identifier;
pub mod jws;
pub mod password;

pub use cache_payload::{CachePayload, Unencodable};
pub use chunk::{MAX_SESSION_DATA_LENGTH, join_chunks};
pub use cookie_config::{CookieConfig, InvalidCookieConfig};
pub use csrf::{CsrfSubject, CsrfTokens};
pub use error_code::ErrorCode;
pub use mail_token::{MailToken, MailTokenError};
pub use random::Random;
pub use raw_session_data::{RawSessionData, SessionDataError};
pub use sealed::{Sealed, Sealer};
pub use secret::{MAX_PREVIOUS_SECRETS, Secret, Secrets, TooManySecrets, WeakSecret};
pub use session_data::{SessionDataCodec, Strategy};
pub use set_cookie::{MAX_COOKIE_AGE, SameSite, SetCookie};
pub use signed::{Signer, Verified};
pub use time::{InvalidTimestamp, Timestamp};
pub use token::{SessionToken, TokenHash};
pub use uri::encode_component;
pub use wire::{Session, SessionAndUser, User};
