//! What the mail tests share.

use std::{
    fs,
    io::{self, Write},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use stayd_engine::{
    Clock,
    mail::{Carrier, Courier, Letter, Letterhead, Mail, Outbox, OutboxLimits, OutboxParts, open},
    store::{MemoryStore, Store},
};
use stayd_protocol::{Random, Secret, Secrets, Timestamp};
use tempfile::TempDir;
use tokio::time::Instant;

/// Longer than a line of a message may be, as real verification links are.
pub(crate) const URL: &str = "https://example.com/api/auth/verify-email?token=secret-eyJhbGciOiJIUzI1NiJ9.eyJlbWFpbCI6ImFkYUBleGFtcGxlLmNvbSIsImlhdCI6MTc2NzMyMzA0NSwiZXhwIjoxNzY3MzI2NjQ1fQ.0123456789abcdefghijklmnopqrstuvwxyzABCDEFG&callbackURL=%2Fwelcome%3Fa%3D1";

pub(crate) fn carrier(transport: &str) -> Arc<dyn Carrier> {
    let letterhead = Letterhead { from: "stayd@example.com".into(), product: "Exämple".into() };
    let transport = transport.parse().expect("a transport");
    open(&transport, letterhead, Arc::new(FixedClock), Arc::new(Counter::default())).expect("a carrier")
}

/// An outbox over a store of its own.
pub(crate) fn start(carrier: Arc<dyn Carrier>, limits: OutboxLimits) -> (Outbox, Courier) {
    start_over(Arc::new(MemoryStore::new()), carrier, limits)
}

/// An outbox over this store.
pub(crate) fn start_over(
    store: Arc<dyn Store>,
    carrier: Arc<dyn Carrier>,
    limits: OutboxLimits,
) -> (Outbox, Courier) {
    start_under("kX3v9QhT7mWz2LrB8nYcJ5dGfA4sPeUq", store, carrier, limits)
}

/// An outbox over this store that seals under this secret.
pub(crate) fn start_under(
    secret: &str,
    store: Arc<dyn Store>,
    carrier: Arc<dyn Carrier>,
    limits: OutboxLimits,
) -> (Outbox, Courier) {
    let secret = Secret::parse(secret).expect("a secret");
    let secrets = Secrets::new(secret, Vec::new()).expect("secrets");
    let parts = OutboxParts {
        store,
        carrier,
        clock: Arc::new(WallClock),
        random: Arc::new(Counter::another()),
        secrets,
    };
    Outbox::start(parts, limits)
}

/// Machines are slow at times.
const PATIENCE: Duration = Duration::from_mins(2);

/// Waits until something holds.
pub(crate) async fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let waiting = async {
        while !holds() {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    };
    assert!(tokio::time::timeout(PATIENCE, waiting).await.is_ok(), "waited in vain until {what}");
}

/// Tries again soon, so that tests are quick.
pub(crate) fn impatient() -> OutboxLimits {
    OutboxLimits {
        first_pause: Duration::from_millis(20),
        longest_pause: Duration::from_millis(200),
        lease: Duration::from_millis(300),
        look_every: Duration::from_millis(200),
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

/// The machine's; that of the test where it has paused time, so that a stall of the machine lets no lease run out.
pub(crate) struct WallClock;

thread_local! {
    static STARTED: (SystemTime, Instant) = (SystemTime::now(), Instant::now());
}

impl Clock for WallClock {
    fn now(&self) -> Timestamp {
        let now = STARTED.with(|(wall, at)| *wall + at.elapsed());
        let since = now.duration_since(UNIX_EPOCH).expect("the clock is past 1970");
        Timestamp::from_ms(i64::try_from(since.as_millis()).expect("a moment"))
    }
}

/// Not random at all, but never twice the same.
#[derive(Default)]
pub(crate) struct Counter(Mutex<u64>);

impl Counter {
    /// One whose numbers no other has.
    fn another() -> Self {
        static COUNT: AtomicU64 = AtomicU64::new(1);
        Self(Mutex::new(COUNT.fetch_add(1, Ordering::Relaxed) << 32))
    }
}

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
