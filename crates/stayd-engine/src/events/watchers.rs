//! All who watch on this node, behind one lock that is held for some hundred nanoseconds and never over a wait. Requests do not come here:
//! only a change of a session or its person does, and a watcher that comes, is woken or goes.

use super::watched::{Person, Watched, Watcher};
use super::{SessionVersion, SessionWatch, WatchError, WatchLimits, WatchNews};
use crate::{
    EndReason, LiveSession, store::DocumentEntry, store::EndedSession, store::Revision, store::SessionRecord,
    store::UserRecord,
};
use stayd_protocol::Timestamp;
use std::collections::{HashMap, hash_map::Entry};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::Duration;
use tokio::sync::Notify;

#[derive(Debug, Default)]
pub(crate) struct Watchers {
    state: Mutex<State>,
    /// Somebody else wrote to the store: what is watched has to be looked at.
    pub(crate) foreign_write: Notify,
}

#[derive(Debug, Default)]
struct State {
    /// By the session's id.
    sessions: HashMap<Arc<str>, Watched>,
    people: HashMap<Arc<str>, Person>,
    count: usize,
    next_number: u64,
    closed: bool,
}

impl Watchers {
    /// Makes room for one more. `seen`: what it knows of the session already.
    pub(super) fn enter(
        self: &Arc<Self>,
        live: &LiveSession,
        absolute_end: Option<Timestamp>,
        seen: Option<SessionVersion>,
        limits: WatchLimits,
    ) -> Result<SessionWatch, WatchError> {
        let version = SessionVersion::of(live);
        let mut state = self.lock();
        if state.closed {
            return Err(WatchError::Closing);
        }
        if state.count >= limits.in_all {
            return Err(WatchError::NodeCrowded);
        }
        let session: Arc<str> = match state.sessions.get_key_value(live.session.id.as_str()) {
            Some((_, watched)) if watched.watchers.len() >= limits.per_session => {
                return Err(WatchError::SessionCrowded);
            }
            Some((id, _)) => Arc::clone(id),
            None => state.begin(live, absolute_end, version),
        };
        state.count += 1;
        state.next_number += 1;
        let number = state.next_number;
        if let Some(watched) = state.sessions.get_mut(&session) {
            watched.watchers.push(Watcher { number, told: seen.unwrap_or(version), waker: None });
        }
        Ok(SessionWatch { watchers: Arc::clone(self), session, number })
    }

    pub(super) fn leave(&self, session: &Arc<str>, number: u64) {
        let mut state = self.lock();
        state.count = state.count.saturating_sub(1);
        let Entry::Occupied(mut entry) = state.sessions.entry(Arc::clone(session)) else { return };
        entry.get_mut().watchers.retain(|watcher| watcher.number != number);
        if entry.get().watchers.is_empty() {
            let watched = entry.remove();
            state.forget_names(session, &watched);
        }
    }

    pub(super) fn poll(
        &self,
        session: &str,
        number: u64,
        cx: &mut Context<'_>,
        now: Timestamp,
    ) -> Poll<WatchNews> {
        let mut guard = self.lock();
        let State { sessions, people, closed, .. } = &mut *guard;
        let Some(watched) = sessions.get_mut(session) else { return Poll::Ready(WatchNews::Closed) };
        let (version, ended) = (watched.version, watched.ended.or_else(|| watched.ended_by_time(now)));
        let Some(watcher) = watched.watchers.iter_mut().find(|watcher| watcher.number == number) else {
            return Poll::Ready(WatchNews::Closed);
        };
        if let Some(reason) = ended {
            return Poll::Ready(WatchNews::Ended(reason));
        }
        let person = people.get(&watched.user_id);
        if let Some(news) = person.and_then(|person| watcher.next(version, &person.documents)) {
            return Poll::Ready(news);
        }
        if *closed {
            return Poll::Ready(WatchNews::Closed);
        }
        match &mut watcher.waker {
            Some(waker) => waker.clone_from(cx.waker()),
            none => *none = Some(cx.waker().clone()),
        }
        Poll::Pending
    }

    pub(super) fn told(&self, session: &str, number: u64) -> Option<SessionVersion> {
        let state = self.lock();
        let watchers = &state.sessions.get(session)?.watchers;
        watchers.iter().find(|watcher| watcher.number == number).map(|watcher| watcher.told)
    }

    pub(super) fn time_left(&self, session: &str, now: Timestamp) -> Duration {
        let state = self.lock();
        state.sessions.get(session).map_or(Duration::ZERO, |watched| watched.version.expires_at.since(now))
    }

    /// These sessions are over.
    pub(crate) fn ended(&self, sessions: &[EndedSession], reason: EndReason) {
        let mut state = self.lock();
        let mut wakers = Vec::new();
        for ended in sessions {
            if let Some(watched) = state.sessions.get_mut(ended.id.as_str()) {
                watched.ended.get_or_insert(reason);
                watched.take_wakers(&mut wakers);
            }
        }
        drop(state);
        wake(wakers);
    }

