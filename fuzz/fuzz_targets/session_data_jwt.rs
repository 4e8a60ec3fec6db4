//! Any text as the jwt session-data cookie is refused, and any text that is genuinely signed is read without panic:
//! the holder of the secret may be another program.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use stayd_fuzz::{NOW, SIGNER, base64url, secrets};
use stayd_protocol::{SessionDataCodec, SessionDataError, Strategy};

static CODEC: LazyLock<SessionDataCodec> =
    LazyLock::new(|| SessionDataCodec::new(&secrets(), Strategy::Jwt, "1"));

fuzz_target!(|text: &str| {
    assert_eq!(CODEC.decode(text, NOW), Err(SessionDataError::NotGenuine));
    let covered = format!("eyJhbGciOiJIUzI1NiJ9.{}", base64url(text.as_bytes()));
    let cookie = format!("{covered}.{}", base64url(&SIGNER.mac(covered.as_bytes())));
    let mut buffer = Vec::new();
    if let Ok(raw) = CODEC.decode_raw(&cookie, NOW, &mut buffer) {
        assert!(raw.expires_at > NOW && raw.session_expires_at > NOW);
        assert!(text.contains(raw.session_json) && text.contains(raw.user_json));
    }
    let _ = CODEC.decode(&cookie, NOW);
});
