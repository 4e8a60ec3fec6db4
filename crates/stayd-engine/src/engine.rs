//! The engine: what the rooms around it hold on to.

use crate::{
    Clock, EndReason, EngineResult, Places, Policy, events::RevocationLog, events::Watchers,
    hashing::HashPool, keys::Keys, links::Links, mail::Mailer, metrics::Metrics, security::Security,
    sessions::Sessions, sessions::Successors, store::Store, tokens::Tokens,
};
use stayd_protocol::{Random, Secrets, Timestamp, identifier::alphanumeric};
use std::{fmt, sync::Arc};

/// How many records of a kind leave the store in one step of a sweep (L-14): some 7 ms of SQLite's writer, for which everybody else's
/// write waits. A thousand take 40, as they outgrow its cache of pages.
pub const SWEPT_AT_ONCE: usize = 250;

/// The session system without HTTP. Cheap to clone: every clone is the same engine.
///
/// The engine starts no timers. Whoever hosts it calls [`Engine::notice_foreign_writes`] about 40 times a second,
/// [`Engine::tell_foreign_writes`] all the time, [`Engine::write_activity`] every few seconds, [`Engine::sweep`] every few minutes, and
/// [`Engine::write_activity`] once more before it stops.
///
/// What changes something is to be polled to its end. What this node has to know of a write - that a session ended, that a person changed - it
/// is told behind the commit; whoever drops the future between the two leaves a node that honours what has ended (P2). So where a caller may
/// go away, as the client of a request may, the work belongs into a task of its own.
#[derive(Clone)]
pub struct Engine {
    inner: Arc<Inner>,
}

struct Inner {
    policy: Policy,
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    random: Arc<dyn Random>,
    mailer: Arc<dyn Mailer>,
    places: Arc<dyn Places>,
    sessions: Sessions,
    hashing: HashPool,
    links: Links,
    successors: Successors,
    keys: Keys,
    tokens: Tokens,
    watchers: Arc<Watchers>,
    security: Security,
    revocations: Arc<RevocationLog>,
    metrics: Metrics,
}

/// What an engine is made of.
pub struct Parts {
    /// The rules.
    pub policy: Policy,
    /// Where records live.
    pub store: Arc<dyn Store>,
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
    /// The source of tokens, ids and salts: the system's generator, or a seeded one in simulation.
    pub random: Arc<dyn Random>,
    /// Takes letters.
    pub mailer: Arc<dyn Mailer>,
    /// Signs the links in letters, and derives the successors of session tokens.
    pub secrets: Secrets,
    /// Where addresses are; [`crate::NoPlaces`] where nobody knows.
    pub places: Arc<dyn Places>,
}

impl Engine {
    /// Starts an engine over its parts.
    pub fn new(parts: Parts) -> Self {
        let Parts { policy, store, clock, random, mailer, secrets, places } = parts;
        let sessions = Sessions::new(&policy.sessions, clock.now());
        let hashing = HashPool::new(
            policy.passwords.hashing,
            policy.passwords.hash_threads,
            policy.passwords.hash_queue,
        );
        let links = Links::new(&policy.base_url, &secrets);
        let successors = Successors::new(&secrets);
        let issuer = issuer(&policy.base_url);
        let keys = Keys::new(&secrets, &policy.tokens, &issuer);
        let tokens = Tokens::new(&secrets, &issuer, &policy.tokens);
        let watchers = Arc::default();
        let revocations = Arc::new(RevocationLog::new(clock.now(), policy.longest_belief()));
        let inner = Inner {
            policy,
            store,
            clock,
            random,
            mailer,
            places,
            sessions,
            hashing,
            links,
            successors,
            keys,
            tokens,
            watchers,
            security: Security::default(),
            revocations,
            metrics: Metrics::new(),
        };
        Self { inner: Arc::new(inner) }
    }

    /// The rules this engine follows.
    pub fn policy(&self) -> &Policy {
        &self.inner.policy
    }

    /// Now, by the engine's clock.
    pub fn now(&self) -> Timestamp {
        self.inner.clock.now()
    }

    /// The random source the engine was given.
    pub fn random(&self) -> &dyn Random {
        &*self.inner.random
    }

    /// Whether the engine can serve: the store reads and writes.
    pub async fn check_health(&self) -> EngineResult<()> {
        Ok(self.store().check().await?)
    }

    /// Writes what was counted on this node since its start, in the text format of `OpenMetrics` (EN-13). Nothing in it names a person, a session
    /// or an address.
    pub fn write_metrics(&self, out: &mut String) -> fmt::Result {
        self.metrics().write(out)
    }

    /// Deletes what ended before now from the store, a limited number at a time (L-14). Answers how many records went.
    pub async fn sweep(&self) -> EngineResult<usize> {
        let now = self.now();
        self.inner.sessions.ended.sweep(now);
        self.inner.revocations.sweep(now);
        let swept = self.store().sweep(now, SWEPT_AT_ONCE).await?;
        // They are gone, whatever becomes of the rest.
        self.tell_of_end(&swept.sessions, EndReason::Expired);
        let unseen_since = now.minus(self.policy().security.devices_kept);
        let count = swept.count()
            + self.store().forget_devices(unseen_since, SWEPT_AT_ONCE).await?
            + self.sweep_devices().await?;
        Ok(count)
    }

    pub(crate) fn store(&self) -> &dyn Store {
        &*self.inner.store
    }

    pub(crate) fn places(&self) -> &dyn Places {
        &*self.inner.places
    }

    pub(crate) fn mailer(&self) -> &dyn Mailer {
        &*self.inner.mailer
    }

    pub(crate) fn sessions(&self) -> &Sessions {
        &self.inner.sessions
    }

    pub(crate) fn hashing(&self) -> &HashPool {
        &self.inner.hashing
    }

    pub(crate) fn links(&self) -> &Links {
        &self.inner.links
    }

    pub(crate) fn successors(&self) -> &Successors {
        &self.inner.successors
    }

    pub(crate) fn keys(&self) -> &Keys {
        &self.inner.keys
    }

    pub(crate) fn tokens(&self) -> &Tokens {
        &self.inner.tokens
    }

    pub(crate) fn watchers(&self) -> &Arc<Watchers> {
        &self.inner.watchers
    }

    pub(crate) fn revocations(&self) -> &Arc<RevocationLog> {
        &self.inner.revocations
    }

    pub(crate) fn metrics(&self) -> &Metrics {
        &self.inner.metrics
    }

    pub(crate) fn security(&self) -> &Security {
        &self.inner.security
    }

    pub(crate) fn new_id(&self) -> String {
        alphanumeric(self.random(), 32)
    }
}

/// Who signs access tokens: the origin of the base address.
fn issuer(base_url: &str) -> String {
    match url::Url::parse(base_url) {
        Ok(url) => url.origin().ascii_serialization(),
        Err(_) => base_url.to_owned(),
    }
}
