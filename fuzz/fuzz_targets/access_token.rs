//! No text is an access token; and claims that are genuinely signed are read without panic and never believed in part.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use stayd_fuzz::{NOW, secrets};
use stayd_protocol::jws::{self, ACCESS_TOKEN, Expectation, KeySet, SigningKey};

const ISSUER: &str = "https://app.example";

static KEY: LazyLock<SigningKey> =
    LazyLock::new(|| SigningKey::shared(&secrets(), ISSUER).expect("a derived key"));
static KEYS: LazyLock<KeySet> = LazyLock::new(|| KeySet::shared(&secrets(), ISSUER));

fuzz_target!(|text: &str| {
    let expected = Expectation::new(ISSUER, ISSUER);
    assert!(jws::verify(text, &KEYS, NOW, &expected).is_err());
    let _ = KeySet::from_jwks(text.as_bytes());
    let Ok(token) = KEY.sign(Some(ACCESS_TOKEN), text) else { return };
    if let Ok(claims) = jws::verify(&token, &KEYS, NOW, &expected) {
        assert!(claims.iss == ISSUER && claims.aud == ISSUER);
        assert!(claims.exp > NOW.as_ms() / 1000 - 60 && claims.iat <= NOW.as_ms() / 1000 + 60);
        // What is believed is written again as the same claims.
        let again = claims.sign(&KEY).expect("a signature");
        assert_eq!(jws::verify(&again, &KEYS, NOW, &expected), Ok(claims));
    }
});
