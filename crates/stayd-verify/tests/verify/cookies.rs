//! What cookies prove, and what handlers are given.

use std::time::Duration;

use crate::back_end::{BackEnd, text, verify};
use crate::server::Server;
use stayd_engine::Binding;

async fn both() -> (Server, BackEnd) {
    let server = Server::start().await;
    let back_end = BackEnd::new(verify(server.address, server.address, &server.clock));
    back_end.hears(true).await;
    (server, back_end)
}

#[tokio::test]
async fn a_session_is_known_by_its_cookies_without_asking_the_server() {
    let (server, back_end) = both().await;
    let browser = server.sign_up("zoe@example.com").await;
    let cookies = browser.cookies();
    assert_eq!(text(back_end.get("/email", ("cookie", &cookies)).await).await, "zoe@example.com");
    let id = text(back_end.get("/me", ("cookie", &cookies)).await).await;
    assert_eq!(id, text(back_end.get("/maybe", ("cookie", &cookies)).await).await);
    let counts = back_end.verifier.counts();
    assert_eq!((counts.asked, counts.accepted, counts.seen_before), (0, 3, 2));
}

#[tokio::test]
async fn nobody_is_401_and_a_visitor_where_that_is_allowed() {
    let (_server, back_end) = both().await;
    let refused = back_end.get("/me", ("x-nothing", "")).await;
    assert_eq!(refused.status(), 401);
    assert_eq!(refused.headers()["www-authenticate"], "Bearer");
    assert_eq!(text(refused).await, r#"{"message":"Unauthorized","code":"UNAUTHORIZED"}"#);
    assert_eq!(text(back_end.get("/maybe", ("x-nothing", "")).await).await, "nobody");
    let forged = ("cookie", "better-auth.session_token=forged.c2lnbmF0dXJl");
    assert_eq!(text(back_end.get("/maybe", forged).await).await, "nobody");
}

// The copy of a session opens nothing without the token that it is bound to.
#[tokio::test]
async fn a_copy_beside_another_persons_token_is_not_believed() {
    let (server, back_end) = both().await;
    let (zoe, mut ada) = (server.sign_up("zoe@example.com").await, server.sign_up("ada@example.com").await);
    let data = "better-auth.session_data".to_owned();
    ada.jar.insert(data.clone(), zoe.jar[&data].clone());
    assert_eq!(text(back_end.get("/email", ("cookie", &ada.cookies())).await).await, "ada@example.com");
    assert_eq!(back_end.verifier.counts().asked, 1, "the server said who holds that token");
    let alone = format!("{data}={}", zoe.jar[&data]);
    assert_eq!(back_end.status("/me", ("cookie", &alone)).await, 401);
}

#[tokio::test]
async fn a_token_alone_is_asked_about_once_a_minute_and_a_forged_one_never() {
    let (server, back_end) = both().await;
    let mut browser = server.sign_up("zoe@example.com").await;
    browser.jar.remove("better-auth.session_data");
    let cookies = browser.cookies();
    for _ in 0..3 {
        assert_eq!(back_end.status("/me", ("cookie", &cookies)).await, 200);
    }
    assert_eq!(back_end.verifier.counts().asked, 1);
    server.clock.forward(Duration::from_secs(61));
    assert_eq!(back_end.status("/me", ("cookie", &cookies)).await, 200);
    assert_eq!(back_end.verifier.counts().asked, 2);
    let forged = cookies.replace("session_token=", "session_token=x");
    assert_eq!(back_end.status("/me", ("cookie", &forged)).await, 401);
    assert_eq!(back_end.verifier.counts().asked, 2);
}

// AA-1: else a thief of the session's cookie alone would pass here for a minute after each time its owner came by.
#[tokio::test]
async fn what_was_said_of_a_session_that_is_bound_to_its_device_holds_for_that_device_alone() {
    let server = Server::with(|policy| {
        policy.sessions.devices = true;
        policy.sessions.kinds.remember.binding = Binding::Device;
    })
    .await;
    let back_end = BackEnd::new(verify(server.address, server.address, &server.clock));
    back_end.hears(true).await;
    let mut browser = server.sign_up("zoe@example.com").await;
    browser.jar.remove("better-auth.session_data");
    assert_eq!(back_end.status("/me", ("cookie", &browser.cookies())).await, 200);
    assert!(browser.jar.remove("better-auth.device").is_some());
    assert_eq!(back_end.status("/me", ("cookie", &browser.cookies())).await, 401);
    browser.jar.insert("better-auth.device".to_owned(), "another.c2lnbmF0dXJl".to_owned());
    assert_eq!(back_end.status("/me", ("cookie", &browser.cookies())).await, 401);
}

#[tokio::test]
async fn what_matters_needs_a_recent_sign_in() {
    let server = Server::start().await;
    let hour = Duration::from_hours(1);
    let back_end = BackEnd::new(verify(server.address, server.address, &server.clock).fresh_age(hour));
    back_end.hears(true).await;
    let browser = server.sign_up("zoe@example.com").await;
    let cookies = browser.cookies();
    assert_eq!(back_end.status("/sensitive", ("cookie", &cookies)).await, 200);
    server.clock.forward(hour);
    let refused = back_end.get("/sensitive", ("cookie", &cookies)).await;
    assert_eq!(refused.status(), 403);
    let challenge = "Bearer error=\"insufficient_user_authentication\", max_age=\"3600\"";
    assert_eq!(refused.headers()["www-authenticate"], challenge);
    assert!(text(refused).await.contains("SESSION_NOT_FRESH"));
    assert_eq!(back_end.status("/me", ("cookie", &cookies)).await, 200, "all else goes on");
}
