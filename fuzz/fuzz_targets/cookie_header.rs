//! Any bytes as a `Cookie` header: no panic, and what is found is what stands there.
#![no_main]

use libfuzzer_sys::fuzz_target;
use stayd_protocol::{CookieConfig, MAX_SESSION_DATA_LENGTH, cookie, join_chunks};

fuzz_target!(|header: &[u8]| {
    for (name, value) in cookie::each(header) {
        assert!(name.len() + value.len() < header.len());
    }
    for name in ["a", "b", "better-auth.session_token"] {
        if let Some(value) = cookie::find(header, name) {
            assert!(!value.contains(|character: char| character.is_ascii_control()));
            assert!(cookie::each(header).any(|(found, _)| found == name.as_bytes()));
        }
    }
    if let Some(joined) = join_chunks(header, "a") {
        assert!(
            cookie::find(header, "a").is_some_and(|whole| whole == joined)
                || joined.len() <= MAX_SESSION_DATA_LENGTH
        );
    }
    let cleared = CookieConfig::default().clear_session(header);
    assert!(cleared.len() >= 3);
    assert!(cleared.iter().all(|cookie| !cookie.to_string().contains(['\r', '\n', ','])));
});
