//! A clock that was put back, as the records are told of it (L-13).

use std::time::Duration;

use stayd_protocol::Timestamp;

/// How the times that are kept go back with the clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StepBack {
    /// What was noted later than this was noted by the clock as it was.
    pub after: Timestamp,
    /// How far it went back.
    pub by: Duration,
}

impl StepBack {
    /// `time`, which was noted at `noted`, as the clock would have told it that is right now.
    #[must_use]
    pub fn of(&self, time: Timestamp, noted: Timestamp) -> Timestamp {
        if noted > self.after { time.minus(self.by) } else { time }
    }
}
