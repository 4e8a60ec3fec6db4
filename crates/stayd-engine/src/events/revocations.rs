//! What ended on this node a short while ago, in order, for other back ends that check sessions by themselves (J-7, P2).
//!
//! There is one log for all of its readers; a reader is a place in it, so one that is slow costs no memory. The log is bounded too. What it
//! cannot hold is not lost but becomes a doubt: whatever was made up to that moment is not to be believed without asking.

use super::follow::{Position, RevocationFeed, RevocationNews};
use crate::{EndReason, store::EndedSession};
use stayd_protocol::Timestamp;
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

/// How many facts are kept, of some 200 bytes each. Enough for 70 ends in a second over 15 minutes.
const REMEMBERED: usize = 65_536;

/// How far the clock of another back end may be behind ours, and how late an answer can be: what lives until then is still in doubt.
const LEEWAY: Duration = Duration::from_mins(2);

/// What other back ends must know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Revocation {
    /// A session is over. Its id is never used again.
    Ended {
        /// Which one.
        session: Arc<str>,
        /// Whose it was.
        user: Arc<str>,
        /// Why it ended.
        reason: EndReason,
        /// When.
        at: Timestamp,
    },
    /// What was made up to `before` may be out of date: not to be believed without asking.
    Doubted {
        /// What was made of whom.
        about: Subject,
        /// Up to and with this moment.
        before: Timestamp,
    },
}

/// Whom a doubt concerns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Subject {
    /// The session with this id: its token was replaced.
    Session(Arc<str>),
    /// The person with this id: what is known of them changed, or all of their sessions ended.
    User(Arc<str>),
    /// Everybody: what happened up to then is not known here.
    Everybody,
}

impl Revocation {
    fn at(&self) -> Timestamp {
        match self {
            Self::Ended { at, .. } => *at,
            Self::Doubted { before, .. } => *before,
        }
    }
}

#[derive(Debug)]
pub(crate) struct RevocationLog {
    state: Mutex<State>,
    /// Tells this run of the server from others.
    run: u64,
    kept: Duration,
}

#[derive(Debug)]
struct State {
    facts: VecDeque<Revocation>,
    /// The number of the first of them.
    first: u64,
    /// Nothing is known of what happened up to this moment.
    floor: Timestamp,
    readers: Vec<(u64, Option<Waker>)>,
    next_reader: u64,
    closed: bool,
}

impl RevocationLog {
    /// Knows nothing of what happened up to `now`. `longest_life`: how long anything may be believed without asking the server.
    pub(crate) fn new(now: Timestamp, longest_life: Duration) -> Self {
        let state = State {
            facts: VecDeque::new(),
            first: 0,
            floor: now,
            readers: Vec::new(),
            next_reader: 0,
            closed: false,
        };
        let run = u64::try_from(now.as_ms()).unwrap_or_default();
        Self { state: Mutex::new(state), run, kept: longest_life.saturating_add(LEEWAY) }
    }

    /// These sessions are over. What has merely expired says so itself wherever it is shown, and is not told.
    pub(crate) fn ended(&self, sessions: &[EndedSession], reason: EndReason, at: Timestamp) {
        if reason != EndReason::Expired {
            self.note(sessions.iter().map(|ended| Revocation::Ended {
                session: Arc::from(ended.id.as_str()),
                user: Arc::from(ended.user_id.as_str()),
                reason,
                at,
            }));
        }
    }

    /// What was made of this subject up to now is in doubt.
    pub(crate) fn doubt(&self, about: Subject, before: Timestamp) {
        self.note([Revocation::Doubted { about, before }]);
    }

    fn note(&self, facts: impl IntoIterator<Item = Revocation>) {
        let mut state = self.lock();
        let mut wakers = Vec::new();
        for mut fact in facts {
            if let Revocation::Doubted { about: Subject::Everybody, before } = &mut fact {
                // A clock that has gone back takes no doubt back.
                *before = state.floor.max(*before);
                state.floor = *before;
            }
            if state.facts.len() >= REMEMBERED {
                state.drop_first(true);
            }
            state.facts.push_back(fact);
            if wakers.is_empty() {
                wakers.extend(state.readers.iter_mut().filter_map(|(_, waker)| waker.take()));
            }
        }
        drop(state);
        wakers.into_iter().for_each(Waker::wake);
    }

