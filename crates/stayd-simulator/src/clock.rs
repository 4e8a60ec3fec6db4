//! The clock that a page makes for its machine, and the two wrong ones that it makes it from.
//!
//! The monotonic clock stands still while the computer sleeps; the wall clock can be set. The page's own clock goes as the
//! monotonic one, leaps with a wall clock that has gone much further than that, and goes on where that one was set back. What was
//! written before it was set back, and while it says again what it has said before, is of unknown age.

/// A wall clock that runs ahead of the monotonic one by more than this has leapt.
const LEAP_MS: i64 = 5_000;

/// One that falls behind it by more than this was set back.
const BACK_MS: i64 = 1_000;

/// The clock of one page.
#[derive(Debug, Clone)]
pub(crate) struct HostClock {
    now: u64,
    began: u64,
    monotonic: u64,
    wall: i64,
    unsure_until: i64,
}

impl HostClock {
    /// It begins at the wall clock's time, right or wrong.
    pub(crate) fn new(monotonic: u64, wall: i64) -> Self {
        Self { now: wall.unsigned_abs(), began: monotonic, monotonic, wall, unsure_until: i64::MIN }
    }

    /// Brings the clock up to now; whether it has leapt.
    pub(crate) fn sample(&mut self, monotonic: u64, wall: i64) -> bool {
        let ran = monotonic.saturating_sub(self.monotonic);
        let ahead = wall.saturating_sub(self.wall).saturating_sub_unsigned(ran);
        let leapt = ahead > LEAP_MS;
        if ahead < -BACK_MS {
            self.unsure_until = self.unsure_until.max(wall - ahead);
        }
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

    /// How long the page has been there, by a monotonic clock that says this.
    pub(crate) fn running_ms(&self, monotonic: u64) -> u64 {
        monotonic.saturating_sub(self.began)
    }

    /// Until when the wall clock has told some times twice, as far as this page has noticed.
    pub(crate) fn unsure_until(&self) -> i64 {
        self.unsure_until
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

    #[test]
    fn a_clock_set_back_tells_some_times_twice() {
        let mut clock = HostClock::new(0, 1_000_000);
        clock.sample(1_000, 1_001_000);
        assert!(clock.unsure_until() < 1_000_000);
        clock.sample(3_000, 990_000);
        assert_eq!(clock.unsure_until(), 1_003_000);
    }
}
