//! What both stores promise, and what is the database's own.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on fails")]

mod durability;
mod memory;
mod model;
mod opening;
mod promises;
mod sqlite;
mod support;
