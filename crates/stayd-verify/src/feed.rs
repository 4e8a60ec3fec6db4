//! Follows the server's feed of what ended, for as long as the verifier lives.

use std::sync::{Arc, Weak};
use std::time::Duration;

use http::header;
use serde::Deserialize;
use stayd_protocol::Timestamp;
use tokio::time::{Instant, timeout};

use crate::sse::{Event, Reader};
use crate::told::News;
use crate::verifier::Inner;

/// The longest silence on a new connection before the server has said how often it speaks.
const FIRST_WORD: Duration = Duration::from_secs(5);
/// The longest pause before it is tried again; the shortest is a tenth of a second.
const LONGEST_PAUSE: Duration = Duration::from_secs(5);
const SHORTEST_PAUSE: Duration = Duration::from_millis(100);

/// Why a connection of the feed is over.
#[derive(Debug, thiserror::Error)]
enum Broken {
    #[error("the server cannot be reached")]
    Unreachable(#[source] reqwest::Error),
    #[error("the server answered {0}; is this back end's credential in its `[[backends]]`?")]
    Declined(http::StatusCode),
    #[error("nothing was heard for too long")]
    Silent,
    #[error("what came is no feed of ends")]
    NoFeed,
    #[error("the server ended it")]
    Over,
}

/// Follows until the verifier is dropped.
pub(crate) async fn follow(verifier: Weak<Inner>) {
    let mut last_id = None;
    let mut pause = SHORTEST_PAUSE;
    let mut was_told = false;
    loop {
        let Some(inner) = verifier.upgrade() else { return };
        let (broken, heard) = listen(inner, &verifier, &mut last_id).await;
        let Some(inner) = verifier.upgrade() else { return };
        inner.told.lost();
        if heard {
            (pause, was_told) = (SHORTEST_PAUSE, false);
        }
        if !was_told {
            tracing::warn!(
                error = &broken as &dyn std::error::Error,
                "the feed of ends broke off; sessions are asked about until it is back"
            );
            was_told = true;
        }
        drop(inner);
        tokio::time::sleep(pause).await;
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
}

/// One connection. Says why it is over, and whether anything was told on it. Holds no verifier while it waits.
async fn listen(inner: Arc<Inner>, verifier: &Weak<Inner>, last_id: &mut Option<String>) -> (Broken, bool) {
    let mut heard = false;
    let mut patience = FIRST_WORD;
    let request = open(&inner, last_id.as_deref());
    drop(inner);
    let mut response = match timeout(FIRST_WORD, request).await {
        Err(_) => return (Broken::Silent, heard),
        Ok(Err(error)) => return (Broken::Unreachable(error), heard),
        Ok(Ok(response)) if response.status() != http::StatusCode::OK => {
            return (Broken::Declined(response.status()), heard);
        }
        Ok(Ok(response)) => response,
    };
    let mut reader = Reader::default();
    loop {
        let bytes = match timeout(patience, response.chunk()).await {
            Err(_) => return (Broken::Silent, heard),
            Ok(Err(error)) => return (Broken::Unreachable(error), heard),
            Ok(Ok(None)) => return (Broken::Over, heard),
            Ok(Ok(Some(bytes))) => bytes,
        };
        let Some(inner) = verifier.upgrade() else { return (Broken::Over, heard) };
        let Ok(events) = reader.take(&bytes) else { return (Broken::NoFeed, heard) };
        for event in events {
            let Some(news) = read(&event) else { return (Broken::NoFeed, heard) };
            if let News::Begins { heartbeat, .. } = news {
                patience = heartbeat.saturating_mul(3).max(SHORTEST_PAUSE);
                *last_id = None;
            }
            heard |= news == News::CaughtUp;
            inner.take(news);
            if event.id.is_some() {
                *last_id = event.id;
            }
        }
        // After what it brought: what was heard last is known when it counts as heard.
        inner.told.heard(Instant::now());
    }
}

fn open(
    inner: &Inner,
    last_id: Option<&str>,
) -> impl Future<Output = reqwest::Result<reqwest::Response>> + use<> {
    let mut request =
        inner.http.get(inner.url("/revocations")).header(header::ACCEPT, "text/event-stream").header(
            header::AUTHORIZATION,
            inner.credential.clone().unwrap_or_else(|| header::HeaderValue::from_static("")),
        );
    if let Some(id) = last_id {
        request = request.header("last-event-id", id);
    }
    request.send()
}

#[derive(Deserialize)]
struct Data {
    sid: Option<String>,
    sub: Option<String>,
    before: Option<i64>,
    at: Option<i64>,
    kept: Option<u64>,
    heartbeat: Option<u64>,
}

/// What an event says; `None` where it is none of the feed's. A name that is not known may be a word of a newer server that ends
/// something: nothing is believed then.
fn read(event: &Event) -> Option<News> {
    let data: Data = serde_json::from_str(&event.data).ok()?;
    let before = data.before.map(Timestamp::from_ms);
    Some(match event.name.as_str() {
        "begins" => News::Begins {
            before: before?,
            kept: Duration::from_millis(data.kept?),
            heartbeat: Duration::from_millis(data.heartbeat?),
        },
        "ended" => News::Ended { session: data.sid?, at: Timestamp::from_ms(data.at?) },
        "doubted" => match (data.sid, data.sub) {
            (Some(session), _) => News::SessionDoubted { session, before: before? },
            (None, Some(user)) => News::UserDoubted { user, before: before? },
            (None, None) => News::EverybodyDoubted { before: before? },
        },
        "caught-up" => News::CaughtUp,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(name: &str, data: &str) -> Event {
        Event { name: name.into(), data: data.into(), id: None }
    }

    #[test]
    fn every_word_of_the_feed_is_understood_and_no_other() {
        let at = Timestamp::from_ms;
        let ended = event("ended", r#"{"sid":"s","sub":"u","reason":"revoked","at":7}"#);
        assert_eq!(read(&ended), Some(News::Ended { session: "s".into(), at: at(7) }));
        let doubted = |data| read(&event("doubted", data));
        assert_eq!(doubted(r#"{"before":7}"#), Some(News::EverybodyDoubted { before: at(7) }));
        assert_eq!(
            doubted(r#"{"sub":"u","before":7}"#),
            Some(News::UserDoubted { user: "u".into(), before: at(7) })
        );
        assert_eq!(
            doubted(r#"{"sid":"s","before":7}"#),
            Some(News::SessionDoubted { session: "s".into(), before: at(7) })
        );
        assert_eq!(read(&event("caught-up", "{}")), Some(News::CaughtUp));
        for (name, data) in
            [("begins", "{}"), ("ended", "{}"), ("doubted", "{}"), ("another", "{}"), ("ended", "x")]
        {
            assert_eq!(read(&event(name, data)), None, "{name} {data}");
        }
    }
}
