//! Where the keys come from, and how often (J-2, J-6).

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::routing::get;
use stayd_protocol::jws::{AccessToken, Algorithm, KeySet, SigningKey};
use stayd_verify::{Clock as _, SystemClock, Verify};

use crate::back_end::{BackEnd, eventually};

/// A server that has published keys and nothing else.
pub(crate) struct Issuer {
    pub(crate) origin: String,
    pub(crate) key: SigningKey,
    published: Arc<Published>,
}

#[derive(Default)]
struct Published {
    keys: Mutex<KeySet>,
    fetches: AtomicUsize,
}

pub(crate) fn new_key(seed: u8) -> SigningKey {
    SigningKey::from_private(Algorithm::EdDsa, &[seed; 32]).unwrap()
}

impl Issuer {
    pub(crate) async fn start() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let origin = format!("http://{}", listener.local_addr().unwrap());
        let (published, key) = (Arc::new(Published::default()), new_key(1));
        let jwks = async |State(published): State<Arc<Published>>| {
            published.fetches.fetch_add(1, Ordering::SeqCst);
            published.keys.lock().unwrap().to_jwks()
        };
        let router = Router::new().route("/api/auth/jwks", get(jwks)).with_state(Arc::clone(&published));
        tokio::spawn(async move { axum::serve(listener, router).await });
        let issuer = Self { origin, key, published };
        issuer.publish([&issuer.key]);
        issuer
    }

    /// Signed by a key that nobody has published.
    fn token_of_nobody() -> String {
        let text = || "nobody".to_owned();
        let claims = AccessToken {
            iss: text(),
            aud: text(),
            sub: text(),
            sid: text(),
            client_id: None,
            scope: None,
            auth_time: 0,
            iat: 0,
            exp: 0,
            jti: text(),
        };
        claims.sign(&new_key(5)).unwrap()
    }

    pub(crate) fn publish<'a>(&self, keys: impl IntoIterator<Item = &'a SigningKey>) {
        *self.published.keys.lock().unwrap() = KeySet::new(keys.into_iter().map(SigningKey::verifying_key));
    }

    pub(crate) fn fetches(&self) -> usize {
        self.published.fetches.load(Ordering::SeqCst)
    }

    pub(crate) fn claims(&self) -> AccessToken {
        let now = SystemClock.now().as_ms() / 1000;
        AccessToken {
            iss: self.origin.clone(),
            aud: self.origin.clone(),
            sub: "zoe".to_owned(),
            sid: "session".to_owned(),
            client_id: None,
            scope: None,
            auth_time: now,
            iat: now,
            exp: now + 900,
            jti: "1".to_owned(),
        }
    }

    pub(crate) fn back_end(&self) -> BackEnd {
        // This machine's proxies have no part in it.
        let http = reqwest::Client::builder().no_proxy();
        BackEnd::new(Verify::new(&self.origin).without_feed().http(http))
    }
}

fn bearer(token: &str) -> String {
    format!("Bearer {token}")
}

#[tokio::test]
async fn an_access_token_is_checked_with_keys_that_are_fetched_once() {
    let issuer = Issuer::start().await;
    let back_end = issuer.back_end();
    for _ in 0..3 {
        let token = issuer.claims().sign(&issuer.key).unwrap();
        assert_eq!(back_end.status("/me", ("authorization", &bearer(&token))).await, 200);
    }
    let counts = back_end.verifier.counts();
    assert_eq!(
        (counts.key_fetches, counts.seen_before, counts.asked),
        (1, 2, 0),
        "EdDSA signs the same again"
    );
}

