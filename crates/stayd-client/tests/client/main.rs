//! The client against a real server: one program, several at once, and whoever else reaches the place where the session is kept.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on fails")]

mod csrf;
mod hostile;
mod keyring;
mod processes;
mod session;
#[cfg(unix)]
mod support;
