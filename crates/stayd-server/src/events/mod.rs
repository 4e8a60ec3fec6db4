//! Event streams: what becomes of a session, sent to browsers as it happens, and what has ended, sent to other back ends (server-sent events,
//! as the HTML standard has them).

mod addresses;
mod revocations;
mod stream;
mod words;

pub(crate) use addresses::{StreamAddresses, StreamPlace};
pub(crate) use revocations::{MOST_FOLLOWERS, RevocationStream};
pub(crate) use stream::EventStream;
pub(crate) use words::{LAST_EVENT_ID, last_event_id, pause};

use axum::body::Body;
use axum::http::{HeaderName, HeaderValue, header::CONTENT_TYPE};
use axum::response::Response;
use stayd_engine::WatchLimits;
use std::time::Duration;

/// The streams of `GET /events`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EventStreams {
    /// A stream on which nothing was said for this long gets a comment, so that proxies do not take it for dead. 25 s (H-7).
    pub heartbeat: Duration,
    /// How many streams one session may have open. A browser needs one, or one for each tab where it has no Web Locks. 16 (H-7).
    pub per_session: usize,
    /// How many streams one address may have open, IPv6 by its /64. 1,000: an office behind one address has as many browsers (H-7).
    pub per_address: usize,
    /// How many streams the node may have open; 0 switches the route off. 19,000, which leaves a thousand connections for requests.
    pub in_all: usize,
}

/// The answer that a stream is.
pub(crate) fn streaming(body: Body) -> Response {
    let mut response = Response::new(body);
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/event-stream"));
    // nginx would keep what is said until it has a page of it.
    headers.insert(HeaderName::from_static("x-accel-buffering"), HeaderValue::from_static("no"));
    response
}

impl Default for EventStreams {
    fn default() -> Self {
        Self { heartbeat: Duration::from_secs(25), per_session: 16, per_address: 1000, in_all: 19_000 }
    }
}

impl EventStreams {
    pub(crate) fn limits(&self) -> WatchLimits {
        WatchLimits { per_session: self.per_session, in_all: self.in_all }
    }
}
