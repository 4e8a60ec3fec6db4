//! The body of one stream. It holds no buffer: what there is to say is made when the connection has room for it.

use super::StreamPlace;
use super::words::{self, HEARTBEAT, Opening};
use bytes::Bytes;
use hyper::body::{Body as HttpBody, Frame};
use stayd_engine::{Engine, SessionWatch, WatchNews};
use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::time::{Instant, Sleep};

/// What becomes of one session, for one reader.
pub(crate) struct EventStream {
    watch: SessionWatch,
    engine: Engine,
    opening: Option<Bytes>,
    heartbeat: Duration,
    next_heartbeat: Instant,
    /// Rings for the next heartbeat, or for the session's end where that comes first.
    alarm: Pin<Box<Sleep>>,
    is_over: bool,
    /// Given up with the stream.
    _place: Option<StreamPlace>,
}

impl EventStream {
    pub(crate) fn new(
        watch: SessionWatch,
        place: Option<StreamPlace>,
        engine: Engine,
        opening: Opening,
        heartbeat: Duration,
    ) -> Self {
        let opening = watch.told().map(|told| opening.words(told, engine.random()));
        let next_heartbeat = Instant::now() + heartbeat;
        let alarm = Box::pin(tokio::time::sleep_until(next_heartbeat));
        Self { watch, engine, opening, heartbeat, next_heartbeat, alarm, is_over: false, _place: place }
    }

    fn say(&mut self, news: WatchNews) -> Option<Bytes> {
        self.is_over = matches!(news, WatchNews::Ended(_) | WatchNews::Closed);
        self.next_heartbeat = Instant::now() + self.heartbeat;
        words::news(news, self.watch.session())
    }

    /// Sleeps until there is something to do; says whether it is time for a heartbeat.
    fn poll_alarm(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        loop {
            let now = Instant::now();
            if now >= self.next_heartbeat {
                self.next_heartbeat = now + self.heartbeat;
                return Poll::Ready(());
            }
            // A session that lives for years is looked at again at the heartbeat.
            let end = now.checked_add(self.watch.time_left(self.engine.now()));
            let until = end.map_or(self.next_heartbeat, |end| end.min(self.next_heartbeat));
            if self.alarm.deadline() != until {
                self.alarm.as_mut().reset(until);
            }
            if self.alarm.as_mut().poll(cx).is_pending() {
                return Poll::Pending;
            }
            if until < self.next_heartbeat {
                // The session's end: whoever polls finds it.
                cx.waker().wake_by_ref();
                return Poll::Pending;
            }
        }
    }
}

impl HttpBody for EventStream {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        let this = self.get_mut();
        let bytes = if let Some(opening) = this.opening.take() {
            Some(opening)
        } else if this.is_over {
            None
        } else if let Poll::Ready(news) = this.watch.poll(cx, this.engine.now()) {
            this.say(news)
        } else if this.poll_alarm(cx).is_ready() {
            Some(Bytes::from_static(HEARTBEAT))
        } else {
            return Poll::Pending;
        };
        Poll::Ready(bytes.map(|bytes| Ok(Frame::data(bytes))))
    }
}
