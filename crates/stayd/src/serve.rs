//! `stayd serve`: the server, from its configuration to its orderly end.

use std::{io, net::SocketAddr, process, sync::Arc, time::Duration};

use axum::routing::get;
use stayd_engine::{
    Clock, Engine, Parts, causes, let_go_of_revived_letters,
    mail::{self, Courier, Mailer, Outbox, OutboxLimits, OutboxParts},
    store::{Store, sqlite::SqliteStore},
};
use stayd_protocol::Secrets;
use stayd_server::{
    CookieCache, Limits, ServerConfig, Stayd, TrustedOrigins, health, keep_house, router, serve,
};
use tokio::{
    net::TcpListener,
    runtime,
    signal::unix::{Signal, SignalKind, signal},
};
use tokio_util::sync::CancellationToken;

use crate::{
    cli::ServeOptions,
    config::{Config, ConfigError, PublicPlace},
    database::{self, NoMail},
    failure::Failure,
    logging,
    mark::Mark,
    metrics::Metrics,
    places::Places,
    steady::keep_time,
    system::{ServerClock, SystemClock, SystemRandom},
    web,
};

/// How long waiting letters may take after the last request was answered.
const LAST_LETTERS: Duration = Duration::from_secs(10);

/// What a shell expects of a process that was interrupted.
const INTERRUPTED: i32 = 130;

/// Serves until told to stop.
pub(crate) fn run(options: &ServeOptions) -> Result<(), Failure> {
    let config = options.load()?;
    let secrets = config.secret.secrets()?;
    if options.demo && !web::is_built_in() {
        return Err(Failure::NoDemo);
    }
    if let Some(folder) = options.docs.as_ref().filter(|folder| !folder.is_dir()) {
        return Err(Failure::NoDocs(folder.clone()));
    }
    logging::start(&config.log);
    for doubt in &config.doubts {
        tracing::warn!("{doubt}");
    }
    let runtime = runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(serve_with(&config, secrets, options))
}

async fn serve_with(config: &Config, secrets: Secrets, options: &ServeOptions) -> Result<(), Failure> {
    let signals = Signals::new()?;
    let listener = TcpListener::bind(config.listen).await;
    let listener = listener.map_err(|source| Failure::Listen { address: config.listen, source })?;
    let bound = listener.local_addr()?;
    let place = config.place(bound)?;
    let metrics = Metrics::listen(config).await?;
    warn_about(config, &place);
    // Blocks for some milliseconds, before anybody is served.
    let store = Arc::new(database::open_to_serve(&config.database)?);
    let mark = Mark::beside(&store);
    let told = store.time_told().await?;
    let clock = Arc::new(ServerClock::new(told));
    let same_clock = Arc::<ServerClock>::clone(&clock);
    let is_restored = mark.is_later_than(told);
    if is_restored {
        let letters = let_go_of_revived_letters(&*store).await?;
        tracing::warn!(letters, "the database was restored: letters that wait in it are not carried again");
    }
    let (mailer, courier) = mailer(config, &place, &secrets, Arc::<SqliteStore>::clone(&store), same_clock)?;
    let places = Places::open(config)?;
    let engine = Engine::new(Parts {
        policy: config.policy(&place),
        store: Arc::<SqliteStore>::clone(&store),
        clock: Arc::<ServerClock>::clone(&clock),
        random: Arc::new(SystemRandom),
        mailer,
        secrets: secrets.clone(),
        places: places.engines(),
    });
    if is_restored {
        let sessions = engine.end_what_was_revived().await?;
        tracing::warn!(
            sessions,
            "the database was restored: it knows less than this server did. What has ended since the backup was made is there again, so everybody's session ends (T-7)"
        );
    }
    mark.set(&store, engine.now()).await?;
    let stop = CancellationToken::new();
    let time = tokio::spawn(keep_time(engine.clone(), Arc::clone(&store), clock, mark, stop.clone()));
    // Without its house in order a server honours what has ended: if that stops by itself, so does the server.
    let house_stops = CancellationToken::new();
    let last_of_house = house_stops.clone().drop_guard();
    let keeping = keep_house(engine.clone(), stop.clone());
    let house = tokio::spawn(async move {
        let _last = last_of_house;
        keeping.await;
    });
    let atlas = tokio::spawn(places.keep_up(stop.clone()));

    let stayd = Stayd::new(engine, server_config(config, &place, secrets)?);
    let mut routes = router(stayd.clone()).merge(health(stayd.clone()));
    if let Some(folder) = &options.docs {
        routes = routes.merge(web::docs(folder));
    }
    if options.demo {
        routes = routes.fallback_service(get(web::demo));
    }
    let mut limits = Limits::default();
    limits.hosts = config.hosts(&place, bound);

    announce(config, &place, bound);
    let metrics = metrics.map(|metrics| metrics.tell(stayd.clone(), config, &place, stop.clone()));
    let shutdown = async {
        tokio::select! {
            () = signals.first() => {}
            () = house_stops.cancelled() => tracing::error!("stopping, for nobody keeps house any more"),
        }
        stayd.end_event_streams();
    };
    let stopped = serve(listener, routes, limits, shutdown).await?;
    if stopped.cut_off > 0 {
        tracing::warn!(requests = stopped.cut_off, "requests were cut off");
    }
    // The last of what is in memory is written down only when no request can add to it.
    stop.cancel();
    let kept = house.await;
    if let Some(metrics) = metrics
        && let Err(error) = metrics.await
    {
        tracing::error!(error = %causes(&error), "metrics were not told to the end");
    }
    if let Err(error) = time.await {
        tracing::error!(error = %causes(&error), "the clock was not looked after");
    }
    if let Err(error) = atlas.await {
        tracing::error!(error = %causes(&error), "the places were not kept up");
    }
    if let Some(courier) = courier {
        courier.finish(LAST_LETTERS).await;
    }
    store.close().await?;
    kept.map_err(io::Error::other)?;
    tracing::info!("stopped");
    Ok(())
}

