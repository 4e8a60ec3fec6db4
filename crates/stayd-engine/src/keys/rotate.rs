//! Which key signs, which are honoured, and when the next is due. Rules only: no store, no clock.

use crate::{TokenPolicy, store::SigningKeyRecord};
use stayd_protocol::{Timestamp, jws::Algorithm};
use std::time::Duration;

/// A key is published for so long before it signs, so that verifiers that read the JWKS now and then know it by then.
const AHEAD: Duration = Duration::from_mins(15);

/// From when a new key should sign, if one has to be made now.
pub(super) fn due(keys: &[SigningKeyRecord], policy: &TokenPolicy, now: Timestamp) -> Option<Timestamp> {
    if policy.algorithm == Algorithm::Hs256 {
        return None;
    }
    match keys.last() {
        None => Some(now),
        Some(last) if last.algorithm != policy.algorithm => Some(now),
        Some(last) => (now >= made_from(last, policy)).then(|| now.plus(ahead(policy))),
    }
}

/// When the successor of the last key is to be made.
fn made_from(last: &SigningKeyRecord, policy: &TokenPolicy) -> Timestamp {
    last.signs_from.plus(policy.rotate_keys_every).minus(ahead(policy))
}

/// Where keys change often, there is less time to announce them.
fn ahead(policy: &TokenPolicy) -> Duration {
    AHEAD.min(policy.rotate_keys_every / 2)
}

/// The place of the key that signs: the last whose time has come. Where the clock has gone back behind all of them, the first.
pub(super) fn signing(keys: &[SigningKeyRecord], now: Timestamp) -> Option<usize> {
    if keys.is_empty() {
        return None;
    }
    Some(keys.iter().rposition(|key| key.signs_from <= now).unwrap_or(0))
}

/// From when a key is worth nothing: when all it can have signed is over. `None` for the last, whose end nobody knows.
pub(super) fn worthless_from(
    keys: &[SigningKeyRecord],
    place: usize,
    policy: &TokenPolicy,
) -> Option<Timestamp> {
    Some(keys.get(place + 1)?.signs_from.plus(policy.keys_are_honoured_for()))
}

/// When something of this changes next.
pub(super) fn changes_at(keys: &[SigningKeyRecord], policy: &TokenPolicy, now: Timestamp) -> Timestamp {
    let begins = keys.iter().map(|key| key.signs_from);
    let ends = (0..keys.len()).filter_map(|place| worthless_from(keys, place, policy));
    let successor =
        keys.last().filter(|_| policy.algorithm != Algorithm::Hs256).map(|last| made_from(last, policy));
    let changes = begins.chain(ends).chain(successor);
    changes.filter(|moment| *moment > now).min().unwrap_or(Timestamp::from_ms(i64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;
    use stayd_protocol::Sealed;

    const DAY: Duration = Duration::from_hours(24);

    fn at(days: i64) -> Timestamp {
        Timestamp::from_ms(days * 24 * 3600 * 1000)
    }

    fn key(id: &str, signs_from: Timestamp) -> SigningKeyRecord {
        SigningKeyRecord {
            id: id.to_owned(),
            algorithm: Algorithm::EdDsa,
            public: Vec::new(),
            sealed: Sealed { key_id: String::new(), bytes: Vec::new() },
            created_at: signs_from,
            signs_from,
        }
    }

    fn policy() -> TokenPolicy {
        TokenPolicy { rotate_keys_every: 30 * DAY, ..TokenPolicy::default() }
    }

    // J-6
    #[test]
    fn the_next_key_is_made_a_quarter_of_an_hour_before_it_signs() {
        let keys = [key("a", at(0))];
        let moment = at(30).minus(AHEAD);
        assert_eq!(due(&[], &policy(), at(0)), Some(at(0)));
        assert_eq!(due(&keys, &policy(), moment.minus(Duration::from_millis(1))), None);
        assert_eq!(due(&keys, &policy(), moment), Some(at(30)));
        assert_eq!(changes_at(&keys, &policy(), at(0)), moment);
        let both = [key("a", at(0)), key("b", at(30))];
        assert_eq!(due(&both, &policy(), moment), None);
        assert_eq!((signing(&both, moment), signing(&both, at(30))), (Some(0), Some(1)));
        assert_eq!(changes_at(&both, &policy(), moment), at(30));
    }

    // J-6
    #[test]
    fn a_key_is_honoured_until_all_it_signed_is_over() {
        let keys = [key("a", at(0)), key("b", at(30))];
        let end = at(30).plus(Duration::from_mins(61));
        assert_eq!(worthless_from(&keys, 0, &policy()), Some(end));
        assert_eq!(worthless_from(&keys, 1, &policy()), None);
        let patient = TokenPolicy { expired_grace: DAY / 2, ..policy() };
        assert_eq!(worthless_from(&keys, 0, &patient), Some(end.plus(DAY / 2)));
    }

    #[test]
    fn another_algorithm_asks_for_a_key_at_once_and_the_shared_secret_for_none() {
        let keys = [key("a", at(0))];
        let es256 = TokenPolicy { algorithm: Algorithm::Es256, ..policy() };
        assert_eq!(due(&keys, &es256, at(1)), Some(at(1)));
        let shared = TokenPolicy { algorithm: Algorithm::Hs256, ..policy() };
        assert_eq!(due(&[], &shared, at(1)), None);
    }

    #[test]
    fn a_clock_that_went_back_still_finds_a_key() {
        assert_eq!(signing(&[key("a", at(5)), key("b", at(9))], at(1)), Some(0));
        assert_eq!(signing(&[], at(1)), None);
    }
}
