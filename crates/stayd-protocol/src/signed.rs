use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hkdf::Hkdf;
use sha2::Sha256;
use zeroize::Zeroizing;

use crate::Secrets;
use crate::hmac_key::{self, HmacSha256};
use crate::uri::encode_component;

/// Length of 32 bytes in base64 with its padding.
const SIGNATURE_LENGTH: usize = 44;

/// Signs short texts and cookies with HMAC-SHA-256. Built once; the keys are prepared and only cloned per use.
///
/// The format does not say what a value is for, and the other things that are signed under the same secret do not either
/// (protocol spec, weakness 19). They cannot stand in for each other because of what their texts look like: a session
/// token has no dot and no brace ([`crate::SessionToken::parse`]), a JWT's signed text always has a dot, the session-data
/// cookie's is a JSON object, and `true` in the don't-remember cookie opens nothing. So never sign text here that a
/// client chose; use [`Signer::for_purpose`] for everything that is not Better Auth's own format.
#[derive(Clone)]
pub struct Signer {
    current: HmacSha256,
    previous: Vec<HmacSha256>,
}

/// A value whose signature is right.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Verified<'a> {
    /// The text that was signed.
    pub value: &'a str,
    /// Whether the current secret signed it. If not, send it again signed anew, before the old secret is retired.
    pub by_current: bool,
}

impl Signer {
    /// Signs with the secrets themselves, as Better Auth does.
    pub fn new(secrets: &Secrets) -> Self {
        Self {
            current: hmac_key::keyed(secrets.current().as_bytes()),
            previous: secrets.previous().iter().map(|secret| hmac_key::keyed(secret.as_bytes())).collect(),
        }
    }

    /// Signs with keys derived for one purpose of ours, worthless for any other (HKDF-SHA-256, RFC 5869).
    pub fn for_purpose(secrets: &Secrets, purpose: &str) -> Self {
        let key = |secret: &[u8]| hmac_key::keyed(&*derive(secret, purpose));
        Self {
            current: key(secrets.current().as_bytes()),
            previous: secrets.previous().iter().map(|secret| key(secret.as_bytes())).collect(),
        }
    }

    /// The cookie value for `value`: `value.signature`, percent-encoded.
    pub fn sign(&self, value: &str) -> String {
        let signature = STANDARD.encode(self.mac(value.as_bytes()));
        format!("{}.{}", encode_component(value), encode_component(&signature))
    }

    /// Checks a cookie value, percent-decoded already ([`crate::cookie::find`] does), in constant time.
    ///
    /// The signature follows the last dot, in standard base64 with its padding; any other spelling of the same bytes
    /// is refused.
    pub fn verify<'a>(&self, cookie_value: &'a str) -> Option<Verified<'a>> {
        let (value, signature) = cookie_value.rsplit_once('.')?;
        if value.is_empty() || signature.len() != SIGNATURE_LENGTH {
            return None;
        }
        // One byte longer than the signature, because the decoder wants room for whole groups of three.
        let mut mac = [0; 33];
        let length = STANDARD.decode_slice(signature, &mut mac).ok()?;
        let by_current = self.verify_mac(value.as_bytes(), mac.get(..length)?)?;
        Some(Verified { value, by_current })
    }

    /// HMAC-SHA-256 of `message` under the current key.
    pub fn mac(&self, message: &[u8]) -> [u8; 32] {
        hmac_key::mac(&self.current, &[message])
    }

    /// HMAC-SHA-256 of `message` under every key that is accepted, the current one first.
    pub fn macs(&self, message: &[u8]) -> impl Iterator<Item = [u8; 32]> {
        let keys = std::iter::once(&self.current).chain(&self.previous);
        keys.map(move |key| hmac_key::mac(key, &[message]))
    }

    /// Checks `mac` over `message` in constant time: `Some(true)` when the current key made it, `Some(false)` when
    /// an earlier one did, `None` when it is wrong.
    pub fn verify_mac(&self, message: &[u8], mac: &[u8]) -> Option<bool> {
        self.verify_parts(&[message], mac)
    }

    /// [`Self::verify_mac`] of a message that lies in pieces.
    pub(crate) fn verify_parts(&self, parts: &[&[u8]], mac: &[u8]) -> Option<bool> {
        if hmac_key::verify(&self.current, parts, mac) {
            return Some(true);
        }
        self.previous.iter().any(|key| hmac_key::verify(key, parts, mac)).then_some(false)
    }
}

/// A key for one purpose of ours, worthless for any other (HKDF-SHA-256, RFC 5869).
pub(crate) fn derive(secret: &[u8], purpose: &str) -> Zeroizing<[u8; 32]> {
    let mut key = Zeroizing::new([0; 32]);
    let Ok(()) = Hkdf::<Sha256>::new(Some(b"stayd"), secret).expand(purpose.as_bytes(), &mut *key) else {
        unreachable!("32 bytes are far below the 8160 that HKDF can give");
    };
    key
}

