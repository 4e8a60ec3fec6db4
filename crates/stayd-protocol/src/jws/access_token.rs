use std::time::Duration;

use serde::Serialize;
use serde::de::MapAccess;

use super::members::{self, Members, Unknown};
use super::{KeyFailure, KeySet, Refusal, SigningKey, compact_form};
use crate::Timestamp;

/// The `typ` of an access token (RFC 9068 2.1): nothing else that is signed here has it (J-4).
pub const ACCESS_TOKEN: &str = "at+jwt";

/// How far the clocks of issuer and verifier may differ by default, in seconds (J-3).
const LEEWAY_S: u64 = 30;

/// The largest whole number that every reader of JSON holds exactly (RFC 8259 6); a later time means something else to each.
const MAX_TIME: u64 = (1 << 53) - 1;

/// What an access token says: who, by which session, for whom, and until when. Nothing personal (T-4). Times are seconds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AccessToken {
    /// Who made it: the origin of the server.
    pub iss: String,
    /// For whom it was made.
    pub aud: String,
    /// The person's id.
    pub sub: String,
    /// The id of the session it belongs to, which is no secret: when that ends, so does this.
    pub sid: String,
    /// The client it was given to, where one was named.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_id: Option<String>,
    /// What it may be used for, where that was named.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scope: Option<String>,
    /// When the person signed in.
    pub auth_time: i64,
    /// When it was made.
    pub iat: i64,
    /// From this moment on it is worth nothing.
    pub exp: i64,
    /// Names this very token.
    pub jti: String,
}

/// What a verifier asks of a token.
#[derive(Debug, Clone, Copy)]
pub struct Expectation<'a> {
    /// The only issuer that is believed.
    pub issuer: &'a str,
    /// The audience that the verifier is.
    pub audience: &'a str,
    /// Others for whom it takes tokens as well: the issuer, who made them for all. Nobody else has any.
    pub also_for: &'a [String],
    /// How far the issuer's clock may be from ours; at most a minute (J-3).
    pub leeway: Duration,
    /// For how long an expired token is taken all the same: for the renewal of expired tokens alone (EN-9), zero everywhere else.
    pub expired_for: Duration,
}

impl<'a> Expectation<'a> {
    /// With half a minute between the clocks.
    pub const fn new(issuer: &'a str, audience: &'a str) -> Self {
        Self {
            issuer,
            audience,
            also_for: &[],
            leeway: Duration::from_secs(LEEWAY_S),
            expired_for: Duration::ZERO,
        }
    }
}

/// Checks an access token at `now`: its signature first, then what it says.
pub fn verify(
    token: &str,
    keys: &KeySet,
    now: Timestamp,
    expected: &Expectation<'_>,
) -> Result<AccessToken, Refusal> {
    let signed = compact_form::open(token, Some(ACCESS_TOKEN), keys)?;
    let claims = AccessToken::read(&signed.payload).ok_or(Refusal::WrongClaims)?;
    claims.check(now, expected)?;
    Ok(claims)
}

impl AccessToken {
    /// The token, signed.
    pub fn sign(&self, key: &SigningKey) -> Result<String, KeyFailure> {
        // Texts and numbers: that cannot fail.
        key.sign(Some(ACCESS_TOKEN), &serde_json::to_string(self).unwrap_or_default())
    }

    fn read(json: &[u8]) -> Option<Self> {
        let read: Claims = members::read(json, Unknown::Ignored)?;
        Some(Self {
            iss: read.iss?,
            aud: read.aud?,
            sub: read.sub?,
            sid: read.sid?,
            client_id: read.client_id,
            scope: read.scope,
            auth_time: read.auth_time?,
            iat: read.iat?,
            exp: read.exp?,
            jti: read.jti?,
        })
        .filter(|token| read.nbf.is_none() && token.times().all(|time| time.unsigned_abs() <= MAX_TIME))
    }

    fn times(&self) -> impl Iterator<Item = i64> {
        [self.auth_time, self.iat, self.exp].into_iter()
    }

    fn check(&self, now: Timestamp, expected: &Expectation<'_>) -> Result<(), Refusal> {
        if self.iss != expected.issuer {
            return Err(Refusal::WrongIssuer);
        }
        if self.aud != expected.audience && !expected.also_for.contains(&self.aud) {
            return Err(Refusal::WrongAudience);
        }
        let seconds = |time: Duration| i64::try_from(time.as_secs()).unwrap_or(i64::MAX);
        let (now, leeway) =
            (now.as_ms().div_euclid(1000), seconds(expected.leeway.min(Duration::from_mins(1))));
        if self.iat > now.saturating_add(leeway) || self.auth_time > now.saturating_add(leeway) {
            return Err(Refusal::NotYetValid);
        }
        let end = self.exp.saturating_add(leeway).saturating_add(seconds(expected.expired_for));
        if end <= now || self.exp < self.iat { Err(Refusal::Expired) } else { Ok(()) }
    }
}

/// The claims as they are read; which must be there is seen afterwards.
#[derive(Default)]
struct Claims {
    iss: Option<String>,
    aud: Option<String>,
    sub: Option<String>,
    sid: Option<String>,
    client_id: Option<String>,
    scope: Option<String>,
    auth_time: Option<i64>,
    iat: Option<i64>,
    exp: Option<i64>,
    nbf: Option<i64>,
    jti: Option<String>,
}

impl<'de> Members<'de> for Claims {
    fn take<A: MapAccess<'de>>(&mut self, name: &str, map: &mut A) -> Result<bool, A::Error> {
        match name {
            "iss" => self.iss = Some(map.next_value()?),
            "aud" => self.aud = Some(map.next_value()?),
            "sub" => self.sub = Some(map.next_value()?),
            "sid" => self.sid = Some(map.next_value()?),
            "client_id" => self.client_id = Some(map.next_value()?),
            "scope" => self.scope = Some(map.next_value()?),
            "auth_time" => self.auth_time = Some(map.next_value()?),
            "iat" => self.iat = Some(map.next_value()?),
            "exp" => self.exp = Some(map.next_value()?),
            "nbf" => self.nbf = Some(map.next_value()?),
            "jti" => self.jti = Some(map.next_value()?),
            _ => return Ok(false),
        }
        Ok(true)
    }
}
