//! Any text as a mail token is refused, and any genuinely signed claims and header are read without panic.
#![no_main]

use libfuzzer_sys::fuzz_target;
use stayd_fuzz::{NOW, SIGNER, base64url};
use stayd_protocol::{MailToken, MailTokenError, email};

fuzz_target!(|text: &str| {
    assert_eq!(MailToken::verify(&SIGNER, text, NOW), Err(MailTokenError::Invalid));
    let sign = |header: &str, claims: &str| {
        let covered = format!("{}.{}", base64url(header.as_bytes()), base64url(claims.as_bytes()));
        format!("{covered}.{}", base64url(&SIGNER.mac(covered.as_bytes())))
    };
    if let Ok(token) = MailToken::verify(&SIGNER, &sign(r#"{"alg":"HS256"}"#, text), NOW) {
        assert!(email::is_valid(&token.email) && token.exp > NOW.as_s());
    }
    let claims = r#"{"email":"a@x.com","iat":1767323045,"exp":1767326645}"#;
    if MailToken::verify(&SIGNER, &sign(text, claims), NOW).is_ok() {
        assert!(text.contains("HS256"));
    }
});
