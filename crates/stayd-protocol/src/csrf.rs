use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use subtle::ConstantTimeEq;

use crate::identifier::{ID_LENGTH, alphanumeric};
use crate::{Random, Secrets, Signer};

/// Random bytes in each token: a new one of the same session is another text.
const SALT_LENGTH: usize = 16;
const MAC_LENGTH: usize = 32;

/// Characters of a token: salt and MAC in base64 without padding, and a dot between them.
const TOKEN_LENGTH: usize = 22 + 1 + 43;

/// Whom a token was made for. It is worth nothing to anybody else (security requirement X-4).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CsrfSubject<'a> {
    /// The session of this id: an id outlives renewals and rotations of the session's token, and so does what is bound to it.
    Session(&'a str),
    /// A visitor without a session, by the id in their signed cookie. Nothing of them is stored anywhere.
    Visitor(&'a str),
}

impl CsrfSubject<'_> {
    /// What is signed beside the salt. One byte of a fixed length comes first, so that no visitor's id can be read as a session's.
    fn parts(&self) -> (&'static [u8], &[u8]) {
        match self {
            Self::Session(id) => (b"s", id.as_bytes()),
            Self::Visitor(id) => (b"v", id.as_bytes()),
        }
    }
}

/// Makes and checks the tokens of double-submit CSRF protection, and signs the ids of anonymous visitors.
///
/// A token is `salt.mac`, both in base64url: 16 random bytes, and HMAC-SHA-256 over the salt, a byte for the kind of subject, and its
/// id. The key is derived from the secret for this purpose alone. No clock is read: a token lives as long as its subject.
#[derive(Clone)]
pub struct CsrfTokens {
    tokens: Signer,
    visitors: Signer,
}

impl CsrfTokens {
    /// Derives the keys.
    pub fn new(secrets: &Secrets) -> Self {
        Self {
            tokens: Signer::for_purpose(secrets, "csrf token"),
            visitors: Signer::for_purpose(secrets, "csrf visitor"),
        }
    }

    /// A new token for this subject.
    pub fn issue(&self, subject: CsrfSubject<'_>, random: &dyn Random) -> String {
        let mut salt = [0; SALT_LENGTH];
        random.fill(&mut salt);
        let (kind, id) = subject.parts();
        let mac = self.tokens.mac(&[&salt, kind, id].concat());
        format!("{}.{}", URL_SAFE_NO_PAD.encode(salt), URL_SAFE_NO_PAD.encode(mac))
    }

    /// Checks a token in constant time: `Some(true)` when it was made for this subject with the present key, `Some(false)` when
    /// with an earlier one, `None` when it is wrong or somebody else's.
    pub fn check(&self, subject: CsrfSubject<'_>, token: &str) -> Option<bool> {
        if token.len() != TOKEN_LENGTH {
            return None;
        }
        let (salt, mac) = token.split_once('.')?;
        let salt: [u8; SALT_LENGTH] = decode(salt)?;
        let mac: [u8; MAC_LENGTH] = decode(mac)?;
        let (kind, id) = subject.parts();
        self.tokens.verify_parts(&[&salt, kind, id], &mac)
    }

    /// Whether what was submitted twice is the same, compared in constant time.
    pub fn same(cookie: &str, header: &str) -> bool {
        cookie.as_bytes().ct_eq(header.as_bytes()).into()
    }

    /// The id of a new anonymous visitor.
    pub fn new_visitor(random: &dyn Random) -> String {
        alphanumeric(random, ID_LENGTH)
    }

    /// The cookie value that carries a visitor's id, signed.
    pub fn sign_visitor(&self, id: &str) -> String {
        self.visitors.sign(id)
    }

    /// The visitor's id in a cookie value, percent-decoded already; `None` when we did not sign it.
    pub fn visitor<'a>(&self, cookie_value: &'a str) -> Option<&'a str> {
        self.visitors.verify(cookie_value).map(|verified| verified.value)
    }
}

/// Exactly so many bytes, in the one spelling that encoding gives them.
fn decode<const LENGTH: usize>(text: &str) -> Option<[u8; LENGTH]> {
    URL_SAFE_NO_PAD.decode(text).ok()?.try_into().ok()
}

