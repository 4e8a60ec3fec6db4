//! The serving loop over real sockets: what strangers send, byte by byte, and what they get.

// Helpers of tests are tests, too.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod bodies;
mod connections;
mod framing;
mod heads;
mod http2;
mod raw;
mod shutdown;
