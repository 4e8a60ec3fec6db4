//! How many requests a stranger gets (protocol spec 7; H-8, A-6), counted in memory.
//!
//! Upstream restarts its window with every accepted request, so that somebody who asks steadily is refused in the end (protocol spec 12, #5).
//! Here the window slides. Three things are counted: requests by address and path; guesses at a password by account, because guessing from
//! many addresses is guessing all the same; and letters by mailbox, because a flood from many addresses is a flood. Whether a request is counted at all, the caller decides: asking for one's session is not.
//!
//! Memory is bounded: see `generations.rs`. Texts of strangers are not kept, only their fingerprints.

mod attempts;
mod generations;
mod paths;
mod rule;
mod window;

use attempts::Attempts;
use generations::Generations;
use paths::Paths;
use rule::{MAILBOX, counted_as, rule_for};
use stayd_protocol::Timestamp;
use std::collections::hash_map::RandomState;
use std::hash::BuildHasher;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use window::Window;

/// Locks are held for a few dozen nanoseconds each; so many of them that they are rarely met.
const SHARDS: usize = 16;
/// How many addresses, accounts and mailboxes are remembered at least, of each.
const CAPACITY: usize = 100_000;

type Shards<V> = [Mutex<Generations<V>>; SHARDS];

/// The counters. Time is passed in.
#[derive(Debug)]
pub(crate) struct RateLimiter {
    addresses: Shards<Paths>,
    accounts: Shards<Attempts>,
    mailboxes: Shards<Window>,
    fingerprints: Fingerprints,
}

/// Whether a request may go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Decision {
    /// It may, and was counted.
    Allowed,
    /// It may not, and one like it will not before this time has passed.
    Limited {
        /// How long.
        retry_after: Duration,
    },
}

impl Default for RateLimiter {
    fn default() -> Self {
        Self::with_capacity(CAPACITY)
    }
}

impl RateLimiter {
    fn with_capacity(capacity: usize) -> Self {
        Self {
            addresses: shards(capacity),
            accounts: shards(capacity),
            mailboxes: shards(capacity),
            fingerprints: Fingerprints::default(),
        }
    }

    /// Counts a request from an address to a path (without the base path).
    pub(crate) fn request(&self, address: &str, path: &str, now: Timestamp) -> Decision {
        let path = counted_as(path);
        let (address, path_print) = (self.fingerprints.of(address), self.fingerprints.of(path));
        let decide = |paths: &mut Paths| paths.window(path_print, now).admit(rule_for(path), now);
        with(&self.addresses, address, decide)
    }

    /// Counts an attempt at an account's password: at the sign-in it is named by its address in lower case, within a session by its id.
    /// It counts as failed until
    /// [`account_succeeded`](Self::account_succeeded) says otherwise, so that many attempts at once are not more than many in a row.
    pub(crate) fn account(&self, account: &str, now: Timestamp) -> Decision {
        with(&self.accounts, self.fingerprints.of(account), |attempts| attempts.admit(now))
    }

    /// Forgets the attempts at an account, after one that succeeded.
    pub(crate) fn account_succeeded(&self, account: &str) {
        with(&self.accounts, self.fingerprints.of(account), Attempts::forget);
    }

    /// Takes back an attempt at which the password was not looked at.
    pub(crate) fn account_not_tried(&self, account: &str) {
        with(&self.accounts, self.fingerprints.of(account), Attempts::take_back);
    }

    /// Counts a letter to a mailbox, named by its address in lower case.
    pub(crate) fn letter(&self, mailbox: &str, now: Timestamp) -> Decision {
        with(&self.mailboxes, self.fingerprints.of(mailbox), |window| window.admit(MAILBOX, now))
    }
}

fn shards<V: Default>(capacity: usize) -> Shards<V> {
    std::array::from_fn(|_| Mutex::new(Generations::new(capacity.div_ceil(SHARDS))))
}

fn with<V: Default, R>(shards: &Shards<V>, key: u128, work: impl FnOnce(&mut V) -> R) -> R {
    // The low byte of a fingerprint is as good as any, and always names one of them.
    let [shard, ..] = key.to_le_bytes();
    let shard = &shards[usize::from(shard) % SHARDS];
    // A panic while counting leaves a counter that is off by one at worst.
    let mut shard = shard.lock().unwrap_or_else(PoisonError::into_inner);
    work(shard.entry(key))
}

/// Turns texts into 128 bits under two keys that nobody knows: no two texts meet by accident or on purpose.
#[derive(Debug, Default)]
struct Fingerprints {
    high: RandomState,
    low: RandomState,
}

