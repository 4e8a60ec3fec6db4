//! What is refused (RFC 8725; security requirements J-1 to J-9). Every token here that is refused is signed as well as it can be.

use super::*;
use crate::random::testing::Seeded;
use crate::secret::testing::{OTHER_SECRET, VECTOR_SECRET, secrets};
use crate::{Signer, Timestamp};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use proptest::prelude::*;
use std::collections::HashSet;
use std::time::Duration;

const ISSUER: &str = "https://app.example";
const NOW_S: i64 = 1_800_000_000;
const NOW: Timestamp = Timestamp::from_ms(NOW_S * 1000 + 1);

fn claims() -> AccessToken {
    AccessToken {
        iss: ISSUER.into(),
        aud: ISSUER.into(),
        sub: "user".into(),
        sid: "session".into(),
        client_id: None,
        scope: None,
        auth_time: NOW_S - 100,
        iat: NOW_S - 100,
        exp: NOW_S + 890,
        jti: "jti".into(),
    }
}

fn keys() -> [SigningKey; 3] {
    let random = &Seeded::new(1);
    [
        SigningKey::generate(Algorithm::EdDsa, random).unwrap(),
        SigningKey::generate(Algorithm::Es256, random).unwrap(),
        SigningKey::shared(&secrets(VECTOR_SECRET, &[]), ISSUER).unwrap(),
    ]
}

fn set(keys: &[SigningKey]) -> KeySet {
    KeySet::new(keys.iter().map(SigningKey::verifying_key))
}

fn check(token: &str, keys: &KeySet) -> Result<AccessToken, Refusal> {
    verify(token, keys, NOW, &Expectation::new(ISSUER, ISSUER))
}

/// A token with this header and these claims, as text, under the first key's signature.
fn signed(key: &SigningKey, header: &str, claims: &str) -> String {
    let covered = format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(claims));
    key.forge(&covered)
}

