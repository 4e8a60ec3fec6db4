//! Time that goes on evenly while somebody steps the system's clock (L-13).
//!
//! A step forward would end sessions by the thousand, and a step back would revive those that were over. So the time that is told comes from a
//! clock that nobody can set, and the system's is compared with it every second. Where they differ, the one that is told goes on as
//! before, an alarm is raised, and whoever looks after the machine has [`PATIENCE`] to put the clock right. Only then it is followed.

use std::sync::atomic::{
    AtomicI64,
    Ordering::{Acquire, Relaxed, Release},
};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use stayd_protocol::Timestamp;

/// A difference up to this is no step: a leap second, a time service that nudges a guest. It is followed at once.
const NUDGE: Duration = Duration::from_secs(2);

/// For how long a step is not followed.
pub(crate) const PATIENCE: Duration = Duration::from_mins(10);

/// What the two clocks of a machine say at one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reading {
    /// Time since some fixed moment, such as the machine's start, asleep or awake. Never set, never stepped.
    pub even: Duration,
    /// The system's clock, which can be set.
    pub wall: Timestamp,
}

/// What a comparison of the two comes to. `by_ms` is how far the system's clock is ahead of the time that is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Agreement {
    /// They agree.
    Agrees,
    /// They agree again: the step was taken back in time, and nobody has noticed anything.
    AgreesAgain,
    /// The system's clock has just been stepped. The time that is told goes on as before.
    Stepped {
        /// How far.
        by_ms: i64,
    },
    /// It still stands where it was stepped to.
    Doubted,
    /// It has stood there for long enough: [`SteadyTime::follow`] it. Before it is followed back, what is over has to be ended for good
    /// ([`crate::Engine::settle_before_step_back`]), and after it the times that are kept go back as well
    /// ([`crate::Engine::put_times_back`]).
    Overdue {
        /// How far.
        by_ms: i64,
    },
}

/// The time that is told, and how it differs from the even clock.
#[derive(Debug)]
pub struct SteadyTime {
    /// In ms: the time that is told is the even one and this.
    ahead: AtomicI64,
    /// In ms: no earlier time is told.
    floor: AtomicI64,
    doubt: Mutex<Option<Doubt>>,
}

/// A step that is not followed yet.
#[derive(Debug, Clone, Copy)]
struct Doubt {
    since: Duration,
    by_ms: i64,
}

impl SteadyTime {
    /// Begins with the system's clock, or with `told`, the last time that was told before a restart, where that is later: no clock has gone
    /// back since then that was right.
    pub fn new(reading: Reading, told: Option<Timestamp>) -> Self {
        let begin = told.map_or(reading.wall, |told| told.max(reading.wall));
        let ahead = begin.as_ms().saturating_sub(ms(reading.even));
        Self { ahead: AtomicI64::new(ahead), floor: AtomicI64::new(begin.as_ms()), doubt: Mutex::default() }
    }

    /// The time, at this moment of the even clock.
    pub fn at(&self, even: Duration) -> Timestamp {
        // In this order: whoever sees that it was put back sees from where.
        let time = ms(even).saturating_add(self.ahead.load(Acquire));
        Timestamp::from_ms(time.max(self.floor.load(Relaxed)))
    }

    /// Compares the clocks. To be called about every second.
    pub fn compare(&self, reading: Reading) -> Agreement {
        let told = self.at(reading.even);
        let by_ms = reading.wall.as_ms().saturating_sub(told.as_ms());
        let mut doubt = self.doubt();
        if is_nudge(by_ms) {
            // A little back: the time stands still until it is caught up with.
            self.floor.store(told.as_ms(), Relaxed);
            self.ahead.store(reading.wall.as_ms().saturating_sub(ms(reading.even)), Release);
            return if doubt.take().is_some() { Agreement::AgreesAgain } else { Agreement::Agrees };
        }
        match *doubt {
            Some(Doubt { since, by_ms: before }) if is_nudge(by_ms.saturating_sub(before)) => {
                if reading.even.saturating_sub(since) < PATIENCE {
                    Agreement::Doubted
                } else {
                    Agreement::Overdue { by_ms }
                }
            }
            _ => {
                *doubt = Some(Doubt { since: reading.even, by_ms });
                Agreement::Stepped { by_ms }
            }
        }
    }

