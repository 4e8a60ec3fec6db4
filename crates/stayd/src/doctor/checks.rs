//! What the doctor looks at, one function for each subject.

use std::{fs, io, os::unix::fs::PermissionsExt, path::Path, sync::Arc, time::Duration};

use stayd_engine::{
    Clock, causes,
    mail::{Transport, open},
    store::{SessionRecord, Store, StoreResult, sqlite::SqliteStore},
};
use stayd_protocol::Timestamp;
use tokio::{net::TcpListener, time::timeout};

use super::Finding;
use crate::{
    config::{Config, PublicPlace},
    database,
    system::{SystemClock, SystemRandom},
};

pub(super) fn configuration(config: &Config) -> Vec<Finding> {
    let read = match &config.file {
        Some(file) => format!("{} and the environment", file.display()),
        None => "the environment; there is no stayd.toml here".to_owned(),
    };
    let doubts = config.doubts.iter().map(|doubt| Finding::warn("configuration", doubt.clone()));
    [Finding::ok("configuration", read)].into_iter().chain(doubts).collect()
}

pub(super) fn secret(config: &Config) -> Vec<Finding> {
    let mut findings = match config.secret.secrets() {
        Ok(secrets) => vec![Finding::ok("secret", about_secrets(secrets.previous_count()))],
        Err(error) => vec![Finding::fail("secret", error.to_string())],
    };
    if let Some(file) = config.secret.file_in_use().filter(|file| others_may_read(file)) {
        let text = format!("others on this machine may read {0}\nrun:  chmod 600 {0}", file.display());
        findings.push(Finding::warn("secret", text));
    }
    if config.secret.has_forgotten_secret() {
        let text = "BETTER_AUTH_SECRET is ignored because BETTER_AUTH_SECRETS is set, and is not in that list:\nwhoever was signed in under it is signed out; add it to the list to keep them";
        findings.push(Finding::warn("secret", text));
    }
    findings
}

fn about_secrets(previous: usize) -> String {
    let good = "long enough and no known default";
    match previous {
        0 => good.to_owned(),
        previous => format!(
            "{good}; {previous} earlier accepted too\ntake an earlier one out when everybody has been here since the change, or would be signed out anyway"
        ),
    }
}

pub(super) async fn address(config: &Config, place: &PublicPlace) -> Vec<Finding> {
    let url = format!("{}{}", place.origin, place.base_path);
    let mut findings = vec![match (place.is_https(), place.is_local) {
        (true, _) => Finding::ok("address", format!("people reach {url}")),
        (false, true) => Finding::ok("address", format!("people on this machine reach {url}")),
        (false, false) => Finding::warn(
            "address",
            format!(
                "people reach {url} without TLS: whoever listens can take their sessions\nput a proxy with TLS in front, and set BETTER_AUTH_URL to its https:// address"
            ),
        ),
    }];
    if place.is_https()
        && !place.is_local
        && config.trusted_proxies == stayd_server::TrustedProxies::default()
    {
        findings.push(Finding::warn(
            "address",
            "the proxy that speaks TLS is not named: all people seem to come from its address and share one rate limit\nset STAYD_TRUSTED_PROXIES to the proxy's address, and let it send X-Forwarded-For",
        ));
    }
    findings.push(match TcpListener::bind(config.listen).await {
        Ok(_) => Finding::ok("listen", format!("{} is free", config.listen)),
        Err(error) if error.kind() == io::ErrorKind::AddrInUse => Finding::warn(
            "listen",
            format!("{} is taken; if that is not Stayd itself, set STAYD_LISTEN", config.listen),
        ),
        Err(error) => Finding::fail("listen", format!("{}: {error}; set STAYD_LISTEN", config.listen)),
    });
    findings
}

pub(super) fn cookies(config: &Config, place: &PublicPlace) -> Vec<Finding> {
    let cookies = config.cookies(place);
    if let Err(error) = cookies.check() {
        return vec![Finding::fail("cookies", error.to_string())];
    }
    match &cookies.domain {
        Some(domain) => vec![Finding::warn(
            "cookies",
            format!(
                "every subdomain of {domain} gets the session cookie and can act as the person\nset cookie.domain only if they all need it"
            ),
        )],
        None => {
            vec![Finding::ok("cookies", format!("{} for {} alone", cookies.session_token_name(), place.host))]
        }
    }
}

