//! Identifiers as Better Auth makes them: `[a-zA-Z0-9]`, each character equally likely (protocol spec 4.1).

use crate::Random;

/// Characters in the id of a user, session or account, and in a session token.
pub const ID_LENGTH: usize = 32;

/// Characters in the token of a password-reset mail.
pub const RESET_TOKEN_LENGTH: usize = 24;

const ALPHABET: &[u8; 62] = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

/// `length` random letters and digits: 5.95 bits of randomness each, 190 bits for 32.
///
/// Six bits of each random byte choose the character; the two values past the alphabet are thrown away
/// instead of being folded back, so that no character is more likely than another.
pub fn alphanumeric(random: &dyn Random, length: usize) -> String {
    let mut text = String::with_capacity(length);
    let mut bytes = [0; 48];
    while text.len() < length {
        random.fill(&mut bytes);
        let missing = length - text.len();
        let characters = bytes.iter().filter_map(|byte| ALPHABET.get(usize::from(byte & 63)));
        text.extend(characters.take(missing).map(|&character| char::from(character)));
    }
    text
}

/// 32 letters and digits that stand for the 32 bytes of a MAC: 190 bits, as many as [`alphanumeric`] gives.
///
/// Each half of the bytes makes 16 characters. That 2^128 is no multiple of 62^16 makes a text at most 2^-32 more likely than
/// another.
pub(crate) fn alphanumeric_of(mac: &[u8; 32]) -> String {
    let (halves, _) = mac.as_chunks::<16>();
    let mut text = String::with_capacity(ID_LENGTH);
    for half in halves {
        let mut number = u128::from_be_bytes(*half);
        for _ in 0..ID_LENGTH / 2 {
            // The remainder is below 62, so that there is a character for it.
            let character = usize::try_from(number % 62).ok().and_then(|digit| ALPHABET.get(digit));
            text.extend(character.map(|&character| char::from(character)));
            number /= 62;
        }
    }
    text
}

/// A random UUID (version 4, RFC 9562): the `jti` of the encrypted session-data cookie.
pub fn uuid(random: &dyn Random) -> String {
    let mut bytes = [0; 16];
    random.fill(&mut bytes);
    // RFC 9562, section 5.4: the version and the variant take six of the bits.
    let bits = u128::from_be_bytes(bytes) & !(0xf << 76) & !(0x3 << 62) | (0x4 << 76) | (0x2 << 62);
    let text = format!("{bits:032x}");
    let mut uuid = String::with_capacity(36);
    for (position, digit) in text.chars().enumerate() {
        if matches!(position, 8 | 12 | 16 | 20) {
            uuid.push('-');
        }
        uuid.push(digit);
    }
    uuid
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::testing::Seeded;
    use std::collections::HashSet;

    #[test]
    fn a_uuid_says_its_version_and_variant() {
        struct Filled(u8);
        impl Random for Filled {
            fn fill(&self, bytes: &mut [u8]) {
                bytes.fill(self.0);
            }
        }
        assert_eq!(uuid(&Filled(0)), "00000000-0000-4000-8000-000000000000");
        assert_eq!(uuid(&Filled(0xff)), "ffffffff-ffff-4fff-bfff-ffffffffffff");
    }

    #[test]
    fn every_mac_has_a_text_of_its_own() {
        assert_eq!(alphanumeric_of(&[0; 32]), "a".repeat(32));
        let random = Seeded::new(4);
        let texts: HashSet<String> = (0..10_000)
            .map(|_| {
                let mut mac = [0; 32];
                random.fill(&mut mac);
                alphanumeric_of(&mac)
            })
            .collect();
        assert_eq!(texts.len(), 10_000);
        assert!(texts.iter().all(|text| text.len() == 32 && text.bytes().all(|b| b.is_ascii_alphanumeric())));
    }

    #[test]
    fn an_identifier_has_the_length_and_the_alphabet_asked_for() {
        let random = Seeded::new(1);
        for length in [0, 1, 24, 32, 200] {
            let text = alphanumeric(&random, length);
            assert_eq!(text.len(), length);
            assert!(text.bytes().all(|byte| byte.is_ascii_alphanumeric()));
        }
    }

    #[test]
    fn every_character_is_equally_likely() {
        let draws = 620_000_u32;
        let mut counts = [0_u32; 128];
        for byte in alphanumeric(&Seeded::new(2), draws as usize).bytes() {
            counts[usize::from(byte)] += 1;
        }
        let expected = f64::from(draws) / 62.0;
        let chi_squared: f64 = ALPHABET
            .iter()
            .map(|&byte| (f64::from(counts[usize::from(byte)]) - expected).powi(2) / expected)
            .sum();
        // 61 degrees of freedom: above 100 in one of a thousand seeds.
        assert!(chi_squared < 100.0, "{chi_squared}");
    }

    #[test]
    fn identifiers_do_not_repeat() {
        let random = Seeded::new(3);
        let drawn: HashSet<String> = (0..100_000).map(|_| alphanumeric(&random, ID_LENGTH)).collect();
        assert_eq!(drawn.len(), 100_000);
    }
}
