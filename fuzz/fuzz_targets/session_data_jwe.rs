//! Any text as the encrypted session-data cookie is refused, also behind a header that is as it should be.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use stayd_fuzz::{NOW, base64url, secrets};
use stayd_protocol::{SessionDataCodec, SessionDataError, Strategy};

static CODEC: LazyLock<SessionDataCodec> =
    LazyLock::new(|| SessionDataCodec::new(&secrets(), Strategy::Jwe, "1"));

fuzz_target!(|text: &str| {
    let header = base64url(br#"{"alg":"dir","enc":"A256CBC-HS512"}"#);
    let iv = base64url(&[7; 16]);
    let tag = base64url(&[7; 32]);
    for token in [
        text.to_owned(),
        format!("{header}..{text}"),
        format!("{header}..{iv}.{}.{tag}", base64url(text.as_bytes())),
        format!("{}..{iv}.{tag}.{tag}", base64url(text.as_bytes())),
    ] {
        assert_eq!(CODEC.decode(&token, NOW), Err(SessionDataError::NotGenuine));
    }
});
