//! The encrypted session-data cookie: JWE in its compact form, `dir` with `A256CBC-HS512` and nothing else
//! (RFC 7516; RFC 7518, section 5.2; protocol spec 3.6). Better Auth's readers also take `A256GCM`, which none of its
//! versions writes.

use std::borrow::Cow;

use aes::Aes256;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use cbc::cipher::block_padding::Pkcs7;
use cbc::cipher::{BlockModeDecrypt as _, BlockModeEncrypt as _, KeyIvInit as _};
use hkdf::Hkdf;
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde::Deserialize;
use sha2::{Digest as _, Sha256, Sha512};
use zeroize::Zeroizing;

use crate::chunk::MAX_SESSION_DATA_LENGTH;
use crate::jwt::Refused;
use crate::{Random, Secrets};

const INFO: &[u8] = b"BetterAuth.js Generated Encryption Key";
const IV_LENGTH: usize = 16;
/// Half of an HMAC-SHA-512: what the algorithm keeps of it.
const TAG_LENGTH: usize = 32;

/// The keys of one cookie under every secret; the first one encrypts.
#[derive(Clone)]
pub(crate) struct Keys(Vec<Key>);

#[derive(Clone)]
struct Key {
    /// RFC 7638 thumbprint: says which key without saying what it is.
    id: String,
    authentication: Hmac<Sha512>,
    encryption: Zeroizing<[u8; 32]>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Header<'a> {
    #[serde(borrow)]
    alg: Cow<'a, str>,
    #[serde(borrow)]
    enc: Cow<'a, str>,
    kid: Option<String>,
}

impl Keys {
    /// Derives the keys for the cookie that `salt` names.
    pub(crate) fn derive(secrets: &Secrets, salt: &str) -> Self {
        let all = std::iter::once(secrets.current()).chain(secrets.previous());
        Self(all.map(|secret| Key::derive(secret.as_bytes(), salt)).collect())
    }

    /// Encrypts `claims` under the current key.
    pub(crate) fn encrypt(&self, claims: &str, random: &dyn Random) -> String {
        let Some(key) = self.0.first() else { unreachable!("there is always a current secret") };
        let mut iv = [0; IV_LENGTH];
        random.fill(&mut iv);
        key.encrypt(claims, iv)
    }

    /// Authenticates and decrypts `token` into `claims`. Says whether the current key had made it. The claims'
    /// meaning, their times above all, is for the caller to check.
    pub(crate) fn decrypt(&self, token: &str, claims: &mut Vec<u8>) -> Result<bool, Refused> {
        if token.len() > MAX_SESSION_DATA_LENGTH {
            return Err(Refused);
        }
        let sealed = Sealed::parse(token).ok_or(Refused)?;
        let has_id = |key: &Key| sealed.key_id.as_ref().is_none_or(|id| *id == key.id);
        for (position, key) in self.0.iter().enumerate().filter(|(_, key)| has_id(key)) {
            if let Some(text) = key.decrypt(&sealed) {
                *claims = text;
                return Ok(position == 0);
            }
        }
        Err(Refused)
    }
}

/// A token in its parts, decoded and not yet believed.
struct Sealed<'a> {
    key_id: Option<String>,
    /// The header as it stands in the token: part of what is authenticated.
    header: &'a str,
    iv: [u8; IV_LENGTH],
    text: Vec<u8>,
    tag: [u8; TAG_LENGTH],
}

impl<'a> Sealed<'a> {
    fn parse(token: &'a str) -> Option<Self> {
        let mut parts = token.split('.');
        let mut next = || parts.next();
        // The second part, an encrypted key, is empty: both sides have the key already.
        let (header, "", iv, text, tag, None) = (next()?, next()?, next()?, next()?, next()?, next()) else {
            return None;
        };
        let decoded = decode(header)?;
        let Header { alg, enc, kid } = serde_json::from_slice(&decoded).ok()?;
        if alg != "dir" || enc != "A256CBC-HS512" {
            return None;
        }
        Some(Self {
            key_id: kid,
            header,
            iv: decode_array(iv)?,
            text: decode(text)?,
            tag: decode_array(tag)?,
        })
    }
}

fn decode(text: &str) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(text).ok()
}

fn decode_array<const N: usize>(text: &str) -> Option<[u8; N]> {
    decode(text)?.try_into().ok()
}

impl Key {
    fn derive(secret: &[u8], salt: &str) -> Self {
        let mut bytes = Zeroizing::new([0; 64]);
        let Ok(()) = Hkdf::<Sha256>::new(Some(salt.as_bytes()), secret).expand(INFO, &mut *bytes) else {
            unreachable!("64 bytes are far below the 8160 that HKDF can give")
        };
        Self::new(&bytes)
    }

    /// The first half authenticates, the second encrypts.
    fn new(bytes: &[u8; 64]) -> Self {
        let text = Zeroizing::new(format!(r#"{{"k":"{}","kty":"oct"}}"#, URL_SAFE_NO_PAD.encode(bytes)));
        let mut block = Zeroizing::new([0; 128]);
        let mut encryption = Zeroizing::new([0; 32]);
        block.iter_mut().zip(bytes.iter().take(32)).for_each(|(to, from)| *to = *from);
        encryption.iter_mut().zip(bytes.iter().skip(32)).for_each(|(to, from)| *to = *from);
        Self {
            id: URL_SAFE_NO_PAD.encode(Sha256::digest(text.as_bytes())),
            // A key shorter than the hash's block is filled up with zeros (RFC 2104, section 2).
            authentication: Hmac::new((&*block).into()),
            encryption,
        }
    }

    fn encrypt(&self, claims: &str, iv: [u8; IV_LENGTH]) -> String {
        let header = format!(r#"{{"alg":"dir","enc":"A256CBC-HS512","kid":"{}"}}"#, self.id);
        let header = URL_SAFE_NO_PAD.encode(header);
        let cipher = cbc::Encryptor::<Aes256>::new((&*self.encryption).into(), (&iv).into());
        let text = cipher.encrypt_padded_vec::<Pkcs7>(claims.as_bytes());
        let tag = self.authenticate(&header, iv, &text).finalize().into_bytes();
        let tag: Vec<u8> = tag.into_iter().take(TAG_LENGTH).collect();
        let [iv, text, tag] = [&iv[..], &text, &tag].map(|part| URL_SAFE_NO_PAD.encode(part));
        format!("{header}..{iv}.{text}.{tag}")
    }

    /// The tag is compared, in constant time, before a byte is decrypted, so that padding says nothing.
    fn decrypt(&self, sealed: &Sealed<'_>) -> Option<Vec<u8>> {
        self.authenticate(sealed.header, sealed.iv, &sealed.text).verify_truncated_left(&sealed.tag).ok()?;
        let cipher = cbc::Decryptor::<Aes256>::new((&*self.encryption).into(), (&sealed.iv).into());
        cipher.decrypt_padded_vec::<Pkcs7>(&sealed.text).ok()
    }

    fn authenticate(&self, header: &str, iv: [u8; IV_LENGTH], text: &[u8]) -> Hmac<Sha512> {
        let mut state = self.authentication.clone();
        state.update(header.as_bytes());
        state.update(&iv);
        state.update(text);
        let header_bits = u64::try_from(header.len()).unwrap_or(u64::MAX).saturating_mul(8);
        state.update(&header_bits.to_be_bytes());
        state
    }
}

#[cfg(test)]
mod tests;
