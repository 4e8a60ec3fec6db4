//! What a program may know of the person who is signed in.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};
use stayd_protocol::Timestamp;

/// The session and its person, as the server describes them. No token is in it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SessionData {
    /// The session.
    pub session: SessionDetails,
    /// Whose it is.
    pub user: Person,
}

/// A session as the server describes it.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SessionDetails {
    /// Names the session; no secret.
    pub id: String,
    /// Whose session it is.
    pub user_id: String,
    /// When it ends unless it is renewed, by the server's clock.
    pub expires_at: Timestamp,
    /// When it was made, by the server's clock.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created_at: Option<Timestamp>,
    /// When it was last renewed or changed, by the server's clock.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub updated_at: Option<Timestamp>,
    /// What else the server says of it.
    #[serde(flatten)]
    pub more: Map<String, Value>,
}

/// Shows what it is of and until when; what else the server says may be anything.
impl fmt::Debug for SessionDetails {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("SessionDetails")
            .field("id", &self.id)
            .field("user_id", &self.user_id)
            .field("expires_at", &self.expires_at)
            .finish_non_exhaustive()
    }
}

/// A person as the server describes them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Person {
    /// Never changes.
    pub id: String,
    /// The address, where the server shows it.
    #[serde(default)]
    pub email: String,
    /// The name to show; may be empty.
    #[serde(default)]
    pub name: String,
    /// What else the server says of the person.
    #[serde(flatten)]
    pub more: Map<String, Value>,
}

impl SessionData {
    /// Reads what `/get-session` answers; `None` where it makes no sense. The token goes no further than this.
    pub(crate) fn read(value: Value) -> Option<Self> {
        let mut data: Self = serde_json::from_value(value).ok()?;
        data.session.more.remove("token");
        let sound =
            !data.session.id.is_empty() && data.session.user_id == data.user.id && !data.user.id.is_empty();
        sound.then_some(data)
    }

    /// Tells what is shown from what was shown before; never 0.
    pub(crate) fn fingerprint(&self) -> u32 {
        let text = serde_json::to_string(self).unwrap_or_default();
        let [a, b, c, d, ..] = key(&text).to_le_bytes();
        u32::from_le_bytes([a, b, c, d]).max(1)
    }
}

/// An id as the machine knows it: the same in every process, and never 0.
pub(crate) fn key(id: &str) -> stayd_core::Key {
    let digest = Sha256::digest(id.as_bytes());
    let first = digest.first_chunk().copied().unwrap_or_default();
    u64::from_le_bytes(first).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn answer() -> Value {
        json!({
            "session": { "id": "s", "userId": "u", "expiresAt": "2026-01-09T03:04:05.678Z", "token": "secret", "ipAddress": "" },
            "user": { "id": "u", "email": "zoe@example.com", "name": "Zoë", "role": "admin" },
        })
    }

    #[test]
    fn what_the_server_says_beside_the_protocol_is_kept_and_the_token_is_not() {
        let data = SessionData::read(answer()).unwrap();
        assert_eq!(data.user.more["role"], "admin");
        let text = serde_json::to_string(&data).unwrap();
        assert!(!text.contains("secret") && text.contains("ipAddress"));
        assert_eq!(serde_json::from_str::<SessionData>(&text).unwrap().fingerprint(), data.fingerprint());
    }

    #[test]
    fn a_session_of_somebody_else_than_its_person_makes_no_sense() {
        let mut mixed = answer();
        mixed["user"]["id"] = json!("v");
        assert_eq!(SessionData::read(mixed), None);
        assert_eq!(SessionData::read(json!({ "hello": "world" })), None);
    }
}
