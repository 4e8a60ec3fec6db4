//! The feed of what ended, for other back ends.
//!
//! | event | data | means |
//! |---|---|---|
//! | `begins` | `before`, `kept`, `heartbeat` | forget what was told; what was made up to `before` is not to be believed without asking |
//! | `ended` | `sid`, `sub`, `reason`, `at` | this session is over |
//! | `doubted` | `before`, and `sid` or `sub` or neither | what was made up to `before` of this session, person or anybody is not to be believed without asking |
//! | `caught-up` | | that was all there is; from here on, things are told as they happen |
//!
//! Moments and durations are in ms. A comment comes every second: a reader that hears nothing for three of them believes nothing any more.

use bytes::Bytes;
use hyper::body::{Body as HttpBody, Frame};
use serde_json::{Value, json};
use stayd_engine::{Position, Revocation, RevocationFeed, RevocationNews, Subject};
use std::convert::Infallible;
use std::fmt::Write as _;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::time::{Instant, Sleep};

/// How often there is a sign of life. With three of them missing, a reader that was cut off stops believing within 3 s (P2).
const HEARTBEAT: Duration = Duration::from_secs(1);

/// How many back ends may follow: one place each, and some to spare for those that come back.
pub(crate) const MOST_FOLLOWERS: usize = 256;

/// How much is said at once, in bytes.
const PAGE: usize = 16 * 1024;

/// The body of one feed.
pub(crate) struct RevocationStream {
    feed: RevocationFeed,
    opening: Option<String>,
    alarm: Pin<Box<Sleep>>,
    is_over: bool,
}

impl RevocationStream {
    /// `pause`: how long the reader waits before it comes back when this breaks off, in ms.
    pub(crate) fn new(feed: RevocationFeed, pause: u16) -> Self {
        let alarm = Box::pin(tokio::time::sleep(HEARTBEAT));
        Self { feed, opening: Some(format!("retry: {pause}\n\n")), alarm, is_over: false }
    }
}

impl HttpBody for RevocationStream {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        let this = self.get_mut();
        let mut text = this.opening.take().unwrap_or_default();
        while !this.is_over && text.len() < PAGE {
            match this.feed.poll(cx) {
                Poll::Ready(RevocationNews::Closed) => this.is_over = true,
                Poll::Ready(news) => say(&mut text, news),
                Poll::Pending => break,
            }
        }
        if text.is_empty() {
            if this.is_over {
                return Poll::Ready(None);
            }
            if this.alarm.as_mut().poll(cx).is_pending() {
                return Poll::Pending;
            }
            text.push_str(":\n\n");
        }
        this.alarm.as_mut().reset(Instant::now() + HEARTBEAT);
        Poll::Ready(Some(Ok(Frame::data(text.into()))))
    }
}

fn say(text: &mut String, news: RevocationNews) {
    match news {
        RevocationNews::Begins { floor, kept } => {
            let (kept, heartbeat) = (ms(kept), ms(HEARTBEAT));
            let data = json!({"before": floor.as_ms(), "kept": kept, "heartbeat": heartbeat});
            event(text, "begins", &data, None);
        }
        RevocationNews::Said { fact: Revocation::Ended { session, user, reason, at }, position } => {
            let data = json!({"sid": *session, "sub": *user, "reason": reason.name(), "at": at.as_ms()});
            event(text, "ended", &data, Some(position));
        }
        RevocationNews::Said { fact: Revocation::Doubted { about, before }, position } => {
            let before = before.as_ms();
            let data = match about {
                Subject::Session(id) => json!({"sid": *id, "before": before}),
                Subject::User(id) => json!({"sub": *id, "before": before}),
                Subject::Everybody => json!({ "before": before }),
            };
            event(text, "doubted", &data, Some(position));
        }
        RevocationNews::Closed => {}
        RevocationNews::CaughtUp => event(text, "caught-up", &json!({}), None),
    }
}

fn event(text: &mut String, name: &str, data: &Value, id: Option<Position>) {
    // Writing to a string does not fail.
    if let Some(id) = id {
        let _ = writeln!(text, "id: {id}");
    }
    let _ = write!(text, "event: {name}\ndata: {data}\n\n");
}

fn ms(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
