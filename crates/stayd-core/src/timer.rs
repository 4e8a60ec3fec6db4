//! The machine's timers; the least of them is its deadline.

use crate::time::Instant;

/// What a deadline is for. Shown in logs and tests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
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

/// The least of the timers. Derived from the machine's state after each step, so that nothing has to be cleared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Deadline {
    /// When something is due; [`Instant::NEVER`] where nothing will be.
    pub(crate) at: Instant,
    /// What is; of several at the same moment the first that was noted.
    pub(crate) timer: Timer,
}

impl Deadline {
    pub(crate) const NONE: Self = Self { at: Instant::NEVER, timer: Timer::Renewal };

    /// Notes that a timer fires at `at`.
    #[inline(never)]
    pub(crate) fn note(&mut self, timer: Timer, at: Instant) {
        if at < self.at {
            *self = Self { at, timer };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_deadline_is_the_least_timer() {
        let mut deadline = Deadline::NONE;
        deadline.note(Timer::Heartbeat, Instant::from_ms(30));
        deadline.note(Timer::Renewal, Instant::from_ms(20));
        deadline.note(Timer::End, Instant::NEVER);
        assert_eq!(deadline, Deadline { at: Instant::from_ms(20), timer: Timer::Renewal });
    }
}
