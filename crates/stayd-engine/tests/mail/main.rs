//! Letters against a real SMTP server, and into a folder.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on fails")]
#![cfg(feature = "smtp")]

mod folder;
mod server;
mod support;
mod waiting;

use std::{net::TcpListener, time::Duration};

use server::MailServer;
use stayd_engine::mail::{CarryError, Letter, Mail, MailError, Mailer, OutboxLimits};
use support::{URL, carrier, every_letter, impatient, mail, start};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_letter_arrives_intact() {
    let server = MailServer::start(&[]);
    let (outbox, courier) = start(carrier(&format!("smtp://127.0.0.1:{}", server.port)), impatient());
    for letter in every_letter() {
        outbox.post(mail("Zoë 李小龍 🙂", letter)).expect("there is room");
        let received = server.letter();
        assert_eq!(received.field("sender"), "stayd@example.com");
        assert_eq!(received.recipients(), ["ada@example.com"]);
        assert_eq!(received.header("From"), "Exämple <stayd@example.com>");
        assert_eq!(received.header("To"), "Zoë 李小龍 🙂 <ada@example.com>");
        assert!(received.header("Subject").contains("Exämple"), "{}", received.header("Subject"));
        assert_eq!(received.header("Date"), "Mon, 02 Mar 2026 03:04:05 +0000");
        assert_eq!(received.header("MIME-Version"), "1.0");
        assert_eq!(received.header("Auto-Submitted"), "auto-generated");
        let id = received.header("Message-ID");
        assert!(id.starts_with('<') && id.ends_with("@example.com>"), "{id}");
        assert_eq!(received.defects(), &serde_json::json!([]));
        assert!(received.field("text").starts_with("Hello Zoë 李小龍 🙂,"), "{}", received.field("text"));
        assert!(received.field("text").lines().any(|line| line == URL), "{}", received.field("text"));
        assert!(received.field("html").contains(&URL.replace('&', "&amp;")));
    }
    assert_eq!(courier.finish(Duration::from_secs(30)).await, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_name_cannot_add_a_header_or_a_recipient() {
    let server = MailServer::start(&[]);
    let (outbox, _courier) = start(carrier(&format!("smtp://127.0.0.1:{}", server.port)), impatient());
    for name in [
        "Ada\r\nBcc: eve@example.org",
        "Ada\nSubject: hello",
        "\"Ada\" <eve@example.org>, x",
        "Ada\r\n\r\nbody",
    ] {
        outbox.post(mail(name, Letter::ResetPassword { url: URL.into() })).expect("there is room");
        let received = server.letter();
        assert_eq!(received.recipients(), ["ada@example.com"]);
        assert_eq!(received.header("To"), "ada@example.com");
        assert!(received.headers("Bcc").is_empty() && received.headers("Subject").len() == 1);
        assert!(received.field("text").starts_with("Hello,"), "{}", received.field("text"));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_address_that_is_none_is_given_up_at_once() {
    let server = MailServer::start(&[]);
    let carrier = carrier(&format!("smtp://127.0.0.1:{}", server.port));
    for to in [
        "ada@example.com\r\nBcc: eve@example.org",
        "ada@example.com, eve@example.org",
        "",
        "<ada@example.com>",
    ] {
        let letter = Mail { to: to.into(), ..mail("Ada", Letter::VerifyEmail { url: URL.into() }) };
        assert!(matches!(carrier.carry(&letter).await, Err(CarryError::Never(_))), "{to:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_letter_waits_while_the_server_is_down_and_arrives_when_it_is_back() {
    // Stands in for a server that is starting: it takes connections and hangs up.
    let broken = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let port = broken.local_addr().expect("an address").port();
    let (outbox, courier) = start(carrier(&format!("smtp://127.0.0.1:{port}")), impatient());
    outbox.post(mail("Ada", Letter::VerifyEmail { url: URL.into() })).expect("there is room");
    let first_attempt = tokio::task::spawn_blocking(move || broken.accept().map(drop)).await;
    first_attempt.expect("no panic").expect("the letter was tried");

    let server = MailServer::start(&["--port", &port.to_string()]);
    outbox.post(mail("Ada", Letter::ResetPassword { url: URL.into() })).expect("there is room");
    // Which of them tests the way is up to the moment.
    let mut subjects = [(); 2].map(|()| server.letter().header("Subject").to_owned());
    subjects.sort();
    assert!(subjects[0].starts_with("Reset") && subjects[1].starts_with("Verify"), "{subjects:?}");
    assert_eq!(courier.finish(Duration::from_secs(30)).await, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_letter_that_is_put_off_is_tried_again_and_holds_up_no_other() {
    let server = MailServer::start(&["--put-off", "1"]);
    let (outbox, _courier) = start(carrier(&format!("smtp://127.0.0.1:{}", server.port)), impatient());
    outbox.post(mail("Ada", Letter::VerifyEmail { url: URL.into() })).expect("there is room");
    server.next("put off");
    server.letter();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refused_letter_is_tried_once_and_its_link_is_not_in_the_log() {
    let server = MailServer::start(&["--refuse"]);
    let log = support::Log::capture();
    let (outbox, courier) = start(carrier(&format!("smtp://127.0.0.1:{}", server.port)), impatient());
    outbox.post(mail("Ada", Letter::VerifyEmail { url: URL.into() })).expect("there is room");
    server.next("refused");
    courier.finish(Duration::from_secs(30)).await;
    let log = log.text();
    assert!(log.contains("letter given up") && log.contains("5.7.1"), "{log}");
    assert!(!log.contains("secret"), "{log}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn starttls_and_tls_protect_letters_and_passwords() {
    let certificate = support::Certificate::for_localhost();
    let (file, key) = (certificate.file(), certificate.key());
    let common = ["--certificate", &file, "--key", &key, "--user", "ada", "--password", "p/ss"];
    for (scheme, option, extra) in [("smtp", "&tls=starttls", &[][..]), ("smtps", "", &["--wrapped"])] {
        let server = MailServer::start(&[&common, extra].concat());
        let address = format!("{scheme}://ada:p%2Fss@localhost:{}?ca={file}{option}", server.port);
        let (outbox, _courier) = start(carrier(&address), impatient());
        outbox.post(mail("Ada", Letter::VerifyEmail { url: URL.into() })).expect("there is room");
        let received = server.letter();
        assert!(received.is_encrypted(), "{scheme}");
        assert_eq!(received.field("user"), "ada");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_without_starttls_or_with_a_strangers_certificate_gets_no_letter() {
    let plain = MailServer::start(&[]);
    let letter = mail("Ada", Letter::VerifyEmail { url: URL.into() });
    let refused = carrier(&format!("smtp://localhost:{}?tls=starttls", plain.port)).carry(&letter).await;
    assert!(matches!(refused, Err(CarryError::Down(_))), "{refused:?}");

    let certificate = support::Certificate::for_localhost();
    let stranger = MailServer::start(&["--certificate", &certificate.file(), "--key", &certificate.key()]);
    let refused = carrier(&format!("smtp://localhost:{}?tls=starttls", stranger.port)).carry(&letter).await;
    assert!(matches!(refused, Err(CarryError::Down(_))), "{refused:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_wrong_password_keeps_letters_waiting_and_is_found_by_the_check() {
    let server = MailServer::start(&["--user", "ada", "--password", "right"]);
    let carrier = carrier(&format!("smtp://ada:wrong@127.0.0.1:{}", server.port));
    let letter = mail("Ada", Letter::VerifyEmail { url: URL.into() });
    assert!(matches!(carrier.carry(&letter).await, Err(CarryError::Down(_))));
    assert!(matches!(carrier.check().await, Err(CarryError::Down(_))));
}

#[tokio::test(start_paused = true)]
async fn a_server_that_never_answers_is_given_up_after_a_while() {
    // The system takes the connection, nobody answers it. Time is the runtime's: it leaps when everybody waits.
    let silent = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let carrier = carrier(&format!("smtp://{}", silent.local_addr().expect("an address")));
    let letter = mail("Ada", Letter::VerifyEmail { url: URL.into() });
    assert!(matches!(carrier.carry(&letter).await, Err(CarryError::Down(_))));
    assert!(matches!(carrier.check().await, Err(CarryError::Down(_))));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_outbox_refuses_and_takes_letters_again_when_there_is_room() {
    let broken = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let port = broken.local_addr().expect("an address").port();
    drop(broken);
    let limits = OutboxLimits { capacity: 2, ..impatient() };
    let (outbox, courier) = start(carrier(&format!("smtp://127.0.0.1:{port}")), limits);
    let letter = || mail("Ada", Letter::VerifyEmail { url: URL.into() });
    let is_full = || matches!(outbox.post(letter()), Err(MailError::Full));
    support::until("it is full", is_full).await;

    let server = MailServer::start(&["--port", &port.to_string()]);
    support::until("it takes letters again", || outbox.post(letter()).is_ok()).await;
    server.letter();
    assert_eq!(courier.finish(Duration::from_secs(30)).await, 0);
}
