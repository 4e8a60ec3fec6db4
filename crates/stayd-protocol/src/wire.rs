use std::fmt;

use serde::{Deserialize, Serialize};

use crate::Timestamp;

/// A person, as every answer that shows one has it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct User {
    /// The name to show; may be empty.
    pub name: String,
    /// The address, in lower case.
    pub email: String,
    /// Whether the person has shown that the address is theirs.
    #[serde(default)]
    pub email_verified: bool,
    /// Address of a picture.
    pub image: Option<String>,
    /// When the account was made.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
    /// Never changes, and means nothing outside this server.
    pub id: String,
}

/// A session, as `/get-session` and `/list-sessions` show it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Session {
    /// When it ends unless it is renewed.
    pub expires_at: Timestamp,
    /// The session token in `/get-session`; what else the server puts here (a handle in `/list-sessions`) is its choice.
    pub token: String,
    /// When the person signed in.
    pub created_at: Timestamp,
    /// When it was last renewed or changed.
    pub updated_at: Timestamp,
    /// Address the sign-in came from; an empty string when it is not known.
    pub ip_address: Option<String>,
    /// Browser the sign-in came from; an empty string when it is not known.
    pub user_agent: Option<String>,
    /// Whose session it is.
    pub user_id: String,
    /// Names the session; no secret.
    pub id: String,
}

/// Leaves out the token, which opens the session.
impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session")
            .field("expires_at", &self.expires_at)
            .field("created_at", &self.created_at)
            .field("updated_at", &self.updated_at)
            .field("ip_address", &self.ip_address)
            .field("user_agent", &self.user_agent)
            .field("user_id", &self.user_id)
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}

/// The answer of `/get-session` to someone who is signed in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionAndUser {
    /// The session of the cookie that came with the request.
    pub session: Session,
    /// Whose it is.
    pub user: User,
}

#[cfg(test)]
pub(crate) mod testing {
    use super::*;

    pub(crate) const NOW: Timestamp = Timestamp::from_ms(1_767_323_045_678);

    /// The session and user of the protocol spec's vectors (3.7).
    pub(crate) fn zoe() -> SessionAndUser {
        let user_id = "USERID0000000000000000000000000A".to_owned();
        let session = Session {
            expires_at: "2026-01-09T03:04:05.678Z".parse().unwrap(),
            token: "AbCdEfGhIjKlMnOpQrStUvWxYz012345".to_owned(),
            created_at: NOW,
            updated_at: NOW,
            ip_address: Some("203.0.113.9".to_owned()),
            user_agent: Some("curl/8".to_owned()),
            user_id: user_id.clone(),
            id: "SESSID0000000000000000000000000A".to_owned(),
        };
        let user = User {
            name: "Zoë".to_owned(),
            email: "zoe@example.com".to_owned(),
            email_verified: false,
            image: None,
            created_at: NOW,
            updated_at: NOW,
            id: user_id,
        };
        SessionAndUser { session, user }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_come_in_the_order_and_spelling_of_the_protocol() {
        assert_eq!(
            serde_json::to_string(&testing::zoe()).unwrap(),
            concat!(
                r#"{"session":{"expiresAt":"2026-01-09T03:04:05.678Z","token":"AbCdEfGhIjKlMnOpQrStUvWxYz012345","#,
                r#""createdAt":"2026-01-02T03:04:05.678Z","updatedAt":"2026-01-02T03:04:05.678Z","#,
                r#""ipAddress":"203.0.113.9","userAgent":"curl/8","userId":"USERID0000000000000000000000000A","#,
                r#""id":"SESSID0000000000000000000000000A"},"user":{"name":"Zoë","email":"zoe@example.com","#,
                r#""emailVerified":false,"image":null,"createdAt":"2026-01-02T03:04:05.678Z","#,
                r#""updatedAt":"2026-01-02T03:04:05.678Z","id":"USERID0000000000000000000000000A"}}"#,
            )
        );
    }

    #[test]
    fn what_is_written_is_read_back() {
        let written = serde_json::to_string(&testing::zoe()).unwrap();
        assert_eq!(serde_json::from_str::<SessionAndUser>(&written).unwrap(), testing::zoe());
    }

    #[test]
    fn debug_does_not_show_the_token() {
        assert!(!format!("{:?}", testing::zoe()).contains("AbCdEf"));
    }
}
