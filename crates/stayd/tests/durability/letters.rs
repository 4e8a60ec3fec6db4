//! A letter whose request was acknowledged is sent, whenever the server is killed.

use serde_json::json;

use crate::free_port::free_port;
use crate::mail_server::MailServer;
use crate::server::{Server, folder};

const ADDRESSES: [&str; 3] = ["ada@example.com", "bob@example.com", "eve@example.com"];

#[test]
fn a_letter_whose_request_was_acknowledged_is_sent_after_kill_and_restart() {
    let folder = folder();
    let port = free_port();
    let mail = format!("smtp://127.0.0.1:{port}");
    // Nobody listens there yet.
    let server = Server::start_with_mail(folder.path(), &mail);
    let client = server.client();
    for email in ADDRESSES {
        let body = json!({"name": "", "email": email, "password": "correct horse battery staple"});
        let answer = client.post("/api/auth/sign-up/email", "", &body).expect("an answer");
        assert_eq!(answer.status, 200, "{}", answer.body);
    }
    for email in ADDRESSES.into_iter().chain(["nobody@example.com"]) {
        let body = json!({"email": email});
        let answer = client.post("/api/auth/request-password-reset", "", &body).expect("an answer");
        assert_eq!(answer.status, 200, "{}", answer.body);
    }
    server.kill();

    let letters = MailServer::start(&["--port", &port.to_string()]);
    let server = Server::start_with_mail(folder.path(), &mail);
    // Those that met the failure stand behind the others.
    let mut recipients: Vec<_> = ADDRESSES
        .map(|_| {
            let letter = letters.letter();
            assert!(letter.header("Subject").starts_with("Reset"));
            letter.recipients().join(" ")
        })
        .to_vec();
    recipients.sort();
    assert_eq!(recipients, ADDRESSES);
    // The next letter is the next one that is asked for: nobody gets any, and nobody gets two.
    let body = json!({"email": "ada@example.com"});
    server.client().post("/api/auth/request-password-reset", "", &body).expect("an answer");
    assert_eq!(letters.letter().recipients(), ["ada@example.com"]);
}