impl fmt::Debug for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Signer(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cookie;
    use crate::secret::testing::{OTHER_SECRET, VECTOR_SECRET, secrets};
    use proptest::prelude::*;

    const TOKEN: &str = "AbCdEfGhIjKlMnOpQrStUvWxYz012345";
    const SIGNED_TOKEN: &str =
        "AbCdEfGhIjKlMnOpQrStUvWxYz012345.G%2Fu89IMNnarw1jUWh889KEqqsCEdnY8ozC%2FyxMDXdFw%3D";

    fn signer() -> Signer {
        Signer::new(&secrets(VECTOR_SECRET, &[]))
    }

    /// Verifies as a server does: from the header.
    fn presented(signer: &Signer, cookie_value: &str) -> Option<String> {
        let header = format!("a={cookie_value}");
        let value = cookie::find(header.as_bytes(), "a")?;
        signer.verify(&value).map(|verified| verified.value.to_owned())
    }

    #[test]
    fn the_vectors_of_the_real_package_are_reproduced() {
        assert_eq!(signer().sign(TOKEN), SIGNED_TOKEN);
        assert_eq!(signer().sign("true"), "true.qPGNN6zS58Hxm%2Bo8aeUbHjwUfkKBQBfvXQOE74EPoLw%3D");
        let mac = signer().mac(TOKEN.as_bytes());
        assert_eq!(mac[..4], [0x1b, 0xfb, 0xbc, 0xf4]);
        assert_eq!(presented(&signer(), SIGNED_TOKEN).as_deref(), Some(TOKEN));
    }

    #[test]
    fn the_same_value_unencoded_or_quoted_is_taken() {
        let plain = SIGNED_TOKEN.replace("%2F", "/").replace("%3D", "=");
        assert_eq!(presented(&signer(), &plain).as_deref(), Some(TOKEN));
        assert_eq!(presented(&signer(), &format!("\"{SIGNED_TOKEN}\"")).as_deref(), Some(TOKEN));
    }

    #[test]
    fn every_other_spelling_is_refused() {
        let plain = SIGNED_TOKEN.replace("%2F", "/").replace("%3D", "=");
        let signature = plain.rsplit_once('.').unwrap().1;
        for wrong in [
            TOKEN.to_owned(),
            plain.trim_end_matches('=').to_owned(),
            plain.replace('/', "_"),
            plain.replace("Fw=", "Fx="),
            plain.replace("AbC", "abC"),
            format!("{plain}="),
            format!("{plain} "),
            format!(".{signature}"),
            signature.to_owned(),
            format!("{TOKEN}.{}=", "A".repeat(43)),
            format!("{TOKEN}.{}", "=".repeat(44)),
            String::new(),
            ".".to_owned(),
        ] {
            assert_eq!(signer().verify(&wrong), None, "{wrong}");
        }
    }

    #[test]
    fn another_secret_does_not_verify() {
        let other = Signer::new(&secrets(OTHER_SECRET, &[]));
        assert_eq!(presented(&other, SIGNED_TOKEN), None);
    }

    #[test]
    fn a_previous_secret_verifies_and_the_current_one_signs() {
        let rotated = Signer::new(&secrets(OTHER_SECRET, &[VECTOR_SECRET]));
        let old = SIGNED_TOKEN.replace("%2F", "/").replace("%3D", "=");
        assert_eq!(rotated.verify(&old), Some(Verified { value: TOKEN, by_current: false }));
        assert_ne!(rotated.sign(TOKEN), SIGNED_TOKEN);
        assert_eq!(presented(&rotated, &rotated.sign(TOKEN)).as_deref(), Some(TOKEN));
    }

    #[test]
    fn one_purpose_does_not_verify_for_another() {
        let secrets = secrets(VECTOR_SECRET, &[OTHER_SECRET]);
        let handles = Signer::for_purpose(&secrets, "handles");
        let mac = handles.mac(b"message");
        assert_eq!(handles.verify_mac(b"message", &mac), Some(true));
        assert_eq!(Signer::for_purpose(&secrets, "others").verify_mac(b"message", &mac), None);
        assert_eq!(Signer::new(&secrets).verify_mac(b"message", &mac), None);
    }

    #[test]
    fn the_macs_are_those_of_every_secret_the_current_one_first() {
        let rotated = Signer::for_purpose(&secrets(OTHER_SECRET, &[VECTOR_SECRET]), "tokens");
        let alone = Signer::for_purpose(&secrets(VECTOR_SECRET, &[]), "tokens");
        let macs: Vec<_> = rotated.macs(b"message").collect();
        assert_eq!(macs, [rotated.mac(b"message"), alone.mac(b"message")]);
    }

    #[test]
    fn debug_shows_no_key() {
        assert_eq!(format!("{:?}", signer()), "Signer(..)");
    }

    proptest! {
        #[test]
        fn any_value_survives_signing(value in "[^\\p{Cc}]{1,50}") {
            prop_assert_eq!(presented(&signer(), &signer().sign(&value)), Some(value));
        }

        #[test]
        fn any_text_is_checked_without_panic(text in "\\PC*") {
            prop_assert_eq!(signer().verify(&text), None);
        }

        #[test]
        fn no_changed_character_is_accepted(at in 0..77_usize, to in "[ -~]") {
            let plain = SIGNED_TOKEN.replace("%2F", "/").replace("%3D", "=");
            let mut changed = plain.clone();
            changed.replace_range(at..=at, &to);
            prop_assert_eq!(signer().verify(&changed).is_some(), changed == plain);
        }

        #[test]
        fn no_shortened_value_is_accepted(start in 0..77_usize, end in 0..77_usize) {
            let plain = SIGNED_TOKEN.replace("%2F", "/").replace("%3D", "=");
            prop_assert!(plain.get(start..end).is_none_or(|cut| signer().verify(cut).is_none()));
        }
    }
}
