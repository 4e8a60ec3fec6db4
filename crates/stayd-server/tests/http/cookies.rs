//! What is set, with which attributes, and who may read it.

use crate::browser::{Browser, config, serve, signed_by};
use crate::engine::World;
use serde_json::json;
use stayd_protocol::{CookieConfig, Secret, Secrets};
use stayd_server::{ServerConfig, TrustedOrigins};

const TOKEN: &str = "better-auth.session_token";

#[tokio::test]
async fn a_sign_up_sets_one_cookie_with_the_protocols_attributes() {
    let world = World::new();
    let mut browser = Browser::new(&serve(&world, config()));
    let answer = browser.sign_up("zoe@example.com").await;
    let [cookie] = answer.set_cookies().try_into().unwrap();
    let (_, attributes) = cookie.split_once("; ").unwrap();
    assert_eq!(attributes, "Max-Age=604800; Path=/; HttpOnly; SameSite=Lax");
    assert!(cookie.starts_with("better-auth.session_token="));
}

#[tokio::test]
async fn over_https_cookies_are_secure_and_say_so_in_their_name() {
    let world = World::new();
    let https = ServerConfig {
        origin: "https://app.example".into(),
        trusted_origins: TrustedOrigins::new("https://app.example", [crate::browser::ORIGIN]).unwrap(),
        cookies: CookieConfig { secure: true, ..CookieConfig::default() },
        ..config()
    };
    let mut browser = Browser::new(&serve(&world, https));
    let answer = browser.sign_up("zoe@example.com").await;
    let [cookie] = answer.set_cookies().try_into().unwrap();
    assert!(cookie.starts_with("__Secure-better-auth.session_token="));
    assert!(cookie.ends_with("; Max-Age=604800; Path=/; HttpOnly; Secure; SameSite=Lax"));
    assert_eq!(answer.header("strict-transport-security"), Some("max-age=31536000; includeSubDomains"));
}

#[tokio::test]
async fn who_is_not_to_be_remembered_gets_cookies_that_end_with_the_browser() {
    let world = World::new();
    let mut browser = Browser::new(&serve(&world, config()));
    browser.sign_up("zoe@example.com").await;
    let answer = browser.sign_in("zoe@example.com", false).await;
    for cookie in answer.set_cookies() {
        assert!(
            cookie.ends_with("; Path=/; HttpOnly; SameSite=Lax") && !cookie.contains("Max-Age"),
            "{cookie}"
        );
    }
    assert!(browser.jar.contains_key("better-auth.dont_remember"));
    let answer = browser.sign_in("zoe@example.com", true).await;
    assert!(
        answer.set_cookies().iter().any(|cookie| cookie.starts_with("better-auth.dont_remember=; Max-Age=0"))
    );
}

#[tokio::test]
async fn no_body_ever_holds_the_secret_of_the_cookie() {
    let world = World::new();
    let mut browser = Browser::new(&serve(&world, config()));
    let mut bodies = vec![browser.sign_up("zoe@example.com").await.text];
    bodies.push(browser.sign_in("zoe@example.com", true).await.text);
    let secret = browser.jar[TOKEN].split('.').next().unwrap().to_owned();
    for path in ["/get-session", "/list-sessions", "/list-accounts"] {
        bodies.push(browser.get(path).await.text);
    }
    for body in bodies {
        assert!(!body.contains(&secret), "{body}");
    }
}

#[tokio::test]
async fn a_sign_out_ends_the_session_and_clears_the_browser() {
    let world = World::new();
    let router = serve(&world, config());
    let mut browser = Browser::new(&router);
    browser.sign_up("zoe@example.com").await;
    let mut stolen = browser.clone();
    assert!(stolen.is_signed_in().await);
    assert_eq!(browser.post("/sign-out", json!({})).await.json(), json!({"success": true}));
    assert!(browser.jar.is_empty());
    assert!(!stolen.is_signed_in().await);
}

#[tokio::test]
async fn a_late_answer_about_an_ended_session_deletes_no_cookies() {
    let world = World::new();
    let router = serve(&world, config());
    let mut tab = Browser::new(&router);
    tab.sign_up("zoe@example.com").await;
    let mut late = tab.clone();
    tab.post("/sign-out", json!({})).await;
    let answer = late.get("/get-session").await;
    assert_eq!((answer.text.as_str(), answer.set_cookies().len()), ("null", 0));
    // Long after, no answer is late any more, and a dead cookie is cleared away.
    world.clock.forward(std::time::Duration::from_mins(2));
    assert!(!late.get("/get-session").await.set_cookies().is_empty());
    assert!(late.jar.is_empty());
}

#[tokio::test]
async fn a_forged_cookie_opens_nothing_and_is_cleared() {
    let world = World::new();
    let mut browser = Browser::new(&serve(&world, config()));
    browser.sign_up("zoe@example.com").await;
    let genuine = browser.jar[TOKEN].clone();
    let (token, signature) = genuine.split_once('.').unwrap();
    browser.jar.insert(TOKEN.into(), format!("{}.{signature}", token.to_uppercase()));
    assert!(!browser.is_signed_in().await);
    assert!(browser.jar.is_empty());
}

#[tokio::test]
async fn a_changed_secret_signs_nobody_out_and_cookies_are_signed_anew() {
    let world = World::new();
    let mut browser = Browser::new(&serve(&world, config()));
    browser.sign_up("zoe@example.com").await;
    let old = browser.jar[TOKEN].clone();

    let new = Secret::parse("Jw7nQ2xV9bT4mR8kZ5cL1hF6pD3sG0yA").unwrap();
    let old_secret = Secret::parse("kX3v9QhT7mWz2LrB8nYcJ5dGfA4sPeUq").unwrap();
    let both = Secrets::new(new.clone(), vec![old_secret]).unwrap();
    let mut browser = browser.at(&serve(&world, signed_by(both)));
    assert!(browser.is_signed_in().await);
    assert_ne!(browser.jar[TOKEN], old);

    let alone = Secrets::new(new, Vec::new()).unwrap();
    let mut browser = browser.at(&serve(&world, signed_by(alone)));
    assert!(browser.is_signed_in().await, "after its first use the cookie no longer needs the old secret");
}