impl fmt::Debug for CsrfTokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CsrfTokens(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::testing::Seeded;
    use crate::secret::testing::{OTHER_SECRET, VECTOR_SECRET, secrets};
    use crate::{SessionToken, cookie};
    use proptest::prelude::*;

    const SESSION: CsrfSubject<'_> = CsrfSubject::Session("AbCdEfGhIjKlMnOpQrStUvWxYz012345");

    /// The bytes 0 to 15 as salt, so that any HKDF and HMAC can be held against ours.
    struct Counting;

    impl Random for Counting {
        fn fill(&self, bytes: &mut [u8]) {
            for (byte, number) in bytes.iter_mut().zip(0..) {
                *byte = number;
            }
        }
    }

    fn tokens() -> CsrfTokens {
        CsrfTokens::new(&secrets(VECTOR_SECRET, &[]))
    }

    #[test]
    fn the_vectors_of_an_independent_implementation_are_reproduced() {
        // Made with Python's hmac and hashlib: HKDF-SHA-256 with the salt "stayd" and the purpose as info, then HMAC-SHA-256.
        let visitor = CsrfSubject::Visitor("AbCdEfGhIjKlMnOpQrStUvWxYz012345");
        assert_eq!(
            tokens().issue(SESSION, &Counting),
            "AAECAwQFBgcICQoLDA0ODw.5fF6ilcW2fFGLDrp-NX187Rp60VCDo6yAT-W13kA04I"
        );
        assert_eq!(
            tokens().issue(visitor, &Counting),
            "AAECAwQFBgcICQoLDA0ODw.CGSvqa0RzI30eM70R7s_PzEI1NOzgFyEsOV-Doey1u4"
        );
    }

    //
    #[test]
    fn a_token_is_right_for_its_subject_and_for_no_other() {
        let token = tokens().issue(SESSION, &Seeded::new(1));
        assert_eq!(token.len(), TOKEN_LENGTH);
        assert_eq!(tokens().check(SESSION, &token), Some(true));
        for other in [
            CsrfSubject::Session("AbCdEfGhIjKlMnOpQrStUvWxYz012346"),
            CsrfSubject::Visitor("AbCdEfGhIjKlMnOpQrStUvWxYz012345"),
            CsrfSubject::Session(""),
        ] {
            assert_eq!(tokens().check(other, &token), None, "{other:?}");
        }
    }

    #[test]
    fn two_tokens_of_one_session_differ_and_both_are_right() {
        let random = Seeded::new(1);
        let (one, other) = (tokens().issue(SESSION, &random), tokens().issue(SESSION, &random));
        assert_ne!(one, other);
        assert!(tokens().check(SESSION, &one).is_some() && tokens().check(SESSION, &other).is_some());
        assert!(CsrfTokens::same(&one, &one) && !CsrfTokens::same(&one, &other));
        assert!(!CsrfTokens::same(&one, &one[1..]) && !CsrfTokens::same(&one, ""));
    }

    #[test]
    fn a_token_of_an_earlier_secret_is_still_right_and_is_known_to_be_old() {
        let token = tokens().issue(SESSION, &Seeded::new(1));
        let rotated = CsrfTokens::new(&secrets(OTHER_SECRET, &[VECTOR_SECRET]));
        assert_eq!(rotated.check(SESSION, &token), Some(false));
        assert_eq!(CsrfTokens::new(&secrets(OTHER_SECRET, &[])).check(SESSION, &token), None);
    }

    #[test]
    fn no_other_thing_that_is_signed_under_the_secret_passes_for_a_token() {
        let id = "AbCdEfGhIjKlMnOpQrStUvWxYz012345";
        let message = [&[0; SALT_LENGTH], b"s".as_slice(), id.as_bytes()].concat();
        for signer in [
            Signer::new(&secrets(VECTOR_SECRET, &[])),
            Signer::for_purpose(&secrets(VECTOR_SECRET, &[]), "csrf visitor"),
        ] {
            let mac = signer.mac(&message);
            let forged =
                format!("{}.{}", URL_SAFE_NO_PAD.encode([0; SALT_LENGTH]), URL_SAFE_NO_PAD.encode(mac));
            assert_eq!(tokens().check(SESSION, &forged), None);
        }
    }

    #[test]
    fn a_visitors_id_survives_its_cookie_and_a_session_token_is_no_visitor() {
        let id = CsrfTokens::new_visitor(&Seeded::new(1));
        let header = format!("visitor={}", tokens().sign_visitor(&id));
        let value = cookie::find(header.as_bytes(), "visitor").unwrap();
        assert_eq!(tokens().visitor(&value), Some(id.as_str()));
        assert_eq!(tokens().visitor(&value.replacen(&id[..1], "-", 1)), None);

        let token = SessionToken::generate(&Seeded::new(2));
        let signed = Signer::new(&secrets(VECTOR_SECRET, &[])).sign(token.expose());
        let header = format!("visitor={signed}");
        assert_eq!(tokens().visitor(&cookie::find(header.as_bytes(), "visitor").unwrap()), None);
    }

    #[test]
    fn debug_shows_no_key() {
        assert_eq!(format!("{:?}", tokens()), "CsrfTokens(..)");
    }

    proptest! {
        #[test]
        fn any_text_is_checked_without_panic(text in "\\PC{0,80}") {
            prop_assert_eq!(tokens().check(SESSION, &text), None);
        }

        #[test]
        fn no_changed_character_is_accepted(at in 0..TOKEN_LENGTH, to in "[ -~]") {
            let token = tokens().issue(SESSION, &Counting);
            let mut changed = token.clone();
            changed.replace_range(at..=at, &to);
            prop_assert_eq!(tokens().check(SESSION, &changed).is_some(), changed == token);
        }

        #[test]
        fn a_token_of_any_subject_is_right_for_it(id in "\\PC{0,40}", seed in any::<u64>()) {
            let subject = CsrfSubject::Visitor(&id);
            let token = tokens().issue(subject, &Seeded::new(seed));
            prop_assert_eq!(tokens().check(subject, &token), Some(true));
        }
    }
}