    /// Drops what nothing alive can contradict any more.
    pub(crate) fn sweep(&self, now: Timestamp) {
        let mut state = self.lock();
        while state.facts.front().is_some_and(|fact| now.since(fact.at()) > self.kept) {
            state.drop_first(false);
        }
    }

    /// Ends every feed and lets no reader in any more.
    pub(crate) fn close(&self) {
        let mut state = self.lock();
        state.closed = true;
        let wakers: Vec<Waker> = state.readers.iter_mut().filter_map(|(_, waker)| waker.take()).collect();
        drop(state);
        wakers.into_iter().for_each(Waker::wake);
    }

    /// A place in the log: behind `after` if that is of this run, else at the beginning. `None` when there are `at_most` readers already, or
    /// the node stops.
    pub(super) fn enter(self: &Arc<Self>, after: Option<Position>, at_most: usize) -> Option<RevocationFeed> {
        let mut state = self.lock();
        if state.closed || state.readers.len() >= at_most {
            return None;
        }
        let reader = state.next_reader;
        state.next_reader += 1;
        state.readers.push((reader, None));
        let end = state.end();
        let resumed = after.filter(|after| after.run == self.run && after.number < end);
        Some(RevocationFeed::new(Arc::clone(self), reader, resumed.map(|position| position.number + 1)))
    }

    pub(super) fn leave(&self, reader: u64) {
        self.lock().readers.retain(|(number, _)| *number != reader);
    }

    /// How a feed begins that knows nothing: with what is kept from `floor` on. Also the number of the first fact.
    pub(super) fn beginning(&self) -> (RevocationNews, u64) {
        let state = self.lock();
        (RevocationNews::Begins { floor: state.floor, kept: self.kept }, state.first)
    }

    /// The fact with this number, or what stands for it. `waits`: the reader is woken when there is one.
    pub(super) fn poll(&self, reader: u64, number: u64, cx: &mut Context<'_>) -> Poll<Option<Found>> {
        let mut state = self.lock();
        if number < state.first {
            // It was kept away for so long that the log went on without it.
            let before = state.floor;
            let fact = Revocation::Doubted { about: Subject::Everybody, before };
            return Poll::Ready(Some(Found { fact, position: self.position(state.first.saturating_sub(1)) }));
        }
        let index = usize::try_from(number - state.first).unwrap_or(usize::MAX);
        if let Some(fact) = state.facts.get(index) {
            return Poll::Ready(Some(Found { fact: fact.clone(), position: self.position(number) }));
        }
        if state.closed {
            return Poll::Ready(None);
        }
        if let Some((_, waker)) = state.readers.iter_mut().find(|(found, _)| *found == reader) {
            *waker = Some(cx.waker().clone());
        }
        Poll::Pending
    }

