//! What a refresh token may still do. Rules only: no store, no clock.
//!
//! ```text
//!            R1 is used        + grace
//!   R1 ------|--- gets R2 again ---|--- reuse: the family ends
//!   R2       |--- present ...                     R2 is used: from then on R1 is reuse, grace or not
//! ```

use crate::store::FamilyRecord;
use stayd_protocol::{Timestamp, TokenHash};
use std::time::Duration;

/// What a refresh token is to its family.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Standing {
    /// The present one.
    Present,
    /// The one directly before, within its grace: the answer with its successor may have been lost.
    Repeated,
    /// One of those before, and no lost answer explains it (R-1).
    Reused,
    /// None of its tokens.
    Stranger,
}

/// What the token with this hash and number is. `is_genuine` is asked only of what is not stored.
pub(super) fn standing(
    family: &FamilyRecord,
    token: &TokenHash,
    number: u32,
    is_genuine: impl FnOnce() -> bool,
    grace: Duration,
    now: Timestamp,
) -> Standing {
    if family.token_hash == *token {
        return Standing::Present;
    }
    match family.rotation {
        // A clock that has gone back makes no grace longer than it is.
        Some(rotation) if rotation.token_hash == *token => {
            let age = now.as_ms().saturating_sub(rotation.rotated_at.as_ms()).unsigned_abs();
            if u128::from(age) < grace.as_millis() { Standing::Repeated } else { Standing::Reused }
        }
        _ if number < family.generation && is_genuine() => Standing::Reused,
        _ => Standing::Stranger,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::FamilyPredecessor;

    const GRACE: Duration = Duration::from_secs(10);

    fn at(ms: i64) -> Timestamp {
        Timestamp::from_ms(1_000_000 + ms)
    }

    /// The family whose third token, R2, is present since 0.
    fn family() -> FamilyRecord {
        FamilyRecord {
            session_id: "family".into(),
            parent_id: "parent".into(),
            parent: None,
            client_id: None,
            scope: None,
            audience: None,
            token_hash: TokenHash::of("R2"),
            generation: 2,
            rotation: Some(FamilyPredecessor { token_hash: TokenHash::of("R1"), rotated_at: at(0) }),
        }
    }

    fn of(name: &str, number: u32, is_genuine: bool, now: i64) -> Standing {
        standing(&family(), &TokenHash::of(name), number, || is_genuine, GRACE, at(now))
    }

    // R-1, R-2
    #[test]
    fn only_the_direct_predecessor_has_a_grace_and_it_ends_to_the_millisecond() {
        assert_eq!(of("R2", 2, true, 999_999), Standing::Present);
        assert_eq!(of("R1", 1, true, 0), Standing::Repeated);
        assert_eq!(of("R1", 1, true, 9_999), Standing::Repeated);
        assert_eq!(of("R1", 1, true, 10_000), Standing::Reused);
        assert_eq!(of("R0", 0, true, 1), Standing::Reused, "although the grace of R1 runs");
    }

    #[test]
    fn what_is_not_one_of_ours_ends_no_family() {
        assert_eq!(of("R0", 0, false, 1), Standing::Stranger);
        assert_eq!(of("R3", 3, true, 1), Standing::Stranger, "from a future that a restored backup forgot");
    }

    #[test]
    fn a_clock_that_went_back_makes_no_grace_longer() {
        assert_eq!(of("R1", 1, true, -10_000), Standing::Reused);
    }
}
