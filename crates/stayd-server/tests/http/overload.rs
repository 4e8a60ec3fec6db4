//! Too much at once: what is refused, how, and what never is.

use crate::browser::{Browser, config, serve};
use crate::engine::{PASSWORD, World};
use serde_json::json;
use stayd_protocol::password::PasswordHashing;
use stayd_server::ServerConfig;
use std::time::Duration;

//
#[tokio::test]
async fn beyond_the_hashing_limit_a_sign_in_is_answered_503_at_once_and_sessions_are_still_checked() {
    let world = World::with(|policy| {
        policy.passwords.hash_threads = 1;
        policy.passwords.hash_queue = 1;
        // The slower one, so that the storm is there before it is done, on a busy machine as well.
        policy.passwords.hashing = PasswordHashing::Scrypt;
    });
    let mut browser = Browser::new(&serve(&world, config()));
    browser.sign_up("zoe@example.com").await;
    let storm: Vec<_> = (0..12)
        .map(|_| {
            let mut browser = Browser::new(&serve(&world, config()));
            tokio::spawn(async move {
                let answer = browser.sign_in("zoe@example.com", true).await;
                (answer.status.as_u16(), answer.header("retry-after").map(str::to_owned))
            })
        })
        .collect();
    let (mut served, mut refused) = (0, 0);
    for attempt in storm {
        match attempt.await.unwrap() {
            (200, _) => served += 1,
            (503, Some(_)) => refused += 1,
            other => panic!("{other:?}"),
        }
        assert!(browser.is_signed_in().await);
    }
    assert!(served >= 1 && refused >= 1, "{served} served, {refused} refused");
}

// H-8
#[tokio::test]
async fn the_fourth_sign_in_within_ten_seconds_is_refused_and_the_session_check_never_is() {
    let world = World::new();
    let limited = ServerConfig { rate_limit: true, ..config() };
    let mut browser = Browser::new(&serve(&world, limited));
    browser.sign_up("zoe@example.com").await;
    let wrong = json!({"email": "zoe@example.com", "password": "wrong password"});
    for _ in 0..3 {
        assert_eq!(browser.post("/sign-in/email", wrong.clone()).await.status, 401);
    }
    let refused = browser.post("/sign-in/email", wrong.clone()).await;
    assert_eq!(refused.status, 429);
    assert_eq!(refused.header("retry-after"), refused.header("x-retry-after"));
    for _ in 0..500 {
        assert!(browser.is_signed_in().await);
    }
    world.clock.forward(Duration::from_secs(10));
    assert_eq!(browser.post("/sign-in/email", wrong).await.status, 401);
}

//
#[tokio::test]
async fn guesses_in_a_session_that_was_taken_over_are_counted_and_the_sign_in_stays_open() {
    let world = World::new();
    let mut browser = Browser::new(&serve(&world, ServerConfig { rate_limit: true, ..config() }));
    browser.sign_up("zoe@example.com").await;
    // At another pace than the limit by address notices. What is refused for its form is no guess.
    for _ in 0..12 {
        let short = json!({"currentPassword": "wrong password", "newPassword": "short"});
        assert_eq!(browser.post("/change-password", short).await.status, 400);
        world.clock.forward(Duration::from_secs(4));
    }
    let wrong = json!({"password": "wrong password"});
    for _ in 0..9 {
        assert_eq!(browser.post("/verify-password", wrong.clone()).await.status, 400);
        world.clock.forward(Duration::from_secs(4));
    }
    let other_way = json!({"currentPassword": "wrong password", "newPassword": "another good password"});
    assert_eq!(browser.post("/change-password", other_way).await.status, 400);
    world.clock.forward(Duration::from_secs(4));

    let right = json!({"password": PASSWORD});
    let refused = browser.post("/verify-password", right.clone()).await;
    assert_eq!((refused.status.as_u16(), refused.header("retry-after")), (429, Some("596")));
    assert_eq!(refused.header("x-retry-after"), Some("596"));
    let change = json!({"currentPassword": PASSWORD, "newPassword": "another good password"});
    assert_eq!(browser.post("/change-password", change).await.status, 429);
    assert!(browser.is_signed_in().await);
    assert_eq!(browser.sign_in("zoe@example.com", true).await.status, 200);

    world.clock.forward(Duration::from_mins(10));
    for _ in 0..12 {
        assert_eq!(browser.post("/verify-password", right.clone()).await.status, 200);
    }
}

//
#[tokio::test]
async fn a_mailbox_is_not_flooded_and_strangers_are_told_nothing_by_that() {
    let world = World::new();
    let mut browser = Browser::new(&serve(&world, ServerConfig { rate_limit: true, ..config() }));
    browser.sign_up("zoe@example.com").await;
    for email in ["Zoe@example.com", "nobody@example.com"] {
        let ask = json!({ "email": email });
        for _ in 0..10 {
            assert_eq!(browser.post("/request-password-reset", ask.clone()).await.status, 200);
            world.clock.forward(Duration::from_secs(20));
        }
        let refused = browser.post("/request-password-reset", ask).await;
        assert_eq!((refused.status.as_u16(), refused.header("retry-after")), (429, Some("3400")));
        let refused = browser.post("/send-verification-email", json!({ "email": email })).await;
        assert_eq!(refused.status, 429, "whatever the letter");
        // The limit by address, which comes first, has seen fewer than it allows.
        world.clock.forward(Duration::from_mins(1));
    }
}

//
#[tokio::test]
async fn sign_ins_that_an_overloaded_server_has_turned_away_are_no_guesses() {
    let world = World::with(|policy| {
        policy.passwords.hash_threads = 1;
        policy.passwords.hash_queue = 0;
    });
    let router = serve(&world, ServerConfig { rate_limit: true, ..config() });
    let (mut zoe, mut max) = (Browser::new(&router), Browser::new(&router));
    zoe.sign_up("zoe@example.com").await;
    max.sign_up("max@example.com").await;
    for _ in 0..12 {
        // He comes first, and has the one place there is.
        let (_, hers) =
            tokio::join!(max.sign_in("max@example.com", true), zoe.sign_in("zoe@example.com", true));
        assert!([200, 503].contains(&hers.status.as_u16()), "{}", hers.status);
        world.clock.forward(Duration::from_secs(10));
    }
}

//
#[tokio::test]
async fn a_link_that_sends_a_letter_and_a_change_of_address_flood_no_mailbox() {
    let world = World::new();
    let mut browser = Browser::new(&serve(&world, ServerConfig { rate_limit: true, ..config() }));
    browser.sign_up("zoe@example.com").await;
    let user = world.engine.user_by_email("zoe@example.com").await.unwrap().unwrap();
    let verified = stayd_engine::store::UserChange { email_verified: Some(true), ..Default::default() };
    world.engine.update_user(&user.id, verified).await.unwrap();
    browser.post("/change-email", json!({"newEmail": "victim@example.com"})).await;
    let link = format!("/verify-email?token={}", world.letters.last_token());
    let to = |address: &str| world.letters.all().iter().filter(|mail| mail.to == address).count();
    for _ in 0..30 {
        browser.get(&link).await;
    }
    assert!(to("victim@example.com") <= 10, "{} letters by one link", to("victim@example.com"));
    for number in 0..20 {
        browser.post("/change-email", json!({"newEmail": format!("n{number}@example.com")})).await;
        world.clock.forward(Duration::from_secs(10));
    }
    assert!(to("zoe@example.com") <= 10, "{} letters to the owner", to("zoe@example.com"));
}
