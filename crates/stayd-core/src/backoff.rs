//! When the server may be asked again after it could not be (AU-16).
//!
//! ```text
//!   clear --failed--> cooling --time--> (one attempt) --failed--> cooling, longer
//!     ^------------------ answered ----------|
//! ```
//!
//! One cool-down for the whole browser: the tab that failed tells the others, and storage tells the next in line.

use crate::config::{
    BACKOFF_CEILING_MS, BACKOFF_FACTOR, BACKOFF_FIRST_MS, BACKOFF_JITTER_DIVISOR, RETRY_AFTER_CEILING_MS,
    RETRY_FLOOR_MS,
};
use crate::event::Trouble;
use crate::random::Random;
use crate::time::Instant;

#[derive(Debug, Clone)]
pub(crate) struct Backoff {
    /// Failures in a row.
    pub(crate) failures: u8,
    /// When the last of them was noticed.
    pub(crate) tried_at: Instant,
    /// No attempt by the machine itself before this.
    pub(crate) until: Instant,
    /// No attempt at all before this: the server's `Retry-After`, or a short breath.
    pub(crate) floor: Instant,
    /// What went wrong.
    pub(crate) trouble: Trouble,
}

impl Backoff {
    pub(crate) const CLEAR: Self = Self {
        failures: 0,
        tried_at: Instant::LONG_AGO,
        until: Instant::from_ms(0),
        floor: Instant::from_ms(0),
        trouble: Trouble::None,
    };

    /// The server has answered.
    #[inline(never)]
    pub(crate) fn clear(&mut self) {
        *self = Self::CLEAR;
    }

    /// An attempt failed here.
    pub(crate) fn fail(&mut self, now: Instant, retry_after_ms: u64, trouble: Trouble, random: &mut Random) {
        let floor = now.plus(RETRY_FLOOR_MS.max(retry_after_ms.min(RETRY_AFTER_CEILING_MS)));
        self.cool(self.failures.saturating_add(1), now, floor, trouble, random);
    }

    /// An attempt failed, here or in another tab.
    pub(crate) fn cool(
        &mut self,
        failures: u8,
        tried_at: Instant,
        floor: Instant,
        trouble: Trouble,
        random: &mut Random,
    ) {
        let wait = wait_ms(failures);
        self.failures = failures;
        self.tried_at = tried_at;
        self.floor = floor;
        self.until = tried_at.plus(wait).max(floor).plus(random.below(wait / BACKOFF_JITTER_DIVISOR));
        self.trouble = trouble;
    }

    /// Something speaks for another try: focus, a network, the page. The server's own wish still stands.
    #[inline(never)]
    pub(crate) fn nudge(&mut self) {
        self.until = self.until.min(self.floor);
    }
}

/// The wait after so many failures in a row, before jitter.
fn wait_ms(failures: u8) -> u64 {
    let mut wait = BACKOFF_FIRST_MS;
    for _ in 1..failures.min(16) {
        wait = wait.saturating_mul(BACKOFF_FACTOR).min(BACKOFF_CEILING_MS);
    }
    wait
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_hour_of_failures_costs_fewer_than_ten_attempts() {
        for seed in 1..500 {
            let mut random = Random::new(seed * 7919);
            let mut backoff = Backoff::CLEAR;
            let (mut now, mut attempts) = (Instant::from_ms(0), 0);
            while now < Instant::from_ms(3_600_000) {
                attempts += 1;
                backoff.fail(now, 0, Trouble::Unreachable, &mut random);
                now = backoff.until;
            }
            assert!(attempts < 10, "{attempts} attempts with seed {seed}");
        }
    }

    #[test]
    fn what_the_server_asks_for_stands_against_a_nudge() {
        let mut random = Random::new(1);
        let mut backoff = Backoff::CLEAR;
        backoff.fail(Instant::from_ms(0), 30_000, Trouble::TooMany, &mut random);
        backoff.nudge();
        assert_eq!(backoff.until, Instant::from_ms(30_000));
    }
}
