//! The engine as a server uses it: accounts, sessions, tokens for programs and the keys that sign them.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on fails")]

mod accounts;
mod clock_steps;
mod families;
mod family_limits;
mod keys;
mod metrics;
mod passwords;
mod policies;
mod rotation;
mod sessions;
#[path = "../support/mod.rs"]
mod support;
#[path = "../support/trying.rs"]
mod trying;
mod watching;
