#![doc = include_str!("../README.md")]
//!
//! What it does not do: it signs nobody in and renews nothing; that is the server's. It does not count as use of the session.
//! The types to know: [`Verify`], the settings; [`Verifier`], the layer made of them; [`CurrentUser`], [`Fresh`] and [`Session`], what handlers
//! take; [`Refusal`], why not.

mod access;
mod ask;
mod checked;
mod clock;
mod cookies;
mod counts;
mod extract;
mod feed;
mod layer;
mod options;
mod refusal;
mod session;
mod shown;
mod sse;
mod tls;
mod told;
mod verifier;
mod when_deaf;

pub use clock::{Clock, SystemClock};
pub use counts::Counts;
pub use extract::{CurrentUser, Fresh};
pub use layer::Verified;
pub use options::{StartError, Verify};
pub use refusal::Refusal;
pub use session::Session;
pub use verifier::Verifier;
pub use when_deaf::WhenDeaf;
