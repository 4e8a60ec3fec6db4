//! What is said on a stream, and how.
//!
//! | event | data | when |
//! |---|---|---|
//! | `session` | `expiresAt`, `userUpdatedAt`, `documentsRevision` | at the beginning: how things stand |
//! | `check` | the same | at the beginning, to a client whose `Last-Event-ID` says nothing to us: it may have missed something |
//! | `renewed` | `expiresAt` | the session has a later end |
//! | `rotated` | | its token was replaced |
//! | `user-changed` | `userUpdatedAt` | the person's name, picture or address changed |
//! | `document-changed` | `name`, `revision` | a document of the person changed or was removed; without a name: any may have |
//! | `session-ended` | `reason`, `session`: its id | the session is over; the stream ends |

use axum::http::{HeaderMap, HeaderName};
use bytes::Bytes;
use serde_json::{Value, json};
use stayd_engine::{SessionVersion, WatchNews};
use stayd_protocol::Random;
use std::fmt::Write as _;

/// A line that means nothing.
pub(super) const HEARTBEAT: &[u8] = b":\n\n";

pub(crate) const LAST_EVENT_ID: HeaderName = HeaderName::from_static("last-event-id");

/// What a client says that it knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Opening {
    /// Nothing: it has just come.
    Fresh,
    /// The story so far; what happened since is told first.
    Resumed(SessionVersion),
    /// Something that we do not understand.
    Unclear,
}

/// How far a client knows the story, by its `Last-Event-ID`.
pub(crate) fn last_event_id(headers: &HeaderMap) -> Opening {
    let Some(value) = headers.get(LAST_EVENT_ID).filter(|value| !value.is_empty()) else {
        return Opening::Fresh;
    };
    let version = value.to_str().ok().and_then(|text| text.parse().ok());
    version.map_or(Opening::Unclear, Opening::Resumed)
}

impl Opening {
    pub(crate) fn seen(self) -> Option<SessionVersion> {
        match self {
            Self::Resumed(version) => Some(version),
            Self::Fresh | Self::Unclear => None,
        }
    }

    /// The first words of a stream, to a client that is then `told` so much. Sent at once, so that it sees its stream open.
    pub(super) fn words(self, told: SessionVersion, random: &dyn Random) -> Bytes {
        let mut text = format!("retry: {}\n", pause(random));
        let now = json!({
            "expiresAt": told.expires_at,
            "userUpdatedAt": told.user_changed_at,
            "documentsRevision": told.documents.number(),
        });
        match self {
            Self::Fresh => say(&mut text, "session", &now, Some(told)),
            Self::Unclear => say(&mut text, "check", &now, Some(told)),
            Self::Resumed(_) => text.push('\n'),
        }
        text.into()
    }
}

/// How long a browser waits before it comes back to a stream that broke off, in ms: each another time, so that those who lost it together
/// do not come back together (P5).
pub(crate) fn pause(random: &dyn Random) -> u16 {
    let mut bytes = [0; 2];
    random.fill(&mut bytes);
    1000 + u16::from_be_bytes(bytes) % 4000
}

/// News of this session as events; `None` where there is nothing to say.
pub(super) fn news(news: WatchNews, session: &str) -> Option<Bytes> {
    let mut text = String::new();
    match news {
        WatchNews::Changed { changes, version } => {
            let id = Some(version);
            if changes.renewed {
                say(&mut text, "renewed", &json!({"expiresAt": version.expires_at}), id);
            }
            if changes.rotated {
                say(&mut text, "rotated", &json!({}), id);
            }
            if changes.user_changed {
                say(&mut text, "user-changed", &json!({"userUpdatedAt": version.user_changed_at}), id);
            }
        }
        WatchNews::DocumentChanged { name, revision, version } => {
            let what = json!({"name": name.as_deref(), "revision": revision.number()});
            say(&mut text, "document-changed", &what, Some(version));
        }
        WatchNews::Ended(reason) => {
            // Named, so that a client that shows another one by now does not take it for that one.
            say(&mut text, "session-ended", &json!({"reason": reason.name(), "session": session}), None);
        }
        WatchNews::Closed => return None,
    }
    Some(text.into())
}

