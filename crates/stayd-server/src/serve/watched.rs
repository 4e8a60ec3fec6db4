//! The socket of a connection, with an eye on what passes and for how long nothing does.
//!
//! hyper's own header timer also ends idle connections, after the same time. Here the two are told apart, and a peer that does not
//! take our answers is noticed as well. One timer serves all three; on a busy connection it is not touched, only compared.

use super::head_scan::{HeadScan, Place};
use super::state::ConnectionState;
use crate::limits::Limits;
use std::io::{self, IoSlice};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Instant, Sleep};

/// How long we listen to a peer after the last thing we said, so that unread bytes of his do not undo it: closing a socket with
/// bytes unread resets the connection, and a reset can overtake the answer.
const LINGER_TIME: Duration = Duration::from_secs(1);
/// How much we listen to in that time.
const LINGER_BYTES: usize = 256 * 1024;

/// A socket that is watched.
pub(super) struct Watched<T> {
    io: T,
    state: Arc<ConnectionState>,
    times: Times,
    scan: HeadScan,
    /// Whether the peer has sent anything yet.
    is_new: bool,
    is_write_blocked: bool,
    is_read_closed: bool,
    waiting: Option<Waiting>,
    alarm: Option<Pin<Box<Sleep>>>,
    /// How many bytes we only listened to, once our side is closed.
    lingered: Option<usize>,
}

struct Times {
    header: Duration,
    idle: Duration,
    write: Duration,
}

/// What is waited for, and until when.
struct Waiting {
    cause: Cause,
    /// How many requests had begun by then; another number means that something came in between.
    begun: usize,
    until: Instant,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Cause {
    First,
    Head,
    Idle,
    Write,
    Linger,
}

impl<T> Watched<T> {
    pub(super) fn new(io: T, state: Arc<ConnectionState>, limits: &Limits) -> Self {
        let times = Times { header: limits.header_time, idle: limits.idle_time, write: limits.write_time };
        Self {
            io,
            state,
            times,
            scan: HeadScan::new(),
            is_new: true,
            is_write_blocked: false,
            is_read_closed: false,
            waiting: None,
            alarm: None,
            lingered: None,
        }
    }

    fn cause(&self) -> Option<Cause> {
        if self.is_write_blocked {
            return Some(Cause::Write);
        }
        if self.state.in_flight() > 0 {
            return None;
        }
        Some(match self.scan.place() {
            _ if self.is_new => Cause::First,
            Place::InHead => Cause::Head,
            Place::Between | Place::InBody(_) | Place::Blind => Cause::Idle,
        })
    }

    /// Fails when what is waited for has taken too long; else sees to it that the task is woken when it has.
    fn check_time(&mut self, cx: &mut Context<'_>) -> io::Result<()> {
        // hyper flushes while it shuts down, too; that must not buy the peer more time.
        if self.lingered.is_some() {
            return Ok(());
        }
        let cause = self.cause();
        self.wait_for(cause, cx)
    }

    fn wait_for(&mut self, cause: Option<Cause>, cx: &mut Context<'_>) -> io::Result<()> {
        let Some(cause) = cause else {
            self.waiting = None;
            return Ok(());
        };
        let begun = self.state.begun();
        let until = match &self.waiting {
            Some(waiting) if waiting.cause == cause && waiting.begun == begun => waiting.until,
            _ => {
                let until = Instant::now() + self.times.of(cause);
                self.waiting = Some(Waiting { cause, begun, until });
                until
            }
        };
        let alarm = self.alarm.get_or_insert_with(|| Box::pin(tokio::time::sleep_until(until)));
        // An alarm that is set too early only wakes us once in vain, and costs less than setting it anew for each request.
        if alarm.deadline() > until {
            alarm.as_mut().reset(until);
        }
        while alarm.as_mut().poll(cx).is_ready() {
            if Instant::now() >= until {
                return Err(io::Error::new(io::ErrorKind::TimedOut, cause.story()));
            }
            alarm.as_mut().reset(until);
        }
        Ok(())
    }
}

impl Times {
    fn of(&self, cause: Cause) -> Duration {
        match cause {
            Cause::First | Cause::Head => self.header,
            Cause::Idle => self.idle,
            Cause::Write => self.write,
            Cause::Linger => LINGER_TIME,
        }
    }
}

impl Cause {
    fn story(self) -> &'static str {
        match self {
            Self::First => "the connection stayed silent",
            Self::Head => "the head of a request took too long",
            Self::Idle => "the connection was idle for too long",
            Self::Write => "the peer did not take its answer",
            Self::Linger => "the peer did not close its side",
        }
    }
}

