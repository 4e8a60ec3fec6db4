//! Moments on the host's own clock.

/// A moment, in milliseconds on a clock of the host that never runs backwards and counts sleep. Where it begins does not matter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Instant(u64);

impl Instant {
    /// Later than every moment that comes.
    pub const NEVER: Self = Self(u64::MAX);

    /// The moment so many milliseconds after the clock's beginning.
    pub const fn from_ms(ms: u64) -> Self {
        Self(ms)
    }

    /// Milliseconds since the clock's beginning.
    pub const fn as_ms(self) -> u64 {
        self.0
    }

    /// So many milliseconds later.
    #[must_use]
    pub const fn plus(self, ms: u64) -> Self {
        Self(self.0.saturating_add(ms))
    }

    /// So many milliseconds earlier, but not before the clock's beginning.
    #[must_use]
    pub const fn minus(self, ms: u64) -> Self {
        Self(self.0.saturating_sub(ms))
    }

    /// Milliseconds from `earlier` until this moment; 0 where that is the later one.
    pub const fn since(self, earlier: Self) -> u64 {
        self.0.saturating_sub(earlier.0)
    }
}
