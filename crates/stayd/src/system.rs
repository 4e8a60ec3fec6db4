//! What the engine is handed by the system: the time and randomness. And what the system is asked not to do.

use std::time::{SystemTime, UNIX_EPOCH};

use stayd_engine::Clock;
use stayd_protocol::{Random, Timestamp};

/// The clock of this machine.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Timestamp::from_ms(i64::try_from(since_epoch.as_millis()).unwrap_or(i64::MAX))
    }
}

/// The generator of the operating system.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SystemRandom;

impl Random for SystemRandom {
    /// Without randomness every token could be guessed: the process ends (T-1).
    fn fill(&self, bytes: &mut [u8]) {
        if let Err(error) = getrandom::fill(bytes) {
            eprintln!("stayd: the system gives no random numbers: {error}");
            std::process::abort();
        }
    }
}

/// Secrets are in this process's memory: no core dump of it is written, and no debugger of the same user reads it (T-8).
pub(crate) fn forbid_core_dumps() {
    #[cfg(target_os = "linux")]
    if let Err(error) = rustix::process::set_dumpable_behavior(rustix::process::DumpableBehavior::NotDumpable)
    {
        eprintln!("stayd: core dumps could not be forbidden: {error}");
    }
}