// J-6
#[tokio::test]
async fn a_storm_of_unknown_keys_causes_one_fetch_a_minute() {
    let issuer = Issuer::start().await;
    let back_end = Arc::new(issuer.back_end());
    let good = bearer(&issuer.claims().sign(&issuer.key).unwrap());
    assert_eq!(back_end.status("/me", ("authorization", &good)).await, 200);
    assert_eq!(issuer.fetches(), 1);
    let storm: Vec<_> = (0..200_u8)
        .map(|seed| {
            let (back_end, token) =
                (Arc::clone(&back_end), issuer.claims().sign(&new_key(seed.max(2))).unwrap());
            tokio::spawn(async move { back_end.status("/me", ("authorization", &bearer(&token))).await })
        })
        .collect();
    for refused in storm {
        assert_eq!(refused.await.unwrap(), 401);
    }
    assert_eq!(issuer.fetches(), 1, "the keys were fetched less than a minute ago");
    assert_eq!(back_end.status("/me", ("authorization", &good)).await, 200);
}

// J-6
#[tokio::test]
async fn a_new_key_is_found_a_minute_after_the_last_fetch_and_one_that_is_gone_signs_nothing_any_more() {
    let issuer = Issuer::start().await;
    let back_end = issuer.back_end();
    let (old, new) = (issuer.claims().sign(&issuer.key).unwrap(), new_key(9));
    let next = issuer.claims().sign(&new).unwrap();
    assert_eq!(back_end.status("/me", ("authorization", &bearer(&old))).await, 200);
    issuer.publish([&new]);
    assert_eq!(back_end.status("/me", ("authorization", &bearer(&next))).await, 401);
    tokio::time::pause();
    tokio::time::advance(std::time::Duration::from_mins(1)).await;
    tokio::time::resume();
    assert_eq!(back_end.status("/me", ("authorization", &bearer(&next))).await, 200);
    assert_eq!(back_end.status("/me", ("authorization", &bearer(&old))).await, 401);
    assert_eq!(issuer.fetches(), 2);
}

// J-6: wherever in the five minutes the keys were first needed.
#[tokio::test]
async fn a_key_that_was_withdrawn_is_honoured_for_five_minutes_at_most() {
    let issuer = Issuer::start().await;
    let back_end = issuer.back_end();
    let token = issuer.claims().sign(&issuer.key).unwrap();
    let forward = async |time| {
        tokio::task::yield_now().await;
        tokio::time::pause();
        tokio::time::advance(time).await;
        tokio::time::resume();
    };
    forward(Duration::from_mins(4)).await;
    assert_eq!(back_end.status("/me", ("authorization", &bearer(&token))).await, 200);
    issuer.publish([&new_key(9)]);
    forward(Duration::from_secs(61)).await;
    eventually("the keys are fetched", || back_end.verifier.counts().key_fetches == 2).await;
    eventually("and taken", || issuer.fetches() == 2).await;
    let deadline = std::time::Instant::now() + crate::back_end::PATIENCE;
    while back_end.status("/me", ("authorization", &bearer(&token))).await != 401 {
        assert!(std::time::Instant::now() < deadline, "it is honoured still");
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn where_no_keys_can_be_fetched_it_cannot_be_said_who_this_is() {
    let issuer = Issuer::start().await;
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let nowhere = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let http = reqwest::Client::builder().no_proxy();
    let back_end = BackEnd::new(Verify::new(nowhere).without_feed().http(http));
    let token = bearer(&issuer.claims().sign(&issuer.key).unwrap());
    assert_eq!(back_end.status("/me", ("authorization", &token)).await, 503);
}

// J-6
#[tokio::test(start_paused = true)]
async fn who_waited_for_a_server_that_does_not_answer_does_not_try_it_in_turn() {
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", silent.local_addr().unwrap());
    let http = reqwest::Client::builder().no_proxy();
    let back_end = Arc::new(BackEnd::new(Verify::new(url).without_feed().http(http)));
    let storm: Vec<_> = (0..20_u8)
        .map(|_| {
            let (back_end, token) = (Arc::clone(&back_end), bearer(&Issuer::token_of_nobody()));
            tokio::spawn(async move { back_end.status("/me", ("authorization", &token)).await })
        })
        .collect();
    for refused in storm {
        assert_eq!(refused.await.unwrap(), 503);
    }
    assert_eq!(back_end.verifier.counts().key_fetches, 1);
}
