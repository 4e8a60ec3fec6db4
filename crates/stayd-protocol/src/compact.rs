//! The plain, signed form of the session-data cookie: base64url of `{"session":P,"expiresAt":E,"signature":S}`
//! (protocol spec 3.6).
//!
//! S signs the text of P with `,"expiresAt":E` put before its last brace. Better Auth writes that text with one
//! `JSON.stringify`, and so do we to the byte; therefore a signature is checked over the bytes that came, and nothing needs
//! to be parsed before it is known to be genuine.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::Signer;

const BEFORE_PAYLOAD: &str = r#"{"session":"#;
const BEFORE_EXPIRY: &str = r#","expiresAt":"#;
const BEFORE_SIGNATURE: &str = r#","signature":""#;
const AFTER_SIGNATURE: &str = r#""}"#;

/// What a genuine cookie holds.
pub(crate) struct Opened<'a> {
    pub(crate) payload: &'a str,
    /// In milliseconds since the Unix epoch; still to be compared with the time.
    pub(crate) expires_at_ms: i64,
    pub(crate) by_current: bool,
}

/// The cookie value for `payload`, the text of a JSON object with at least one member.
pub(crate) fn seal(signer: &Signer, payload: &str, expires_at_ms: i64) -> String {
    let members = payload.strip_suffix('}').unwrap_or(payload);
    let signature =
        URL_SAFE_NO_PAD.encode(signer.mac(format!("{members}{BEFORE_EXPIRY}{expires_at_ms}}}").as_bytes()));
    URL_SAFE_NO_PAD.encode(format!(
        "{BEFORE_PAYLOAD}{payload}{BEFORE_EXPIRY}{expires_at_ms}{BEFORE_SIGNATURE}{signature}{AFTER_SIGNATURE}"
    ))
}

/// Checks the signature of a cookie, base64url decoded already.
pub(crate) fn open<'a>(signer: &Signer, text: &'a str) -> Option<Opened<'a>> {
    let inner = text.strip_prefix(BEFORE_PAYLOAD)?.strip_suffix(AFTER_SIGNATURE)?;
    let (inner, signature) = inner.rsplit_once(BEFORE_SIGNATURE)?;
    let (payload, expiry) = inner.rsplit_once(BEFORE_EXPIRY)?;
    let members =
        payload.strip_suffix('}').filter(|members| members.len() > 1 && members.starts_with('{'))?;
    if !expiry.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let mut mac = [0; 33];
    let length = URL_SAFE_NO_PAD.decode_slice(signature, &mut mac).ok()?;
    let parts = [members, BEFORE_EXPIRY, expiry, "}"].map(str::as_bytes);
    let by_current = signer.verify_parts(&parts, mac.get(..length)?)?;
    Some(Opened { payload, expires_at_ms: expiry.parse().ok()?, by_current })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::secret::testing::{OTHER_SECRET, VECTOR_SECRET, secrets};
    use proptest::prelude::*;

    fn signer() -> Signer {
        Signer::new(&secrets(VECTOR_SECRET, &[]))
    }

    fn text(payload: &str) -> String {
        String::from_utf8(URL_SAFE_NO_PAD.decode(seal(&signer(), payload, 17)).unwrap()).unwrap()
    }

    fn opened(text: &str) -> Option<(String, i64)> {
        open(&signer(), text).map(|opened| (opened.payload.to_owned(), opened.expires_at_ms))
    }

    #[test]
    fn what_is_sealed_is_opened() {
        assert_eq!(opened(&text(r#"{"a":1}"#)), Some((r#"{"a":1}"#.to_owned(), 17)));
    }

    #[test]
    fn members_that_look_like_the_frame_change_nothing() {
        let payload = r#"{"a":",\"expiresAt\":1,\"signature\":\"x\"}","expiresAt":5,"signature":"y"}"#;
        assert_eq!(opened(&text(payload)), Some((payload.to_owned(), 17)));
    }

    #[test]
    fn a_changed_expiry_is_refused() {
        let text = text(r#"{"a":1}"#);
        for expiry in ["18", "017", "+17", "-17", "1.7e1", "17 ", "", "99999999999999999999"] {
            assert_eq!(opened(&text.replace(":17,", &format!(":{expiry},"))), None, "{expiry}");
        }
    }

    #[test]
    fn another_secret_opens_nothing_and_a_previous_one_does() {
        let text = text(r#"{"a":1}"#);
        assert!(open(&Signer::new(&secrets(OTHER_SECRET, &[])), &text).is_none());
        let rotated = open(&Signer::new(&secrets(OTHER_SECRET, &[VECTOR_SECRET])), &text).unwrap();
        assert!(!rotated.by_current);
    }

    #[test]
    fn anything_around_the_frame_is_refused() {
        let text = text(r#"{"a":1}"#);
        for wrong in [format!(" {text}"), format!("{text} "), format!("{text}}}"), text.replace(',', ", ")] {
            assert_eq!(opened(&wrong), None, "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_opened_without_panic(text in "\\PC*", inner in "\\PC*") {
            prop_assert_eq!(opened(&text), None);
            prop_assert_eq!(opened(&format!(r#"{{"session":{{{inner}}},"expiresAt":17,"signature":"{inner}"}}"#)), None);
        }

        #[test]
        fn no_changed_or_cut_text_is_opened(at: prop::sample::Index, to in "[ -~]") {
            let text = text(r#"{"a":"some text","b":[1,2,3]}"#);
            let at = at.index(text.len());
            let mut changed = text.clone();
            changed.replace_range(at..=at, &to);
            prop_assert!(changed == text || opened(&changed).is_none());
            prop_assert_eq!(opened(&text[..at]), None);
        }
    }
}
