//! The clock that a page makes for its machine, and the two wrong ones that it makes it from.
//!
//! The monotonic clock stands still while the computer sleeps; the wall clock can be set. The page's own clock goes as the
//! monotonic one, leaps with a wall clock that has gone much further than that, and takes no notice of one that was set back.

/// A wall clock that runs ahead of the monotonic one by more than this has leapt.
const LEAP_MS: i64 = 5_000;

/// The clock of one page.
#[derive(Debug, Clone)]
pub(crate) struct HostClock {
    now: u64,
    monotonic: u64,
    wall: i64,
}

impl HostClock {
    /// It begins at the wall clock's time, right or wrong.
    pub(crate) fn new(monotonic: u64, wall: i64) -> Self {
        Self { now: wall.unsigned_abs(), monotonic, wall }
    }

    /// Brings the clock up to now; whether it has leapt.
    pub(crate) fn sample(&mut self, monotonic: u64, wall: i64) -> bool {
        let ran = monotonic.saturating_sub(self.monotonic);
        let ahead = wall.saturating_sub(self.wall).saturating_sub_unsigned(ran);
        let leapt = ahead > LEAP_MS;
        self.now += ran;
        if leapt {
            self.now += ahead.unsigned_abs();
        }
        (self.monotonic, self.wall) = (monotonic, wall);
        leapt
    }

    pub(crate) fn now(&self) -> u64 {
        self.now
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sleep_and_a_clock_set_forward_are_leaps_and_a_clock_set_back_is_nothing() {
        let mut clock = HostClock::new(0, 1_000_000);
        assert!(!clock.sample(1_000, 1_001_000));
        assert!(clock.sample(1_010, 5_001_010));
        assert_eq!(clock.now(), 5_001_010);
        assert!(!clock.sample(2_010, 1_001_010));
        assert_eq!(clock.now(), 5_002_010);
    }
}