impl Fingerprints {
    fn of(&self, text: &str) -> u128 {
        u128::from(self.high.hash_one(text)) << 64 | u128::from(self.low.hash_one(text))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(ms: i64) -> Timestamp {
        Timestamp::from_ms(1_800_000_000_000 + ms)
    }

    fn limited(ms: u64) -> Decision {
        Decision::Limited { retry_after: Duration::from_millis(ms) }
    }

    // H-8
    #[test]
    fn the_fourth_sign_in_within_ten_seconds_is_refused_until_the_first_is_ten_seconds_old() {
        let limiter = RateLimiter::default();
        for ms in [0, 1000, 2000] {
            assert_eq!(limiter.request("a", "/sign-in/email", at(ms)), Decision::Allowed);
        }
        assert_eq!(limiter.request("a", "/sign-in/email", at(3000)), limited(7000));
        assert_eq!(limiter.request("a", "/sign-in/email", at(9999)), limited(1));
        assert_eq!(limiter.request("a", "/sign-in/email", at(10_000)), Decision::Allowed);
        assert_eq!(limiter.request("a", "/sign-in/email", at(10_001)), limited(999));
    }

    // H-8
    #[test]
    fn steady_asking_below_the_limit_is_never_refused() {
        let limiter = RateLimiter::default();
        for turn in 0..1000 {
            assert_eq!(limiter.request("a", "/sign-in/email", at(turn * 3334)), Decision::Allowed, "{turn}");
        }
    }

    #[test]
    fn addresses_and_paths_are_counted_apart_and_a_trailing_slash_is_none() {
        let limiter = RateLimiter::default();
        for _ in 0..3 {
            limiter.request("a", "/sign-in/email", at(0));
        }
        assert_eq!(limiter.request("a", "/sign-in/email/", at(0)), limited(10_000));
        assert_eq!(limiter.request("b", "/sign-in/email", at(0)), Decision::Allowed);
        assert_eq!(limiter.request("a", "/sign-up/email", at(0)), Decision::Allowed);
    }

    #[test]
    fn inventing_paths_does_not_buy_more_requests_for_ever() {
        let limiter = RateLimiter::default();
        let allowed = (0..10_000)
            .filter(|i| limiter.request("a", &format!("/x{i}"), at(0)) == Decision::Allowed)
            .count();
        assert!(allowed < 200, "{allowed}");
        for i in 0..3 {
            limiter.request("b", "/sign-in/email", at(i));
        }
        for i in 0..10_000 {
            limiter.request("b", &format!("/sign-in/{i}"), at(10));
        }
        assert_eq!(limiter.request("b", "/sign-in/email", at(20)), limited(9980));
    }

    // H-8
    #[test]
    fn documents_of_many_names_are_counted_together_and_take_no_other_routes_place() {
        let limiter = RateLimiter::default();
        let read = |i: usize| limiter.request("a", &format!("/documents/{i}"), at(0)) == Decision::Allowed;
        assert_eq!((0..1000).filter(|i| read(*i)).count(), 500);
        for _ in 0..3 {
            assert_eq!(limiter.request("a", "/sign-in/email", at(0)), Decision::Allowed);
        }
    }

    //
    #[test]
    fn the_tenth_attempt_at_an_account_closes_it_for_ten_minutes_from_wherever_it_comes() {
        let limiter = RateLimiter::default();
        for _ in 0..10 {
            assert_eq!(limiter.account("a@x.com", at(0)), Decision::Allowed);
        }
        assert_eq!(limiter.account("a@x.com", at(1000)), limited(599_000));
        assert_eq!(limiter.account("b@x.com", at(1000)), Decision::Allowed);
    }

    #[test]
    fn a_sign_in_that_succeeds_clears_the_account() {
        let limiter = RateLimiter::default();
        for _ in 0..50 {
            assert_eq!(limiter.account("a@x.com", at(0)), Decision::Allowed);
            limiter.account_succeeded("a@x.com");
        }
    }

    #[test]
    fn a_mailbox_gets_ten_letters_an_hour_whoever_asks() {
        let limiter = RateLimiter::default();
        for minute in 0..10 {
            assert_eq!(limiter.letter("a@x.com", at(minute * 60_000)), Decision::Allowed);
        }
        assert_eq!(limiter.letter("a@x.com", at(600_000)), limited(3_000_000));
        assert_eq!(limiter.letter("b@x.com", at(600_000)), Decision::Allowed);
        assert_eq!(limiter.letter("a@x.com", at(3_600_000)), Decision::Allowed);
    }

    #[test]
    fn memory_is_bounded_whatever_is_asked() {
        let limiter = RateLimiter::with_capacity(1600);
        for i in 0..20_000 {
            limiter.request(&i.to_string(), "/x", at(i));
            limiter.account(&i.to_string(), at(i));
            limiter.letter(&i.to_string(), at(i));
        }
        let held: usize = limiter.addresses.iter().map(|shard| shard.lock().unwrap().len()).sum();
        assert!((1600..=3200).contains(&held), "{held}");
        let held: usize = limiter.accounts.iter().map(|shard| shard.lock().unwrap().len()).sum();
        assert!((1600..=3200).contains(&held), "{held}");
        let held: usize = limiter.mailboxes.iter().map(|shard| shard.lock().unwrap().len()).sum();
        assert!((1600..=3200).contains(&held), "{held}");
    }
}
