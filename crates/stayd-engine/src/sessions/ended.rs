//! What ended, changed or was rotated a short while ago.
//!
//! A session-data cookie is trusted without asking the store or the cache. That a revocation holds all the same (P2) is the work
//! of this list: it names the sessions that ended, the tokens that were replaced and the people who changed within the cookie's lifetime. After a start,
//! and after somebody else wrote to the store, it knows nothing of the time before, so cookies from before are not trusted.

use crate::store::SessionTokens;
use stayd_protocol::{Timestamp, TokenHash};
use std::collections::HashMap;
use std::sync::{
    PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard,
    atomic::{AtomicI64, Ordering},
};
use std::time::Duration;

/// An answer that is later than this is not expected any more: no browser waits so long.
const LATE_ANSWER: Duration = Duration::from_mins(1);

pub(crate) struct RecentlyEnded {
    entries: RwLock<Entries>,
    /// Cookies made at or before this moment (ms) are not trusted.
    unknown_until: AtomicI64,
    kept: Duration,
}

#[derive(Default)]
struct Entries {
    tokens: HashMap<TokenHash, (Change, Timestamp)>,
    users: HashMap<String, Timestamp>,
}

/// Why a token's cookies are not believed, the least final reason first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Change {
    /// It is a successor, and whoever shows it first must be noticed.
    Unshown,
    /// It has a successor.
    Replaced,
    /// Its session ended.
    Ended,
}

impl RecentlyEnded {
    /// Knows nothing yet of what happened before `now`; keeps what it learns for a cookie's lifetime.
    pub(crate) fn new(now: Timestamp, cookie_lifetime: Duration) -> Self {
        Self {
            entries: RwLock::default(),
            unknown_until: AtomicI64::new(now.as_ms()),
            kept: cookie_lifetime.max(LATE_ANSWER),
        }
    }

    /// The sessions of these tokens have ended.
    pub(crate) fn end(&self, tokens: &[TokenHash], now: Timestamp) {
        if !tokens.is_empty() {
            self.write().tokens.extend(tokens.iter().map(|token| (*token, (Change::Ended, now))));
        }
    }

    /// The predecessor has been replaced, and nobody has shown the present token yet.
    pub(crate) fn rotate(&self, tokens: &SessionTokens, now: Timestamp) {
        let mut entries = self.write();
        let replaced = tokens.predecessor.map(|token| (token, Change::Replaced));
        for (token, change) in [(tokens.current, Change::Unshown)].into_iter().chain(replaced) {
            let entry = entries.tokens.entry(token).or_insert((change, now));
            // An end is not overwritten by a rotation that was a moment earlier and is told later.
            *entry = (entry.0.max(change), now);
        }
    }

    /// A successor has been shown.
    pub(crate) fn shown(&self, token: &TokenHash) {
        let is_unshown = |entries: &Entries| matches!(entries.tokens.get(token), Some((Change::Unshown, _)));
        if is_unshown(&self.read()) {
            let mut entries = self.write();
            if is_unshown(&entries) {
                entries.tokens.remove(token);
            }
        }
    }

    /// This person has changed: what cookies say of them is out of date.
    pub(crate) fn change_user(&self, id: &str, now: Timestamp) {
        self.write().users.insert(id.to_owned(), now);
    }

    /// Anything may have ended or changed.
    pub(crate) fn forget_what_was_known(&self, now: Timestamp) {
        self.unknown_until.fetch_max(now.as_ms(), Ordering::SeqCst);
    }

    /// Whether a cookie made at `made_at` for this session and person still says the truth.
    pub(crate) fn trusts(&self, token: &TokenHash, user_id: &str, made_at: Timestamp) -> bool {
        if made_at.as_ms() <= self.unknown_until.load(Ordering::SeqCst) {
            return false;
        }
        let entries = self.read();
        !entries.tokens.contains_key(token)
            && entries.users.get(user_id).is_none_or(|changed_at| made_at > *changed_at)
    }

