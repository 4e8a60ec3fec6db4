//! A clock that never runs back and counts sleep: the monotonic clock, plus a leap where the wall clock got far ahead of it.
//!
//! A computer that sleeps stops the monotonic clock on most systems; one whose time is set forward looks the same from here, and
//! the machine asks the server before it believes either.

use std::time::{Instant, SystemTime, UNIX_EPOCH};

/// The wall clock gets this far ahead of the monotonic one only by sleep or by being set, in ms.
const LEAP_MS: u64 = 5_000;

/// Milliseconds since the Unix epoch, by the wall clock.
pub(crate) fn wall_ms() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}

/// Reads both clocks of the system.
#[derive(Debug)]
pub(crate) struct Clock {
    began: Instant,
    time: Time,
}

impl Clock {
    pub(crate) fn new() -> Self {
        Self { began: Instant::now(), time: Time::starting_at(wall_ms()) }
    }

    /// The time in ms; a leap stays to be noticed.
    pub(crate) fn peek_ms(&self) -> u64 {
        let mut time = self.time;
        time.advance(wall_ms(), self.monotonic());
        time.ms
    }

    /// The time, and whether it has leapt since the last call.
    pub(crate) fn now(&mut self) -> (stayd_core::Instant, bool) {
        let leapt = self.time.advance(wall_ms(), self.monotonic());
        (stayd_core::Instant::from_ms(self.time.ms), leapt)
    }

    fn monotonic(&self) -> u64 {
        u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX)
    }
}

/// The pure part: what two clocks that were read together say.
#[derive(Debug, Clone, Copy)]
struct Time {
    wall: u64,
    monotonic: u64,
    ms: u64,
}

impl Time {
    /// Begins at the wall clock's time, so that ages of stored records can be taken off.
    fn starting_at(wall: u64) -> Self {
        Self { wall, monotonic: 0, ms: wall }
    }

    fn advance(&mut self, wall: u64, monotonic: u64) -> bool {
        let by_wall = wall.saturating_sub(self.wall);
        let passed = monotonic.saturating_sub(self.monotonic);
        (self.wall, self.monotonic) = (wall, monotonic);
        let leapt = by_wall.saturating_sub(passed) > LEAP_MS;
        self.ms = self.ms.saturating_add(if leapt { by_wall } else { passed });
        leapt
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sleep_is_counted_and_noticed() {
        let mut time = Time::starting_at(1_000_000);
        assert!(!time.advance(1_000_100, 100));
        assert!(time.advance(4_600_200, 200));
        assert_eq!(time.ms, 4_600_200);
    }

    #[test]
    fn a_wall_clock_that_is_set_back_does_not_turn_time_back() {
        let mut time = Time::starting_at(1_000_000);
        assert!(!time.advance(10, 500));
        assert_eq!(time.ms, 1_000_500);
    }
}
