//! Any text as a signed cookie is refused; any text that is signed is verified, and only in its one spelling.
#![no_main]

use libfuzzer_sys::fuzz_target;
use stayd_fuzz::SIGNER;
use stayd_protocol::{SessionToken, cookie};

fuzz_target!(|text: &str| {
    assert!(SIGNER.verify(text).is_none());
    let header = format!("a={}", SIGNER.sign(text));
    let has_control = text.contains(|character: char| character.is_ascii_control());
    match cookie::find(header.as_bytes(), "a") {
        Some(presented) => {
            let verified = SIGNER.verify(&presented).map(|verified| verified.value);
            assert_eq!(verified, (!text.is_empty()).then_some(text));
            assert!(SIGNER.verify(&format!("{presented}=")).is_none());
        }
        None => assert!(has_control),
    }
    if let Some(token) = SessionToken::parse(text) {
        assert_eq!(token.expose(), text);
    }
});
