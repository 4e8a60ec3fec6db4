//! Any text as the compact session-data cookie is refused, and any text that is genuinely signed is read without panic:
//! the holder of the secret may be another program.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use stayd_fuzz::{NOW, SIGNER, base64url, secrets};
use stayd_protocol::{SessionDataCodec, SessionDataError, Strategy};

/// When the genuine cookie ends, in milliseconds.
const END: i64 = NOW.as_ms() + 300_000;

static CODEC: LazyLock<SessionDataCodec> =
    LazyLock::new(|| SessionDataCodec::new(&secrets(), Strategy::Compact, "1"));

fuzz_target!(|text: &str| {
    assert_eq!(CODEC.decode(text, NOW), Err(SessionDataError::NotGenuine));
    let Some(members) = text.strip_suffix('}') else { return };
    let covered = format!(r#"{members},"expiresAt":{END}}}"#);
    let signature = base64url(&SIGNER.mac(covered.as_bytes()));
    let cookie =
        base64url(format!(r#"{{"session":{text},"expiresAt":{END},"signature":"{signature}"}}"#).as_bytes());
    let mut buffer = Vec::new();
    if let Ok(raw) = CODEC.decode_raw(&cookie, NOW, &mut buffer) {
        assert!(raw.expires_at > NOW && raw.session_expires_at > NOW);
        assert!(text.contains(raw.session_json) && text.contains(raw.user_json));
    }
    let _ = CODEC.decode(&cookie, NOW);
});
