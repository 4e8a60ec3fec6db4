use std::borrow::Cow;
use std::fmt;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::cache_payload::{CachePayload, Unencodable};
use crate::chunk::MAX_SESSION_DATA_LENGTH;
use crate::raw_session_data::{RawSessionData, SessionDataError, Wrapping};
use crate::{Random, Secrets, Signer, Timestamp, compact, identifier, jwe, jwt};

/// How the session-data cookie is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Strategy {
    /// Signed JSON, Better Auth's default: readable by whoever holds the cookie, and the fastest to check.
    #[default]
    Compact,
    /// A JSON Web Token signed with HS256: readable by whoever holds the cookie.
    Jwt,
    /// Encrypted with AES-256: tells its holder nothing.
    Jwe,
}

impl Strategy {
    /// How long a cache is good for when the session ends with the browser, where Better Auth takes no setting.
    pub const fn unremembered_max_age(self) -> Duration {
        match self {
            Self::Compact => Duration::from_mins(1),
            Self::Jwt | Self::Jwe => Duration::from_mins(5),
        }
    }
}

/// Writes and reads the session-data cookie (protocol spec 3.6).
#[derive(Clone)]
pub struct SessionDataCodec {
    signer: Signer,
    keys: jwe::Keys,
    strategy: Strategy,
    version: String,
}

impl SessionDataCodec {
    /// A codec that writes with the current secret and reads what any of `secrets` wrote under `version`.
    pub fn new(secrets: &Secrets, strategy: Strategy, version: impl Into<String>) -> Self {
        Self {
            signer: Signer::new(secrets),
            keys: jwe::Keys::derive(secrets, "better-auth-session"),
            strategy,
            version: version.into(),
        }
    }

    /// The cookie value that says `payload` until `now` and `max_age`. `random` is only drawn from by
    /// [`Strategy::Jwe`].
    ///
    /// [`Unencodable`] when Better Auth could not read the value, or nobody could store it: send no such cookie then.
    pub fn encode(
        &self,
        payload: &CachePayload,
        now: Timestamp,
        max_age: Duration,
        random: &dyn Random,
    ) -> Result<String, Unencodable> {
        payload.check_survival()?;
        let expires_at = now.plus(max_age);
        let json = serde_json::to_string(payload).map_err(|_| Unencodable::Time)?;
        let members = json.strip_suffix('}').unwrap_or(&json);
        let (iat, exp) = (now.as_s(), expires_at.as_s());
        let value = match self.strategy {
            Strategy::Compact => compact::seal(&self.signer, &json, expires_at.as_ms()),
            Strategy::Jwt => jwt::sign(&self.signer, &format!(r#"{members},"iat":{iat},"exp":{exp}}}"#)),
            Strategy::Jwe => {
                let jti = identifier::uuid(random);
                self.keys.encrypt(&format!(r#"{members},"iat":{iat},"exp":{exp},"jti":"{jti}"}}"#), random)
            }
        };
        if value.len() > MAX_SESSION_DATA_LENGTH { Err(Unencodable::TooLong) } else { Ok(value) }
    }

    /// Checks a cookie value and reads all of it. [`Self::decode_raw`] is for where speed matters.
    pub fn decode(&self, text: &str, now: Timestamp) -> Result<CachePayload, SessionDataError> {
        let mut buffer = Vec::new();
        let raw = self.decode_raw(text, now, &mut buffer)?;
        let session = serde_json::from_str(raw.session_json).map_err(|_| SessionDataError::Incomplete)?;
        let user = serde_json::from_str(raw.user_json).map_err(|_| SessionDataError::Incomplete)?;
        Ok(CachePayload {
            session,
            user,
            updated_at: raw.updated_at,
            version: raw.version.into_owned(),
            binding: raw.binding.map(Cow::into_owned),
        })
    }

    /// Checks a cookie value and finds the members that decide, without copying or writing anything anew. `buffer` keeps
    /// the decoded bytes and can be used again.
    ///
    /// The caller still has to compare the session token ([`RawSessionData::belongs_to`]) and to know what was
    /// revoked since; the cookie alone signs nobody in.
    pub fn decode_raw<'a>(
        &self,
        text: &str,
        now: Timestamp,
        buffer: &'a mut Vec<u8>,
    ) -> Result<RawSessionData<'a>, SessionDataError> {
        if text.len() > MAX_SESSION_DATA_LENGTH {
            return Err(SessionDataError::NotGenuine);
        }
        let not_genuine = |_| SessionDataError::NotGenuine;
        let by_current = match self.strategy {
            Strategy::Compact => return self.decode_compact(text, now, buffer),
            Strategy::Jwt => jwt::verify(&self.signer, text, buffer).map_err(not_genuine)?,
            Strategy::Jwe => self.keys.decrypt(text, buffer).map_err(not_genuine)?,
        };
        let json = str::from_utf8(buffer).map_err(|_| SessionDataError::Incomplete)?;
        RawSessionData::accept(json, &Wrapping { expires_at: None, by_current }, &self.version, now)
    }

    fn decode_compact<'a>(
        &self,
        text: &str,
        now: Timestamp,
        buffer: &'a mut Vec<u8>,
    ) -> Result<RawSessionData<'a>, SessionDataError> {
        buffer.clear();
        URL_SAFE_NO_PAD.decode_vec(text, buffer).map_err(|_| SessionDataError::NotGenuine)?;
        let text = str::from_utf8(buffer).map_err(|_| SessionDataError::NotGenuine)?;
        let opened = compact::open(&self.signer, text).ok_or(SessionDataError::NotGenuine)?;
        let expires_at = Some(Timestamp::from_ms(opened.expires_at_ms));
        let wrapping = Wrapping { expires_at, by_current: opened.by_current };
        RawSessionData::accept(opened.payload, &wrapping, &self.version, now)
    }
}

impl fmt::Debug for SessionDataCodec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SessionDataCodec")
            .field("strategy", &self.strategy)
            .field("version", &self.version)
            .finish_non_exhaustive()
    }
}
