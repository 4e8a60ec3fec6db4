//! What the feed has told: which sessions are over, and what is in doubt.

use std::collections::HashMap;
use std::sync::{PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use std::time::Duration;

use stayd_protocol::Timestamp;
use tokio::time::Instant;

use crate::session::Session;

/// How many sessions and people are remembered at most. Beyond it everything from before is in doubt, and asked about.
const REMEMBERED: usize = 262_144;

/// Since when something is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Known {
    /// The server signed it at this moment, by its own clock.
    Signed(Timestamp),
    /// The server was asked, when so many things had been told.
    Asked(u64),
}

/// Whether what is known of a session may be believed without asking.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Belief {
    /// Nothing says otherwise.
    Holds,
    /// The session is over.
    Ended,
    /// Something has happened since, or nothing is heard any more.
    Doubted,
}

/// A piece of news.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum News {
    Begins { before: Timestamp, kept: Duration, heartbeat: Duration },
    Ended { session: String, at: Timestamp },
    SessionDoubted { session: String, before: Timestamp },
    UserDoubted { user: String, before: Timestamp },
    EverybodyDoubted { before: Timestamp },
    CaughtUp,
}

#[derive(Debug, Default)]
pub(crate) struct Told {
    state: RwLock<State>,
}

#[derive(Debug)]
struct State {
    ended: HashMap<String, Timestamp>,
    sessions: HashMap<String, Doubt>,
    users: HashMap<String, Doubt>,
    everybody: Doubt,
    /// How many things were told.
    count: u64,
    caught_up: bool,
    heard_at: Option<Instant>,
    heartbeat: Duration,
    kept: Duration,
    swept_at: Timestamp,
}

/// What was known up to this moment, or this count, is in doubt.
#[derive(Debug, Clone, Copy)]
struct Doubt {
    before: Timestamp,
    count: u64,
}

impl Doubt {
    fn covers(self, known: Known) -> bool {
        match known {
            Known::Signed(at) => at <= self.before,
            Known::Asked(count) => count < self.count,
        }
    }
}

impl Default for State {
    fn default() -> Self {
        Self {
            ended: HashMap::new(),
            sessions: HashMap::new(),
            users: HashMap::new(),
            everybody: Doubt { before: Timestamp::from_ms(0), count: 0 },
            count: 0,
            caught_up: false,
            heard_at: None,
            heartbeat: Duration::from_secs(1),
            kept: Duration::from_hours(1),
            swept_at: Timestamp::from_ms(0),
        }
    }
}

impl Told {
    /// Whether the feed is heard at `moment`, or was within `grace` before.
    pub(crate) fn is_heard(&self, moment: Instant, grace: Duration) -> bool {
        self.read().is_heard(moment, grace)
    }

    /// How many things were told.
    pub(crate) fn count(&self) -> u64 {
        self.read().count
    }

    /// Whether this may be believed at `moment` without asking.
    pub(crate) fn belief(&self, session: &Session, known: Known, moment: Instant, grace: Duration) -> Belief {
        let state = self.read();
        if state.ended.contains_key(session.id()) {
            return Belief::Ended;
        }
        let doubted = !state.is_heard(moment, grace)
            || state.everybody.covers(known)
            || state.sessions.get(session.id()).is_some_and(|doubt| doubt.covers(known))
            || state.users.get(session.user_id()).is_some_and(|doubt| doubt.covers(known));
        if doubted { Belief::Doubted } else { Belief::Holds }
    }

    /// Whether this session is known to be over.
    pub(crate) fn has_ended(&self, session: &str) -> bool {
        self.read().ended.contains_key(session)
    }

    /// Something was heard, if only a sign of life.
    pub(crate) fn heard(&self, moment: Instant) {
        self.write().heard_at = Some(moment);
    }

    /// The feed broke off.
    pub(crate) fn lost(&self) {
        self.write().caught_up = false;
    }

    pub(crate) fn take(&self, news: News, now: Timestamp) {
        let mut state = self.write();
        state.count += 1;
        let doubt = |before| Doubt { before, count: state.count };
        match news {
            News::Begins { before, kept, heartbeat } => {
                // Ends are ends, whoever tells of them; what was in doubt is covered by this.
                let doubt = doubt(before);
                state.everybody = doubt;
                state.kept = kept;
                state.heartbeat = heartbeat.clamp(Duration::from_millis(100), Duration::from_mins(1));
                state.caught_up = false;
            }
            News::Ended { session, at } => {
                state.ended.insert(session, at);
            }
            News::SessionDoubted { session, before } => {
                let doubt = doubt(before);
                state.sessions.insert(session, doubt);
            }
            News::UserDoubted { user, before } => {
                let doubt = doubt(before);
                state.users.insert(user, doubt);
            }
            News::EverybodyDoubted { before } => {
                let doubt = doubt(before);
                state.everybody = doubt;
            }
            News::CaughtUp => state.caught_up = true,
        }
        state.keep_within_bounds(now);
    }

