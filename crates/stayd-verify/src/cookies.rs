//! Checking a session's cookies here, as the server does.

use std::time::Duration;

use stayd_protocol::{
    CookieConfig, Secrets, SessionDataCodec, SessionToken, Signer, Strategy, Timestamp, User,
};

use crate::checked::Checked;
use crate::session::{Facts, Session};
use crate::told::Known;

/// The `version` member of session-data cookies.
const VERSION: &str = "1";

/// How far ahead of ours the server's clock may be.
const MAX_SKEW: Duration = Duration::from_mins(1);

/// What the cookies are called.
#[derive(Debug)]
pub(crate) struct CookieNames {
    pub(crate) session_token: String,
    pub(crate) session_data: String,
    pub(crate) device: String,
    pub(crate) prefix: String,
}

impl CookieNames {
    pub(crate) fn new(config: &CookieConfig) -> Self {
        let session_token = config.session_token_name();
        let prefix = session_token.trim_end_matches("session_token").to_owned();
        Self { session_token, session_data: config.session_data_name(), device: config.device_name(), prefix }
    }
}

/// What two cookies prove by themselves.
#[derive(Debug)]
pub(crate) enum Proof {
    /// The session that the server saw.
    Session(Checked),
    /// The server signed the token; what has become of it, only the server knows.
    TokenAlone,
    /// The server did not sign it.
    Nothing,
}

/// Checks cookies with the server's secret.
#[derive(Debug)]
pub(crate) struct Cookies {
    signer: Signer,
    compact: SessionDataCodec,
    jwt: SessionDataCodec,
    jwe: SessionDataCodec,
}

impl Cookies {
    pub(crate) fn new(secrets: &Secrets) -> Self {
        let codec = |strategy| SessionDataCodec::new(secrets, strategy, VERSION);
        Self {
            signer: Signer::new(secrets),
            compact: codec(Strategy::Compact),
            jwt: codec(Strategy::Jwt),
            jwe: codec(Strategy::Jwe),
        }
    }

    /// What these cookies prove at `now`. A copy of the session alone proves nothing: it must be bound to the token beside it.
    pub(crate) fn check(&self, token: &str, data: Option<&str>, now: Timestamp) -> Proof {
        let parsed = self.signer.verify(token).and_then(|verified| SessionToken::parse(verified.value));
        let Some(token) = parsed else { return Proof::Nothing };
        data.and_then(|data| self.read(data, &token, now)).map_or(Proof::TokenAlone, Proof::Session)
    }

    fn read(&self, data: &str, token: &SessionToken, now: Timestamp) -> Option<Checked> {
        // A dot is not in base64url: by the number of parts the forms cannot be taken for each other.
        let codec = match data.bytes().filter(|byte| *byte == b'.').count() {
            0 => &self.compact,
            2 => &self.jwt,
            4 => &self.jwe,
            _ => return None,
        };
        let mut buffer = Vec::with_capacity(data.len());
        let raw = codec.decode_raw(data, now, &mut buffer).ok()?;
        let made_at = Timestamp::from_ms(raw.updated_at);
        // What a Better Auth server wrote under the same secret has no binding; Stayd is asked about it.
        if raw.binding.is_none() || !raw.belongs_to(token) || made_at > now.plus(MAX_SKEW) {
            return None;
        }
        let session: stayd_protocol::Session = serde_json::from_str(raw.session_json).ok()?;
        let user: User = serde_json::from_str(raw.user_json).ok()?;
        let until = raw.expires_at.min(raw.session_expires_at);
        Some(Checked { known: Known::Signed(made_at), until, session: of_wire(session, user) })
    }
}

/// A session as the server shows it.
pub(crate) fn of_wire(session: stayd_protocol::Session, user: User) -> Session {
    let facts = Facts {
        id: session.id,
        user_id: session.user_id,
        signed_in_at: session.created_at,
        expires_at: session.expires_at,
        client_id: None,
        user: Some(user),
    };
    Session { facts: facts.into() }
}