/// One event. JSON has no line break, so its text is one line of data.
fn say(text: &mut String, event: &str, data: &Value, id: Option<SessionVersion>) {
    // Writing to a string does not fail.
    if let Some(id) = id {
        let _ = writeln!(text, "id: {id}");
    }
    let _ = write!(text, "event: {event}\ndata: {data}\n\n");
}

#[cfg(test)]
mod tests {
    use super::*;
    use stayd_engine::{Changes, EndReason, store::Revision};
    use stayd_protocol::Timestamp;

    const VERSION: SessionVersion = SessionVersion {
        expires_at: Timestamp::from_ms(2000),
        rotated_at: None,
        user_changed_at: Timestamp::from_ms(1000),
        documents: Revision::new(3),
    };

    /// Always the same.
    struct Always(u8);

    impl Random for Always {
        fn fill(&self, bytes: &mut [u8]) {
            bytes.fill(self.0);
        }
    }

    #[test]
    fn the_first_words_say_how_things_stand_and_when_to_come_back() {
        let words = Opening::Fresh.words(VERSION, &Always(0));
        assert_eq!(
            words,
            "retry: 1000\nid: 2000-0-1000-3\nevent: session\ndata: {\"documentsRevision\":3,\"expiresAt\":\"1970-01-01T00:00:02.000Z\",\"userUpdatedAt\":\"1970-01-01T00:00:01.000Z\"}\n\n"
        );
        assert_eq!(Opening::Resumed(VERSION).words(VERSION, &Always(255)), "retry: 2535\n\n");
        assert!(Opening::Unclear.words(VERSION, &Always(0)).windows(12).any(|part| part == b"event: check"));
    }

    #[test]
    fn several_changes_are_several_events() {
        let changes = Changes { renewed: true, user_changed: true, ..Changes::default() };
        let text = news(WatchNews::Changed { changes, version: VERSION }, "s");
        assert_eq!(
            text.unwrap(),
            "id: 2000-0-1000-3\nevent: renewed\ndata: {\"expiresAt\":\"1970-01-01T00:00:02.000Z\"}\n\nid: 2000-0-1000-3\nevent: user-changed\ndata: {\"userUpdatedAt\":\"1970-01-01T00:00:01.000Z\"}\n\n"
        );
        let changed = |name: Option<&str>| {
            let (name, revision) = (name.map(Into::into), Revision::new(3));
            news(WatchNews::DocumentChanged { name, revision, version: VERSION }, "s").unwrap()
        };
        assert_eq!(
            changed(Some("profile")),
            "id: 2000-0-1000-3\nevent: document-changed\ndata: {\"name\":\"profile\",\"revision\":3}\n\n"
        );
        assert!(changed(None).windows(11).any(|part| part == b"\"name\":null"));
        assert_eq!(
            news(WatchNews::Ended(EndReason::Expired), "s").unwrap(),
            "event: session-ended\ndata: {\"reason\":\"expired\",\"session\":\"s\"}\n\n"
        );
    }

    #[test]
    fn an_id_that_is_none_of_ours_is_unclear() {
        let headers = |value: &'static [u8]| {
            HeaderMap::from_iter([(LAST_EVENT_ID, axum::http::HeaderValue::from_bytes(value).unwrap())])
        };
        assert_eq!(last_event_id(&HeaderMap::new()), Opening::Fresh);
        assert_eq!(last_event_id(&headers(b"")), Opening::Fresh);
        assert_eq!(last_event_id(&headers(b"2000-0-1000-3")), Opening::Resumed(VERSION));
        for odd in [b"17".as_slice(), b"\xff", b"2000-0-1000", b"null"] {
            assert_eq!(last_event_id(&headers(odd)), Opening::Unclear);
        }
    }
}
