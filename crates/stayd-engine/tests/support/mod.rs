//! An engine on a store in memory, with a clock that is moved by hand and letters that are kept.
#![allow(dead_code, unreachable_pub, reason = "shared by several tests, each of which uses its part")]

use rand_chacha::{
    ChaCha12Rng,
    rand_core::{Rng, SeedableRng},
};
use stayd_engine::{
    Clock, Device, Engine, MaxMindPlaces, Parts, Policy, SignIn, SignUp, SignedIn, SignedUp,
    mail::{Mail, MailError, Mailer},
    store::{MemoryStore, Store},
};
use stayd_protocol::{Random, Secret, Secrets, Timestamp, password::PasswordHashing};
use std::sync::{
    Arc, Mutex,
    atomic::{AtomicI64, Ordering},
};
use std::time::Duration;

pub const PASSWORD: &str = "correct horse battery staple";

/// MaxMind's test database, from wherever these tests are included.
const PLACES: &str =
    concat!(env!("CARGO_MANIFEST_DIR"), "/../stayd-engine/tests/places/GeoLite2-City-Test.mmdb");

/// 2026-01-02T03:04:05.678Z
pub const START: Timestamp = Timestamp::from_ms(1_767_323_045_678);

pub struct World {
    pub engine: Engine,
    pub clock: Arc<HandClock>,
    pub letters: Arc<Letters>,
    pub store: Arc<dyn Store>,
}

impl World {
    pub fn new() -> Self {
        Self::with(|_| {})
    }

    pub fn with(adjust: impl FnOnce(&mut Policy)) -> Self {
        Self::over(Arc::new(MemoryStore::new()), adjust)
    }

    pub fn over(store: Arc<dyn Store>, adjust: impl FnOnce(&mut Policy)) -> Self {
        Self::under(secrets(), store, adjust)
    }

    pub fn under(secrets: Secrets, store: Arc<dyn Store>, adjust: impl FnOnce(&mut Policy)) -> Self {
        let clock = Arc::new(HandClock(AtomicI64::new(START.as_ms())));
        let letters = Arc::new(Letters::default());
        let mut policy = Policy::new("http://127.0.0.1:3000/api/auth");
        // A quarter of the default's work, for nearly every test signs somebody up.
        policy.passwords.hashing = PasswordHashing::Argon2id;
        adjust(&mut policy);
        let engine = Engine::new(Parts {
            policy,
            store: Arc::clone(&store),
            clock: Arc::clone(&clock) as Arc<dyn Clock>,
            random: Arc::new(Seeded(Mutex::new(ChaCha12Rng::seed_from_u64(7)))),
            mailer: Arc::clone(&letters) as Arc<dyn Mailer>,
            secrets,
            places: Arc::new(MaxMindPlaces::open(PLACES).unwrap()),
        });
        Self { engine, clock, letters, store }
    }

    pub async fn sign_up(&self, email: &str) -> SignedIn {
        let wish = SignUp {
            name: "Zoë".to_owned(),
            email: email.to_owned(),
            password: PASSWORD.to_owned(),
            remember: true,
            ..SignUp::default()
        };
        match self.engine.sign_up(wish, Device::default()).await.unwrap() {
            SignedUp::In(signed_in) => *signed_in,
            SignedUp::Waiting(_) => panic!("not signed in"),
        }
    }

    pub async fn sign_in(&self, email: &str) -> SignedIn {
        self.engine.sign_in(wish(email), Device::default(), None).await.unwrap()
    }

    pub async fn is_live(&self, signed_in: &SignedIn) -> bool {
        self.engine.session(&signed_in.token.hash()).await.unwrap().is_some()
    }
}

pub fn wish(email: &str) -> SignIn {
    SignIn { email: email.to_owned(), password: PASSWORD.to_owned(), remember: true }
}

pub fn secrets() -> Secrets {
    let secret = Secret::parse("kX3v9QhT7mWz2LrB8nYcJ5dGfA4sPeUq").unwrap();
    Secrets::new(secret, Vec::new()).unwrap()
}

pub struct HandClock(AtomicI64);

impl HandClock {
    pub fn forward(&self, by: Duration) {
        self.0.fetch_add(i64::try_from(by.as_millis()).unwrap(), Ordering::SeqCst);
    }

    pub fn set(&self, to: Timestamp) {
        self.0.store(to.as_ms(), Ordering::SeqCst);
    }
}

impl Clock for HandClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_ms(self.0.load(Ordering::SeqCst))
    }
}

struct Seeded(Mutex<ChaCha12Rng>);

impl Random for Seeded {
    fn fill(&self, bytes: &mut [u8]) {
        self.0.lock().unwrap().fill_bytes(bytes);
    }
}

#[derive(Default)]
pub struct Letters(Mutex<Vec<Mail>>);

impl Letters {
    pub fn all(&self) -> Vec<Mail> {
        self.0.lock().unwrap().clone()
    }

    /// The secret in the link of the last letter.
    pub fn last_token(&self) -> String {
        let letters = self.all();
        let url =
            letters.iter().rev().find_map(|mail| mail.letter.url()).expect("no letter with a link was sent");
        match url.split_once("token=") {
            Some((_, rest)) => rest.split('&').next().unwrap_or_default().to_owned(),
            None => url.split_once("/reset-password/").unwrap().1.split('?').next().unwrap().to_owned(),
        }
    }
}

impl Mailer for Letters {
    fn post(&self, mail: Mail) -> Result<(), MailError> {
        self.0.lock().unwrap().push(mail);
        Ok(())
    }
}
