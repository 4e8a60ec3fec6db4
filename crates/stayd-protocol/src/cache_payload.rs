use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::chunk::MAX_SESSION_DATA_LENGTH;
use crate::time::is_revived;
use crate::{Session, SessionToken, Timestamp, User};

/// What the session-data cookie says: the answer of `/get-session` as it was at `updated_at`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CachePayload {
    /// The session.
    pub session: Session,
    /// Whose it is.
    pub user: User,
    /// When this was read from the store, in milliseconds since the Unix epoch.
    pub updated_at: i64,
    /// A cache of another version is not believed; changing the configured one empties all caches.
    #[serde(default = "default_version")]
    pub version: String,
    /// Ties the cache to one session token ([`Self::binding_for`]); ours, and unknown to Better Auth, whose readers let it pass.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub binding: Option<String>,
}

/// What a cookie without a version counts as.
pub(crate) const DEFAULT_VERSION: &str = "1";

fn default_version() -> String {
    DEFAULT_VERSION.to_owned()
}

/// Largest number that JavaScript holds exactly: 2^53 - 1.
const MAX_SAFE_INTEGER: i64 = (1 << 53) - 1;

/// Why there can be no session-data cookie for this session and user.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Unencodable {
    /// A text looks like a date, and would come back as one.
    #[error("the text of {member} looks like a date")]
    LooksLikeDate {
        /// Which one, as the protocol calls it.
        member: &'static str,
    },
    /// A time is outside the years 0 to 9999, or a number beyond what JavaScript counts exactly.
    #[error("a time is outside the years 0 to 9999")]
    Time,
    /// The cookie would be longer than what is taken back.
    #[error("the session data has more than {MAX_SESSION_DATA_LENGTH} characters")]
    TooLong,
}

impl CachePayload {
    /// The text that ties a cache to `token`, without telling the token.
    pub fn binding_for(token: &SessionToken) -> String {
        let hash =
            Sha256::new().chain_update(b"stayd session data\0").chain_update(token.expose()).finalize();
        URL_SAFE_NO_PAD.encode(hash)
    }

    /// Whether a Better Auth server could read this back (protocol spec 3.6).
    ///
    /// It parses the cookie, makes a date of every string that looks like one, writes the JSON anew and checks the
    /// signature over that. So a date must be written as JavaScript writes it, and no other string may look like one:
    /// the person named `2020-01-01T00:00:00.000Z` gets no cache, there as here.
    pub(crate) fn check_survival(&self) -> Result<(), Unencodable> {
        let Self { session, user, updated_at, version, binding } = self;
        let texts = [
            ("session.token", Some(&session.token)),
            ("session.ipAddress", session.ip_address.as_ref()),
            ("session.userAgent", session.user_agent.as_ref()),
            ("session.userId", Some(&session.user_id)),
            ("session.id", Some(&session.id)),
            ("user.name", Some(&user.name)),
            ("user.email", Some(&user.email)),
            ("user.image", user.image.as_ref()),
            ("user.id", Some(&user.id)),
            ("version", Some(version)),
            ("binding", binding.as_ref()),
        ];
        if let Some((member, _)) =
            texts.into_iter().find(|(_, text)| text.is_some_and(|text| is_revived(text)))
        {
            return Err(Unencodable::LooksLikeDate { member });
        }
        let times =
            [session.expires_at, session.created_at, session.updated_at, user.created_at, user.updated_at];
        if !times.into_iter().all(has_four_digit_year) || !(0..=MAX_SAFE_INTEGER).contains(updated_at) {
            return Err(Unencodable::Time);
        }
        Ok(())
    }
}

fn has_four_digit_year(time: Timestamp) -> bool {
    const YEAR_0: i64 = -62_167_219_200_000;
    // The last moment that the calendar library prints, a little before the end of the year 9999.
    const END_OF_9999: i64 = 253_402_207_200_000;
    (YEAR_0..=END_OF_9999).contains(&time.as_ms())
}
