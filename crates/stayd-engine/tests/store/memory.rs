//! The promises of a store, kept by [`MemoryStore`].

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on fails")]

use std::sync::Arc;

use stayd_engine::store::{MemoryStore, Store};

#[allow(clippy::unused_async, reason = "other stores need to wait for it")]
async fn fresh() -> (Arc<dyn Store>, ()) {
    (Arc::new(MemoryStore::new()), ())
}

stayd_engine::conformance_tests!(crate::memory::fresh);
