//! A back end with the layer, a real server, and a network between them that can be cut.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on fails")]

mod back_end;
mod network;
mod server;

mod cookies;
mod feed;
mod hostile;
mod keys;
mod vectors;
