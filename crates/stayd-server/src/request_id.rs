//! A name for each request, so that an answer and its log lines can be found by one another.

use axum::http::HeaderValue;
use stayd_protocol::Random;
use std::sync::atomic::{AtomicU64, Ordering};

/// Counts requests from a random beginning: unique within a process, and not a count of its requests to outsiders.
pub(crate) struct RequestIds {
    next: AtomicU64,
}

impl RequestIds {
    pub(crate) fn new(random: &dyn Random) -> Self {
        let mut start = [0; 8];
        random.fill(&mut start);
        Self { next: AtomicU64::new(u64::from_le_bytes(start)) }
    }

    pub(crate) fn next(&self) -> RequestId {
        // An odd multiplier permutes the numbers, so that neighbours do not look like neighbours.
        RequestId(self.next.fetch_add(1, Ordering::Relaxed).wrapping_mul(0x9E37_79B9_7F4A_7C15))
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct RequestId(u64);

impl RequestId {
    pub(crate) fn header(self) -> HeaderValue {
        const DIGITS: &[u8; 16] = b"0123456789abcdef";
        let text: [u8; 16] = std::array::from_fn(|n| {
            let digit = (self.0 >> (60 - 4 * n)) & 0xf;
            DIGITS.get(usize::try_from(digit).unwrap_or(0)).copied().unwrap_or(b'0')
        });
        // Hexadecimal digits are always a header value.
        HeaderValue::from_bytes(&text).unwrap_or(HeaderValue::from_static("-"))
    }
}

impl std::fmt::Display for RequestId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_header_and_the_log_show_the_same_name() {
        for id in [RequestId(0), RequestId(0x0123_4567_89ab_cdef), RequestId(u64::MAX)] {
            assert_eq!(id.header().to_str().unwrap(), id.to_string());
        }
    }
}
