//! A session begins.

use super::EndReason;
use crate::{Engine, EngineResult, SessionKind, store::SessionRecord, store::UserRecord};
use stayd_protocol::{SessionToken, Timestamp, TokenHash};

/// Where a sign-in comes from.
#[derive(Debug, Clone, Default)]
pub struct Device {
    /// The address, as text.
    pub ip_address: Option<String>,
    /// What the browser calls itself.
    pub user_agent: Option<String>,
    /// The id in its device cookie, if it has one that is ours.
    pub id: Option<String>,
}

/// A session that has just begun, with the only copy of its secret.
#[derive(Debug)]
pub struct SignedIn {
    /// The secret, for the cookie.
    pub token: SessionToken,
    /// The session.
    pub session: SessionRecord,
    /// The person.
    pub user: UserRecord,
}

impl Engine {
    /// Makes a session for a person whose identity was proven. A live session that the browser presented ends with
    /// it (L-3), so that a token planted before sign-in opens nothing after it (L-4); so do those that are too many (L-9).
    pub async fn begin_session(
        &self,
        user: UserRecord,
        kind: SessionKind,
        device: Device,
        presented: Option<TokenHash>,
    ) -> EngineResult<SignedIn> {
        let device = Device { id: self.device_id(kind, device.id), ..device };
        let (token, session) = self.new_session(&user.id, kind, device.clone(), self.now());
        let replaced = self.store().create_session(session.clone(), presented).await?;
        self.metrics().session_began(kind);
        self.forget(replaced, EndReason::Replaced);
        self.keep_to_the_cap(&user.id, kind, session.created_at).await?;
        let signed_in = SignedIn { token, session, user };
        if kind != SessionKind::Api {
            self.notice_sign_in(&signed_in, &device).await?;
        }
        Ok(signed_in)
    }

    /// The device of a session that begins. A program has no place to keep a cookie, so it is not given an id.
    pub(crate) fn device_id(&self, kind: SessionKind, shown: Option<String>) -> Option<String> {
        if !self.policy().sessions.devices {
            return None;
        }
        shown.or_else(|| (kind != SessionKind::Api).then(|| self.new_id()))
    }

    /// A session record and its token, not stored yet.
    pub(crate) fn new_session(
        &self,
        user_id: &str,
        kind: SessionKind,
        device: Device,
        now: Timestamp,
    ) -> (SessionToken, SessionRecord) {
        let token = SessionToken::generate(self.random());
        let mut session = SessionRecord {
            id: self.new_id(),
            token_hash: token.hash(),
            user_id: user_id.to_owned(),
            expires_at: now,
            created_at: now,
            updated_at: now,
            ip_address: device.ip_address,
            user_agent: device.user_agent,
            authenticated_at: now,
            device_id: self.device_id(kind, device.id),
            kind,
            last_active_at: now,
            rotation: None,
        };
        session.expires_at = self.policy().sessions.of(&session).renewed_end(&session, now);
        (token, session)
    }
}
