//! The promises of a store, kept by `SqliteStore`.

#![cfg(feature = "sqlite")]

mod store_support;

stayd_engine::conformance_tests!(crate::store_support::fresh);
