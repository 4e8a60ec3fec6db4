//! The simple truth about one browser: who signed in and out here, and what was said. Nothing of locks, records or retries.

use std::collections::VecDeque;

use stayd_core::Key;

/// What a watcher of the person and of the server would know.
#[derive(Debug, Default)]
pub(crate) struct Truth {
    /// Sessions that the person has left here by a sign-out or for another, and when.
    pub(crate) left: Vec<(Key, u64)>,
    /// Sessions that were shown here, and since when.
    pub(crate) seen: Vec<(Key, u64)>,
    /// The session that was last begun here, until the person leaves it.
    pub(crate) own: Option<(Key, u64)>,
    /// Since when the person wants to be signed out, where that was the last wish.
    pub(crate) out_since: Option<u64>,
    /// A sign-in and a sign-out overlapped, or without locks two requests did: either may win.
    pub(crate) ambiguous: bool,
    /// Nothing in the browser knows of the sign-out any more: storage was wiped, or is denied, and the tabs that knew are gone.
    pub(crate) forgotten: bool,
    /// When storage was last wiped.
    pub(crate) wiped_at: Option<u64>,
    /// When the server last said here that nobody is signed in.
    pub(crate) nobody_at: Option<u64>,
    /// When the server last said here that a token had been replaced.
    pub(crate) superseded_at: Option<u64>,
    /// An answer to a renewal was lost after its commit, and tokens work once.
    pub(crate) token_lost: bool,
    /// Sign-ins that are under way.
    pub(crate) signing_in: u32,
    /// When requests were sent of the machines' own accord, within the last minute.
    pub(crate) sent: VecDeque<u64>,
    /// When something happened that speaks for a request.
    pub(crate) occasions: VecDeque<u64>,
}

impl Truth {
    pub(crate) fn see(&mut self, session: Key, now: u64) {
        if self.seen_since(session).is_none() {
            self.seen.push((session, now));
        }
    }

    /// Since when a session was shown here.
    pub(crate) fn seen_since(&self, session: Key) -> Option<u64> {
        self.seen.iter().find(|(seen, _)| *seen == session).map(|(_, since)| *since)
    }

    /// The person signs out of everything that was shown here.
    pub(crate) fn sign_out(&mut self, now: u64) {
        for (session, _) in &self.seen {
            if !self.left.iter().any(|(left, _)| left == session) {
                self.left.push((*session, now));
            }
        }
        self.out_since = Some(now);
        self.ambiguous = self.signing_in > 0;
        self.own = None;
    }

    /// A sign-in that was sent at `sent_at` is answered with a session.
    pub(crate) fn sign_in_answered(&mut self, sent_at: u64) {
        if self.out_since.is_none_or(|out| out < sent_at) {
            (self.out_since, self.ambiguous, self.forgotten) = (None, false, false);
        } else {
            self.ambiguous = true;
        }
        self.token_lost = false;
    }

    /// The page was told that this session has begun: every other that was shown here is over, but for what began after `contested`.
    pub(crate) fn switch_to(&mut self, session: Key, contested: u64, now: u64) {
        for (seen, since) in &self.seen {
            if *seen != session && *since < contested && !self.left.iter().any(|(left, _)| left == seen) {
                self.left.push((*seen, now));
            }
        }
    }

    /// When the person left a session.
    pub(crate) fn left_at(&self, session: Key) -> Option<u64> {
        self.left.iter().find(|(left, _)| *left == session).map(|(_, at)| *at)
    }

    /// Whether the session was begun within a second after the person had left another.
    pub(crate) fn began_just_after_leaving(&self, session: Key) -> bool {
        let began = self.own.filter(|(own, _)| *own == session).map(|(_, since)| since);
        began.is_some_and(|since| self.left.iter().any(|(_, at)| *at <= since && since < at + 1000))
    }

    pub(crate) fn note_sent(&mut self, now: u64) {
        self.sent.push_back(now);
        while self.sent.front().is_some_and(|at| at + 60_000 < now) {
            self.sent.pop_front();
        }
        while self.occasions.front().is_some_and(|at| at + 60_000 < now) {
            self.occasions.pop_front();
        }
    }
}
