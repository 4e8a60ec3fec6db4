//! Keeps native programs signed in: command lines, desktop programs, services.
//!
//! The same session machine as in browsers (`stayd-core`), over tokio and reqwest. It signs in, renews before the end, holds requests
//! while it does, and shares one session and one renewal among all processes of a person. What it does not do: it never ends a session
//! by itself - only the server's word and a sign-out do - and it shows no secret to the program.
//!
//! The types to know: [`Client`], its [`View`] and [`SessionData`], and [`Storage`], where the session is kept between runs.
#![doc = include_str!("../README.md")]

mod answer;
mod attempt;
mod builder;
mod client;
mod clock;
mod credential;
mod driver;
mod error;
mod http;
mod jar;
mod order;
mod request;
mod session;
mod storage;
mod view;

pub use builder::Builder;
pub use client::Client;
pub use error::{Error, StorageError};
pub use session::{Person, SessionData, SessionDetails};
pub use stayd_core::{Ending, Identity, RenewalMode, Status, Trouble};
pub use stayd_protocol::Timestamp;
pub use storage::Storage;
pub use view::View;
