//! What an answer says to the machine.

use std::time::{Duration, SystemTime};

use reqwest::StatusCode;
use reqwest::header::{DATE, HeaderMap, RETRY_AFTER};
use serde_json::Value;
use stayd_core::{Answer, Outcome, Trouble};

use crate::clock::wall_ms;
use crate::error::Error;
use crate::session::{SessionData, key};

/// A session is renewed in the last fifth of its life, as the browser's client does.
const RENEWED_IN_THE_LAST: u64 = 5;

/// So much of a server's words is shown at most, in characters.
const LONGEST_WORDS: usize = 300;

/// A session in durations from now, by the server's own clock: a wrong one here does not matter.
pub(crate) fn described(data: &SessionData, headers: &HeaderMap) -> Answer {
    let now = server_ms(headers);
    let at = |time: stayd_protocol::Timestamp| u64::try_from(time.as_ms()).unwrap_or(0);
    let ends_at = at(data.session.expires_at);
    let ends_in_ms = ends_at.saturating_sub(now);
    let life = ends_at.saturating_sub(data.session.updated_at.map_or(now, at));
    Answer {
        // Another person's is another session, whatever a server calls it.
        session: key(&format!("{} {}", data.session.id, data.user.id)),
        person: key(&data.user.id),
        data: data.fingerprint(),
        created_s: data.session.created_at.map_or(0, |time| u32::try_from(at(time) / 1000).unwrap_or(0)),
        renews_in_ms: ends_in_ms.saturating_sub(life / RENEWED_IN_THE_LAST),
        lapses_in_ms: ends_in_ms,
        ends_in_ms,
    }
}

/// The server's time where it names it.
fn server_ms(headers: &HeaderMap) -> u64 {
    let date = headers.get(DATE).and_then(|value| value.to_str().ok());
    let named = date.and_then(|text| httpdate::parse_http_date(text).ok());
    let since = named.and_then(|time| time.duration_since(SystemTime::UNIX_EPOCH).ok());
    since.and_then(|since| u64::try_from(since.as_millis()).ok()).unwrap_or_else(wall_ms)
}

/// What the server asks for in `Retry-After`: seconds or a date (RFC 9110, 10.2.3).
pub(crate) fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER).or_else(|| headers.get("x-retry-after"))?.to_str().ok()?;
    if let Ok(seconds) = text.trim().parse() {
        return Some(Duration::from_secs(seconds));
    }
    let until = httpdate::parse_http_date(text).ok()?.duration_since(SystemTime::UNIX_EPOCH).ok()?;
    until.checked_sub(Duration::from_millis(server_ms(headers)))
}

/// A refusal in the protocol's form; `None` where it is in another.
pub(crate) fn error_of(status: StatusCode, json: Option<&Value>) -> Option<Error> {
    let member = |name: &str| json?.get(name)?.as_str().map(plain);
    let (code, message) = (member("code"), member("message"));
    if code.is_none() && message.is_none() {
        return None;
    }
    let status = status.as_u16();
    let code = code.unwrap_or_else(|| format!("HTTP_{status}"));
    let message = message.unwrap_or_else(|| "no reason given".to_owned());
    Some(Error::Declined { status, code, message })
}

/// A server's words may be shown in a terminal: no control characters, and not without end.
fn plain(text: &str) -> String {
    text.chars().filter(|letter| !letter.is_control()).take(LONGEST_WORDS).collect()
}

/// What an error means to the machine. None of them ends a session.
pub(crate) fn outcome_of(error: &Error) -> Outcome {
    let ms = |after: Option<Duration>| {
        after.map_or(0, |after| u64::try_from(after.as_millis()).unwrap_or(u64::MAX))
    };
    let (trouble, retry_after_ms) = match error {
        Error::Declined { .. } => return Outcome::Declined,
        Error::Unavailable { retry_after, .. } => (Trouble::Unavailable, ms(*retry_after)),
        Error::TooManyRequests { retry_after } => (Trouble::TooMany, ms(*retry_after)),
        Error::OtherProtocol { .. } => (Trouble::Unexpected, 0),
        _ => (Trouble::Unreachable, 0),
    };
    Outcome::Failed { retry_after_ms, trouble }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        let pair = |(name, value): &(&'static str, &'static str)| {
            (name.parse::<reqwest::header::HeaderName>().unwrap(), value.parse().unwrap())
        };
        pairs.iter().map(pair).collect()
    }

    #[test]
    fn times_count_by_the_clock_of_the_server() {
        let data = SessionData::read(json!({
            "session": {
                "id": "s", "userId": "u",
                "updatedAt": "2001-01-01T00:00:00.000Z", "expiresAt": "2001-01-01T00:10:00.000Z",
            },
            "user": { "id": "u" },
        }));
        let answer = described(&data.unwrap(), &headers(&[("date", "Mon, 01 Jan 2001 00:01:00 GMT")]));
        assert_eq!((answer.ends_in_ms, answer.renews_in_ms), (540_000, 420_000));
    }

    #[test]
    fn a_session_that_another_person_takes_over_is_another_one() {
        let of = |person: &str| {
            let data = SessionData::read(json!({
                "session": { "id": "s", "userId": person, "expiresAt": "2001-01-01T00:10:00.000Z" },
                "user": { "id": person },
            }));
            described(&data.unwrap(), &HeaderMap::new()).session
        };
        assert_eq!(of("u"), of("u"));
        assert_ne!(of("u"), of("v"));
    }

    #[test]
    fn a_wait_is_named_in_seconds_or_as_a_date() {
        assert_eq!(retry_after(&headers(&[("retry-after", "7")])), Some(Duration::from_secs(7)));
        let date = headers(&[
            ("date", "Mon, 01 Jan 2001 00:01:00 GMT"),
            ("retry-after", "Mon, 01 Jan 2001 00:01:30 GMT"),
        ]);
        assert_eq!(retry_after(&date), Some(Duration::from_secs(30)));
        assert_eq!(retry_after(&headers(&[("retry-after", "soon")])), None);
    }

    #[test]
    fn the_words_of_a_refusal_are_fit_for_a_terminal() {
        let json = json!({ "code": "NO", "message": "\u{1b}[2Jno" });
        let error = error_of(StatusCode::FORBIDDEN, Some(&json)).unwrap();
        assert_eq!(error.to_string(), "the server declined: [2Jno (NO)");
        assert!(error_of(StatusCode::FORBIDDEN, Some(&json!("no"))).is_none());
    }
}
