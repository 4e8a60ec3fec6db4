//! This machine, as an engine in this process wants it.

use std::sync::{Mutex, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use stayd_engine::Clock;
use stayd_engine::mail::{Mail, MailError, Mailer};
use stayd_protocol::{Random, Timestamp};

/// This machine: its clock, and a place for letters that nobody reads.
pub(crate) struct Here;

impl Clock for Here {
    fn now(&self) -> Timestamp {
        let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Timestamp::from_ms(i64::try_from(since_epoch.as_millis()).unwrap_or(i64::MAX))
    }
}

impl Mailer for Here {
    fn post(&self, _: Mail) -> Result<(), MailError> {
        Ok(())
    }
}

/// The system's generator, as the binary has it.
pub(crate) struct Urandom(Mutex<std::fs::File>);

impl Urandom {
    pub(crate) fn open() -> anyhow::Result<Self> {
        Ok(Self(Mutex::new(std::fs::File::open("/dev/urandom")?)))
    }
}

impl Random for Urandom {
    fn fill(&self, bytes: &mut [u8]) {
        use std::io::Read as _;
        let mut file = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Err(error) = file.read_exact(bytes) {
            eprintln!("no random numbers: {error}");
            std::process::abort();
        }
    }
}