    /// Tells the system's time from now on.
    pub fn follow(&self, reading: Reading) {
        let mut doubt = self.doubt();
        self.floor.store(reading.wall.as_ms(), Relaxed);
        self.ahead.store(reading.wall.as_ms().saturating_sub(ms(reading.even)), Release);
        *doubt = None;
    }

    fn doubt(&self) -> MutexGuard<'_, Option<Doubt>> {
        self.doubt.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn is_nudge(by_ms: i64) -> bool {
    u128::from(by_ms.unsigned_abs()) <= NUDGE.as_millis()
}

fn ms(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The even clock begins at 100 s.
    const START: Reading = Reading { even: Duration::from_secs(100), wall: Timestamp::from_ms(1_000_000) };

    /// `seconds` later, by a system's clock that was stepped by `step` seconds meanwhile.
    fn later(seconds: u64, step: i64) -> Reading {
        let wall = START.wall.as_ms() + i64::try_from(seconds).unwrap() * 1000 + step * 1000;
        Reading { even: START.even + Duration::from_secs(seconds), wall: Timestamp::from_ms(wall) }
    }

    fn told(time: &SteadyTime, seconds: u64) -> i64 {
        (time.at(later(seconds, 0).even).as_ms() - START.wall.as_ms()) / 1000
    }

    #[test]
    fn a_step_that_is_taken_back_within_ten_minutes_is_not_followed() {
        for step in [3600, -3600] {
            let time = SteadyTime::new(START, None);
            assert_eq!(time.compare(later(10, 0)), Agreement::Agrees);
            assert_eq!(time.compare(later(20, step)), Agreement::Stepped { by_ms: step * 1000 });
            assert_eq!(time.compare(later(619, step)), Agreement::Doubted);
            assert_eq!(told(&time, 619), 619);
            assert_eq!(time.compare(later(620, 0)), Agreement::AgreesAgain);
            assert_eq!((told(&time, 620), time.compare(later(621, 0))), (620, Agreement::Agrees));
        }
    }

    #[test]
    fn a_step_that_stands_for_ten_minutes_is_followed() {
        for step in [3600, -3600] {
            let time = SteadyTime::new(START, None);
            assert_eq!(time.compare(later(20, step)), Agreement::Stepped { by_ms: step * 1000 });
            assert_eq!(time.compare(later(620, step)), Agreement::Overdue { by_ms: step * 1000 });
            assert_eq!(told(&time, 620), 620, "only when it is told to");
            time.follow(later(620, step));
            assert_eq!(told(&time, 621), 621 + step);
            assert_eq!(time.compare(later(621, step)), Agreement::Agrees);
        }
    }

    #[test]
    fn another_step_begins_the_ten_minutes_anew() {
        let time = SteadyTime::new(START, None);
        assert_eq!(time.compare(later(20, 60)), Agreement::Stepped { by_ms: 60_000 });
        assert_eq!(time.compare(later(600, 7200)), Agreement::Stepped { by_ms: 7_200_000 });
        assert_eq!(time.compare(later(700, 7200)), Agreement::Doubted);
    }

    #[test]
    fn a_nudge_is_followed_and_the_time_never_goes_back_for_it() {
        let time = SteadyTime::new(START, None);
        assert_eq!(time.compare(later(10, 2)), Agreement::Agrees);
        assert_eq!(told(&time, 10), 12);
        assert_eq!(time.compare(later(11, 0)), Agreement::Agrees);
        assert_eq!(
            (told(&time, 11), told(&time, 12), told(&time, 14)),
            (13, 13, 14),
            "it stands until caught up"
        );
    }

    #[test]
    fn after_a_restart_no_time_is_told_that_is_before_the_last() {
        let mark = Timestamp::from_ms(START.wall.as_ms() + 3_600_000);
        let time = SteadyTime::new(START, Some(mark));
        assert_eq!(time.at(START.even), mark);
        assert_eq!(time.compare(later(1, 0)), Agreement::Stepped { by_ms: -3_600_000 });
        assert_eq!(told(&time, 5), 3605);
        assert_eq!(SteadyTime::new(START, Some(Timestamp::from_ms(5))).at(START.even), START.wall);
    }
}
