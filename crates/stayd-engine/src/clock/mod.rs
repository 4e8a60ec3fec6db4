//! The clock the engine is given: nothing in this crate reads one by itself.

mod steady;

pub(crate) use steady::PATIENCE;
pub use steady::{Agreement, Reading, SteadyTime};

use stayd_protocol::Timestamp;

/// Tells the time. The server passes the system's clock, tests and the simulator one they move by hand.
pub trait Clock: Send + Sync {
    /// Now, in milliseconds since the Unix epoch.
    fn now(&self) -> Timestamp;
}
