//! Checking access tokens here, with the server's public keys (RFC 9068; security requirements J-1 to J-9).

use std::sync::{Arc, PoisonError, RwLock, Weak};
use std::time::Duration;

use stayd_protocol::jws::{self, AccessToken, Expectation, KeySet};
use stayd_protocol::{Secrets, Timestamp};
use tokio::sync::Mutex;
use tokio::time::Instant;

use crate::checked::Checked;
use crate::refusal::Refusal;
use crate::session::{Facts, Session};
use crate::told::Known;
use crate::verifier::Inner;

/// A key that is not known has the keys fetched at most so often (J-6).
const REFETCH: Duration = Duration::from_mins(1);
/// The same where no keys could be fetched yet: the server may just be starting.
const FIRST_FETCH: Duration = Duration::from_secs(1);
/// How often keys are fetched although all are known: a key that was withdrawn is honoured for so long.
const REFRESH: Duration = Duration::from_mins(5);

/// Whom tokens must be from and for, and the keys they may be signed with.
#[derive(Debug)]
pub(crate) struct Access {
    issuer: String,
    audience: String,
    /// The keys of HS256, derived from the secrets for this issuer alone (J-9).
    shared: KeySet,
    keys: RwLock<Arc<KeySet>>,
    fetches: Mutex<Fetches>,
}

#[derive(Debug, Default)]
struct Fetches {
    tried_at: Option<Instant>,
    succeeded: bool,
}

impl Access {
    pub(crate) fn new(issuer: String, audience: String, secrets: Option<&Secrets>) -> Self {
        let shared = secrets.map(|secrets| KeySet::shared(secrets, &issuer)).unwrap_or_default();
        let keys = RwLock::new(Arc::new(shared.clone()));
        Self { issuer, audience, shared, keys, fetches: Mutex::default() }
    }

    fn verify(&self, token: &str, now: Timestamp) -> Result<AccessToken, jws::Refusal> {
        let keys = Arc::clone(&self.keys.read().unwrap_or_else(PoisonError::into_inner));
        jws::verify(token, &keys, now, &Expectation::new(&self.issuer, &self.audience))
    }

    /// Takes these keys instead; answers whether one is gone.
    fn replace(&self, fetched: &KeySet) -> bool {
        let mut keys = self.shared.clone();
        keys.extend(fetched.iter().cloned());
        let mut place = self.keys.write().unwrap_or_else(PoisonError::into_inner);
        let one_is_gone = place.iter().any(|key| keys.find(key.id()).is_none());
        *place = Arc::new(keys);
        one_is_gone
    }
}

impl Inner {
    /// A session whose access token the server signed for us. Refused alike, whatever is wrong with it (J-8).
    pub(crate) async fn check_token(&self, token: &str, now: Timestamp) -> Result<Checked, Refusal> {
        let claims = match self.access.verify(token, now) {
            Err(jws::Refusal::UnknownKey) => {
                self.fetch_unknown_key().await?;
                self.access.verify(token, now)
            }
            known => known,
        };
        claims.map(checked).map_err(|refusal| {
            tracing::debug!(reason = refusal.name(), "an access token was refused");
            Refusal::Invalid
        })
    }

    /// Fetches the keys, unless that was tried a short while ago. Many who come with unknown keys wait for one fetch.
    async fn fetch_unknown_key(&self) -> Result<(), Refusal> {
        let mut fetches = self.access.fetches.lock().await;
        let pause = if fetches.succeeded { REFETCH } else { FIRST_FETCH };
        if fetches.tried_at.is_some_and(|at| at.elapsed() < pause) {
            // Whoever waited here may find the key now; where there never were keys, nothing can be said of any.
            return if fetches.succeeded { Ok(()) } else { Err(Refusal::Unavailable) };
        }
        let fetched = self.fetch_keys().await;
        // Counted from its end: those who waited for one that took long do not try one after the other.
        fetches.tried_at = Some(Instant::now());
        fetches.succeeded |= fetched;
        if fetched { Ok(()) } else { Err(Refusal::Unavailable) }
    }

    /// Fetches the keys again, if they were ever needed, however short a while ago somebody else did: else it would be the next time only.
    async fn refresh_keys(&self) {
        let mut fetches = self.access.fetches.lock().await;
        if fetches.succeeded {
            fetches.tried_at = Some(Instant::now());
            self.fetch_keys().await;
        }
    }

    async fn fetch_keys(&self) -> bool {
        crate::counts::count(&self.counters.key_fetches);
        match self.get_keys().await {
            Ok(keys) => {
                if self.access.replace(&keys) {
                    // What a key signed that was withdrawn is not remembered as genuine.
                    self.remembered.clear();
                }
                true
            }
            Err(error) => {
                self.complain(&error);
                false
            }
        }
    }
}

/// Fetches the keys again and again, for as long as the verifier lives.
pub(crate) async fn keep_keys(verifier: Weak<Inner>) {
    loop {
        tokio::time::sleep(REFRESH).await;
        let Some(inner) = verifier.upgrade() else { return };
        inner.refresh_keys().await;
    }
}

fn checked(claims: AccessToken) -> Checked {
    let at = |seconds: i64| Timestamp::from_ms(seconds.saturating_mul(1000));
    let facts = Facts {
        id: claims.sid,
        user_id: claims.sub,
        signed_in_at: at(claims.auth_time),
        expires_at: at(claims.exp),
        client_id: claims.client_id,
        user: None,
    };
    let until = facts.expires_at;
    Checked { session: Session { facts: facts.into() }, known: Known::Signed(at(claims.iat)), until }
}