    /// The session stands like this now: it was renewed or rotated.
    pub(crate) fn session_changed(&self, session: &SessionRecord) {
        let mut state = self.lock();
        let Some(watched) = state.sessions.get(session.id.as_str()) else { return };
        let version = SessionVersion::of_session(session, watched.version.user_changed_at);
        let wakers = state.update(session, version);
        drop(state);
        wake(wakers);
    }

    /// The person stands like this now.
    pub(crate) fn user_changed(&self, user: &UserRecord) {
        let mut guard = self.lock();
        let state = &mut *guard;
        let mut wakers = Vec::new();
        for id in state.people.get(user.id.as_str()).iter().flat_map(|person| &person.sessions) {
            if let Some(watched) = state.sessions.get_mut(id) {
                let changed = SessionVersion { user_changed_at: user.updated_at, ..watched.version };
                watched.version = watched.version.merge(changed);
                watched.take_wakers(&mut wakers);
            }
        }
        drop(guard);
        wake(wakers);
    }

    /// What the store says of all documents of a person.
    pub(crate) fn documents_changed(&self, user_id: &str, entries: &[DocumentEntry]) {
        let mut guard = self.lock();
        let State { sessions, people, .. } = &mut *guard;
        let mut wakers = Vec::new();
        let Some(person) = people.get_mut(user_id) else { return };
        if !person.documents.update(entries) {
            return;
        }
        for id in &person.sessions {
            if let Some(watched) = sessions.get_mut(id) {
                watched.version.documents = person.documents.revision();
                watched.take_wakers(&mut wakers);
            }
        }
        drop(guard);
        wake(wakers);
    }

    /// A watcher that has just come knows nothing of documents, and is told nothing of those that changed before.
    pub(super) fn begin_documents(&self, session: &str, number: u64) {
        if let Some(watched) = self.lock().sessions.get_mut(session) {
            let documents = watched.version.documents;
            for watcher in watched.watchers.iter_mut().filter(|watcher| watcher.number == number) {
                watcher.told.documents = documents;
            }
        }
    }

    /// Whether a session of this person is watched.
    pub(crate) fn has_watchers(&self, user_id: &str) -> bool {
        self.lock().people.contains_key(user_id)
    }

    /// The people whose sessions are watched, and the last change of their documents that is known.
    pub(super) fn people(&self) -> Vec<(Arc<str>, Revision)> {
        let known =
            |(user_id, person): (&Arc<str>, &Person)| (Arc::clone(user_id), person.documents.revision());
        self.lock().people.iter().map(known).collect()
    }

    /// What the store says of a session and its person.
    pub(super) fn seen(&self, live: &LiveSession) {
        let wakers = self.lock().update(&live.session, SessionVersion::of(live));
        wake(wakers);
    }

    /// The sessions that are watched and not known to be over.
    pub(crate) fn watched(&self) -> Vec<EndedSession> {
        let state = self.lock();
        let going_on = state.sessions.iter().filter(|(_, watched)| watched.ended.is_none());
        going_on.map(|(id, watched)| watched.named(id)).collect()
    }

    /// Tells everybody that this node stops, and lets nobody in any more.
    pub(crate) fn close(&self) {
        let mut state = self.lock();
        state.closed = true;
        let mut wakers = Vec::new();
        state.sessions.values_mut().for_each(|watched| watched.take_wakers(&mut wakers));
        drop(state);
        wake(wakers);
    }

    /// How many watch.
    pub(crate) fn count(&self) -> usize {
        self.lock().count
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn begin(
        &mut self,
        live: &LiveSession,
        absolute_end: Option<Timestamp>,
        version: SessionVersion,
    ) -> Arc<str> {
        let id: Arc<str> = Arc::from(live.session.id.as_str());
        let user_id = match self.people.get_key_value(live.user.id.as_str()) {
            Some((user_id, _)) => Arc::clone(user_id),
            None => Arc::from(live.user.id.as_str()),
        };
        let person = self.people.entry(Arc::clone(&user_id)).or_default();
        person.sessions.push(Arc::clone(&id));
        let watched = Watched {
            created_at: live.session.created_at,
            absolute_end,
            token: live.session.token_hash,
            version: SessionVersion { documents: person.documents.revision(), ..version },
            user_id,
            ended: None,
            watchers: Vec::with_capacity(1),
        };
        self.sessions.insert(Arc::clone(&id), watched);
        id
    }

    fn update(&mut self, session: &SessionRecord, version: SessionVersion) -> Vec<Waker> {
        let mut wakers = Vec::new();
        let Some(watched) = self.sessions.get_mut(session.id.as_str()) else { return wakers };
        let version = watched.version.merge(version);
        if watched.version == version {
            return wakers;
        }
        if watched.version.rotated_at != version.rotated_at {
            watched.token = session.token_hash;
        }
        watched.version = version;
        watched.take_wakers(&mut wakers);
        wakers
    }

    fn forget_names(&mut self, id: &Arc<str>, watched: &Watched) {
        if let Some(person) = self.people.get_mut(&watched.user_id) {
            person.sessions.retain(|session| session != id);
            if person.sessions.is_empty() {
                self.people.remove(&watched.user_id);
            }
        }
    }
}

/// Never under the lock: whoever is woken may come here at once.
fn wake(wakers: Vec<Waker>) {
    wakers.into_iter().for_each(Waker::wake);
}
