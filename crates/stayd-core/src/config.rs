//! Every duration and limit of the machine, each with its unit and its reason.

/// When the machine renews by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RenewalMode {
    /// Whenever a renewal is due (the default: AU-3).
    Always,
    /// Only while a tab of the person is visible: inactivity ends the session (AA-5).
    WhileVisible,
    /// Only when the page asks for it (the *api* kind of AA-1).
    Manual,
}

/// What the host may choose.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Config {
    /// When the machine renews by itself.
    pub renewal: RenewalMode,
    /// A visible page asks the server again when it has not heard of the session for so long (EN-3); 0 turns it off.
    pub heartbeat_ms: u32,
    /// The person is warned so long before the end (EN-6); 0 turns it off.
    pub warning_ms: u32,
    /// One request takes at most this long (EN-5).
    pub request_timeout_ms: u32,
}

impl Config {
    /// The defaults of the product.
    pub const DEFAULT: Self = Self {
        renewal: RenewalMode::Always,
        heartbeat_ms: 300_000,
        warning_ms: 300_000,
        request_timeout_ms: 15_000,
    };

    /// How long a tab waits for its turn before it acts alone, or for an answer: one request, and a little.
    pub(crate) fn patience_ms(&self) -> u64 {
        u64::from(self.request_timeout_ms).saturating_add(2_000)
    }
}

impl Default for Config {
    fn default() -> Self {
        Self::DEFAULT
    }
}

/// What the server said so recently is not asked again on focus, on load, or by the next tab in line.
pub(crate) const FRESH_MS: u64 = 5_000;
/// A person who has just asked to be signed in or out does not wait longer than this for another tab's turn to end.
pub(crate) const COMMAND_PATIENCE_MS: u64 = 3_000;

/// The first wait after a failure. With [`BACKOFF_FACTOR`] and [`BACKOFF_CEILING_MS`] an hour without network costs
/// at most 9 attempts (scenario 34).
pub(crate) const BACKOFF_FIRST_MS: u64 = 10_000;
/// Each further failure in a row makes the wait so many times longer.
pub(crate) const BACKOFF_FACTOR: u64 = 6;
/// The longest wait between attempts, before jitter.
pub(crate) const BACKOFF_CEILING_MS: u64 = 540_000;
/// A wait is up to half as long again: clients that failed together do not come back together (P5).
pub(crate) const BACKOFF_JITTER_DIVISOR: u64 = 2;
/// Focus or a new network cuts a wait short, but never below this.
pub(crate) const RETRY_FLOOR_MS: u64 = 1_000;
/// The longest `Retry-After` that is believed: a day.
pub(crate) const RETRY_AFTER_CEILING_MS: u64 = 86_400_000;

/// Tabs that learn the same fact at the same moment spread over this long (scenario 19; recovery stays below 2 s).
pub(crate) const SPREAD_MS: u64 = 1_000;
/// After a renewal, a refused request starts no other one for this long (scenario 10).
pub(crate) const REFUSAL_COOL_DOWN_MS: u64 = 10_000;
/// After a superseded answer the next try comes this soon, plus as much jitter.
pub(crate) const SUPERSEDED_RETRY_MS: u64 = 150;
/// So many superseded answers in a row are a failure like any other.
pub(crate) const SUPERSEDED_LIMIT: u8 = 5;
/// A sign-out that another tab owes the server is taken over after this long: that tab may be gone.
pub(crate) const OWED_MS: u64 = 5_000;
/// At most so many requests wait; the next is rejected at once.
pub(crate) const HELD_LIMIT: u16 = 1_000;
/// A server that names an end in the past is asked again after this long, not in a loop.
pub(crate) const SHORTEST_LIFE_MS: u64 = 5_000;
/// "Nobody" that was said to another page so recently counts for one that starts now. Shorter than any way through an
/// identity provider, from which the person comes back signed in (scenario 1).
pub(crate) const REDIRECT_MS: u64 = 1_000;
/// Servers that name their time in whole seconds make an unchanged end look moved by as much.
pub(crate) const END_SLACK_MS: u64 = 2_000;
/// An answer takes at most so long, as requests are configured unless a page says otherwise: by as much the end that it names may seem earlier.
pub(crate) const LATENCY_MS: u64 = 15_000;