impl<T: AsyncRead + Unpin> AsyncRead for Watched<T> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = &mut *self;
        let before = buf.filled().len();
        let Poll::Ready(result) = Pin::new(&mut this.io).poll_read(cx, buf) else {
            this.check_time(cx)?;
            return Poll::Pending;
        };
        result?;
        let read = buf.filled().get(before..).unwrap_or_default();
        if read.is_empty() {
            this.is_read_closed = true;
            return Poll::Ready(Ok(()));
        }
        this.is_new = false;
        if let Some(chunked) = this.scan.feed(read) {
            this.state.note(chunked);
        }
        // Bytes that come one by one buy a slow head no time, also when there is always one more of them.
        let is_late = |waiting: &Waiting| waiting.cause == Cause::Head && Instant::now() >= waiting.until;
        if this.scan.place() == Place::InHead && this.waiting.as_ref().is_some_and(is_late) {
            return Poll::Ready(Err(io::Error::new(io::ErrorKind::TimedOut, Cause::Head.story())));
        }
        Poll::Ready(Ok(()))
    }
}

impl<T: AsyncRead + AsyncWrite + Unpin> Watched<T> {
    fn after_write(
        &mut self,
        result: Poll<io::Result<usize>>,
        cx: &mut Context<'_>,
    ) -> Poll<io::Result<usize>> {
        self.is_write_blocked = result.is_pending();
        if self.is_write_blocked {
            self.check_time(cx)?;
        } else if self.waiting.as_ref().is_some_and(|waiting| waiting.cause == Cause::Write) {
            self.waiting = None;
        }
        result
    }

    /// Reads and forgets what the peer still sends, until it closes its side, or for a while.
    fn poll_linger(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let mut scratch = [0; 4096];
        while !self.is_read_closed && self.lingered.is_some_and(|bytes| bytes < LINGER_BYTES) {
            let mut buf = ReadBuf::new(&mut scratch);
            match Pin::new(&mut self.io).poll_read(cx, &mut buf) {
                Poll::Ready(Ok(())) if !buf.filled().is_empty() => {
                    self.lingered = self.lingered.map(|bytes| bytes + buf.filled().len());
                }
                Poll::Ready(_) => break,
                Poll::Pending => {
                    return if self.wait_for(Some(Cause::Linger), cx).is_err() {
                        Poll::Ready(())
                    } else {
                        Poll::Pending
                    };
                }
            }
        }
        Poll::Ready(())
    }
}

impl<T: AsyncRead + AsyncWrite + Unpin> AsyncWrite for Watched<T> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        let result = Pin::new(&mut self.io).poll_write(cx, buf);
        self.after_write(result, cx)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let result = Pin::new(&mut self.io).poll_write_vectored(cx, bufs);
        self.after_write(result, cx)
    }

    fn is_write_vectored(&self) -> bool {
        self.io.is_write_vectored()
    }

    /// hyper flushes at the end of each turn, also of those in which it does not read because it knows that there is nothing: the
    /// place to begin waiting for the next request.
    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(Pin::new(&mut self.io).poll_flush(cx))?;
        self.check_time(cx)?;
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.lingered.is_none() {
            ready!(Pin::new(&mut self.io).poll_shutdown(cx))?;
            self.lingered = Some(0);
        }
        self.poll_linger(cx).map(Ok)
    }
}
