//! Stayd inside somebody else's axum application: `cargo run -p stayd-server --example mounted`, then <http://127.0.0.1:3000>/.

use axum::extract::FromRef;
use axum::response::Html;
use axum::{Router, routing::get};
use stayd_engine::mail::{Mail, MailError, Mailer};
use stayd_engine::store::MemoryStore;
use stayd_engine::{Clock, Engine, NoPlaces, Parts, Policy};
use stayd_protocol::{CookieConfig, Random, Secret, Secrets, Timestamp};
use stayd_server::{
    ClearSiteData, CsrfMode, EventStreams, FreshlySignedIn, Limits, MaybeSignedIn, Plugins, ServerConfig,
    SignedIn, Stayd, TrustedOrigins, TrustedProxies, router, serve,
};
use std::error::Error;
use std::sync::Arc;

const ORIGIN: &str = "http://127.0.0.1:3000";

/// What the application keeps for its handlers; the extractors find Stayd in it.
#[derive(Clone, FromRef)]
struct Application {
    stayd: Stayd,
}

/// For everybody.
async fn home(MaybeSignedIn(session): MaybeSignedIn) -> Html<String> {
    Html(match session {
        Some(session) => format!("<p>Signed in as {}.</p>", session.user.email),
        None => "<p>Nobody is signed in.</p>".to_owned(),
    })
}

/// For people who are signed in.
async fn dashboard(SignedIn(session): SignedIn) -> String {
    format!("Hello {}, this session ends at {}.\n", session.user.name, session.session.expires_at)
}

/// For people who signed in a short while ago.
async fn danger(FreshlySignedIn(session): FreshlySignedIn) -> String {
    format!("{} may do this.\n", session.user.name)
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let secret = Secret::parse(&std::env::var("BETTER_AUTH_SECRET").map_err(|_| "set BETTER_AUTH_SECRET")?)?;
    let secrets = Secrets::new(secret, Vec::new())?;
    let engine = Engine::new(Parts {
        policy: Policy::new(format!("{ORIGIN}/api/auth")),
        store: Arc::new(MemoryStore::new()),
        clock: Arc::new(SystemClock),
        random: Arc::new(SystemRandom),
        mailer: Arc::new(Printer),
        secrets: secrets.clone(),
        places: Arc::new(NoPlaces),
    });
    let stayd = Stayd::new(
        engine,
        ServerConfig {
            base_path: "/api/auth".to_owned(),
            origin: ORIGIN.to_owned(),
            cookies: CookieConfig::default(),
            cookie_cache: None,
            secrets,
            trusted_origins: TrustedOrigins::new(ORIGIN, [])?,
            csrf: CsrfMode::default(),
            trusted_proxies: TrustedProxies::default(),
            rate_limit: true,
            plugins: Plugins::default(),
            clear_site_data: ClearSiteData::default(),
            events: EventStreams::default(),
            backends: stayd_server::Backends::default(),
        },
    );
    let application = Router::new()
        .route("/", get(home))
        .route("/dashboard", get(dashboard))
        .route("/danger", get(danger))
        .with_state(Application { stayd: stayd.clone() })
        .merge(router(stayd));

    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    serve(listener, application, Limits::default(), async {
        // Without signals the program just runs on.
        let _ = tokio::signal::ctrl_c().await;
    })
    .await?;
    Ok(())
}

struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
        Timestamp::from_ms(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
    }
}

struct SystemRandom;

impl Random for SystemRandom {
    fn fill(&self, bytes: &mut [u8]) {
        if getrandom::fill(bytes).is_err() {
            // A token that can be guessed is worse than no server.
            std::process::abort();
        }
    }
}

/// Letters, for as long as nobody reads them but the developer.
struct Printer;

impl Mailer for Printer {
    fn post(&self, mail: Mail) -> Result<(), MailError> {
        println!("a letter to {}", mail.to);
        Ok(())
    }
}