    fn position(&self, number: u64) -> Position {
        Position { run: self.run, number }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A fact and where it stands.
pub(super) struct Found {
    pub(super) fact: Revocation,
    pub(super) position: Position,
}

impl State {
    fn end(&self) -> u64 {
        self.first.saturating_add(self.facts.len() as u64)
    }

    fn drop_first(&mut self, still_matters: bool) {
        if let Some(fact) = self.facts.pop_front() {
            self.first += 1;
            if still_matters {
                self.floor = self.floor.max(fact.at());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn at(ms: i64) -> Timestamp {
        Timestamp::from_ms(ms)
    }

    fn log() -> Arc<RevocationLog> {
        Arc::new(RevocationLog::new(at(1000), Duration::from_mins(5)))
    }

    fn doubt(name: &str) -> Subject {
        Subject::User(Arc::from(name))
    }

    fn told(feed: &mut RevocationFeed) -> Vec<RevocationNews> {
        let mut cx = Context::from_waker(Waker::noop());
        std::iter::from_fn(|| match feed.poll(&mut cx) {
            Poll::Ready(news) => Some(news),
            Poll::Pending => None,
        })
        .take(10)
        .collect()
    }

    fn position(news: &RevocationNews) -> Position {
        match news {
            RevocationNews::Said { position, .. } => *position,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_reader_is_told_from_when_on_and_what_is_kept_and_that_this_is_all() {
        let log = log();
        log.doubt(doubt("u"), at(2000));
        let mut feed = log.enter(None, 2).unwrap();
        let news = told(&mut feed);
        assert!(matches!(news[0], RevocationNews::Begins { floor, .. } if floor == at(1000)), "{news:?}");
        assert!(matches!(&news[1], RevocationNews::Said { fact: Revocation::Doubted { .. }, .. }));
        assert!(matches!(news[2], RevocationNews::CaughtUp));
        assert_eq!(news.len(), 3);
        log.doubt(doubt("v"), at(3000));
        let more = told(&mut feed);
        assert!(matches!(&more[..], [RevocationNews::Said { .. }]), "said once: {more:?}");
    }

    #[test]
    fn who_comes_back_is_told_what_it_missed_and_nothing_else() {
        let log = log();
        log.doubt(doubt("u"), at(2000));
        log.doubt(doubt("v"), at(3000));
        let first = position(&told(&mut log.enter(None, 2).unwrap())[1]);
        let news = told(&mut log.enter(Some(first), 2).unwrap());
        assert!(matches!(&news[..], [RevocationNews::Said { .. }, RevocationNews::CaughtUp]), "{news:?}");
        let foreign = Position { run: first.run + 1, ..first };
        let begins =
            |after| matches!(told(&mut log.enter(Some(after), 2).unwrap())[0], RevocationNews::Begins { .. });
        assert!(
            begins(foreign) && begins(Position { number: 99, ..first }),
            "another run's, and one never given"
        );
    }

    #[test]
    fn what_does_not_fit_becomes_a_doubt_about_everybody() {
        let log = log();
        let mut slow = log.enter(None, 2).unwrap();
        told(&mut slow);
        for ms in 0..=REMEMBERED {
            log.doubt(doubt("u"), at(5000 + i64::try_from(ms).unwrap()));
        }
        let everybody = Revocation::Doubted { about: Subject::Everybody, before: at(5000) };
        assert!(matches!(&told(&mut slow)[0], RevocationNews::Said { fact, .. } if *fact == everybody));
        assert_eq!(log.lock().facts.len(), REMEMBERED);
        let mut late = log.enter(None, 2).unwrap();
        assert!(matches!(told(&mut late)[0], RevocationNews::Begins { floor, .. } if floor == at(5000)));
    }

    // L-13
    #[test]
    fn a_clock_that_went_back_takes_no_doubt_back() {
        let log = log();
        let mut feed = log.enter(None, 1).unwrap();
        told(&mut feed);
        log.doubt(Subject::Everybody, at(400));
        let everybody = Revocation::Doubted { about: Subject::Everybody, before: at(1000) };
        assert!(matches!(&told(&mut feed)[0], RevocationNews::Said { fact, .. } if *fact == everybody));
    }

    #[test]
    fn what_is_older_than_anything_alive_is_dropped_without_a_doubt() {
        let log = log();
        log.doubt(doubt("u"), at(2000));
        log.sweep(at(2000 + 7 * 60_000));
        assert_eq!(log.lock().facts.len(), 1);
        log.sweep(at(2001 + 7 * 60_000));
        assert_eq!(log.lock().facts.len(), 0);
        assert!(
            matches!(told(&mut log.enter(None, 2).unwrap())[0], RevocationNews::Begins { floor, .. } if floor == at(1000))
        );
    }

    #[test]
    fn readers_are_counted_and_all_of_them_end_with_the_node() {
        let log = log();
        let mut feed = log.enter(None, 1).unwrap();
        assert!(log.enter(None, 1).is_none());
        drop(feed);
        feed = log.enter(None, 1).unwrap();
        told(&mut feed);
        log.close();
        assert!(matches!(told(&mut feed)[0], RevocationNews::Closed));
        assert!(log.enter(None, 9).is_none());
    }
}
