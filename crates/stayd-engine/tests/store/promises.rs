//! The promises of a store, kept by `SqliteStore`.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on fails")]
#![cfg(feature = "sqlite")]

stayd_engine::conformance_tests!(crate::support::fresh);
