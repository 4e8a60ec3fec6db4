//! Any text as a stored password hash is refused before the costly work, unless it has one of the two forms.
#![no_main]

use libfuzzer_sys::fuzz_target;
use stayd_protocol::password::{self, PasswordHashing};

fuzz_target!(|stored: &str| {
    let parts: Vec<&str> = stored.split(':').collect();
    let is_hash = matches!(parts[..], [salt, key] if !salt.is_empty() && key.len() == 128);
    // Reads it whole and does none of the work.
    let _ = password::is_made_by(PasswordHashing::Argon2id, stored);
    if !is_hash && !stored.starts_with("$argon2id$") {
        assert!(password::verify("x", stored).is_err());
    }
    assert!(password::length_utf16(stored) <= stored.len());
});
