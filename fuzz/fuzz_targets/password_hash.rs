//! Any text as a stored password hash is refused before the costly work, unless it has the one form.
#![no_main]

use libfuzzer_sys::fuzz_target;
use stayd_protocol::password;

fuzz_target!(|stored: &str| {
    let parts: Vec<&str> = stored.split(':').collect();
    let is_hash = matches!(parts[..], [salt, key] if !salt.is_empty() && key.len() == 128);
    if !is_hash {
        assert!(password::verify("x", stored).is_err());
    }
    assert!(password::length_utf16(stored) <= stored.len());
});
