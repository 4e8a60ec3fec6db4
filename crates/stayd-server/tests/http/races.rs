//! What happens while a write is under way: a client that hangs up, a second request that comes before the first is answered. Over a database,
//! for a store in memory has nothing that takes time.

use crate::browser::{Browser, ORIGIN, config, serve};
use crate::engine::World;
use axum::body::Body;
use axum::http::{Request, header};
use stayd_engine::store::SqliteStore;
use stayd_engine::store::sqlite::SqliteOptions;
use stayd_engine::{Policy, Reaction, SecurityPolicy, SessionPolicy};
use stayd_protocol::SessionToken;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Wake};
use tempfile::TempDir;
use tokio::sync::Notify;
use tower::ServiceExt;

const TOKEN: &str = "better-auth.session_token";

/// A world over a file; the folder is to be held as long.
fn on_disk(adjust: impl FnOnce(&mut Policy)) -> (World, TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("stayd.db");
    let store = SqliteStore::open(&file, &SqliteOptions::default(), crate::engine::START).unwrap();
    (World::over(Arc::new(store), adjust), folder)
}

/// Says when a future wants to be looked at again.
#[derive(Default)]
struct Woken(Notify);

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        self.0.notify_one();
    }
}

// P2, L-6
#[tokio::test]
async fn a_sign_out_ends_the_session_here_too_although_its_client_hangs_up_before_the_answer() {
    let (world, _folder) = on_disk(|_| {});
    let mut browser = Browser::new(&serve(&world, config()));
    browser.sign_up("zoe@example.com").await;
    assert!(browser.is_signed_in().await, "from here on the session is in memory");
    let token = SessionToken::parse(browser.jar[TOKEN].split('.').next().unwrap()).unwrap().hash();

    let request = Request::post("/api/auth/sign-out")
        .header(header::ORIGIN, ORIGIN)
        .header(header::COOKIE, format!("{TOKEN}={}", browser.jar[TOKEN]))
        .body(Body::empty())
        .unwrap();
    let woken = Arc::new(Woken::default());
    {
        let mut signing_out = pin!(browser.router().oneshot(request));
        let waker = Arc::clone(&woken).into();
        loop {
            assert!(signing_out.as_mut().poll(&mut Context::from_waker(&waker)).is_pending(), "not yet");
            woken.0.notified().await;
            if world.store.session_by_token(&token).await.unwrap().is_none() {
                break;
            }
        }
        // It is committed, and nobody has looked at that: the connection is gone, and with it whoever would have answered.
    }
    assert!(!browser.is_signed_in().await);
}

// AA-10, L-11
#[tokio::test]
async fn of_two_requests_from_elsewhere_at_once_neither_does_what_asks_for_a_fresh_session() {
    const CHROME: &str = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36";
    let (world, _folder) = on_disk(|policy| {
        policy.sessions = SessionPolicy::default();
        policy.security = SecurityPolicy { fingerprint: Reaction::StepUp, ..SecurityPolicy::default() };
    });
    let router = serve(&world, config());
    let mut home = Browser::new(&router);
    home.sign_up("zoe@example.com").await;
    assert!(home.is_signed_in().await);
    let from_elsewhere = |path: &str| {
        let request = Request::get(format!("/api/auth{path}"))
            .header(header::USER_AGENT, CHROME)
            .header(header::COOKIE, format!("{TOKEN}={}", home.jar[TOKEN]));
        router.clone().oneshot(request.body(Body::empty()).unwrap())
    };
    let (check, list) = tokio::join!(from_elsewhere("/get-session"), from_elsewhere("/list-sessions"));
    assert_eq!((check.unwrap().status().as_u16(), list.unwrap().status().as_u16()), (200, 403));
}
