use super::*;
use crate::random::testing::Seeded;
use crate::secret::testing::{OTHER_SECRET, VECTOR_SECRET, secrets};
use proptest::prelude::*;

fn keys() -> Keys {
    Keys::derive(&secrets(VECTOR_SECRET, &[]), "better-auth-session")
}

fn decrypted(token: &str) -> Option<String> {
    let mut claims = b"left over".to_vec();
    keys().decrypt(token, &mut claims).ok().map(|_| String::from_utf8(claims).unwrap())
}

fn with_header(header: &str) -> String {
    let key = &keys().0[0];
    let (iv, header) = ([7; IV_LENGTH], URL_SAFE_NO_PAD.encode(header));
    let cipher = cbc::Encryptor::<Aes256>::new((&*key.encryption).into(), (&iv).into());
    let text = cipher.encrypt_padded_vec::<Pkcs7>(b"{}");
    let tag = key.authenticate(&header, iv, &text).finalize().into_bytes();
    let [iv, text, tag] = [&iv[..], &text, &tag[..TAG_LENGTH]].map(|part| URL_SAFE_NO_PAD.encode(part));
    format!("{header}..{iv}.{text}.{tag}")
}

/// RFC 7518, appendix B.3.
#[test]
fn the_vector_of_the_rfc_is_reproduced() {
    let key = Key::new(&std::array::from_fn(|at| u8::try_from(at).unwrap()));
    let iv = [0x1a, 0xf3, 0x8c, 0x2d, 0xc2, 0xb9, 0x6f, 0xfd, 0xd8, 0x66, 0x94, 0x09, 0x23, 0x41, 0xbc, 0x04];
    let text =
        b"A cipher system must not be required to be secret, and it must be able to fall into the hands of \
        the enemy without inconvenience";
    let cipher = cbc::Encryptor::<Aes256>::new((&*key.encryption).into(), (&iv).into());
    let text = cipher.encrypt_padded_vec::<Pkcs7>(text);
    assert_eq!(text[..4], [0x4a, 0xff, 0xaa, 0xad]);
    let tag =
        key.authenticate("The second principle of Auguste Kerckhoffs", iv, &text).finalize().into_bytes();
    assert_eq!(tag[..4], [0x4d, 0xd3, 0xb4, 0xc0]);
    assert_eq!(tag[28..32], [0x61, 0x95, 0x5b, 0xc5]);
}

#[test]
fn the_key_of_the_real_package_is_derived() {
    let key = &keys().0[0];
    assert_eq!(key.id, "lM778_VVxBhXTngkYmAQA4j-eFt3S2sdAPciBK5jZ5M");
    assert_eq!(key.encryption[..4], [0x5e, 0x8d, 0xe2, 0x09]);
    assert_eq!(key.encryption[28..], [0xf8, 0x4c, 0x8e, 0x86]);
}

#[test]
fn what_is_encrypted_is_decrypted() {
    let token = keys().encrypt("claims", &Seeded::new(1));
    assert_eq!(decrypted(&token).as_deref(), Some("claims"));
    assert_ne!(keys().encrypt("claims", &Seeded::new(2)), token);
}

#[test]
fn a_previous_secret_decrypts_and_the_current_one_encrypts() {
    let rotated = Keys::derive(&secrets(OTHER_SECRET, &[VECTOR_SECRET]), "better-auth-session");
    let old = keys().encrypt("claims", &Seeded::new(1));
    assert_eq!(rotated.decrypt(&old, &mut Vec::new()), Ok(false));
    let new = rotated.encrypt("claims", &Seeded::new(1));
    assert_eq!(rotated.decrypt(&new, &mut Vec::new()), Ok(true));
    assert_eq!(decrypted(&new), None);
}

#[test]
fn a_token_for_another_cookie_is_refused() {
    let account = Keys::derive(&secrets(VECTOR_SECRET, &[]), "better-auth-account");
    assert_eq!(decrypted(&account.encrypt("claims", &Seeded::new(1))), None);
}

#[test]
fn only_our_algorithms_are_allowed() {
    let id = &keys().0[0].id;
    assert!(decrypted(&with_header(r#"{"alg":"dir","enc":"A256CBC-HS512"}"#)).is_some());
    assert!(
        decrypted(&with_header(&format!(r#"{{"alg":"dir","enc":"A256CBC-HS512","kid":"{id}"}}"#))).is_some()
    );
    for header in [
        r#"{"alg":"none","enc":"A256CBC-HS512"}"#,
        r#"{"alg":"A256KW","enc":"A256CBC-HS512"}"#,
        r#"{"alg":"PBES2-HS256+A128KW","enc":"A256CBC-HS512","p2c":2000000000}"#,
        r#"{"alg":"dir","enc":"A256GCM"}"#,
        r#"{"alg":"dir","enc":"A128CBC-HS256"}"#,
        r#"{"alg":"dir","enc":"A256CBC-HS512","zip":"DEF"}"#,
        r#"{"alg":"dir","enc":"A256CBC-HS512","kid":"other"}"#,
        r#"{"alg":"dir","enc":"A256CBC-HS512","kid":1}"#,
        r#"{"alg":"dir","alg":"dir","enc":"A256CBC-HS512"}"#,
        r#"{"alg":"dir"}"#,
        "{}",
        "",
    ] {
        assert_eq!(decrypted(&with_header(header)), None, "{header}");
    }
}

#[test]
fn a_token_with_parts_missing_or_added_is_refused() {
    let token = keys().encrypt("claims", &Seeded::new(1));
    let parts: Vec<&str> = token.split('.').collect();
    for wrong in [
        parts[..4].join("."),
        format!("{token}."),
        format!("{token}.e30"),
        token.replace("..", ".e30."),
        format!("{token}="),
        format!("{}...{}.{}", parts[0], parts[3], parts[4]),
        format!("{}..{}..{}", parts[0], parts[2], parts[4]),
        format!("{}..{}.{}.", parts[0], parts[2], parts[3]),
        format!("{}..{}.{}.{}", parts[0], parts[2], parts[3], &parts[4][..22]),
        "....".to_owned(),
        String::new(),
    ] {
        assert_eq!(decrypted(&wrong), None, "{wrong}");
    }
}

proptest! {
    #[test]
    fn any_text_is_checked_without_panic(text in "\\PC*", parts in "([a-zA-Z0-9_-]{0,30}\\.){3,5}") {
        prop_assert_eq!(decrypted(&text), None);
        prop_assert_eq!(decrypted(&format!("eyJhbGciOiJkaXIiLCJlbmMiOiJBMjU2Q0JDLUhTNTEyIn0..{parts}")), None);
    }

    #[test]
    fn no_changed_or_cut_token_is_accepted(claims in "\\PC{0,60}", seed: u64, at: prop::sample::Index, to in "[!-~]") {
        let token = keys().encrypt(&claims, &Seeded::new(seed));
        prop_assert_eq!(decrypted(&token), Some(claims));
        let at = at.index(token.len());
        let mut changed = token.clone();
        changed.replace_range(at..=at, &to);
        prop_assert!(changed == token || decrypted(&changed).is_none());
        prop_assert_eq!(decrypted(&token[..at]), None);
    }
}
