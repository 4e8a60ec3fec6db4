//! The machine's timers; the least of them is its deadline.
//!
//! ```text
//!   renewal  end  warning  heartbeat  retry  patience  switch      each names its next moment, or none
//!      \______\_____\________|_________/______/________/
//!                          the least: deadline --the host's only timer--> DeadlineReached
//! ```
//!
//! Whatever event comes first sees all that is due by then.

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
