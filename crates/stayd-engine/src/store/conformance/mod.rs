//! The suite that every store must pass: one function per promise of [`Store`](super::Store).
//!
//! A store outside this crate turns on the feature `conformance` and runs them all, each as a test of its own:
//!
//! ```ignore
//! async fn fresh() -> (Arc<dyn Store>, impl Sized) { /* an empty store, and what has to live as long as it */ }
//! stayd_engine::conformance_tests!(fresh);
//! ```
//!
//! Each function is given an empty store and panics where the store breaks the promise that its name states.

// A suite of tests: it says what went wrong by panicking.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::missing_panics_doc, missing_docs)]

pub mod model;
mod promises;
pub mod samples;

pub mod accounts;
pub mod devices;
pub mod disabling;
pub mod documents;
pub mod families;
pub mod housekeeping;
pub mod keys;
pub mod letters;
pub mod limits;
pub mod people;
pub mod renewals;
pub mod rotation;
pub mod security;
pub mod sessions;
pub mod step_back;
pub mod verifications;