    fn read(&self) -> RwLockReadGuard<'_, State> {
        self.state.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, State> {
        self.state.write().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn is_heard(&self, moment: Instant, grace: Duration) -> bool {
        // Three signs of life missing: the connection is dead, although nothing says so.
        let limit = self.heartbeat.saturating_mul(3).saturating_add(grace);
        let in_time = self.heard_at.is_some_and(|at| moment.saturating_duration_since(at) < limit);
        in_time && (self.caught_up || !grace.is_zero())
    }

    fn len(&self) -> usize {
        self.ended.len() + self.sessions.len() + self.users.len()
    }

    /// Drops what nothing alive can contradict any more; where that is not enough, everything, and doubts everybody.
    fn keep_within_bounds(&mut self, now: Timestamp) {
        let is_time = now.since(self.swept_at) > Duration::from_mins(1);
        if !is_time && self.len() <= REMEMBERED {
            return;
        }
        self.swept_at = now;
        let kept = self.kept;
        self.ended.retain(|_, at| now.since(*at) <= kept);
        self.sessions.retain(|_, doubt| now.since(doubt.before) <= kept);
        self.users.retain(|_, doubt| now.since(doubt.before) <= kept);
        if self.len() > REMEMBERED {
            self.ended.clear();
            self.sessions.clear();
            self.users.clear();
            self.everybody = Doubt { before: self.everybody.before.max(now), count: self.count };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::Facts;
    use std::sync::Arc;

    const GRACE: Duration = Duration::ZERO;

    const fn at(ms: i64) -> Timestamp {
        Timestamp::from_ms(ms)
    }

    fn session(id: &str, user: &str) -> Session {
        let facts = Facts {
            id: id.to_owned(),
            user_id: user.to_owned(),
            signed_in_at: at(0),
            expires_at: at(i64::MAX),
            client_id: None,
            user: None,
        };
        Session { facts: Arc::new(facts) }
    }

    fn begun(floor: i64) -> (Told, Instant) {
        let (told, moment) = (Told::default(), Instant::now());
        let (kept, heartbeat) = (Duration::from_mins(17), Duration::from_secs(1));
        told.take(News::Begins { before: at(floor), kept, heartbeat }, at(floor));
        told.heard(moment);
        told.take(News::CaughtUp, at(floor));
        (told, moment)
    }

    #[test]
    fn what_is_older_than_the_feed_is_doubted_and_what_is_younger_holds() {
        let (told, moment) = begun(5000);
        let belief = |known| told.belief(&session("s", "u"), known, moment, GRACE);
        assert_eq!(belief(Known::Signed(at(5000))), Belief::Doubted);
        assert_eq!(belief(Known::Signed(at(5001))), Belief::Holds);
        assert_eq!(belief(Known::Asked(0)), Belief::Doubted);
        assert_eq!(belief(Known::Asked(told.count())), Belief::Holds);
    }

    #[test]
    fn an_end_is_final_and_a_doubt_is_over_when_the_server_was_asked() {
        let (told, moment) = begun(0);
        let young = Known::Signed(at(9000));
        told.take(News::Ended { session: "s".into(), at: at(6000) }, at(6000));
        assert_eq!(told.belief(&session("s", "u"), young, moment, GRACE), Belief::Ended);
        assert!(told.has_ended("s") && !told.has_ended("t"));
        told.take(News::UserDoubted { user: "u".into(), before: at(6000) }, at(6000));
        told.take(News::SessionDoubted { session: "r".into(), before: at(6000) }, at(6000));
        for (id, user) in [("t", "u"), ("r", "v")] {
            let belief = |known| told.belief(&session(id, user), known, moment, GRACE);
            assert_eq!(belief(Known::Signed(at(6000))), Belief::Doubted);
            assert_eq!(belief(young), Belief::Holds);
            assert_eq!(belief(Known::Asked(2)), Belief::Doubted);
            assert_eq!(belief(Known::Asked(told.count())), Belief::Holds);
        }
    }

    // P2
    #[test]
    fn nothing_is_believed_once_three_signs_of_life_are_missing_or_the_feed_broke_off() {
        let (told, moment) = begun(0);
        assert!(told.is_heard(moment + Duration::from_millis(2999), GRACE));
        assert!(!told.is_heard(moment + Duration::from_secs(3), GRACE));
        let belief =
            told.belief(&session("s", "u"), Known::Signed(at(1)), moment + Duration::from_secs(3), GRACE);
        assert_eq!(belief, Belief::Doubted);
        told.lost();
        assert!(!told.is_heard(moment, GRACE));
        assert!(told.is_heard(moment, Duration::from_mins(1)), "unless told to have patience");
        assert!(
            !Told::default().is_heard(moment, Duration::from_mins(1)),
            "but who never heard anything knows nothing"
        );
    }

    #[test]
    fn what_is_dead_anyway_is_dropped_and_what_is_too_much_becomes_a_doubt() {
        let (told, moment) = begun(0);
        told.take(News::Ended { session: "s".into(), at: at(6000) }, at(6000));
        told.take(News::CaughtUp, at(6000 + 18 * 60_000));
        assert!(!told.has_ended("s"));
        let now = at(20 * 60_000);
        for number in 0..=REMEMBERED {
            told.take(News::Ended { session: number.to_string(), at: now }, now);
        }
        assert!(told.read().len() < REMEMBERED);
        assert_eq!(told.belief(&session("7", "u"), Known::Signed(now), moment, GRACE), Belief::Doubted);
    }
}
