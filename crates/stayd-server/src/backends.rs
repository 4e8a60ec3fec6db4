//! Other back ends that may ask this server: about tokens (RFC 7662), and what has ended. Each has an id and a secret, sent as HTTP Basic.

use crate::{
    error::{ApiResult, ErrorKind},
    oauth_error::OAuthError,
};
use axum::http::{HeaderMap, header};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use percent_encoding::percent_decode_str;
use stayd_protocol::TokenHash;
use std::collections::BTreeMap;

/// Fewest characters of a back end's secret.
const MIN_SECRET: usize = 32;
/// Longest id of a back end, in characters.
const MAX_ID: usize = 64;

/// Whoever may ask, by id. Of the secrets only the hashes are kept.
#[derive(Debug, Clone, Default)]
pub struct Backends(BTreeMap<String, Backend>);

#[derive(Debug, Clone)]
struct Backend {
    secret: TokenHash,
    /// Whose tokens concern it; all, where nothing is said.
    audiences: Option<Vec<String>>,
}

/// A back end that has shown its credential.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Caller<'a> {
    pub(crate) id: &'a str,
    /// The audiences whose tokens it may ask about and give back; all, where nothing is said.
    pub(crate) audiences: Option<&'a [String]>,
}

/// Why a credential was not taken. The secret is never part of the message.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidBackend {
    /// The id has to fit into `id:secret`.
    #[error("the id of a back end is 1 to {MAX_ID} letters, digits, `-`, `_` and `.`")]
    Id,
    /// The secret could be guessed, or has characters that are lost on the way.
    #[error(
        "the secret of the back end {id} needs at least {MIN_SECRET} characters of ASCII, no space and no comma among them"
    )]
    Secret {
        /// Whose.
        id: String,
    },
    /// Two back ends with one id.
    #[error("there are two back ends with the id {id}")]
    Twice {
        /// Theirs.
        id: String,
    },
    /// It could ask about nothing, or nobody can be called that.
    #[error(
        "the audiences of the back end {id} are visible characters without a comma; leave them out for all"
    )]
    Audience {
        /// Whose.
        id: String,
    },
}

impl Backends {
    /// Takes pairs of id and secret.
    pub fn new<I, S>(pairs: impl IntoIterator<Item = (I, S)>) -> Result<Self, InvalidBackend>
    where
        I: Into<String>,
        S: AsRef<str>,
    {
        let mut backends = BTreeMap::new();
        for (id, secret) in pairs {
            let (id, secret) = (id.into(), secret.as_ref());
            let in_id = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
            if id.is_empty() || id.len() > MAX_ID || !id.bytes().all(in_id) {
                return Err(InvalidBackend::Id);
            }
            let in_secret = |byte: u8| byte.is_ascii_graphic() && byte != b',';
            if secret.len() < MIN_SECRET || !secret.bytes().all(in_secret) {
                return Err(InvalidBackend::Secret { id });
            }
            let backend = Backend { secret: TokenHash::of(secret), audiences: None };
            if backends.insert(id.clone(), backend).is_some() {
                return Err(InvalidBackend::Twice { id });
            }
        }
        Ok(Self(backends))
    }

