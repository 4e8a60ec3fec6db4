//! The router over a real engine, with a clock that is moved by hand: cookies, lifetimes and headers as text.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on fails")]

mod browser;
#[path = "../../../stayd-engine/tests/support/mod.rs"]
mod engine;

mod cookie_cache;
mod cookie_rules;
mod cookies;
mod csrf;
mod devices;
mod documents;
mod events;
mod extractors;
mod headers;
mod lifetimes;
mod matrix;
mod overload;
mod passwords;
mod plugins;
mod races;
mod revocations;
mod rotation;
mod sign_in_again;
mod step_up;
mod tokens;
mod unusual;
