//! What a password must be, and that it is taken as it is typed.

use crate::browser::{Answer, Browser, config, serve};
use crate::engine::{PASSWORD, World};
use serde_json::json;

async fn sign_up(browser: &mut Browser, email: &str, password: &str) -> Answer {
    browser.post("/sign-up/email", json!({"name": "Zoë", "email": email, "password": password})).await
}

fn code(answer: &Answer) -> String {
    answer.json()["code"].as_str().unwrap_or_default().to_owned()
}

//
#[tokio::test]
async fn passwords_have_from_eight_to_a_hundred_and_twenty_eight_characters() {
    let world = World::new();
    let mut browser = Browser::new(&serve(&world, config()));
    let words: [(&str, usize, &str); 6] = [
        ("a", 7, "PASSWORD_TOO_SHORT"),
        ("a", 8, ""),
        ("é", 8, ""),
        ("🙂", 3, "PASSWORD_TOO_SHORT"),
        ("a", 128, ""),
        ("a", 129, "PASSWORD_TOO_LONG"),
    ];
    for (number, (letter, count, expected)) in words.into_iter().enumerate() {
        let answer = sign_up(&mut browser, &format!("p{number}@example.com"), &letter.repeat(count)).await;
        assert_eq!(code(&answer), expected, "{count} of {letter}");
    }
}

//
#[tokio::test]
async fn a_password_is_taken_exactly_as_it_is_typed() {
    let world = World::new();
    let mut browser = Browser::new(&serve(&world, config()));
    let long = "x".repeat(127);
    let typed = [format!("{long}a"), "  spaces around  ".to_owned(), "nul\0inside and after".to_owned()];
    let others = [format!("{long}b"), "spaces around".to_owned(), "nul".to_owned() + &"x".repeat(8)];
    for (number, (password, other)) in typed.iter().zip(&others).enumerate() {
        let email = format!("p{number}@example.com");
        assert_eq!(sign_up(&mut browser, &email, password).await.status, 200);
        for (tried, expected) in [(password, 200), (other, 401)] {
            let body = json!({"email": email, "password": tried});
            assert_eq!(browser.post("/sign-in/email", body).await.status, expected, "{number}");
        }
    }
}

//
#[tokio::test]
async fn where_the_policy_says_so_what_everybody_tries_first_is_no_new_password() {
    let world = World::with(|policy| policy.passwords.refuse_common = true);
    let mut browser = Browser::new(&serve(&world, config()));
    let refused = sign_up(&mut browser, "zoe@example.com", "Password1").await;
    assert_eq!((refused.status.as_u16(), code(&refused).as_str()), (400, "PASSWORD_COMPROMISED"));
    assert_eq!(sign_up(&mut browser, "zoe@example.com", PASSWORD).await.status, 200);
    let change = json!({"currentPassword": PASSWORD, "newPassword": "iloveyou"});
    assert_eq!(code(&browser.post("/change-password", change).await), "PASSWORD_COMPROMISED");
    browser.post("/request-password-reset", json!({"email": "zoe@example.com"})).await;
    let token = world.letters.last_token();
    let reset = |password: &str| json!({"newPassword": password, "token": token});
    assert_eq!(code(&browser.post("/reset-password", reset("12345678")).await), "PASSWORD_COMPROMISED");
    assert_eq!(browser.post("/reset-password", reset("another good one")).await.status, 200, "not used up");
}

//
#[tokio::test]
async fn as_better_auth_has_it_any_password_that_is_long_enough_will_do() {
    let world = World::new();
    let mut browser = Browser::new(&serve(&world, config()));
    assert_eq!(sign_up(&mut browser, "zoe@example.com", "password1").await.status, 200);
}

// L-7
#[tokio::test]
async fn a_disabled_person_is_signed_out_and_gets_the_code_of_the_admin_plugin() {
    let world = World::new();
    let mut browser = Browser::new(&serve(&world, config()));
    sign_up(&mut browser, "zoe@example.com", PASSWORD).await;
    let zoe = world.engine.user_by_email("zoe@example.com").await.unwrap().unwrap();
    world.engine.disable_user(&zoe.id).await.unwrap();
    assert_eq!(browser.get("/get-session").await.text, "null");
    let sign_in = |password: &str| json!({"email": "zoe@example.com", "password": password});
    let answer = browser.post("/sign-in/email", sign_in("wrong password")).await;
    assert_eq!((answer.status.as_u16(), code(&answer).as_str()), (401, "INVALID_EMAIL_OR_PASSWORD"));
    let answer = browser.post("/sign-in/email", sign_in(PASSWORD)).await;
    assert_eq!((answer.status.as_u16(), code(&answer).as_str()), (403, "BANNED_USER"));
    assert!(
        answer.set_cookies().iter().all(|cookie| !cookie.contains("session_token")),
        "{:?}",
        answer.set_cookies()
    );
    world.engine.enable_user(&zoe.id).await.unwrap();
    assert_eq!(browser.post("/sign-in/email", sign_in(PASSWORD)).await.status.as_u16(), 200);
}
