//! What is known of a session that somebody watches, and of its person.

use super::{SessionVersion, WatchNews, documents::DocumentChanges};
use crate::{EndReason, store::EndedSession, store::SessionTokens};
use stayd_protocol::{Timestamp, TokenHash};
use std::sync::Arc;
use std::task::Waker;

/// A person with sessions that somebody watches.
#[derive(Debug, Default)]
pub(super) struct Person {
    /// Those sessions.
    pub(super) sessions: Vec<Arc<str>>,
    pub(super) documents: DocumentChanges,
}

/// A session that somebody watches.
#[derive(Debug)]
pub(super) struct Watched {
    pub(super) user_id: Arc<str>,
    /// Its present token.
    pub(super) token: TokenHash,
    pub(super) version: SessionVersion,
    pub(super) created_at: Timestamp,
    /// Where its kind has one: from here on no renewal helps.
    pub(super) absolute_end: Option<Timestamp>,
    pub(super) ended: Option<EndReason>,
    pub(super) watchers: Vec<Watcher>,
}

#[derive(Debug)]
pub(super) struct Watcher {
    pub(super) number: u64,
    pub(super) told: SessionVersion,
    pub(super) waker: Option<Waker>,
}

impl Watched {
    /// As it would be named if it were over.
    pub(super) fn named(&self, id: &str) -> EndedSession {
        let tokens = SessionTokens { current: self.token, predecessor: None };
        EndedSession {
            id: id.to_owned(),
            user_id: (*self.user_id).to_owned(),
            tokens,
            created_at: self.created_at,
            expires_at: self.version.expires_at,
            families: Vec::new(),
        }
    }

    pub(super) fn ended_by_time(&self, now: Timestamp) -> Option<EndReason> {
        let is_last = self.absolute_end.is_some_and(|end| end <= now);
        let reason = if is_last { EndReason::AbsoluteLimit } else { EndReason::Expired };
        (self.version.expires_at <= now).then_some(reason)
    }

    pub(super) fn take_wakers(&mut self, wakers: &mut Vec<Waker>) {
        wakers.extend(self.watchers.iter_mut().filter_map(|watcher| watcher.waker.take()));
    }
}

impl Watcher {
    /// What there is to tell of a session that goes on, and stands like this.
    pub(super) fn next(&mut self, version: SessionVersion, documents: &DocumentChanges) -> Option<WatchNews> {
        let changes = version.since(&self.told);
        if !changes.is_empty() {
            self.told = SessionVersion { documents: self.told.documents, ..version };
            return Some(WatchNews::Changed { changes, version: self.told });
        }
        if version.documents == self.told.documents {
            return None;
        }
        let (name, revision) = documents.after(self.told.documents)?;
        self.told.documents = revision;
        Some(WatchNews::DocumentChanged { name, revision, version: self.told })
    }
}