fn header(key: &SigningKey) -> String {
    format!(r#"{{"alg":"{}","kid":"{}","typ":"at+jwt"}}"#, key.algorithm(), key.id())
}

fn json() -> String {
    serde_json::to_string(&claims()).unwrap()
}

#[test]
fn what_is_signed_is_verified_with_every_algorithm() {
    let keys = keys();
    let set = set(&keys);
    for key in &keys {
        let token = claims().sign(key).unwrap();
        assert_eq!(check(&token, &set), Ok(claims()), "{key:?}");
        let reordered = format!(r#"{{"typ":"at+jwt" , "kid":"{}","alg":"{}"}}"#, key.id(), key.algorithm());
        assert_eq!(check(&signed(key, &reordered, &json()), &set), Ok(claims()));
    }
}

// J-1
#[test]
fn no_token_chooses_its_algorithm() {
    let keys = keys();
    let set = set(&keys);
    for key in &keys {
        for alg in ["none", "None", "NONE", "nOnE", "", "HS256", "EdDSA", "ES256", "RS256", "eddsa", "HS384"]
        {
            if alg == key.algorithm().name() {
                continue;
            }
            let header = format!(r#"{{"alg":"{alg}","kid":"{}","typ":"at+jwt"}}"#, key.id());
            assert_eq!(check(&signed(key, &header, &json()), &set), Err(Refusal::WrongAlgorithm), "{alg}");
        }
        let token = claims().sign(key).unwrap();
        let (covered, _) = token.rsplit_once('.').unwrap();
        assert!(check(&format!("{covered}."), &set).is_err() && check(covered, &set).is_err());
    }
    // The public key as the secret of an HMAC, in each of the forms a verifier might hold it in.
    let public = keys[0].verifying_key().public().unwrap().to_vec();
    let covered = format!("{}.{}", URL_SAFE_NO_PAD.encode(header(&keys[0])), URL_SAFE_NO_PAD.encode(json()));
    for secret in [public.clone(), STANDARD.encode(&public).into_bytes(), set.to_jwks().into_bytes()] {
        let mac = crate::hmac_key::mac(&crate::hmac_key::keyed(&secret), &[covered.as_bytes()]);
        let forged = format!("{covered}.{}", URL_SAFE_NO_PAD.encode(mac));
        assert!(check(&forged, &set).is_err());
        assert!(check(&forged.replacen("RWREU0", "SFMyNTY", 1), &set).is_err());
    }
}

// J-2
#[test]
fn no_header_but_ours_is_read_and_a_kid_only_selects() {
    let keys = keys();
    let set = set(&keys);
    let [key, ..] = &keys;
    for more in [
        r#""jku":"http://127.0.0.1/jwks""#,
        r#""x5u":"http://127.0.0.1/x""#,
        r#""jwk":{"kty":"OKP","crv":"Ed25519","x":"AAAA"}"#,
        r#""x5c":["AAAA"]"#,
        r#""crit":["exp"]"#,
        r#""b64":false"#,
        r#""zip":"DEF""#,
        r#""alg":"EdDSA""#,
        r#""kid":"x""#,
        r#""cty":"JWT""#,
    ] {
        let header = header(key).replacen('{', &format!("{{{more},"), 1);
        assert_eq!(check(&signed(key, &header, &json()), &set), Err(Refusal::Malformed), "{more}");
    }
    for kid in ["", "../../etc/passwd", "' OR 1=1 --", &"k".repeat(4000), "\\u0000"] {
        let header = format!(r#"{{"alg":"EdDSA","kid":"{kid}","typ":"at+jwt"}}"#);
        assert_eq!(check(&signed(key, &header, &json()), &set), Err(Refusal::UnknownKey), "{kid}");
    }
    for header in [r#"{"alg":"EdDSA","typ":"at+jwt"}"#, r#"{"typ":"at+jwt"}"#] {
        assert_eq!(check(&signed(key, header, &json()), &set), Err(Refusal::UnknownKey), "{header}");
    }
    for header in ["[]", "{}", "null", "", "{", "{} {}"] {
        assert!(check(&signed(key, header, &json()), &set).is_err(), "{header}");
    }
}

// J-3
#[test]
fn times_issuer_and_audience_are_all_checked() {
    let keys = keys();
    let set = set(&keys);
    let after = |change: &dyn Fn(&mut AccessToken)| {
        let mut changed = claims();
        change(&mut changed);
        check(&changed.sign(&keys[0]).unwrap(), &set).map(drop)
    };
    assert_eq!(after(&|claims| claims.exp = NOW_S - 29), Ok(()));
    assert_eq!(after(&|claims| claims.exp = NOW_S - 30), Err(Refusal::Expired));
    assert_eq!(after(&|claims| claims.exp = 1 - (1 << 53)), Err(Refusal::Expired));
    assert_eq!(after(&|claims| claims.exp = (1 << 53) - 1), Ok(()));
    assert_eq!(after(&|claims| claims.exp = 1 << 53), Err(Refusal::WrongClaims), "other readers round it");
    assert_eq!(after(&|claims| claims.exp = i64::MIN), Err(Refusal::WrongClaims));
    assert_eq!(after(&|claims| claims.exp = claims.iat - 1), Err(Refusal::Expired));
    assert_eq!(after(&|claims| claims.iat = NOW_S + 30), Ok(()));
    assert_eq!(after(&|claims| claims.iat = NOW_S + 31), Err(Refusal::NotYetValid));
    assert_eq!(after(&|claims| claims.auth_time = NOW_S + 31), Err(Refusal::NotYetValid));
    assert_eq!(after(&|claims| claims.iss = "https://app.example.evil".into()), Err(Refusal::WrongIssuer));
    assert_eq!(after(&|claims| claims.aud = "https://other.example".into()), Err(Refusal::WrongAudience));
    let hours_ago =
        AccessToken { iat: NOW_S - 40_000, exp: NOW_S - 39_100, ..claims() }.sign(&keys[0]).unwrap();
    let within =
        |hours| Expectation { expired_for: Duration::from_hours(hours), ..Expectation::new(ISSUER, ISSUER) };
    assert!(verify(&hours_ago, &set, NOW, &within(12)).is_ok());
    assert_eq!(verify(&hours_ago, &set, NOW, &within(10)), Err(Refusal::Expired));
    let patient = Expectation { leeway: Duration::from_hours(1), ..Expectation::new(ISSUER, ISSUER) };
    let late = AccessToken { exp: NOW_S - 60, ..claims() }.sign(&keys[0]).unwrap();
    assert_eq!(verify(&late, &set, NOW, &patient), Err(Refusal::Expired), "a minute is the most");
}

// J-4
#[test]
fn no_token_of_another_type_passes_for_an_access_token() {
    let keys = keys();
    let set = set(&keys);
    for typ in
        [None, Some("JWT"), Some("dpop+jwt"), Some("dbsc+jwt"), Some("logout+jwt"), Some("AT+JWT"), Some("")]
    {
        for key in &keys {
            let token = key.sign(typ, &json()).unwrap();
            assert_eq!(check(&token, &set), Err(Refusal::WrongType), "{typ:?}");
            assert_eq!(set.open(&token, typ).unwrap(), json().into_bytes());
        }
    }
    let access = claims().sign(&keys[0]).unwrap();
    assert_eq!(set.open(&access, Some("JWT")), Err(Refusal::WrongType));
    // What is signed with the secret itself: the session-data cookie, the links in letters.
    let shared = KeySet::shared(&secrets(VECTOR_SECRET, &[]), ISSUER);
    let signer = Signer::new(&secrets(VECTOR_SECRET, &[]));
    let covered = format!("{}.{}", URL_SAFE_NO_PAD.encode(header(&keys[2])), URL_SAFE_NO_PAD.encode(json()));
    let cookie = format!("{covered}.{}", URL_SAFE_NO_PAD.encode(signer.mac(covered.as_bytes())));
    assert_eq!(check(&cookie, &shared), Err(Refusal::WrongSignature));
}

// J-5
#[test]
fn what_is_too_long_or_too_deep_is_refused_before_it_is_read() {
    let keys = keys();
    let set = set(&keys);
    let deep = |levels: usize| {
        let lists = format!("{{\"x\":{}{},", "[".repeat(levels - 1), "]".repeat(levels - 1));
        check(&signed(&keys[0], &header(&keys[0]), &json().replacen('{', &lists, 1)), &set).map(drop)
    };
    assert_eq!((deep(2), deep(16)), (Ok(()), Ok(())));
    assert_eq!((deep(17), deep(2000)), (Err(Refusal::WrongClaims), Err(Refusal::WrongClaims)));
    let many: Vec<_> = (0..100).map(|number| format!("\"{number}\":0")).collect();
    let many = json().replacen('{', &format!("{{{},", many.join(",")), 1);
    assert_eq!(check(&signed(&keys[0], &header(&keys[0]), &many), &set), Err(Refusal::WrongClaims));
    let longest =
        |length: usize| AccessToken { scope: Some("s".repeat(length)), ..claims() }.sign(&keys[0]).unwrap();
    assert!(longest(5500).len() <= MAX_LENGTH && check(&longest(5500), &set).is_ok());
    assert_eq!(check(&longest(6200), &set), Err(Refusal::TooLong));
    assert_eq!(check(&".".repeat(100_000), &set), Err(Refusal::TooLong));
}

// J-8
#[test]
fn a_name_that_is_there_twice_and_what_follows_the_claims_is_refused() {
    let keys = keys();
    let set = set(&keys);
    let with = |claims: &str| check(&signed(&keys[0], &header(&keys[0]), claims), &set).map(drop);
    assert_eq!(
        with(&json().replacen('{', r#"{"new":{"a":1,"b":[2]},"#, 1)),
        Ok(()),
        "a newer issuer says more"
    );
    for wrong in [
        json().replacen('{', r#"{"sub":"user","#, 1),
        json().replacen('{', r#"{"sub":"eve","#, 1),
        json().replacen('{', r#"{"\u0073ub":"eve","#, 1),
        json().replacen('{', r#"{"x":1,"x":1,"#, 1),
        json().replacen('{', r#"{"nbf":1,"#, 1),
        format!("{} {{}}", json()),
        format!("{}x", json()),
        format!("\u{feff}{}", json()),
        json().replace("\"jti\":\"jti\"", "\"jti\":1"),
        json().replace("1800000890", "1800000890.0"),
        json().replace("1800000890", "\"1800000890\""),
        json().replace("1800000890", "99999999999999999999"),
        json().replace(",\"jti\":\"jti\"", ""),
        json().replace("\"aud\":\"https://app.example\"", "\"aud\":[\"https://app.example\"]"),
        "[]".into(),
        "null".into(),
        String::new(),
    ] {
        assert_eq!(with(&wrong), Err(Refusal::WrongClaims), "{wrong}");
    }
}

// J-8
#[test]
fn a_second_spelling_of_the_same_bytes_is_refused() {
    let keys = keys();
    let set = set(&keys);
    let token = claims().sign(&keys[0]).unwrap();
    for other in [
        format!("{token}="),
        format!(" {token}"),
        format!("{token}\n"),
        token.replace('.', ".."),
        format!("{token}."),
        format!(".{token}"),
        format!("{token}.{token}"),
    ] {
        assert!(check(&other, &set).is_err(), "{other}");
    }
    // The last character of 64 bytes carries four bits that mean nothing; they must be zero.
    let last = token.chars().next_back().unwrap();
    let sibling = char::from(u8::try_from(last).unwrap() + 1);
    assert!(check(&format!("{}{sibling}", &token[..token.len() - 1]), &set).is_err());
}

// J-8
#[test]
fn all_refusals_look_alike_from_outside() {
    let texts: HashSet<_> = Refusal::ALL.iter().map(ToString::to_string).collect();
    assert_eq!(texts.len(), 1);
    let names: HashSet<_> = Refusal::ALL.iter().map(|refusal| refusal.name()).collect();
    assert_eq!(names.len(), Refusal::ALL.len());
}

// J-9
#[test]
fn a_shared_secret_is_worth_nothing_to_another_deployment() {
    let here = SigningKey::shared(&secrets(VECTOR_SECRET, &[]), ISSUER).unwrap();
    let token = claims().sign(&here).unwrap();
    let there = KeySet::shared(&secrets(VECTOR_SECRET, &[]), "https://other.example");
    assert_eq!(check(&token, &there), Err(Refusal::UnknownKey));
    assert_eq!(there.iter().count(), 1);
    let rotated = KeySet::shared(&secrets(OTHER_SECRET, &[VECTOR_SECRET]), ISSUER);
    assert!(check(&token, &rotated).is_ok(), "a changed secret signs nobody out");
}

#[test]
fn a_jwks_holds_public_parts_alone_and_is_read_back() {
    let keys = keys();
    let jwks = set(&keys).to_jwks();
    let value: serde_json::Value = serde_json::from_str(&jwks).unwrap();
    let members: HashSet<_> = value["keys"]
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|key| key.as_object().unwrap().keys())
        .map(String::as_str)
        .collect();
    assert_eq!(members, HashSet::from(["kty", "crv", "x", "y", "kid", "alg", "use"]));
    let read = KeySet::from_jwks(jwks.as_bytes()).unwrap();
    assert_eq!(read.iter().map(VerifyingKey::id).collect::<Vec<_>>(), [keys[0].id(), keys[1].id()]);
    for key in &keys[..2] {
        assert_eq!(check(&claims().sign(key).unwrap(), &read), Ok(claims()));
    }
}

#[test]
fn a_jwks_gives_no_key_that_is_symmetric_foreign_or_for_something_else() {
    for key in [
        r#"{"kty":"oct","k":"AAAA","kid":"a","alg":"HS256"}"#,
        r#"{"kty":"RSA","n":"AAAA","e":"AQAB","kid":"a","alg":"RS256"}"#,
        r#"{"kty":"OKP","crv":"X25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo","kid":"a"}"#,
        r#"{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo","kid":"a","use":"enc"}"#,
        r#"{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo","kid":"a","alg":"HS256"}"#,
        r#"{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHUQ","kid":"a"}"#,
        r#"{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#,
        "1",
    ] {
        assert!(KeySet::from_jwks(format!("{{\"keys\":[{key}]}}").as_bytes()).unwrap().is_empty(), "{key}");
    }
    assert_eq!(KeySet::from_jwks(b"[]").err(), Some(BadKey));
}

// RFC 8037, appendix A.3
#[test]
fn a_keys_id_is_its_thumbprint() {
    let public = URL_SAFE_NO_PAD.decode("11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo").unwrap();
    let key = VerifyingKey::from_public(Algorithm::EdDsa, &public).unwrap();
    assert_eq!(key.id(), "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");
}

// RFC 8037, appendix A.4
#[test]
fn a_signature_of_the_standard_is_verified() {
    let token = "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc.hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg";
    let public = URL_SAFE_NO_PAD.decode("11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo").unwrap();
    let key = VerifyingKey::from_public(Algorithm::EdDsa, &public).unwrap();
    let (covered, signature) = token.rsplit_once('.').unwrap();
    assert!(key.verifies(covered.as_bytes(), &URL_SAFE_NO_PAD.decode(signature).unwrap()));
}

#[test]
fn a_private_key_is_read_back_and_never_shown() {
    for algorithm in [Algorithm::EdDsa, Algorithm::Es256] {
        let private = SigningKey::draw(algorithm, &Seeded::new(3)).unwrap();
        let key = SigningKey::from_private(algorithm, &private).unwrap();
        assert_eq!(key.id(), SigningKey::from_private(algorithm, &private).unwrap().id());
        assert_eq!(format!("{key:?}"), format!("SigningKey({algorithm} {})", key.id()));
        assert!(SigningKey::from_private(algorithm, &private[1..]).is_err());
    }
    assert!(SigningKey::draw(Algorithm::Hs256, &Seeded::new(3)).is_err());
}

proptest! {
    #[test]
    fn any_text_is_checked_without_panic(text in "\\PC*", dotted in "[a-zA-Z0-9_-]{0,90}\\.[a-zA-Z0-9_-]{0,90}\\.[a-zA-Z0-9_-]{0,90}") {
        let set = set(&keys());
        prop_assert!(check(&text, &set).is_err());
        prop_assert!(check(&dotted, &set).is_err());
    }

    #[test]
    fn no_changed_or_cut_token_is_accepted(at: prop::sample::Index, to in "[!-~]", which in 0_usize..3) {
        let keys = keys();
        let set = set(&keys);
        let token = claims().sign(&keys[which]).unwrap();
        let at = at.index(token.len());
        let mut changed = token.clone();
        changed.replace_range(at..=at, &to);
        prop_assert!(changed == token || check(&changed, &set).is_err());
        prop_assert!(check(&token[..at], &set).is_err());
        prop_assert!(at == 0 || check(&token[at..], &set).is_err());
    }
}
