//! How much a person may keep.

/// How many documents a person may have, and how large. They are held for applications, and paid for by who runs the server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DocumentPolicy {
    /// The largest content: bytes of JSON without white space. 64,000, which fits into a request (H-3).
    pub max_bytes: usize,
    /// How many of one person. 32; with 0 nobody can make any.
    pub max_count: usize,
}

impl Default for DocumentPolicy {
    fn default() -> Self {
        Self { max_bytes: 64_000, max_count: 32 }
    }
}
