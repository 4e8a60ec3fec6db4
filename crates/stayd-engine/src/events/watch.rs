//! One who watches a session.

use super::{Changes, SessionVersion, watchers::Watchers};
use crate::{
    EndReason, EngineError,
    store::{Revision, StoreError},
};
use stayd_protocol::Timestamp;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

/// How many may watch at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WatchLimits {
    /// One session. A browser needs one place, or one for each tab where tabs cannot agree on who holds it.
    pub per_session: usize,
    /// All sessions of this node.
    pub in_all: usize,
}

/// Why a session is not watched.
#[derive(Debug, thiserror::Error)]
pub enum WatchError {
    /// The token opens no session.
    #[error("there is no such session")]
    Nobody,
    /// Too many watch this session.
    #[error("the session is watched by too many")]
    SessionCrowded,
    /// Too many watch on this node.
    #[error("the node has too many watchers")]
    NodeCrowded,
    /// The node is about to stop.
    #[error("the node takes no watchers any more")]
    Closing,
    /// The engine could not say.
    #[error(transparent)]
    Engine(#[from] EngineError),
}

impl From<StoreError> for WatchError {
    fn from(error: StoreError) -> Self {
        Self::Engine(error.into())
    }
}

/// What a watcher is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WatchNews {
    /// The session went on.
    Changed {
        /// What happened since the watcher was last told something; not nothing.
        changes: Changes,
        /// How far the watcher knows the story now.
        version: SessionVersion,
    },
    /// A document of the person changed.
    DocumentChanged {
        /// Which one; `None`: any of them may have, the watcher was away for too long.
        name: Option<Arc<str>>,
        /// Its last change, or of all of them.
        revision: Revision,
        /// How far the watcher knows the story now.
        version: SessionVersion,
    },
    /// The session is over. Nothing follows.
    Ended(EndReason),
    /// The node stops, and the session goes on elsewhere. Nothing follows.
    Closed,
}

/// A place among those who watch a session; given up when it is dropped.
#[derive(Debug)]
pub struct SessionWatch {
    pub(super) watchers: Arc<Watchers>,
    /// The session's id.
    pub(super) session: Arc<str>,
    pub(super) number: u64,
}

impl SessionWatch {
    /// What there is to tell at `now`; else the task is woken when there is something. The session's own end in time wakes nobody: for
    /// that there is [`SessionWatch::time_left`].
    pub fn poll(&mut self, cx: &mut Context<'_>, now: Timestamp) -> Poll<WatchNews> {
        self.watchers.poll(&self.session, self.number, cx, now)
    }

    /// The id of the session that is watched.
    pub fn session(&self) -> &str {
        &self.session
    }

    /// How far the watcher knows the session's story.
    pub fn told(&self) -> Option<SessionVersion> {
        self.watchers.told(&self.session, self.number)
    }

    /// How long the session lives on from `now` unless it is renewed.
    pub fn time_left(&self, now: Timestamp) -> Duration {
        self.watchers.time_left(&self.session, now)
    }
}

impl Drop for SessionWatch {
    fn drop(&mut self) {
        self.watchers.leave(&self.session, self.number);
    }
}
