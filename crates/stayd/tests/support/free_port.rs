//! A port for a server whose address has to be known before it starts.

use std::hash::{BuildHasher as _, Hasher as _, RandomState};
use std::net::{Ipv4Addr, TcpListener};

/// Below those that the system gives to whoever does not mind which (32768 and above on Linux).
const FIRST: u16 = 20_000;
const COUNT: u16 = 12_000;

/// One that was free a moment ago, and that nobody is given by chance before the server has taken it.
pub(crate) fn free_port() -> u16 {
    loop {
        // The keys of each are others.
        let random = RandomState::new().build_hasher().finish() % u64::from(COUNT);
        let port = FIRST + u16::try_from(random).unwrap_or_default();
        if TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok() {
            return port;
        }
    }
}