pub(super) async fn mail(config: &Config, place: &PublicPlace) -> Vec<Finding> {
    let Some(transport) = config.transport(place) else {
        let text = "off: no letters to verify addresses and to reset passwords\nset STAYD_MAIL, for example to smtps://user:password@mail.example.com";
        let needed = config.accounts.require_email_verification;
        return vec![if needed { Finding::fail("mail", text) } else { Finding::warn("mail", text) }];
    };
    let letterhead = config.letterhead(place);
    let from = letterhead.from.clone();
    let way = match &transport {
        Transport::Log if place.is_local => return vec![Finding::ok("mail", "to the log, for development")],
        Transport::Log => {
            return vec![Finding::warn(
                "mail",
                "to the log: whoever reads it can reset passwords\nset STAYD_MAIL to a mail server",
            )];
        }
        Transport::File(folder) => format!("files in {}", folder.display()),
        Transport::Smtp(server) => format!("{}:{}", server.host, server.port),
    };
    let carrier = match open(&transport, letterhead, Arc::new(SystemClock), Arc::new(SystemRandom)) {
        Ok(carrier) => carrier,
        Err(error) => return vec![Finding::fail("mail", causes(&error))],
    };
    vec![match timeout(MAIL_PATIENCE, carrier.check()).await {
        Ok(Ok(())) => Finding::ok("mail", format!("{way} answers; letters come from {from}")),
        Ok(Err(error)) => Finding::fail("mail", format!("{way}: {}", causes(error.cause().as_ref()))),
        Err(_) => {
            Finding::fail("mail", format!("{way} does not answer within {} s", MAIL_PATIENCE.as_secs()))
        }
    }]
}

/// A mail server that takes longer for a greeting is not well.
const MAIL_PATIENCE: Duration = Duration::from_secs(15);

/// The database's records tell whether the clock has gone back since they were written.
pub(super) async fn database_and_clock(config: &Config) -> Vec<Finding> {
    let path = &config.database;
    let now = SystemClock.now();
    if !path.exists() {
        return vec![new_database(path), clock(now, None)];
    }
    let store = match database::open(path) {
        Ok(store) => store,
        Err(error) => return vec![Finding::fail("database", causes(&error)), clock(now, None)],
    };
    let mut findings = vec![match existing_database(&store).await {
        Ok(problems) if problems.is_empty() => {
            Finding::ok("database", format!("{} is sound and can be written", path.display()))
        }
        Ok(problems) => Finding::fail(
            "database",
            format!("{} is damaged; restore a backup: {}", path.display(), problems.join("; ")),
        ),
        Err(error) => Finding::fail("database", format!("{}: {}", path.display(), causes(&error))),
    }];
    if others_may_read(path) {
        findings.push(Finding::warn(
            "database",
            format!("others on this machine may read it\nrun:  chmod 600 {}", path.display()),
        ));
    }
    let newest = store.sessions(now, 1).await.ok().and_then(|sessions| sessions.into_iter().next());
    findings.push(clock(now, newest.map(|(session, _)| session)));
    if let Err(error) = store.close().await {
        findings.push(Finding::warn("database", causes(&error)));
    }
    findings
}

async fn existing_database(store: &SqliteStore) -> StoreResult<Vec<String>> {
    store.check().await?;
    store.integrity().await
}

fn new_database(path: &Path) -> Finding {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    match rustix::fs::access(folder, rustix::fs::Access::WRITE_OK | rustix::fs::Access::EXEC_OK) {
        Ok(()) => Finding::ok("database", format!("{} will be made at the first start", path.display())),
        Err(error) => Finding::fail(
            "database",
            format!("{} cannot be made: {}: {error}", path.display(), folder.display()),
        ),
    }
}

fn clock(now: Timestamp, newest: Option<SessionRecord>) -> Finding {
    // Stayd was not there before.
    const YEAR_2026: Timestamp = Timestamp::from_ms(1_767_225_600_000);
    if now < YEAR_2026 {
        return Finding::fail(
            "clock",
            format!(
                "it says {now}: it is behind, and sessions would end late\nset it, and run a time service"
            ),
        );
    }
    match newest.map(|session| session.created_at.since(now)) {
        Some(ahead) if ahead > Duration::from_secs(2) => Finding::fail(
            "clock",
            format!(
                "it says {now}, but somebody signed in {} s after that: it has gone back\nset it, and run a time service",
                ahead.as_secs()
            ),
        ),
        _ => Finding::ok("clock", format!("it says {now}")),
    }
}

fn others_may_read(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|metadata| metadata.permissions().mode() & 0o077 != 0)
}
