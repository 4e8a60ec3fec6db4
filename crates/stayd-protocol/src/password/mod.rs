//! Passwords at rest: as Better Auth stores them, so that imported accounts sign in (protocol spec 5.1, security spec 4.1), and as
//! Argon2id. Each is told by its text; the NFKC form of the password goes into both.
//!
//! A hash takes tens of MiB and of milliseconds, so make it on threads of its own. Lengths are the caller's to check, before it comes here.

mod argon2id;
mod scrypt;

use unicode_normalization::UnicodeNormalization as _;
use zeroize::Zeroizing;

/// How a password is hashed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum PasswordHashing {
    /// scrypt with N = 2^14, r = 16, p = 1, as `salt:key`: what a Better Auth server reads and writes. 32 MiB and some 60 ms of one core,
    /// which is a third of the work that OWASP advises.
    #[default]
    Scrypt,
    /// Argon2id with 19 MiB, 2 passes and one lane, as a PHC string: what OWASP advises. Some 15 ms of one core.
    Argon2id,
}

impl PasswordHashing {
    /// Every way.
    pub const ALL: [Self; 2] = [Self::Scrypt, Self::Argon2id];

    /// The way by which passwords are held against `stored`, by its first letter. Whether it is well-formed is another question.
    pub fn of(stored: &str) -> Self {
        if stored.starts_with('$') { Self::Argon2id } else { Self::Scrypt }
    }
}

/// A stored hash is of no form that is known, or asks for more work than any hash should.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "the stored password hash is neither salt:key in lower-case hexadecimal nor argon2id of bearable cost as a PHC string"
)]
pub struct MalformedHash;

/// The text to store for `password`. The salt must be fresh randomness.
///
/// The password is taken as typed: nothing is trimmed and nothing cut off, not at 72 bytes and not at NUL
/// (security requirement A-2).
pub fn hash(hashing: PasswordHashing, password: &str, salt: [u8; 16]) -> String {
    match hashing {
        PasswordHashing::Scrypt => scrypt::hash(password, salt),
        PasswordHashing::Argon2id => argon2id::hash(password, salt),
    }
}

/// Whether `password` is the one that `stored` was made from, whatever its form, compared in constant time.
///
/// A malformed `stored`, and one that asks for absurd work, is refused before any work is done.
pub fn verify(password: &str, stored: &str) -> Result<bool, MalformedHash> {
    match PasswordHashing::of(stored) {
        PasswordHashing::Scrypt => scrypt::verify(password, stored),
        PasswordHashing::Argon2id => argon2id::verify(password, stored),
    }
}

/// Whether `stored` is what [`hash`] would make of its password now. If not, the password is hashed anew when it is next typed.
pub fn is_made_by(hashing: PasswordHashing, stored: &str) -> bool {
    match hashing {
        PasswordHashing::Scrypt => PasswordHashing::of(stored) == hashing,
        PasswordHashing::Argon2id => argon2id::is_current(stored),
    }
}

/// Length as Better Auth counts it: UTF-16 code units of the text as typed, before normalisation (protocol spec 5.2).
pub fn length_utf16(text: &str) -> usize {
    text.encode_utf16().count()
}

fn normal(password: &str) -> Zeroizing<String> {
    Zeroizing::new(password.nfkc().collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn length_is_counted_in_utf_16_units_as_typed() {
        assert_eq!(length_utf16("😀😀😀😀"), 8);
        assert_eq!(length_utf16("№"), 1);
        assert_eq!(length_utf16("a\u{308}"), 2);
    }

    //
    #[test]
    fn both_forms_are_verified_and_each_is_told_from_the_other() {
        for hashing in PasswordHashing::ALL {
            let stored = hash(hashing, "p\u{e4}ssw\u{f6}rd\u{2116}1", [7; 16]);
            assert_eq!(verify("pa\u{308}sswo\u{308}rdNo1", &stored), Ok(true), "every normal form");
            assert_eq!(verify("passwordNo1", &stored), Ok(false));
            for other in PasswordHashing::ALL {
                assert_eq!(is_made_by(other, &stored), other == hashing);
            }
        }
    }
}
