//! scrypt as Better Auth has it: N = 2^14, r = 16, p = 1 and 64 bytes; 32 MiB and some 60 ms of one core.

use scrypt::{Params, scrypt};
use subtle::ConstantTimeEq as _;
use zeroize::Zeroizing;

use super::{MalformedHash, normal};

const LOG_N: u8 = 14;
const R: u32 = 16;
const P: u32 = 1;
const KEY_LENGTH: usize = 64;

/// Longest salt taken from a store, in bytes. Better Auth's own has 32.
const MAX_SALT_LENGTH: usize = 128;

/// The text to store for `password`: `salt:key`, both in lower-case hexadecimal.
pub(super) fn hash(password: &str, salt: [u8; 16]) -> String {
    let salt = hexadecimal(&salt);
    let key = derive(password, &salt);
    format!("{salt}:{}", hexadecimal(&*key))
}

/// Whether `password` is the one that `stored` was made from. A malformed `stored` is refused before any work is done.
pub(super) fn verify(password: &str, stored: &str) -> Result<bool, MalformedHash> {
    let (salt, key) = stored.split_once(':').ok_or(MalformedHash)?;
    if salt.is_empty() || salt.len() > MAX_SALT_LENGTH || !is_hexadecimal(salt) {
        return Err(MalformedHash);
    }
    if key.len() != KEY_LENGTH * 2 || !is_hexadecimal(key) {
        return Err(MalformedHash);
    }
    let derived = Zeroizing::new(hexadecimal(&*derive(password, salt)));
    Ok(derived.as_bytes().ct_eq(key.as_bytes()).into())
}

/// The salt goes in as its hexadecimal text, not as the bytes it stands for.
fn derive(password: &str, salt: &str) -> Zeroizing<[u8; KEY_LENGTH]> {
    let mut key = Zeroizing::new([0; KEY_LENGTH]);
    let Ok(params) = Params::new(LOG_N, R, P) else {
        unreachable!("the parameters are constant and allowed")
    };
    let Ok(()) = scrypt(normal(password).as_bytes(), salt.as_bytes(), &params, &mut *key) else {
        unreachable!("the length of the key is constant and allowed")
    };
    key
}

fn hexadecimal(bytes: &[u8]) -> String {
    let digit = |value: u8| char::from_digit(u32::from(value), 16).unwrap_or_default();
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

fn is_hexadecimal(text: &str) -> bool {
    text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const SALT: [u8; 16] =
        [0x00, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88, 0x99, 0xaa, 0xbb, 0xcc, 0xdd, 0xee, 0xff];
    const BATTERY_STAPLE: &str = "00112233445566778899aabbccddeeff:f5b22309b28fe412c82a4b2cab57498b8f8a42c849af16cb908974048f61c13933421858db3a8f111430bdc493c7cef90f61f904061c77206e3820a2e8b11bc2";
    const UMLAUTS: &str = "00112233445566778899aabbccddeeff:6ff0a64909699425d0e5567eb4a7626dd56efd004202bd9a3cf5f74af5ead46512a4df46a36774cd913a5e17e9bc99b90754a33d37fd31b1e825ef722add26f5";

    #[test]
    fn the_vectors_of_the_real_package_are_reproduced() {
        assert_eq!(hash("correct horse battery staple", SALT), BATTERY_STAPLE);
        assert_eq!(hash("pässwörd№1", SALT), UMLAUTS);
    }

    #[test]
    fn the_right_password_is_known_in_every_normal_form() {
        assert_eq!(verify("pässwörd№1", UMLAUTS), Ok(true));
        assert_eq!(verify("pa\u{308}sswo\u{308}rdNo1", UMLAUTS), Ok(true));
        assert_eq!(verify("passwordNo1", UMLAUTS), Ok(false));
    }

    //
    #[test]
    fn every_character_of_a_long_password_counts() {
        let long = "x".repeat(127);
        let stored = hash(&format!("{long}a"), SALT);
        assert_eq!(verify(&format!("{long}a"), &stored), Ok(true));
        assert_eq!(verify(&format!("{long}b"), &stored), Ok(false));
        assert_eq!(verify("a\0b", &hash("a\0c", SALT)), Ok(false));
        assert_eq!(verify("a ", &hash("a", SALT)), Ok(false));
    }

    #[test]
    fn a_malformed_hash_is_refused() {
        let (salt, key) = BATTERY_STAPLE.split_once(':').unwrap();
        for stored in [
            String::new(),
            ":".to_owned(),
            salt.to_owned(),
            format!(":{key}"),
            format!("{salt}:"),
            format!("{salt}:{}", &key[1..]),
            format!("{salt}:{key}0"),
            format!("{salt}:{key}:{key}"),
            format!("{salt}:{}", key.to_uppercase()),
            format!("{}:{key}", "0".repeat(129)),
            format!("{salt} :{key}"),
            format!("ä{salt}:{key}"),
            "$argon2id$v=19$m=19456,t=2,p=1$c2FsdA$aGFzaA".to_owned(),
        ] {
            assert_eq!(verify("x", &stored), Err(MalformedHash), "{stored}");
        }
    }

    proptest! {
        #[test]
        fn any_text_that_is_no_hash_is_refused_without_panic(stored in "\\PC{0,300}") {
            prop_assert_eq!(verify("x", &stored), Err(MalformedHash));
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4))]

        #[test]
        fn what_is_hashed_verifies_and_a_changed_hash_does_not(password in "\\PC{1,40}", salt: [u8; 16], at in 33..161_usize) {
            let stored = hash(&password, salt);
            prop_assert_eq!(verify(&password, &stored), Ok(true));
            let mut changed = stored.clone();
            let other = if &stored[at..=at] == "0" { "1" } else { "0" };
            changed.replace_range(at..=at, other);
            prop_assert_eq!(verify(&password, &changed), Ok(false));
        }
    }
}
