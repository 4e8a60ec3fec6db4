//! How much one server takes on, and how long it waits.

use std::time::Duration;

/// The limits of [`serve()`](crate::serve()). Every one is a bound on what a stranger can make the server hold.
///
/// The numbers are those of requirements H-1 to H-6 in the project's security catalogue where it names one.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Limits {
    /// How long the head of a request may take from its first byte, and how long a new connection may stay silent. 10 s (H-1).
    pub header_time: Duration,
    /// How long a connection may stay open without a request in flight, after its first one. 60 s (H-1).
    pub idle_time: Duration,
    /// How long a peer may refuse to take what we send. 30 s; then its connection is closed (H-7).
    pub write_time: Duration,
    /// How long the head of a request may be, in bytes: request line and headers. 32 kB (H-2); at least 8 kB.
    pub max_header_bytes: usize,
    /// How many headers a request may have. 64 (H-2).
    pub max_headers: usize,
    /// How long a body may be, in bytes. 64 kB (H-3).
    pub max_body_bytes: u64,
    /// How long a body may take from the moment it keeps us waiting. 10 s (H-3).
    pub body_time: Duration,
    /// How many connections may be open. 20,000; one more is answered 503 and closed.
    pub max_connections: usize,
    /// How many requests one HTTP/2 connection may have in flight. 128 (H-6).
    pub max_streams: u32,
    /// How often a quiet HTTP/2 connection is asked whether its peer is still there. 20 s.
    pub ping_interval: Duration,
    /// How long such a peer may take to answer. 10 s.
    pub ping_time: Duration,
    /// How long requests in flight may take after shutdown began. 10 s; then they are cut off.
    pub shutdown_time: Duration,
    /// The hosts that requests may name, with or without a port: without one any port will do. `None` takes any single
    /// valid host (H-4).
    pub hosts: Option<Vec<String>>,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            header_time: Duration::from_secs(10),
            idle_time: Duration::from_mins(1),
            write_time: Duration::from_secs(30),
            max_header_bytes: 32 * 1024,
            max_headers: 64,
            max_body_bytes: 64 * 1024,
            body_time: Duration::from_secs(10),
            max_connections: 20_000,
            max_streams: 128,
            ping_interval: Duration::from_secs(20),
            ping_time: Duration::from_secs(10),
            shutdown_time: Duration::from_secs(10),
            hosts: None,
        }
    }
}

/// A limit that cannot be kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidLimits {
    /// HTTP/1 needs a buffer of 8 kB.
    #[error("max_header_bytes is {0}, and has to be at least 8192 and at most 1048576")]
    HeaderBytes(usize),
    /// No request comes without a header.
    #[error("max_headers is {0}, and has to be at least 1 and at most 100")]
    Headers(usize),
    /// A server that takes no connection serves nobody.
    #[error("max_connections is {0}, and has to be at least 1 and at most 1000000")]
    Connections(usize),
    /// The same for requests.
    #[error("max_streams is {0}, and has to be at least 1")]
    Streams(u32),
}

impl Limits {
    /// Finds the limit that cannot be kept, if there is one.
    pub fn check(&self) -> Result<(), InvalidLimits> {
        if !(8192..=1024 * 1024).contains(&self.max_header_bytes) {
            return Err(InvalidLimits::HeaderBytes(self.max_header_bytes));
        }
        // Up to 100 headers are parsed without an allocation.
        if !(1..=100).contains(&self.max_headers) {
            return Err(InvalidLimits::Headers(self.max_headers));
        }
        if !(1..=1_000_000).contains(&self.max_connections) {
            return Err(InvalidLimits::Connections(self.max_connections));
        }
        if self.max_streams == 0 {
            return Err(InvalidLimits::Streams(self.max_streams));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_limits_can_be_kept() {
        assert_eq!(Limits::default().check(), Ok(()));
    }

    #[test]
    fn a_limit_that_cannot_be_kept_is_named() {
        let limits = Limits { max_header_bytes: 100, ..Limits::default() };
        assert_eq!(limits.check(), Err(InvalidLimits::HeaderBytes(100)));
        let limits = Limits { max_connections: 0, ..Limits::default() };
        assert_eq!(limits.check(), Err(InvalidLimits::Connections(0)));
    }
}