fn server_config(config: &Config, place: &PublicPlace, secrets: Secrets) -> Result<ServerConfig, Failure> {
    let origins = config.origins(place);
    let cookies = config.cookies(place);
    cookies.check().map_err(|error| ConfigError::Contradiction(error.to_string()))?;
    Ok(ServerConfig {
        base_path: place.base_path.clone(),
        origin: place.origin.clone(),
        cookies,
        cookie_cache: config.cookie.cache.map(|(strategy, max_age)| CookieCache { strategy, max_age }),
        secrets,
        trusted_origins: TrustedOrigins::new(&place.origin, origins.iter().map(String::as_str))?,
        csrf: config.csrf,
        trusted_proxies: config.trusted_proxies.clone(),
        rate_limit: config.rate_limit,
        events: config.events,
        backends: config.backends.backends()?,
        plugins: config.plugins.clone(),
        clear_site_data: config.cookie.clear_site_data.clone(),
    })
}

fn mailer(
    config: &Config,
    place: &PublicPlace,
    secrets: &Secrets,
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
) -> Result<(Arc<dyn Mailer>, Option<Courier>), Failure> {
    let Some(transport) = config.transport(place) else { return Ok((Arc::new(NoMail), None)) };
    let carrier =
        mail::open(&transport, config.letterhead(place), Arc::new(SystemClock), Arc::new(SystemRandom))?;
    let parts =
        OutboxParts { store, carrier, clock, random: Arc::new(SystemRandom), secrets: secrets.clone() };
    let (outbox, courier) = Outbox::start(parts, OutboxLimits::default());
    Ok((Arc::new(outbox), Some(courier)))
}

fn warn_about(config: &Config, place: &PublicPlace) {
    if !place.is_https() && !place.is_local {
        tracing::warn!(
            url = place.origin,
            "people reach the server without TLS: whoever listens can take their sessions (C-11)"
        );
    }
    if config.accounts.require_email_verification && config.transport(place).is_none() {
        tracing::warn!("account.require_email_verification is on, but mail is off: nobody new can sign in");
    }
    let usual = config.tokens.audience.as_ref().unwrap_or(&place.origin);
    for (backend, audience) in config.backends.audiences() {
        if audience != usual && config.tokens.audiences.iter().all(|known| known != audience) {
            tracing::warn!(backend, audience, "no token is made for this audience of a back end");
        }
    }
}

/// One line for the person who started it.
fn announce(config: &Config, place: &PublicPlace, bound: SocketAddr) {
    let at = if config.url.is_some() { format!(", listening on {bound}") } else { String::new() };
    println!("Stayd is ready at {}{at} (database {})", place.origin, config.database.display());
}

/// What ends the server: SIGTERM from a service manager, SIGINT from a keyboard.
struct Signals {
    terminate: Signal,
    interrupt: Signal,
}

impl Signals {
    fn new() -> io::Result<Self> {
        Ok(Self { terminate: signal(SignalKind::terminate())?, interrupt: signal(SignalKind::interrupt())? })
    }

    async fn next(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }

    /// Waits for the first signal. A second one ends the process at once; acknowledged writes are on the disk already.
    async fn first(mut self) {
        self.next().await;
        tracing::info!("stopping; a second signal stops at once");
        tokio::spawn(async move {
            self.next().await;
            process::exit(INTERRUPTED);
        });
    }
}
