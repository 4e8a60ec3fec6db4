//! JSON Web Tokens signed with HS256, and nothing else (RFC 7515, RFC 8725; security requirements J-1, J-5, J-8).
//!
//! The signature is checked before anything in the token is believed. What is refused is refused without a reason:
//! no header but ours, no other algorithm, no second spelling of the same bytes in base64url.

use std::borrow::Cow;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;

use crate::Signer;
use crate::chunk::MAX_SESSION_DATA_LENGTH;

/// `{"alg":"HS256"}`, the only header that Better Auth and we write.
const HEADER: &str = "eyJhbGciOiJIUzI1NiJ9";

/// Longest token that is looked at, in bytes (security requirement J-5).
pub(crate) const MAX_LENGTH: usize = MAX_SESSION_DATA_LENGTH;

/// How far ahead of ours the clock of the server that made a token may be, in seconds (security requirement J-3).
const MAX_SKEW_S: i64 = 60;

/// The token is not one that we could have made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Refused;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Header<'a> {
    #[serde(borrow)]
    alg: Cow<'a, str>,
    #[serde(borrow, default)]
    typ: Cow<'a, str>,
}

/// The token whose payload is the JSON text `claims`.
pub(crate) fn sign(signer: &Signer, claims: &str) -> String {
    let mut token = format!("{HEADER}.");
    URL_SAFE_NO_PAD.encode_string(claims, &mut token);
    let mac = signer.mac(token.as_bytes());
    token.push('.');
    URL_SAFE_NO_PAD.encode_string(mac, &mut token);
    token
}

/// Checks the header and the signature, and leaves the payload's bytes in `claims`. Says whether the current secret
/// signed. The claims' meaning, their times above all, is for the caller to check.
pub(crate) fn verify(signer: &Signer, token: &str, claims: &mut Vec<u8>) -> Result<bool, Refused> {
    if token.len() > MAX_LENGTH {
        return Err(Refused);
    }
    let (covered, signature) = token.rsplit_once('.').ok_or(Refused)?;
    let (header, payload) = covered.split_once('.').ok_or(Refused)?;
    if header != HEADER && !is_allowed(header) {
        return Err(Refused);
    }
    let mut mac = [0; 33];
    let length = URL_SAFE_NO_PAD.decode_slice(signature, &mut mac).map_err(|_| Refused)?;
    let mac = mac.get(..length).ok_or(Refused)?;
    let by_current = signer.verify_mac(covered.as_bytes(), mac).ok_or(Refused)?;
    claims.clear();
    // A payload with a dot in it, so a token of more than three parts, fails here: the dot is not in the alphabet.
    URL_SAFE_NO_PAD.decode_vec(payload, claims).map_err(|_| Refused)?;
    Ok(by_current)
}

/// HS256 in its one spelling, perhaps with a type; no `crit`, no `b64`, no key of the token's own choosing.
fn is_allowed(header: &str) -> bool {
    let Ok(json) = URL_SAFE_NO_PAD.decode(header) else { return false };
    serde_json::from_slice::<Header<'_>>(&json)
        .is_ok_and(|header| header.alg == "HS256" && matches!(&*header.typ, "" | "JWT"))
}

