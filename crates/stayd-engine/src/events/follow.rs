//! One who follows what ends on this node.

use super::{Revocation, revocations::RevocationLog};
use crate::Engine;
use stayd_protocol::Timestamp;
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

/// A place in the log of ends, of one run of the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Position {
    pub(super) run: u64,
    pub(super) number: u64,
}

/// Two numbers with a `-` between them: the run, and the place.
impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.run, self.number)
    }
}

/// A text that is no place in the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a place in the log of ends")]
pub struct NotAPosition;

impl FromStr for Position {
    type Err = NotAPosition;

    fn from_str(text: &str) -> Result<Self, NotAPosition> {
        let (run, number) = text.split_once('-').ok_or(NotAPosition)?;
        let read = |digits: &str| {
            let plain = digits.bytes().all(|byte| byte.is_ascii_digit());
            plain.then(|| digits.parse().ok()).flatten().ok_or(NotAPosition)
        };
        Ok(Self { run: read(run)?, number: read(number)? })
    }
}

/// What a follower is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RevocationNews {
    /// Begin anew: what was told before does not matter any more.
    Begins {
        /// Nothing is known of what ended up to this moment: what was made by then is not to be believed without asking.
        floor: Timestamp,
        /// How long a fact matters.
        kept: Duration,
    },
    /// A fact.
    Said {
        /// What happened.
        fact: Revocation,
        /// Where it stands; to be shown by who comes back.
        position: Position,
    },
    /// That was all there is; from here on things are told as they happen. Said once.
    CaughtUp,
    /// The node stops. Nothing follows.
    Closed,
}

/// Follows what ends on this node; given up when it is dropped.
#[derive(Debug)]
pub struct RevocationFeed {
    log: Arc<RevocationLog>,
    reader: u64,
    /// The number of the fact to be told next; `None` before the beginning was told.
    next: Option<u64>,
    caught_up: bool,
}

impl Engine {
    /// Follows what ends, from behind `after` where that is known here, else from the oldest that matters. `None` when there are `at_most`
    /// followers already, or the node stops.
    pub fn follow_revocations(&self, after: Option<Position>, at_most: usize) -> Option<RevocationFeed> {
        self.revocations().enter(after, at_most)
    }
}

impl RevocationFeed {
    pub(super) fn new(log: Arc<RevocationLog>, reader: u64, next: Option<u64>) -> Self {
        Self { log, reader, next, caught_up: false }
    }

    /// What there is to tell; else the task is woken when there is something.
    pub fn poll(&mut self, cx: &mut Context<'_>) -> Poll<RevocationNews> {
        let Some(next) = self.next else {
            let (begins, first) = self.log.beginning();
            self.next = Some(first);
            return Poll::Ready(begins);
        };
        match self.log.poll(self.reader, next, cx) {
            Poll::Ready(Some(found)) => {
                self.next = Some(found.position.number + 1);
                Poll::Ready(RevocationNews::Said { fact: found.fact, position: found.position })
            }
            Poll::Ready(None) => Poll::Ready(RevocationNews::Closed),
            Poll::Pending if self.caught_up => Poll::Pending,
            Poll::Pending => {
                self.caught_up = true;
                Poll::Ready(RevocationNews::CaughtUp)
            }
        }
    }
}

impl Drop for RevocationFeed {
    fn drop(&mut self) {
        self.log.leave(self.reader);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_position_is_read_back_and_nothing_else_is() {
        let position = Position { run: 1_700_000_000_000, number: 7 };
        assert_eq!(position.to_string().parse(), Ok(position));
        for odd in ["", "-", "1", "1-", "-1", "1-2-3", "+1-2", "1- 2", "1-99999999999999999999", "a-b"] {
            assert_eq!(odd.parse::<Position>(), Err(NotAPosition), "{odd}");
        }
    }
}
