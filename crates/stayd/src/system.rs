//! What the engine is handed by the system: the time and randomness. And what the system is asked not to do.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use stayd_engine::{Clock, Reading, SteadyTime};
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

/// The clock of a server: even while the machine's is stepped (L-13).
#[derive(Debug)]
pub(crate) struct ServerClock {
    pub(crate) time: SteadyTime,
}

impl ServerClock {
    /// Begins now, or at the time that was told last where that is later.
    pub(crate) fn new(told: Option<Timestamp>) -> Self {
        Self { time: SteadyTime::new(reading(), told) }
    }
}

impl Clock for ServerClock {
    fn now(&self) -> Timestamp {
        self.time.at(even())
    }
}

/// Both clocks of this machine.
pub(crate) fn reading() -> Reading {
    Reading { even: even(), wall: SystemClock.now() }
}

/// Time since the machine's start, asleep or awake: a laptop that wakes up is no step.
#[cfg(target_os = "linux")]
fn even() -> Duration {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::Boottime);
    // Never negative, and no nanosecond is beyond a second.
    Duration::new(
        u64::try_from(time.tv_sec).unwrap_or_default(),
        u32::try_from(time.tv_nsec).unwrap_or_default(),
    )
}

/// Time since the first call.
#[cfg(not(target_os = "linux"))]
fn even() -> Duration {
    static BEGINNING: std::sync::LazyLock<std::time::Instant> =
        std::sync::LazyLock::new(std::time::Instant::now);
    BEGINNING.elapsed()
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
