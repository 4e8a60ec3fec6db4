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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::testing::Seeded;
    use std::collections::HashSet;

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
