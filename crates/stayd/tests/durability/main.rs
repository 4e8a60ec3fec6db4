//! P3 by the real binary: what was acknowledged is there after `kill -9` at any moment, and a full disk loses nothing and passes.

#![expect(clippy::expect_used, clippy::panic, reason = "a test that cannot go on has failed")]

mod disk_full;
#[path = "../support/free_port.rs"]
mod free_port;
mod kill;
mod ledger;
mod letters;
#[path = "../../../stayd-engine/tests/mail/server.rs"]
mod mail_server;
mod person;
mod server;
