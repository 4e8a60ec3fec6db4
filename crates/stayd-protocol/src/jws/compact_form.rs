//! `header.payload.signature`: taken apart, and put together.

use std::borrow::Cow;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::de::MapAccess;

use super::members::{self, Members, Unknown};
use super::{Algorithm, KeySet, Refusal, VerifyingKey};

/// Longest token that is looked at, in bytes (J-5). Ours have about 600.
pub const MAX_LENGTH: usize = 8 * 1024;

/// Longest signature in bytes; one more than ours have, so that a longer one is seen to be.
const SIGNATURE_ROOM: usize = 66;

/// A token whose signature is right, and whose claims nobody has looked at.
pub(super) struct Signed {
    /// The JSON of the claims.
    pub(super) payload: Vec<u8>,
}

#[derive(Default)]
struct Header<'a> {
    alg: Option<Cow<'a, str>>,
    kid: Option<Cow<'a, str>>,
    typ: Option<Cow<'a, str>>,
}

impl<'de> Members<'de> for Header<'de> {
    fn take<A: MapAccess<'de>>(&mut self, name: &str, map: &mut A) -> Result<bool, A::Error> {
        let place = match name {
            "alg" => &mut self.alg,
            "kid" => &mut self.kid,
            "typ" => &mut self.typ,
            _ => return Ok(false),
        };
        *place = Some(Cow::Owned(map.next_value()?));
        Ok(true)
    }
}

/// Takes a token apart and checks who signed it.
pub(super) fn open(token: &str, typ: Option<&str>, keys: &KeySet) -> Result<Signed, Refusal> {
    if token.len() > MAX_LENGTH {
        return Err(Refusal::TooLong);
    }
    let (covered, signature) = token.rsplit_once('.').ok_or(Refusal::Malformed)?;
    let (header, payload) = covered.split_once('.').ok_or(Refusal::Malformed)?;
    let key = key_of(header, typ, keys)?;
    let mut room = [0; SIGNATURE_ROOM];
    let length = URL_SAFE_NO_PAD.decode_slice(signature, &mut room).map_err(|_| Refusal::Malformed)?;
    let signature = room.get(..length).ok_or(Refusal::Malformed)?;
    if !key.verifies(covered.as_bytes(), signature) {
        return Err(Refusal::WrongSignature);
    }
    // A payload with a dot in it, so a token of more than three parts, fails here: the dot is not in the alphabet.
    let payload = URL_SAFE_NO_PAD.decode(payload).map_err(|_| Refusal::WrongClaims)?;
    Ok(Signed { payload })
}

/// The key that has to have signed. `kid` selects, and nothing else in the header does (J-2).
fn key_of<'k>(header: &str, typ: Option<&str>, keys: &'k KeySet) -> Result<&'k VerifyingKey, Refusal> {
    // What this very key writes is not parsed again.
    if let Some(key) = typ.and_then(|typ| keys.with_header(typ, header)) {
        return Ok(key);
    }
    let json = URL_SAFE_NO_PAD.decode(header).map_err(|_| Refusal::Malformed)?;
    let header: Header<'_> = members::read(&json, Unknown::Refused).ok_or(Refusal::Malformed)?;
    if header.typ.as_deref() != typ {
        return Err(Refusal::WrongType);
    }
    let key = header.kid.and_then(|kid| keys.find(&kid)).ok_or(Refusal::UnknownKey)?;
    if header.alg.as_deref() == Some(key.algorithm().name()) { Ok(key) } else { Err(Refusal::WrongAlgorithm) }
}

/// The first part of the tokens of a key, in base64url.
pub(super) fn header(algorithm: Algorithm, kid: &str, typ: Option<&str>) -> String {
    // No name that stands here needs an escape.
    let typ = typ.map(|typ| format!(",\"typ\":\"{typ}\"")).unwrap_or_default();
    URL_SAFE_NO_PAD.encode(format!("{{\"alg\":\"{algorithm}\",\"kid\":\"{kid}\"{typ}}}"))
}

/// What is signed: `header.payload`.
pub(super) fn covered(header: &str, claims: &[u8]) -> String {
    let mut token = String::with_capacity(header.len() + claims.len() * 4 / 3 + 96);
    token.push_str(header);
    token.push('.');
    URL_SAFE_NO_PAD.encode_string(claims, &mut token);
    token
}

/// Puts the signature behind.
pub(super) fn seal(mut covered: String, signature: &[u8]) -> String {
    covered.push('.');
    URL_SAFE_NO_PAD.encode_string(signature, &mut covered);
    covered
}
