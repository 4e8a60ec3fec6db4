//! Bodies with a bound on their length and on the time they take, and bodies that tell when they are over.

use super::state::InFlight;
use axum::body::Body;
use bytes::Bytes;
use hyper::body::{Body as HttpBody, Frame, Incoming, SizeHint};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::time::Sleep;

/// Why a request's body was not read to its end. It comes as the error of the body, and whatever the handler makes of it,
/// the request is answered 413 or 408.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RequestBodyError {
    /// It is longer than [`Limits::max_body_bytes`](crate::Limits::max_body_bytes).
    #[error("the body of the request is too long")]
    TooLarge,
    /// It took longer than [`Limits::body_time`](crate::Limits::body_time).
    #[error("the body of the request took too long")]
    TooSlow,
    /// The connection broke, or what came is not a body.
    #[error("the body of the request broke off")]
    Broken(#[from] hyper::Error),
}

/// What the body of one request came to, told to whoever writes the answer.
#[derive(Debug, Clone, Default)]
pub(super) struct Verdict(Arc<AtomicU8>);

const TOO_LARGE: u8 = 1;
const TOO_SLOW: u8 = 2;

impl Verdict {
    pub(super) fn is_too_large(&self) -> bool {
        self.0.load(Ordering::Acquire) == TOO_LARGE
    }

    pub(super) fn is_too_slow(&self) -> bool {
        self.0.load(Ordering::Acquire) == TOO_SLOW
    }
}

/// The body of a request, within its bounds.
pub(super) struct LimitedBody {
    inner: Incoming,
    bytes_left: u64,
    time: Duration,
    alarm: Option<Pin<Box<Sleep>>>,
    verdict: Verdict,
}

impl LimitedBody {
    pub(super) fn new(inner: Incoming, max_bytes: u64, time: Duration) -> Self {
        Self { inner, bytes_left: max_bytes, time, alarm: None, verdict: Verdict::default() }
    }

    pub(super) fn verdict(&self) -> Verdict {
        self.verdict.clone()
    }

    fn fail(
        &self,
        mark: u8,
        error: RequestBodyError,
    ) -> Poll<Option<Result<Frame<Bytes>, RequestBodyError>>> {
        self.verdict.0.store(mark, Ordering::Release);
        Poll::Ready(Some(Err(error)))
    }
}

impl HttpBody for LimitedBody {
    type Data = Bytes;
    type Error = RequestBodyError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, RequestBodyError>>> {
        let this = &mut *self;
        match Pin::new(&mut this.inner).poll_frame(cx) {
            Poll::Ready(Some(Ok(frame))) => {
                let length = frame.data_ref().map_or(0, Bytes::len) as u64;
                match this.bytes_left.checked_sub(length) {
                    Some(left) => this.bytes_left = left,
                    None => return this.fail(TOO_LARGE, RequestBodyError::TooLarge),
                }
                Poll::Ready(Some(Ok(frame)))
            }
            Poll::Ready(Some(Err(error))) => Poll::Ready(Some(Err(error.into()))),
            Poll::Ready(None) => Poll::Ready(None),
            Poll::Pending => {
                // The alarm is made when a body first keeps us waiting; most come with their head.
                let time = this.time;
                let alarm = this.alarm.get_or_insert_with(|| Box::pin(tokio::time::sleep(time)));
                if alarm.as_mut().poll(cx).is_ready() {
                    return this.fail(TOO_SLOW, RequestBodyError::TooSlow);
                }
                Poll::Pending
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}

/// The body of an answer, which holds its place among the requests in flight.
pub(super) struct AnswerBody {
    pub(super) inner: Body,
    pub(super) _in_flight: Option<InFlight>,
}

impl HttpBody for AnswerBody {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.inner).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}
