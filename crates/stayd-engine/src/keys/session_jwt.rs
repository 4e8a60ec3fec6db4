//! A token that tells other back ends who has a session (the `jwt` plugin of Better Auth, protocol spec 10.1).

use crate::{Engine, EngineResult, KeysError, LiveSession, tokens::auth_time};
use serde::Serialize;
use stayd_protocol::jws::AccessToken;
use stayd_protocol::{Timestamp, User};

/// What such a token says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum JwtClaims {
    /// What an access token of ours says, as one: who and by which session, nothing personal (T-4). Other back ends can ask for it, and
    /// hear of the session's end.
    #[default]
    Minimal,
    /// Everything that is shown of the person, as the plugin has it. Of another type, so that nothing takes it for an access token (J-4).
    User,
}

/// The claims of the plugin: the person, and by whom, for whom and until when.
#[derive(Serialize)]
struct UserClaims<'a> {
    iat: i64,
    #[serde(flatten)]
    user: User,
    sub: &'a str,
    exp: i64,
    iss: &'a str,
    aud: &'a str,
}

impl Engine {
    /// A token about a session that is alive, for as long as an access token lives and no longer than the session: that it has expired nobody
    /// is told. Made as of `read_at`, when the session was looked at: what ended or was put in doubt since then covers the token too (P2).
    pub async fn session_jwt(
        &self,
        live: &LiveSession,
        claims: JwtClaims,
        read_at: Timestamp,
    ) -> EngineResult<String> {
        let ring = self.key_ring().await?;
        let (policy, iss) = (&self.policy().tokens, self.keys().issuer.as_str());
        let aud = policy.audience.as_deref().unwrap_or(iss);
        let (iat, exp) = (read_at.as_s(), read_at.plus(policy.lifetime).min(live.session.expires_at).as_s());
        let signed = match claims {
            JwtClaims::Minimal => {
                let access = AccessToken {
                    iss: iss.to_owned(),
                    aud: aud.to_owned(),
                    sub: live.user.id.clone(),
                    sid: live.session.id.clone(),
                    client_id: None,
                    scope: None,
                    auth_time: auth_time(&live.session).min(iat),
                    iat,
                    exp,
                    jti: self.new_id(),
                };
                access.sign(ring.signing())
            }
            JwtClaims::User => {
                let claims = UserClaims { iat, user: live.wire_user(), sub: &live.user.id, exp, iss, aud };
                // Texts and numbers: that cannot fail.
                ring.signing().sign(None, &serde_json::to_string(&claims).unwrap_or_default())
            }
        };
        Ok(signed.map_err(KeysError::Failure)?)
    }
}
