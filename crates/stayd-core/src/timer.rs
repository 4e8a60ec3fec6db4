//! One table of timers; the least of them is the machine's deadline.

use crate::time::Instant;

/// What a deadline is for. Shown in logs and tests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Timer {
    /// The session is to be renewed.
    Renewal,
    /// The session reaches the end that was last heard of.
    End,
    /// A warning is due, or its minutes change.
    Warning,
    /// The server has not been heard of for a while.
    Heartbeat,
    /// Something is to be tried again, or was spread in time.
    Retry,
    /// An attempt has waited long enough for its turn or its answer.
    Patience,
    /// Another tab's sign-in has taken too long.
    Switch,
}

impl Timer {
    /// Every timer, in the order of their codes.
    pub const ALL: [Self; 7] =
        [Self::Renewal, Self::End, Self::Warning, Self::Heartbeat, Self::Retry, Self::Patience, Self::Switch];
}

/// When each timer fires. Derived from the machine's state after each step, so that nothing has to be cleared.
#[derive(Debug, Clone)]
pub(crate) struct Timers([Instant; Timer::ALL.len()]);

impl Timers {
    pub(crate) const NONE: Self = Self([Instant::NEVER; Timer::ALL.len()]);

    pub(crate) fn set(&mut self, timer: Timer, at: Instant) {
        if let Some(place) = self.0.get_mut(timer as usize) {
            *place = at;
        }
    }

    /// The next moment at which something is due, and why.
    pub(crate) fn next(&self) -> Option<(Instant, Timer)> {
        let mut next = None;
        for (at, timer) in self.0.iter().zip(Timer::ALL) {
            if *at < next.map_or(Instant::NEVER, |(earliest, _)| earliest) {
                next = Some((*at, timer));
            }
        }
        next
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_deadline_is_the_least_timer() {
        let mut timers = Timers::NONE;
        assert_eq!(timers.next(), None);
        timers.set(Timer::Heartbeat, Instant::from_ms(30));
        timers.set(Timer::Renewal, Instant::from_ms(20));
        assert_eq!(timers.next(), Some((Instant::from_ms(20), Timer::Renewal)));
    }
}
