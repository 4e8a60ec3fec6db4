//! What the mail tests share.

use std::{
    fs,
    io::{self, Write},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use stayd_engine::{
    Clock,
    mail::{Carrier, Letter, Letterhead, Mail, OutboxLimits, open},
};
use stayd_protocol::{Random, Timestamp};
use tempfile::TempDir;

/// Longer than a line of a message may be, as real verification links are.
pub(crate) const URL: &str = "https://example.com/api/auth/verify-email?token=secret-eyJhbGciOiJIUzI1NiJ9.eyJlbWFpbCI6ImFkYUBleGFtcGxlLmNvbSIsImlhdCI6MTc2NzMyMzA0NSwiZXhwIjoxNzY3MzI2NjQ1fQ.0123456789abcdefghijklmnopqrstuvwxyzABCDEFG&callbackURL=%2Fwelcome%3Fa%3D1";

pub(crate) fn carrier(transport: &str) -> Arc<dyn Carrier> {
    let letterhead = Letterhead { from: "stayd@example.com".into(), product: "Exämple".into() };
    let transport = transport.parse().expect("a transport");
    open(&transport, letterhead, Arc::new(FixedClock), Arc::new(Counter::default())).expect("a carrier")
}

/// Tries again soon, so that tests are quick.
pub(crate) fn impatient() -> OutboxLimits {
    OutboxLimits {
        first_pause: Duration::from_millis(20),
        longest_pause: Duration::from_millis(200),
        ..OutboxLimits::default()
    }
}

pub(crate) fn mail(name: &str, letter: Letter) -> Mail {
    Mail { to: "ada@example.com".into(), name: name.into(), letter }
}

pub(crate) fn every_letter() -> Vec<Letter> {
    let url = || URL.to_owned();
    vec![
        Letter::VerifyEmail { url: url() },
        Letter::ResetPassword { url: url() },
        Letter::ConfirmEmailChange { url: url(), new_email: "new@example.com".into() },
        Letter::VerifyNewEmail { url: url() },
        Letter::DeleteAccount { url: url() },
    ]
}

/// 2026-03-02T03:04:05.678Z.
struct FixedClock;

impl Clock for FixedClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_ms(1_772_420_645_678)
    }
}

/// Not random at all, but never twice the same.
#[derive(Default)]
struct Counter(Mutex<u64>);

impl Random for Counter {
    fn fill(&self, bytes: &mut [u8]) {
        let mut count = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for byte in bytes {
            *count = count.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            *byte = count.to_be_bytes()[0];
        }
    }
}

/// A certificate for `localhost` that nobody has signed, and its key, as files.
pub(crate) struct Certificate(TempDir);

impl Certificate {
    pub(crate) fn for_localhost() -> Self {
        let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).expect("a certificate");
        let folder = TempDir::new().expect("a folder");
        fs::write(folder.path().join("certificate.pem"), made.cert.pem()).expect("written");
        fs::write(folder.path().join("key.pem"), made.signing_key.serialize_pem()).expect("written");
        Self(folder)
    }

    pub(crate) fn file(&self) -> String {
        self.0.path().join("certificate.pem").display().to_string()
    }

    pub(crate) fn key(&self) -> String {
        self.0.path().join("key.pem").display().to_string()
    }
}

/// Everything this process logs from now on, at every level. The courier works on another thread than its test.
pub(crate) struct Log(Lines);

impl Log {
    pub(crate) fn capture() -> Self {
        let lines = Lines::default();
        let writer = lines.clone();
        let subscriber = tracing_subscriber::fmt()
            .with_max_level(tracing::Level::TRACE)
            .with_writer(move || writer.clone())
            .finish();
        tracing::subscriber::set_global_default(subscriber).expect("one test captures");
        Self(lines)
    }

    pub(crate) fn text(&self) -> String {
        let lines = self.0.0.lock().unwrap_or_else(PoisonError::into_inner);
        String::from_utf8_lossy(&lines).into_owned()
    }
}

#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

impl Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
