//! The vectors of Project Wycheproof: what has been got wrong elsewhere, through the check that every token passes (J-1).
//!
//! There are three sets, one for each algorithm, and none of their vectors is "acceptable": each is right or wrong. One thing is decided
//! here: a MAC cut to half its length is right by HMAC's standard and wrong by that of tokens (RFC 7518 3.2), so those are all refused.
//! The vectors for whole tokens (`json_web_signature`) are in no package; what they try is in `tests.rs` beside this.

use wycheproof::{TestResult, ecdsa, eddsa, mac};

use super::{Algorithm, KeySet, VerifyingKey};
use crate::hmac_key;

/// Bytes of an HMAC-SHA-256.
const MAC: usize = 32;

/// The public key as other back ends get it: published, and read again.
fn published(algorithm: Algorithm, public: &[u8]) -> VerifyingKey {
    let key = VerifyingKey::from_public(algorithm, public).unwrap();
    let read = KeySet::from_jwks(KeySet::new([key]).to_jwks().as_bytes()).unwrap();
    read.iter().next().unwrap().clone()
}

/// What the vectors' authors say, where they leave no choice.
fn is_right(result: TestResult, number: usize) -> bool {
    assert_ne!(result, TestResult::Acceptable, "vector {number} is to be decided");
    result == TestResult::Valid
}

// J-1
#[test]
fn ed25519_takes_and_refuses_what_wycheproof_says() {
    let mut tried = 0;
    for group in eddsa::TestSet::load(eddsa::TestName::Ed25519).unwrap().test_groups {
        let key = published(Algorithm::EdDsa, &group.key.pk);
        for test in group.tests {
            let expected = is_right(test.result, test.tc_id);
            assert_eq!(key.verifies(&test.msg, &test.sig), expected, "{} {}", test.tc_id, test.comment);
            tried += 1;
        }
    }
    assert!(tried >= 151, "{tried}");
}

// J-1
#[test]
fn p_256_takes_and_refuses_what_wycheproof_says() {
    let mut tried = 0;
    for group in ecdsa::TestSet::load(ecdsa::TestName::EcdsaSecp256r1Sha256P1363).unwrap().test_groups {
        let key = published(Algorithm::Es256, &group.key.key);
        for test in group.tests {
            let expected = is_right(test.result, test.tc_id);
            assert_eq!(key.verifies(&test.msg, &test.sig), expected, "{} {}", test.tc_id, test.comment);
            tried += 1;
        }
    }
    assert!(tried >= 262, "{tried}");
}

// J-1
#[test]
fn p_256_refuses_every_signature_in_der_that_wycheproof_has() {
    let mut tried = 0;
    for group in ecdsa::TestSet::load(ecdsa::TestName::EcdsaSecp256r1Sha256).unwrap().test_groups {
        let key = published(Algorithm::Es256, &group.key.key);
        for test in group.tests {
            assert!(!key.verifies(&test.msg, &test.sig), "{} {}", test.tc_id, test.comment);
            tried += 1;
        }
    }
    assert!(tried >= 400, "{tried}");
}

// J-1
#[test]
fn hmac_takes_and_refuses_what_wycheproof_says_and_no_shortened_mac() {
    let mut tried = 0;
    for group in mac::TestSet::load(mac::TestName::HmacSha256).unwrap().test_groups {
        for test in group.tests {
            let secret = hmac_key::keyed(&test.key);
            let key = VerifyingKey::shared("id".to_owned(), secret.clone());
            let expected = is_right(test.result, test.tc_id);
            let whole = test.tag.len() == MAC;
            assert_eq!(
                key.verifies(&test.msg, &test.tag),
                expected && whole,
                "{} {}",
                test.tc_id,
                test.comment
            );
            let made = hmac_key::mac(&secret, &[&test.msg]);
            assert_eq!(made.starts_with(&test.tag), expected, "{} {}", test.tc_id, test.comment);
            tried += 1;
        }
    }
    assert!(tried >= 174, "{tried}");
}
