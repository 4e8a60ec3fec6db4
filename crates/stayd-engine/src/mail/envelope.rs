//! How letters rest in the store: sealed, because a link in one opens an account, and padded, so that the length of one tells neither what
//! it says nor to whom (A-5, T-6).

use super::Mail;
use crate::store::LetterRecord;
use stayd_protocol::{Random, Sealer, Secrets, Timestamp, identifier::alphanumeric};
use zeroize::Zeroizing;

/// Lengths are a multiple of this. Most letters have that very length.
const PAGE: usize = 1024;

/// Seals and opens letters.
pub(super) struct Envelopes(Sealer);

impl Envelopes {
    pub(super) fn new(secrets: &Secrets) -> Self {
        Self(Sealer::for_purpose(secrets, "letter at rest"))
    }

    /// The letter as it waits in a store.
    pub(super) fn seal(&self, mail: &Mail, now: Timestamp, random: &dyn Random) -> Option<LetterRecord> {
        let id = alphanumeric(random, 32);
        let mut text = Zeroizing::new(serde_json::to_vec(mail).ok()?);
        let length = text.len().next_multiple_of(PAGE);
        // JSON may end in spaces.
        text.resize(length, b' ');
        let sealed = self.0.seal(&text, &id, random)?;
        Some(LetterRecord { id, sealed, created_at: now })
    }

    /// The letter, if this process can open it.
    pub(super) fn open(&self, record: &LetterRecord) -> Result<Mail, Unopened> {
        if !self.0.knows(&record.sealed) {
            return Err(Unopened::UnknownSecret);
        }
        let text = self.0.unseal(&record.sealed, &record.id).ok_or(Unopened::Unreadable)?;
        serde_json::from_slice(&text).map_err(|_| Unopened::Unreadable)
    }
}

/// Why a letter was not opened. Another process over the same store may be able to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum Unopened {
    #[error("it is sealed under a secret that is not accepted here")]
    UnknownSecret,
    #[error("it was changed, or written by a newer version")]
    Unreadable,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::SecurityEvent;
    use crate::mail::{Letter, Notice};
    use stayd_protocol::Secret;

    struct Sevens;
    impl Random for Sevens {
        fn fill(&self, bytes: &mut [u8]) {
            bytes.fill(7);
        }
    }

    fn envelopes(secret: &str) -> Envelopes {
        Envelopes::new(&Secrets::new(Secret::parse(secret).unwrap(), Vec::new()).unwrap())
    }

    // T-6
    #[test]
    fn a_letter_is_sealed_to_one_length_and_opened_by_its_secret_alone() {
        let here = envelopes("kX3v9QhT7mWz2LrB8nYcJ5dGfA4sPeUq");
        let now = Timestamp::from_ms(1);
        let url = "https://example.com/reset-password/secret".to_owned();
        let event = SecurityEvent::EmailChanged { to: "new@example.com".to_owned() };
        let notice = Notice { event, at: now, device: None, place: Some("Lyon".to_owned()), ended: false };
        let letters = [Letter::ResetPassword { url }, Letter::Notice(Box::new(notice))];
        for letter in letters {
            let mail = Mail { to: "ada@example.com".to_owned(), name: "Zoë".to_owned(), letter };
            let record = here.seal(&mail, now, &Sevens).unwrap();
            assert_eq!(record.sealed.bytes.len(), 12 + PAGE + 16);
            for secret in ["secret", "example.com", "Zo"] {
                assert!(!record.sealed.bytes.windows(secret.len()).any(|it| it == secret.as_bytes()));
            }
            assert_eq!(here.open(&record), Ok(mail));
            let elsewhere = envelopes("s8Vq2LmZr0Xw5TbKy7Jd9NfGc4HpAe3U");
            assert_eq!(elsewhere.open(&record), Err(Unopened::UnknownSecret));
            let moved = LetterRecord { id: "another".to_owned(), ..record };
            assert_eq!(here.open(&moved), Err(Unopened::Unreadable));
        }
    }

    #[test]
    fn a_letter_of_a_kind_that_a_newer_version_knows_is_unreadable() {
        let here = envelopes("kX3v9QhT7mWz2LrB8nYcJ5dGfA4sPeUq");
        let text = br#"{"to": "ada@example.com", "name": "", "letter": {"Newer": {}}}"#;
        let sealed = here.0.seal(text, "id", &Sevens).unwrap();
        let record = LetterRecord { id: "id".to_owned(), sealed, created_at: Timestamp::from_ms(1) };
        assert_eq!(here.open(&record), Err(Unopened::Unreadable));
    }
}
