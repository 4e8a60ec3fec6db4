//! Argon2id as OWASP advises it: 19 MiB, 2 passes, one lane, 32 bytes, as a PHC string.

use argon2::password_hash::phc::PasswordHash;
use argon2::{Algorithm, Argon2, Params, PasswordHasher as _, Version};
use subtle::ConstantTimeEq as _;
use zeroize::Zeroizing;

use super::{MalformedHash, normal};

const MEMORY_KIB: u32 = 19 * 1024;
const PASSES: u32 = 2;
const LANES: u32 = 1;

/// The most that a stored hash may ask for: what RFC 9106 gives as its second choice is 64 MiB, 3 passes and 4 lanes. A row that somebody
/// else wrote into the database shall not take the machine's memory, nor its minutes.
const MOST_MEMORY_KIB: u32 = 64 * 1024;
const MOST_PASSES: u32 = 10;
const MOST_LANES: u32 = 16;

/// Bytes of a key that is worth comparing.
const SHORTEST_KEY: usize = 16;

/// The text to store for `password`.
pub(super) fn hash(password: &str, salt: [u8; 16]) -> String {
    let Ok(params) = Params::new(MEMORY_KIB, PASSES, LANES, None) else {
        unreachable!("the parameters are constant and allowed")
    };
    let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    let Ok(hash) = argon2.hash_password_with_salt(normal(password).as_bytes(), &salt) else {
        unreachable!("the lengths are constant and allowed")
    };
    hash.to_string()
}

/// Whether `password` is the one that `stored` was made from. What asks for too much is refused before any work is done.
pub(super) fn verify(password: &str, stored: &str) -> Result<bool, MalformedHash> {
    let (parsed, params) = parse(stored)?;
    let (Some(salt), Some(expected)) = (&parsed.salt, &parsed.hash) else { return Err(MalformedHash) };
    let mut key = Zeroizing::new(vec![0; expected.as_bytes().len()]);
    let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    argon2.hash_password_into(normal(password).as_bytes(), salt, &mut key).map_err(|_| MalformedHash)?;
    Ok(key.ct_eq(expected.as_bytes()).into())
}

/// Whether it was made with the present cost.
pub(super) fn is_current(stored: &str) -> bool {
    parse(stored).is_ok_and(|(_, params)| {
        (params.m_cost(), params.t_cost(), params.p_cost()) == (MEMORY_KIB, PASSES, LANES)
    })
}

fn parse(stored: &str) -> Result<(PasswordHash, Params), MalformedHash> {
    let parsed = PasswordHash::new(stored).map_err(|_| MalformedHash)?;
    let is_known = parsed.algorithm.as_str() == Algorithm::Argon2id.as_str()
        && parsed.version == Some(Version::V0x13.into())
        && parsed.hash.as_ref().is_some_and(|hash| hash.as_bytes().len() >= SHORTEST_KEY);
    let params = Params::try_from(&parsed).map_err(|_| MalformedHash)?;
    let is_bearable = params.m_cost() <= MOST_MEMORY_KIB
        && params.t_cost() <= MOST_PASSES
        && params.p_cost() <= MOST_LANES
        && params.data().is_empty();
    if is_known && is_bearable { Ok((parsed, params)) } else { Err(MalformedHash) }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// From the tests of the reference implementation (`phc-winner-argon2/src/test.c`): of `password`, with 64 MiB, and with two lanes.
    const REFERENCES: [&str; 2] = [
        "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
        "$argon2id$v=19$m=256,t=2,p=2$c29tZXNhbHQ$bQk8UB/VmZZF4Oo79iDXuL5/0ttZwg2f/5U52iv1cDc",
    ];

    //
    #[test]
    fn what_is_hashed_has_the_advised_cost_and_verifies() {
        let stored = hash("correct horse battery staple", [7; 16]);
        assert!(stored.starts_with("$argon2id$v=19$m=19456,t=2,p=1$BwcHBwcHBwcHBwcHBwcHBw$"), "{stored}");
        assert_eq!(verify("correct horse battery staple", &stored), Ok(true));
        assert_eq!(verify("correct horse battery stapl", &stored), Ok(false));
        assert!(is_current(&stored));
    }

    #[test]
    fn hashes_of_others_are_verified_and_are_to_be_made_anew() {
        for reference in REFERENCES {
            assert_eq!(verify("password", reference), Ok(true));
            assert_eq!(verify("Password", reference), Ok(false));
            assert!(!is_current(reference));
        }
    }

    //
    #[test]
    fn a_hash_that_asks_for_absurd_work_is_refused_before_any_is_done() {
        let stored = hash("x", [7; 16]);
        let (_, rest) = stored.split_once("p=1").unwrap_or_default();
        let with = |cost: &str| format!("$argon2id$v=19${cost}{rest}");
        assert_eq!(verify("y", &with("m=19456,t=2,p=1")), Ok(false), "the rest is as it should be");
        for cost in [
            "m=4194304,t=2,p=1",
            "m=4294967295,t=2,p=1",
            "m=65537,t=2,p=1",
            "m=19456,t=11,p=1",
            "m=19456,t=4294967295,p=1",
            "m=19456,t=2,p=17",
            "m=19456,t=2,p=16777215",
            "m=0,t=0,p=0",
            "m=-1,t=2,p=1",
            "m=99999999999999999999,t=2,p=1",
        ] {
            assert_eq!(verify("x", &with(cost)), Err(MalformedHash), "{cost}");
        }
    }

    #[test]
    fn what_is_no_argon2id_is_refused() {
        let stored = hash("x", [7; 16]);
        for broken in [
            String::new(),
            "$".to_owned(),
            stored.replace("argon2id", "argon2i"),
            stored.replace("argon2id", "argon2d"),
            stored.replace("argon2id", "bcrypt"),
            stored.replace("v=19", "v=16"),
            stored.replace("$v=19", ""),
            stored.replace("BwcHBwcHBwcHBwcHBwcHBw", "Bw"),
            stored.replace("BwcHBwcHBwcHBwcHBwcHBw", "BwcHBwcHBwcHBwcHBwcHB!"),
            stored.rsplit_once('$').map(|(front, _)| front.to_owned()).unwrap_or_default(),
            stored.get(..stored.len() - 30).unwrap_or_default().to_owned(),
            format!("{stored}$"),
            format!(" {stored}"),
        ] {
            assert_eq!(verify("x", &broken), Err(MalformedHash), "{broken}");
        }
    }
}
