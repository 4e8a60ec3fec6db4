//! A real server on a free port, whose clock is moved by hand.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use stayd_engine::mail::{Mail, MailError, Mailer};
use stayd_engine::store::MemoryStore;
use stayd_engine::{Engine, NoPlaces, Parts, Policy};
use stayd_protocol::{CookieConfig, Random, Secret, Secrets, Strategy, Timestamp, password::PasswordHashing};
use stayd_server::{
    Backends, ClearSiteData, CookieCache, CsrfMode, EventStreams, Limits, Plugins, ServerConfig, Stayd,
    TrustedOrigins, TrustedProxies, router, serve,
};

pub(crate) const SECRET: &str = "kX3v9QhT7mWz2LrB8nYcJ5dGfA4sPeUq";
pub(crate) const PASSWORD: &str = "correct horse battery staple";

/// 2026-01-02T03:04:05.678Z
const START: i64 = 1_767_323_045_678;

/// One clock for the server and the back end.
pub(crate) struct HandClock(AtomicI64);

impl HandClock {
    pub(crate) fn forward(&self, by: Duration) {
        self.0.fetch_add(i64::try_from(by.as_millis()).unwrap(), Ordering::SeqCst);
    }

    pub(crate) fn time(&self) -> Timestamp {
        Timestamp::from_ms(self.0.load(Ordering::SeqCst))
    }
}

impl stayd_engine::Clock for HandClock {
    fn now(&self) -> Timestamp {
        self.time()
    }
}

impl stayd_verify::Clock for HandClock {
    fn now(&self) -> Timestamp {
        self.time()
    }
}

pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    pub(crate) clock: Arc<HandClock>,
    pub(crate) engine: Engine,
}

impl Server {
    pub(crate) async fn start() -> Self {
        Self::with(|_| {}).await
    }

    pub(crate) async fn with(adjust: impl FnOnce(&mut Policy)) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let origin = format!("http://{address}");
        let clock = Arc::new(HandClock(AtomicI64::new(START)));
        let mut policy = Policy::new(format!("{origin}/api/auth"));
        policy.sessions.cookie_cache = Duration::from_mins(5);
        // A quarter of the default's work, for every test signs somebody up.
        policy.passwords.hashing = PasswordHashing::Argon2id;
        adjust(&mut policy);
        let engine = Engine::new(Parts {
            policy,
            store: Arc::new(MemoryStore::new()),
            clock: Arc::clone(&clock) as Arc<dyn stayd_engine::Clock>,
            random: Arc::new(SystemRandom),
            mailer: Arc::new(NoMail),
            secrets: secrets(),
            places: Arc::new(NoPlaces),
        });
        let stayd = Stayd::new(engine.clone(), config(&origin));
        // What is made at the very moment of the start is in doubt.
        clock.forward(Duration::from_secs(1));
        // Whoever reaches the server through the network names the network's host.
        tokio::spawn(serve(listener, router(stayd), Limits::default(), std::future::pending()));
        Self { address, clock, engine }
    }

    pub(crate) async fn sign_up(&self, email: &str) -> Browser {
        let body = serde_json::json!({"name": "Zoë", "email": email, "password": PASSWORD});
        self.browser("/sign-up/email", &body).await
    }

    pub(crate) async fn sign_in(&self, email: &str) -> Browser {
        let body = serde_json::json!({"email": email, "password": PASSWORD});
        self.browser("/sign-in/email", &body).await
    }

    async fn browser(&self, path: &str, body: &serde_json::Value) -> Browser {
        let mut browser = Browser { url: format!("http://{}/api/auth", self.address), jar: BTreeMap::new() };
        assert_eq!(browser.post(path, body).await, 200);
        // The session's first copy was made in the millisecond of the sign-in.
        browser
    }
}

pub(crate) fn secrets() -> Secrets {
    Secrets::new(Secret::parse(SECRET).unwrap(), Vec::new()).unwrap()
}

fn config(origin: &str) -> ServerConfig {
    ServerConfig {
        base_path: "/api/auth".to_owned(),
        origin: origin.to_owned(),
        cookies: CookieConfig::default(),
        cookie_cache: Some(CookieCache { strategy: Strategy::Compact, max_age: Duration::from_mins(5) }),
        secrets: secrets(),
        trusted_origins: TrustedOrigins::new(origin, []).unwrap(),
        trusted_proxies: TrustedProxies::default(),
        rate_limit: false,
        events: EventStreams::default(),
        csrf: CsrfMode::default(),
        backends: Backends::new([("orders", SECRET)]).unwrap(),
        plugins: Plugins::default(),
        clear_site_data: ClearSiteData::default(),
    }
}

/// Keeps cookies.
pub(crate) struct Browser {
    url: String,
    pub(crate) jar: BTreeMap<String, String>,
}

impl Browser {
    pub(crate) async fn post(&mut self, path: &str, body: &serde_json::Value) -> u16 {
        let response = reqwest::Client::builder()
            .no_proxy()
            .build()
            .unwrap()
            .post(format!("{}{path}", self.url))
            .header("content-type", "application/json")
            .header("origin", self.url.trim_end_matches("/api/auth"))
            .header("cookie", self.cookies())
            .body(body.to_string())
            .send()
            .await
            .unwrap();
        for cookie in response.headers().get_all("set-cookie") {
            let pair = cookie.to_str().unwrap().split(';').next().unwrap();
            let (name, value) = pair.split_once('=').unwrap();
            self.jar.insert(name.to_owned(), value.to_owned());
        }
        response.status().as_u16()
    }

    pub(crate) fn cookies(&self) -> String {
        self.jar.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("; ")
    }
}

struct SystemRandom;

impl Random for SystemRandom {
    fn fill(&self, bytes: &mut [u8]) {
        getrandom::fill(bytes).unwrap();
    }
}

struct NoMail;

impl Mailer for NoMail {
    fn post(&self, _: Mail) -> Result<(), MailError> {
        Ok(())
    }
}
