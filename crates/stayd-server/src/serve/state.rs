//! What the parts of one connection tell each other. They run in one task, except with HTTP/2.

use super::head_scan::Chunked;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, AtomicUsize, Ordering};

/// The state of one connection.
#[derive(Debug, Default)]
pub(super) struct ConnectionState {
    in_flight: AtomicUsize,
    begun: AtomicUsize,
    chunked: AtomicU8,
}

const ALONE: u8 = 1;
const WITH_LENGTH: u8 = 2;

impl ConnectionState {
    /// How many requests are being answered.
    pub(super) fn in_flight(&self) -> usize {
        self.in_flight.load(Ordering::Acquire)
    }

    /// How many requests have begun on this connection.
    pub(super) fn begun(&self) -> usize {
        self.begun.load(Ordering::Acquire)
    }

    /// Notes the head of a chunked request. Only the first of a connection is noted, because it is the last that is answered.
    pub(super) fn note(&self, chunked: Chunked) {
        let mark = match chunked {
            Chunked::Alone => ALONE,
            Chunked::WithLength => WITH_LENGTH,
        };
        self.chunked.store(mark, Ordering::Release);
    }

    /// Whether the scan of the raw bytes saw a chunked request, and no length beside it.
    pub(super) fn has_seen_chunks_alone(&self) -> bool {
        self.chunked.load(Ordering::Acquire) == ALONE
    }
}

/// Held while a request is being answered, to the last byte of its body.
#[derive(Debug)]
pub(super) struct InFlight(Arc<ConnectionState>);

impl InFlight {
    pub(super) fn begin(state: &Arc<ConnectionState>) -> Self {
        state.begun.fetch_add(1, Ordering::AcqRel);
        state.in_flight.fetch_add(1, Ordering::AcqRel);
        Self(Arc::clone(state))
    }
}

impl Drop for InFlight {
    fn drop(&mut self) {
        self.0.in_flight.fetch_sub(1, Ordering::AcqRel);
    }
}