/// Whether a token issued at `iat` and not valid before `nbf` (both in seconds) may be believed at `now_s`.
pub(crate) fn has_begun(iat: i64, nbf: Option<i64>, now_s: i64) -> bool {
    let latest = now_s.saturating_add(MAX_SKEW_S);
    iat <= latest && nbf.is_none_or(|nbf| nbf <= latest)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::secret::testing::{OTHER_SECRET, VECTOR_SECRET, secrets};
    use proptest::prelude::*;

    fn signer() -> Signer {
        Signer::new(&secrets(VECTOR_SECRET, &[]))
    }

    fn verified(token: &str) -> Option<String> {
        let mut claims = b"left over".to_vec();
        verify(&signer(), token, &mut claims).ok().map(|_| String::from_utf8(claims).unwrap())
    }

    /// A token with any header, signed as it should be.
    fn with_header(header: &str) -> String {
        let signed = format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode("{}"));
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signer().mac(signed.as_bytes())))
    }

    #[test]
    fn what_is_signed_is_verified() {
        assert_eq!(verified(&sign(&signer(), r#"{"a":1}"#)).as_deref(), Some(r#"{"a":1}"#));
        let rotated = Signer::new(&secrets(OTHER_SECRET, &[VECTOR_SECRET]));
        assert_eq!(verify(&rotated, &sign(&signer(), "{}"), &mut Vec::new()), Ok(false));
        assert_eq!(verify(&rotated, &sign(&rotated, "{}"), &mut Vec::new()), Ok(true));
    }

    #[test]
    fn only_the_header_of_hs256_is_allowed() {
        for header in
            [r#"{"alg":"HS256"}"#, r#"{"alg":"HS256","typ":"JWT"}"#, r#"{"typ":"JWT", "alg":"HS256"}"#]
        {
            assert!(verified(&with_header(header)).is_some(), "{header}");
        }
        for header in [
            r#"{"alg":"none"}"#,
            r#"{"alg":"None"}"#,
            r#"{"alg":""}"#,
            r#"{"alg":"hs256"}"#,
            r#"{"alg":"HS384"}"#,
            r#"{"alg":"HS512"}"#,
            r#"{"alg":"RS256"}"#,
            r#"{"alg":["HS256"]}"#,
            r#"{"alg":"HS256","alg":"HS256"}"#,
            r#"{"alg":"HS256","kid":"../../etc/passwd"}"#,
            r#"{"alg":"HS256","jwk":{}}"#,
            r#"{"alg":"HS256","crit":[]}"#,
            r#"{"alg":"HS256","b64":false}"#,
            r#"{"alg":"HS256","zip":"DEF"}"#,
            r#"{"alg":"HS256","typ":"at+jwt"}"#,
            r#"{"alg":"HS256"} x"#,
            r#"{"typ":"JWT"}"#,
            "{}",
            "[]",
            "",
        ] {
            assert_eq!(verified(&with_header(header)), None, "{header}");
        }
    }

    #[test]
    fn unsigned_tokens_are_refused() {
        let signed = sign(&signer(), "{}");
        let (body, _) = signed.rsplit_once('.').unwrap();
        let none =
            format!("{}.{}.", URL_SAFE_NO_PAD.encode(r#"{"alg":"none"}"#), URL_SAFE_NO_PAD.encode("{}"));
        for token in
            [body.to_owned(), format!("{body}."), none, String::new(), ".".into(), "..".into(), "...".into()]
        {
            assert_eq!(verified(&token), None, "{token}");
        }
    }

    #[test]
    fn a_second_spelling_of_the_same_bytes_is_refused() {
        let token = sign(&signer(), "{}");
        assert_eq!(verified(&format!("{token}=")), None);
        assert_eq!(verified(&format!(" {token}")), None);
        assert_eq!(verified(&format!("{token}\n")), None);
        assert_eq!(verified(&token.replace('.', "..")), None);
        assert_eq!(verified(&format!("{}=", token.replace('-', "+").replace('_', "/"))), None);
        // The last character carries two bits that mean nothing; they must be zero.
        let last = token.chars().next_back().unwrap();
        let sibling = char::from(u8::try_from(last).unwrap() + 1);
        assert_eq!(verified(&format!("{}{sibling}", &token[..token.len() - 1])), None);
    }

    #[test]
    fn a_signed_payload_that_is_not_base64url_is_refused() {
        for payload in ["e30=", "e31", "e+0", "e30.e30", "é30"] {
            let signed = format!("{HEADER}.{payload}");
            let token = format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signer().mac(signed.as_bytes())));
            assert_eq!(verified(&token), None, "{payload}");
        }
    }

    #[test]
    fn a_token_over_the_limit_is_refused_unread() {
        let most = (MAX_LENGTH - HEADER.len() - 2 - 43) / 4 * 3;
        assert!(verified(&sign(&signer(), &"x".repeat(most))).is_some());
        assert_eq!(verified(&sign(&signer(), &"x".repeat(most + 3))), None);
    }

    #[test]
    fn a_token_from_the_future_is_not_believed() {
        assert!(has_begun(160, Some(160), 100));
        assert!(!has_begun(161, None, 100));
        assert!(!has_begun(100, Some(161), 100));
        assert!(!has_begun(i64::MAX, None, i64::MAX - 61));
    }

    proptest! {
        #[test]
        fn any_text_is_checked_without_panic(text in "\\PC*", dotted in "[a-zA-Z0-9_-]{0,30}\\.[a-zA-Z0-9_-]{0,30}\\.[a-zA-Z0-9_-]{0,43}") {
            prop_assert_eq!(verified(&text), None);
            prop_assert_eq!(verified(&dotted), None);
        }

        #[test]
        fn no_changed_or_cut_token_is_accepted(claims in "\\PC{0,60}", at: prop::sample::Index, to in "[!-~]") {
            let token = sign(&signer(), &claims);
            prop_assert_eq!(verified(&token), Some(claims));
            let at = at.index(token.len());
            let mut changed = token.clone();
            changed.replace_range(at..=at, &to);
            prop_assert!(changed == token || verified(&changed).is_none());
            prop_assert_eq!(verified(&token[..at]), None);
            prop_assert!(at == 0 || verified(&token[at..]).is_none());
        }
    }
}
