//! Jitter, from a seed: the same seed gives the same history.

/// A small generator (xorshift, Marsaglia 2003). It spreads requests in time and guards nothing.
#[derive(Debug, Clone)]
pub(crate) struct Random(u32);

impl Random {
    pub(crate) const fn new(seed: u32) -> Self {
        // Zero is the one state that xorshift never leaves.
        Self(seed | 1)
    }

    /// A whole number below `range_ms`, or 0. Ranges are seconds to minutes; below 2^32 the product fits.
    #[inline(never)]
    pub(crate) fn below(&mut self, range_ms: u64) -> u64 {
        let mut x = self.0;
        x ^= x << 13;
        x ^= x >> 17;
        x ^= x << 5;
        self.0 = x;
        range_ms.wrapping_mul(u64::from(x)) >> 32
    }
}
