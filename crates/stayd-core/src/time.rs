//! Moments on the host's own clock.

/// A moment, in milliseconds on a clock of the host that never runs backwards and counts sleep. It begins far above 0 (at Unix
/// time, for example): what storage remembers happened before the page began.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Instant(u64);

impl Instant {
    /// Later than every moment that comes: of what is to come, never.
    pub const NEVER: Self = Self(u64::MAX);

    /// Before every moment that has been: of what has been, never.
    pub const LONG_AGO: Self = Self(0);

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
    #[inline(never)]
    pub const fn plus(self, ms: u64) -> Self {
        Self(self.0.saturating_add(ms))
    }

    /// So many milliseconds earlier, but not before the clock's beginning.
    #[must_use]
    #[inline(never)]
    pub const fn minus(self, ms: u64) -> Self {
        Self(self.0.saturating_sub(ms))
    }

    /// This moment where something holds, else never.
    pub(crate) fn only_if(self, holds: bool) -> Self {
        if holds { self } else { Self::NEVER }
    }

    /// Milliseconds from `earlier` until this moment; 0 where that is the later one.
    #[inline(never)]
    pub const fn since(self, earlier: Self) -> u64 {
        self.0.saturating_sub(earlier.0)
    }
}
