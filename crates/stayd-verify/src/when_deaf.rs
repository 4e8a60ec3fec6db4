//! What happens while the feed of ends is not heard.

use std::time::Duration;

/// What happens while the feed of ends is not heard: the server is down, or the network between.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum WhenDeaf {
    /// The server is asked about each request, and where it does not answer, the request is refused with 503. What has ended stays ended.
    #[default]
    Ask,
    /// Each request is refused with 503 at once: the server is not asked.
    Refuse,
    /// What was known goes on to be believed for so long after the last sign of life, and then it is as with [`WhenDeaf::Ask`]. A session
    /// that ends meanwhile is honoured for as long.
    TrustFor(Duration),
}

impl WhenDeaf {
    pub(crate) const fn patience(self) -> Duration {
        match self {
            Self::Ask | Self::Refuse => Duration::ZERO,
            Self::TrustFor(duration) => duration,
        }
    }
}
