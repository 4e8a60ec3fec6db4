//! Chance, from a seed: the same seed and stream give the same throws.

use std::ops::RangeInclusive;

use rand_chacha::{
    ChaCha8Rng,
    rand_core::{Rng as _, SeedableRng as _},
};

/// One stream of chance. Each concern has its own, so that taking one fault out of a history leaves the others as they were.
#[derive(Debug, Clone)]
pub(crate) struct Dice(ChaCha8Rng);

impl Dice {
    pub(crate) fn new(seed: u64, stream: u64) -> Self {
        let mut generator = ChaCha8Rng::seed_from_u64(seed);
        generator.set_stream(stream);
        Self(generator)
    }

    /// A whole number below `limit`; 0 where that is 0.
    pub(crate) fn below(&mut self, limit: u64) -> u64 {
        // The remainder's bias is far below what a simulation could notice.
        self.0.next_u64().checked_rem(limit).unwrap_or(0)
    }

    pub(crate) fn within(&mut self, range: RangeInclusive<u64>) -> u64 {
        let (first, last) = range.into_inner();
        first + self.below(last.saturating_sub(first).saturating_add(1))
    }

    /// A number of the range whose order of magnitude is even: as many of 1 to 10 as of 10 to 100.
    pub(crate) fn magnitude(&mut self, range: RangeInclusive<u64>) -> u64 {
        let (first, last) = range.into_inner();
        let octaves = u64::from((last / first.max(1)).max(1).ilog2());
        let floor = first << self.below(octaves + 1);
        self.within(floor..=floor.saturating_mul(2)).clamp(first, last)
    }

    /// True so many times in a thousand.
    pub(crate) fn chance(&mut self, in_a_thousand: u64) -> bool {
        self.below(1000) < in_a_thousand
    }

    /// One of a few.
    pub(crate) fn pick<T: Copy, const N: usize>(&mut self, among: [T; N]) -> T {
        among[usize::try_from(self.below(N as u64)).unwrap_or(0)]
    }

    pub(crate) fn index(&mut self, len: usize) -> usize {
        usize::try_from(self.below(len as u64)).unwrap_or(0)
    }

    pub(crate) fn fill(&mut self, bytes: &mut [u8]) {
        self.0.fill_bytes(bytes);
    }
}
