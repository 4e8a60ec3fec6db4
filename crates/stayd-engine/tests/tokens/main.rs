//! Tokens for programs, and the keys that sign them.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on fails")]

mod families;
mod keys;
#[path = "../support/mod.rs"]
mod support;
