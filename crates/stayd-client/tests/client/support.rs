//! A real server on a free port, whose clock can be moved, and whose answers can be held up or replaced.
#![allow(dead_code, reason = "each test file uses its part")]

use std::collections::HashSet;
use std::fs::{self, OpenOptions};
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::any;
use stayd_client::{Builder, Client, Storage};
use stayd_engine::mail::{Mail, MailError, Mailer};
use stayd_engine::store::MemoryStore;
use stayd_engine::{Clock, Engine, NoPlaces, Parts, Policy, Rotation};
use stayd_protocol::{CookieConfig, Random, Secret, Secrets, Timestamp, password::PasswordHashing};
use stayd_server::{
    ClearSiteData, CsrfMode, EventStreams, Limits, Plugins, ServerConfig, SignedIn, Stayd, TrustedOrigins,
    TrustedProxies, router, serve,
};
use tokio::net::TcpSocket;
use tokio::sync::Semaphore;

pub(crate) const PASSWORD: &str = "correct horse battery staple";
pub(crate) const EMAIL: &str = "ada@example.com";

/// Nearly the whole life of a session: its renewal is due.
pub(crate) const NEARLY_OVER: Duration = Duration::from_hours(24 * 6 + 12);

/// Longer than anything here takes on a busy machine.
pub(crate) const PATIENCE: Duration = Duration::from_mins(1);

/// What is done with the requests that ask for a renewal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Gate {
    #[default]
    Open,
    /// The next one waits before it reaches the server.
    Before,
    /// The next one waits when the server has answered.
    After,
    /// The next request for a page waits before it reaches the server.
    Page,
}

