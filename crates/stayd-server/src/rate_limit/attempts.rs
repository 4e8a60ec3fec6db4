//! Attempts to sign in to one account.

use super::Decision;
use stayd_protocol::Timestamp;
use std::collections::VecDeque;
use std::time::Duration;

/// So many attempts within [`WINDOW`] close the account's sign-in.
const ATTEMPTS: usize = 10;
/// For as long as this at first, then twice as long each time. Whoever is signed in stays so.
const WINDOW: Duration = Duration::from_mins(10);
/// But never longer: the owner will want to sign in again.
const LONGEST: Duration = Duration::from_hours(24);
/// So long after the sign-in was open again without being closed anew, it begins with [`WINDOW`] again.
const FORGIVEN: Duration = Duration::from_hours(24);

/// The attempts of which none has succeeded.
#[derive(Debug, Default)]
pub(super) struct Attempts {
    recent: VecDeque<Timestamp>,
    /// Since when, and until when.
    closed: Option<(Timestamp, Timestamp)>,
    times_closed: u32,
}

impl Attempts {
    pub(super) fn admit(&mut self, now: Timestamp) -> Decision {
        if let Some((since, until)) = self.closed {
            // The clock went back, by more than two threads can differ: nobody waits for longer than they were told.
            let is_step_back = since.since(now) >= WINDOW;
            if now < until && !is_step_back {
                return Decision::Limited { retry_after: until.since(now) };
            }
            if now.since(until) >= FORGIVEN {
                self.forget();
            }
        }
        if self.recent.back().is_some_and(|last| last.since(now) >= WINDOW) {
            self.recent.clear();
        }
        let now = self.recent.back().map_or(now, |last| now.max(*last));
        while self.recent.front().is_some_and(|first| now.since(*first) >= WINDOW) {
            self.recent.pop_front();
        }
        self.recent.push_back(now);
        if self.recent.len() >= ATTEMPTS {
            self.close(now);
        }
        Decision::Allowed
    }

    fn close(&mut self, now: Timestamp) {
        let time = WINDOW.saturating_mul(1 << self.times_closed.min(16)).min(LONGEST);
        self.closed = Some((now, now.plus(time)));
        self.times_closed = self.times_closed.saturating_add(1);
        self.recent.clear();
    }

    /// Takes back the last one, which was none after all. What has been closed stays closed.
    pub(super) fn take_back(&mut self) {
        self.recent.pop_back();
    }

    pub(super) fn forget(&mut self) {
        *self = Self::default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: i64 = 60_000;

    fn fail_until_closed(attempts: &mut Attempts, from_ms: i64) -> Duration {
        for _ in 0..ATTEMPTS {
            assert_eq!(attempts.admit(Timestamp::from_ms(from_ms)), Decision::Allowed);
        }
        match attempts.admit(Timestamp::from_ms(from_ms)) {
            Decision::Limited { retry_after } => retry_after,
            Decision::Allowed => panic!("not closed"),
        }
    }

    //
    #[test]
    fn each_time_the_sign_in_is_closed_for_twice_as_long_up_to_a_day() {
        let mut attempts = Attempts::default();
        let mut now = 0;
        for expected in [10, 20, 40, 80, 160, 320, 640, 1280, 1440, 1440] {
            let closed = fail_until_closed(&mut attempts, now);
            assert_eq!(closed, Duration::from_secs(expected * 60));
            now += i64::try_from(closed.as_millis()).unwrap();
        }
    }

    #[test]
    fn after_a_quiet_day_it_begins_anew() {
        let mut attempts = Attempts::default();
        fail_until_closed(&mut attempts, 0);
        assert_eq!(fail_until_closed(&mut attempts, 10 * MINUTE), Duration::from_mins(20));
        let later = 30 * MINUTE + 24 * 60 * MINUTE;
        assert_eq!(fail_until_closed(&mut attempts, later), Duration::from_mins(10));
    }

    // L-13
    #[test]
    fn a_clock_that_goes_back_keeps_no_account_closed_for_longer() {
        let mut attempts = Attempts::default();
        let hour = 60 * MINUTE;
        fail_until_closed(&mut attempts, hour);
        assert_ne!(attempts.admit(Timestamp::from_ms(hour - 1)), Decision::Allowed, "two threads, no step");
        assert_eq!(fail_until_closed(&mut attempts, 0), Duration::from_mins(20), "and no less than before");
    }

    #[test]
    fn what_was_no_attempt_is_taken_back_and_reopens_nothing() {
        let mut attempts = Attempts::default();
        for _ in 0..10 * ATTEMPTS {
            assert_eq!(attempts.admit(Timestamp::from_ms(0)), Decision::Allowed);
            attempts.take_back();
        }
        assert_eq!(fail_until_closed(&mut attempts, 0), WINDOW);
        attempts.take_back();
        assert_ne!(attempts.admit(Timestamp::from_ms(0)), Decision::Allowed);
    }

    #[test]
    fn a_wrong_password_now_and_then_closes_nothing() {
        let mut attempts = Attempts::default();
        for turn in 0..200 {
            assert_eq!(attempts.admit(Timestamp::from_ms(turn * 70_000)), Decision::Allowed);
        }
    }

    //
    #[test]
    fn no_more_than_a_hundred_attempts_fit_into_three_days() {
        let mut attempts = Attempts::default();
        let allowed = (0..3 * 24 * 60)
            .filter(|minute| attempts.admit(Timestamp::from_ms(minute * MINUTE)) == Decision::Allowed)
            .count();
        assert!(allowed <= 100, "{allowed}");
    }
}