    /// Lets the back end with this id ask about, and give back, the access tokens of these audiences and nothing else (RFC 7662 section 4):
    /// it is told of other tokens what it is told of those that are worth nothing, and of refresh tokens too, which are meant for none.
    pub fn only_for<S: Into<String>>(
        mut self,
        id: &str,
        audiences: impl IntoIterator<Item = S>,
    ) -> Result<Self, InvalidBackend> {
        let audiences: Vec<String> = audiences.into_iter().map(Into::into).collect();
        let is_name = |name: &String| {
            !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_graphic() && byte != b',')
        };
        if audiences.is_empty() || !audiences.iter().all(is_name) {
            return Err(InvalidBackend::Audience { id: id.to_owned() });
        }
        let backend = self.0.get_mut(id).ok_or(InvalidBackend::Id)?;
        backend.audiences = Some(audiences);
        Ok(self)
    }

    /// Whether there is none, so that nobody may ask.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The back end whose credential a request shows. An unknown id and a wrong secret are refused alike: 401, with the scheme
    /// that is expected.
    pub(crate) fn authenticate(&self, headers: &HeaderMap) -> ApiResult<Caller<'_>> {
        self.find(headers).ok_or_else(|| ErrorKind::OAuth(OAuthError::InvalidClient).into())
    }

    fn find(&self, headers: &HeaderMap) -> Option<Caller<'_>> {
        let mut shown = headers.get_all(header::AUTHORIZATION).iter();
        let (Some(only), None) = (shown.next(), shown.next()) else { return None };
        let (scheme, value) = only.to_str().ok()?.split_once(' ')?;
        if !scheme.eq_ignore_ascii_case("basic") {
            return None;
        }
        let pair = String::from_utf8(STANDARD.decode(value.trim()).ok()?).ok()?;
        let (id, secret) = pair.split_once(':')?;
        let (id, backend) = self.0.get_key_value(id)?;
        // A client that follows RFC 6749 to the letter (2.3.1) encodes the secret as a form does; ours have no space in them.
        let decoded = percent_decode_str(secret).decode_utf8().ok()?;
        // Comparing hashes need not take constant time (see `TokenHash`).
        let is_theirs = [secret, &decoded].iter().any(|shown| backend.secret == TokenHash::of(shown));
        is_theirs.then_some(Caller { id, audiences: backend.audiences.as_deref() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &str = "kX3v9QhT7mWz2LrB8nYcJ5dGfA4s+e%q";

    fn shown(credential: &str) -> HeaderMap {
        let value = format!("Basic {}", STANDARD.encode(credential)).parse().unwrap();
        [(header::AUTHORIZATION, value)].into_iter().collect()
    }

    fn id_of<'a>(backends: &'a Backends, headers: &HeaderMap) -> Option<&'a str> {
        backends.find(headers).map(|caller| caller.id)
    }

    #[test]
    fn a_back_end_is_known_by_its_id_and_its_secret() {
        let backends = Backends::new([("api", SECRET), ("web.2", &SECRET.repeat(2))]).unwrap();
        assert_eq!(id_of(&backends, &shown(&format!("api:{SECRET}"))), Some("api"));
        let encoded = SECRET.replace('%', "%25").replace('+', "%2B");
        assert_eq!(id_of(&backends, &shown(&format!("api:{encoded}"))), Some("api"));
        for wrong in
            [format!("web.2:{SECRET}"), format!("other:{SECRET}"), "api:".into(), "api".into(), String::new()]
        {
            assert_eq!(id_of(&backends, &shown(&wrong)), None, "{wrong}");
        }
        assert_eq!(id_of(&backends, &HeaderMap::new()), None);
        let mut twice = shown(&format!("api:{SECRET}"));
        twice.append(header::AUTHORIZATION, "Basic x".parse().unwrap());
        assert_eq!(id_of(&backends, &twice), None);
    }

    #[test]
    fn a_back_end_may_ask_for_whom_it_is_said_to_be_and_for_all_where_nothing_is_said() {
        let backends = Backends::new([("api", SECRET), ("web", &SECRET.repeat(2))]).unwrap();
        let backends = backends.only_for("api", ["https://api.example"]).unwrap();
        let of = |shown_secret: &str| backends.find(&shown(shown_secret)).unwrap().audiences;
        assert_eq!(of(&format!("api:{SECRET}")).unwrap(), ["https://api.example"]);
        assert_eq!(of(&format!("web:{}", SECRET.repeat(2))), None);
        for wrong in [&[][..], &[""], &["two words"], &["a,b"]] {
            assert!(backends.clone().only_for("web", wrong.iter().copied()).is_err(), "{wrong:?}");
        }
        assert!(backends.only_for("other", ["a"]).is_err());
    }

    #[test]
    fn a_credential_that_could_be_guessed_or_does_not_fit_is_not_taken() {
        assert_eq!(Backends::new([("a:b", SECRET)]).unwrap_err(), InvalidBackend::Id);
        assert_eq!(Backends::new([("", SECRET)]).unwrap_err(), InvalidBackend::Id);
        let short = Backends::new([("api", &SECRET[1..])]).unwrap_err();
        assert!(!short.to_string().contains("X3v9"), "{short}");
        assert!(Backends::new([("api", format!("{SECRET} "))]).is_err());
        assert!(matches!(
            Backends::new([("api", SECRET), ("api", SECRET)]),
            Err(InvalidBackend::Twice { .. })
        ));
        assert!(!format!("{:?}", Backends::new([("api", SECRET)]).unwrap()).contains("kX3v"));
    }
}