    /// Whether this session ended moments ago. The answer to such a request must not delete cookies: it may arrive after the
    /// answer to the next sign-in, and would delete the new session's cookie (P1).
    pub(crate) fn just_ended(&self, token: &TokenHash, now: Timestamp) -> bool {
        let ended_at = match self.read().tokens.get(token) {
            Some((Change::Ended, at)) => *at,
            _ => return false,
        };
        now.since(ended_at) < LATE_ANSWER
    }

    /// Drops what no living cookie can contradict any more.
    pub(crate) fn sweep(&self, now: Timestamp) {
        let mut entries = self.write();
        entries.tokens.retain(|_, (_, at)| now.since(*at) <= self.kept);
        entries.users.retain(|_, changed_at| now.since(*changed_at) <= self.kept);
    }

    fn read(&self) -> RwLockReadGuard<'_, Entries> {
        self.entries.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, Entries> {
        self.entries.write().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn at(ms: i64) -> Timestamp {
        Timestamp::from_ms(ms)
    }

    fn token(text: &str) -> TokenHash {
        TokenHash::of(text)
    }

    #[test]
    fn a_cookie_from_before_the_start_is_not_trusted() {
        let ended = RecentlyEnded::new(at(1000), Duration::from_mins(5));
        assert!(!ended.trusts(&token("a"), "u", at(999)));
        assert!(!ended.trusts(&token("a"), "u", at(1000)));
        assert!(ended.trusts(&token("a"), "u", at(1001)));
    }

    #[test]
    fn a_cookie_of_an_ended_session_is_not_trusted_for_as_long_as_it_lives() {
        let ended = RecentlyEnded::new(at(0), Duration::from_mins(5));
        ended.end(&[token("a")], at(5000));
        ended.sweep(at(5000 + 300_000));
        assert!(!ended.trusts(&token("a"), "u", at(4999)));
        assert!(ended.trusts(&token("b"), "u", at(4999)));
        ended.sweep(at(5000 + 300_001));
        assert!(ended.read().tokens.is_empty());
    }

    #[test]
    fn after_a_rotation_neither_token_is_trusted_until_the_new_one_was_shown() {
        let ended = RecentlyEnded::new(at(0), Duration::from_mins(5));
        let tokens = SessionTokens { current: token("new"), predecessor: Some(token("old")) };
        ended.rotate(&tokens, at(5000));
        assert!(!ended.trusts(&token("new"), "u", at(5001)) && !ended.trusts(&token("old"), "u", at(4999)));
        assert!(!ended.just_ended(&token("old"), at(5001)));
        ended.shown(&token("new"));
        assert!(ended.trusts(&token("new"), "u", at(5001)) && !ended.trusts(&token("old"), "u", at(4999)));
    }

    #[test]
    fn a_rotation_that_is_told_late_does_not_undo_an_end() {
        let ended = RecentlyEnded::new(at(0), Duration::from_mins(5));
        let tokens = SessionTokens { current: token("new"), predecessor: Some(token("old")) };
        ended.end(&[token("new"), token("old")], at(5000));
        ended.rotate(&tokens, at(5001));
        ended.shown(&token("new"));
        for name in ["new", "old"] {
            assert!(!ended.trusts(&token(name), "u", at(6000)) && ended.just_ended(&token(name), at(6000)));
        }
    }

    #[test]
    fn a_cookie_from_before_its_person_changed_is_not_trusted() {
        let ended = RecentlyEnded::new(at(0), Duration::from_mins(5));
        ended.change_user("u", at(5000));
        assert!(!ended.trusts(&token("a"), "u", at(5000)));
        assert!(ended.trusts(&token("a"), "u", at(5001)));
        assert!(ended.trusts(&token("a"), "v", at(4000)));
    }

    #[test]
    fn after_a_foreign_write_only_newer_cookies_are_trusted() {
        let ended = RecentlyEnded::new(at(0), Duration::from_mins(5));
        ended.forget_what_was_known(at(9000));
        assert!(!ended.trusts(&token("a"), "u", at(8000)));
        assert!(ended.trusts(&token("a"), "u", at(9001)));
    }
}