/// An answer in the place of the server's.
pub(crate) type Instead = (u16, Vec<(&'static str, String)>, String);

pub(crate) struct Server {
    pub(crate) address: String,
    pub(crate) seen: Arc<Seen>,
}

/// What the server sees, and what is done to it.
pub(crate) struct Seen {
    ahead_ms: AtomicU64,
    /// Requests that asked for a renewal.
    pub(crate) renewals: AtomicUsize,
    /// All requests.
    pub(crate) requests: AtomicUsize,
    /// Requests for a page.
    pub(crate) pages: AtomicUsize,
    /// The session cookies that answers have set.
    pub(crate) tokens: Mutex<HashSet<String>>,
    pub(crate) gate: Mutex<Gate>,
    pub(crate) instead: Mutex<Option<Instead>>,
    /// A request has come to the gate, and may go on.
    pub(crate) arrived: Semaphore,
    pub(crate) go_on: Semaphore,
}

impl Server {
    pub(crate) async fn start(rotation: Rotation) -> Self {
        Self::start_with(rotation, CsrfMode::default()).await
    }

    pub(crate) async fn start_with(rotation: Rotation, csrf: CsrfMode) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let origin = format!("http://{}", listener.local_addr().unwrap());
        let seen = Arc::new(Seen::new());
        let stayd = stayd(&origin, rotation, csrf, Arc::clone(&seen));
        let application = Router::new()
            .route("/me", any(|SignedIn(session): SignedIn| async move { session.user.email.clone() }))
            .with_state(stayd.clone())
            .merge(router(stayd))
            .layer(from_fn_with_state(Arc::clone(&seen), watched));
        tokio::spawn(serve(listener, application, Limits::default(), std::future::pending()));
        Self { address: format!("{origin}/api/auth"), seen }
    }

    pub(crate) fn url(&self, path: &str) -> String {
        self.address.replace("/api/auth", path)
    }

    pub(crate) fn client(&self, storage: Storage) -> Builder {
        Client::builder(&self.address).http(http()).storage(storage)
    }

    /// A client that has signed up.
    pub(crate) async fn signed_up(&self, storage: Storage) -> Client {
        let client = self.client(storage).build().await.unwrap();
        let session = client.sign_up("Ada", EMAIL, PASSWORD).await.unwrap().expect("signed in as well");
        assert_eq!(session.user.email, EMAIL);
        client
    }

    /// Time passes, for the server and for what this file holds.
    pub(crate) fn pass_time(&self, file: &Path, by: Duration) {
        let ms = u64::try_from(by.as_millis()).unwrap();
        self.seen.ahead_ms.fetch_add(ms, Ordering::SeqCst);
        let mut written: serde_json::Value = read(file);
        written["at"] = (written["at"].as_u64().unwrap() - ms).into();
        replace(file, written.to_string().as_bytes());
    }

    pub(crate) fn answer_instead(&self, instead: Option<Instead>) {
        *self.seen.instead.lock().unwrap() = instead;
    }
}

/// A port that is nobody's while it is kept, and the address of whoever would listen there.
pub(crate) fn nobody() -> (TcpSocket, String) {
    let taken = TcpSocket::new_v4().unwrap();
    taken.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let address = format!("http://{}", taken.local_addr().unwrap());
    (taken, address)
}

/// This machine's proxies have no part in it.
pub(crate) fn http() -> reqwest::ClientBuilder {
    reqwest::Client::builder().no_proxy()
}

pub(crate) fn read(file: &Path) -> serde_json::Value {
    serde_json::from_slice(&fs::read(file).unwrap()).unwrap()
}

pub(crate) fn replace(file: &Path, bytes: &[u8]) {
    let new = file.with_extension("test");
    let mut options = OpenOptions::new();
    let mut opened = options.write(true).create(true).truncate(true).mode(0o600).open(&new).unwrap();
    opened.write_all(bytes).unwrap();
    fs::rename(new, file).unwrap();
}

/// Waits until something holds.
pub(crate) async fn eventually(what: &str, mut holds: impl FnMut() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !holds() {
        assert!(Instant::now() < deadline, "{what}");
        tokio::task::yield_now().await;
    }
}

impl Seen {
    fn new() -> Self {
        Self {
            ahead_ms: AtomicU64::new(0),
            renewals: AtomicUsize::new(0),
            requests: AtomicUsize::new(0),
            pages: AtomicUsize::new(0),
            tokens: Mutex::default(),
            gate: Mutex::default(),
            instead: Mutex::default(),
            arrived: Semaphore::new(0),
            go_on: Semaphore::new(0),
        }
    }

    fn now_ms(&self) -> u64 {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
        u64::try_from(since.as_millis()).unwrap() + self.ahead_ms.load(Ordering::SeqCst)
    }

    /// What was seen since the last call: requests for a renewal, and session tokens that were set.
    pub(crate) fn since(&self) -> (usize, usize) {
        let tokens = std::mem::take(&mut *self.tokens.lock().unwrap()).len();
        (self.renewals.swap(0, Ordering::SeqCst), tokens)
    }

    fn take_gate(&self, stops: impl FnOnce(Gate) -> bool) -> Gate {
        let mut gate = self.gate.lock().unwrap();
        if stops(*gate) { std::mem::take(&mut gate) } else { Gate::Open }
    }

    async fn wait_at_the_gate(&self) {
        self.arrived.add_permits(1);
        self.go_on.acquire().await.unwrap().forget();
    }

    fn note_tokens(&self, headers: &HeaderMap) {
        for cookie in headers.get_all(header::SET_COOKIE) {
            let (name, rest) = cookie.to_str().unwrap().split_once('=').unwrap();
            let value = rest.split(';').next().unwrap();
            if name.ends_with("session_token") && !value.is_empty() {
                self.tokens.lock().unwrap().insert(value.to_owned());
            }
        }
    }
}

/// Stands before the server: counts, holds up, and names the time by the server's clock.
async fn watched(State(seen): State<Arc<Seen>>, request: Request, next: Next) -> Response {
    seen.requests.fetch_add(1, Ordering::SeqCst);
    let instead = seen.instead.lock().unwrap().clone();
    if let Some((status, headers, body)) = instead {
        let mut answer = (StatusCode::from_u16(status).unwrap(), Body::from(body)).into_response();
        for (name, value) in headers {
            answer.headers_mut().insert(name, value.parse().unwrap());
        }
        return answer;
    }
    let renews = request.uri().query().is_some_and(|query| query.contains("disableCookieCache"));
    let is_for_page = request.uri().path() == "/me";
    let gate =
        seen.take_gate(|gate| if is_for_page { gate == Gate::Page } else { renews && gate != Gate::Page });
    seen.pages.fetch_add(usize::from(is_for_page), Ordering::SeqCst);
    if renews {
        seen.renewals.fetch_add(1, Ordering::SeqCst);
    }
    if gate == Gate::Before || gate == Gate::Page {
        seen.wait_at_the_gate().await;
    }
    let mut answer = next.run(request).await;
    seen.note_tokens(answer.headers());
    if gate == Gate::After {
        seen.wait_at_the_gate().await;
    }
    let date = httpdate::fmt_http_date(UNIX_EPOCH + Duration::from_millis(seen.now_ms()));
    answer.headers_mut().insert(header::DATE, HeaderValue::from_str(&date).unwrap());
    answer
}

fn stayd(origin: &str, rotation: Rotation, csrf: CsrfMode, seen: Arc<Seen>) -> Stayd {
    let secret = Secret::parse("kX3v9QhT7mWz2LrB8nYcJ5dGfA4sPeUq").unwrap();
    let secrets = Secrets::new(secret, Vec::new()).unwrap();
    let mut policy = Policy::new(format!("{origin}/api/auth"));
    // A quarter of the default's work, for every test signs somebody up.
    policy.passwords.hashing = PasswordHashing::Argon2id;
    policy.sessions.kinds.rotate(rotation);
    let engine = Engine::new(Parts {
        policy,
        store: Arc::new(MemoryStore::new()),
        clock: Arc::new(Ahead(seen)),
        random: Arc::new(SystemRandom),
        mailer: Arc::new(NoMail),
        secrets: secrets.clone(),
        places: Arc::new(NoPlaces),
    });
    let config = ServerConfig {
        base_path: "/api/auth".to_owned(),
        origin: origin.to_owned(),
        cookies: CookieConfig::default(),
        cookie_cache: None,
        secrets,
        trusted_origins: TrustedOrigins::new(origin, []).unwrap(),
        trusted_proxies: TrustedProxies::default(),
        rate_limit: false,
        plugins: Plugins::default(),
        clear_site_data: ClearSiteData::default(),
        events: EventStreams::default(),
        backends: stayd_server::Backends::default(),
        csrf,
    };
    Stayd::new(engine, config)
}

/// The system's clock, set ahead.
struct Ahead(Arc<Seen>);

impl Clock for Ahead {
    fn now(&self) -> Timestamp {
        Timestamp::from_ms(i64::try_from(self.0.now_ms()).unwrap())
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
