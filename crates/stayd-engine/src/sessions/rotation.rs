//! What a token may still do once it has a successor. Rules only: no store, no clock.
//!
//! ```text
//!            rotated            successor first shown       + grace              + grace
//!  grace     |--- honoured (however long it takes) ---|--- honoured ---|--- superseded ---| unknown
//!  strict    |--- superseded, for one grace ---| unknown
//! ```
//!
//! *Honoured* is what makes a lost answer harmless: whoever never received the successor is told it again (P1). *Superseded* is
//! refused without a word to the browser's cookies, for by then the browser may hold the successor, which a late answer must not delete.

use crate::{Rotation, SessionPolicy, store::RotationRecord, store::SessionRecord};
use stayd_protocol::{Timestamp, TokenHash};
use std::time::Duration;

/// What a token is to a session that it was found by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Standing {
    /// The session's token.
    Current,
    /// The session's token, shown for the first time since it took the place of another.
    FirstShown,
    /// The token before, which still works.
    Honoured,
    /// The token before, which works no more.
    Superseded,
    /// It opens nothing: the session is over, or the token was superseded long ago.
    Nothing,
}

/// What `token` may do at `now`.
pub(crate) fn verify(
    session: &SessionRecord,
    token: &TokenHash,
    policy: &SessionPolicy,
    now: Timestamp,
) -> Standing {
    if session.expires_at <= now {
        return Standing::Nothing;
    }
    let is_current = session.token_hash == *token;
    match &session.rotation {
        None if is_current => Standing::Current,
        Some(rotation) if is_current && rotation.shown_at.is_some() => Standing::Current,
        Some(_) if is_current => Standing::FirstShown,
        Some(rotation) if rotation.predecessor == *token => {
            predecessor(rotation, policy.of(session).rotation, policy.rotation_grace, now)
        }
        _ => Standing::Nothing,
    }
}

/// What the predecessor may do at `now`.
fn predecessor(rotation: &RotationRecord, rule: Rotation, grace: Duration, now: Timestamp) -> Standing {
    let honoured_until = match rule {
        Rotation::Strict => rotation.rotated_at,
        // Where rotation was switched off since, the last one ends as it would have.
        Rotation::Grace | Rotation::Off => match rotation.shown_at {
            None => return Standing::Honoured,
            Some(shown_at) => shown_at.plus(grace),
        },
    };
    if now < honoured_until {
        Standing::Honoured
    } else if now < honoured_until.plus(grace) {
        Standing::Superseded
    } else {
        Standing::Nothing
    }
}

/// Whether a renewal at `now` by `token` also replaces it. Not while anybody may still come with the token before: a record keeps one predecessor.
pub(crate) fn rotates(
    session: &SessionRecord,
    token: &TokenHash,
    policy: &SessionPolicy,
    now: Timestamp,
) -> bool {
    let (rule, grace) = (policy.of(session).rotation, policy.rotation_grace);
    rule != Rotation::Off
        && session.token_hash == *token
        && session
            .rotation
            .is_none_or(|rotation| predecessor(&rotation, rule, grace, now) == Standing::Nothing)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::SessionKind;

    const GRACE: Duration = Duration::from_secs(10);

    const fn at(seconds: i64) -> Timestamp {
        Timestamp::from_ms(seconds * 1000)
    }

    fn token(text: &str) -> TokenHash {
        TokenHash::of(text)
    }

    fn policy(rotation: Rotation) -> SessionPolicy {
        let mut policy = SessionPolicy { rotation_grace: GRACE, ..SessionPolicy::default() };
        policy.kinds.rotate(rotation);
        policy
    }

    /// A session that went from `old` to `new` after 100 s and ends after 1000 s.
    fn rotated(shown_at: Option<i64>) -> SessionRecord {
        SessionRecord {
            id: "id".to_owned(),
            token_hash: token("new"),
            user_id: "user".to_owned(),
            expires_at: at(1000),
            created_at: at(0),
            updated_at: at(100),
            ip_address: None,
            user_agent: None,
            authenticated_at: at(0),
            device_id: None,
            kind: SessionKind::Remember,
            last_active_at: at(0),
            rotation: Some(RotationRecord {
                predecessor: token("old"),
                rotated_at: at(100),
                shown_at: shown_at.map(at),
            }),
        }
    }

    fn standing(session: &SessionRecord, name: &str, rotation: Rotation, now: i64) -> Standing {
        verify(session, &token(name), &policy(rotation), at(now))
    }

    #[test]
    fn with_grace_the_predecessor_works_until_ten_seconds_after_its_successor_was_shown() {
        let unshown = rotated(None);
        assert_eq!(standing(&unshown, "old", Rotation::Grace, 999), Standing::Honoured);
        assert_eq!(standing(&unshown, "new", Rotation::Grace, 999), Standing::FirstShown);
        let shown = rotated(Some(200));
        let expected = [
            (209, Standing::Honoured),
            (210, Standing::Superseded),
            (219, Standing::Superseded),
            (220, Standing::Nothing),
        ];
        for (now, standing_then) in expected {
            assert_eq!(standing(&shown, "old", Rotation::Grace, now), standing_then, "{now}");
            assert_eq!(standing(&shown, "new", Rotation::Grace, now), Standing::Current, "{now}");
        }
    }

    #[test]
    fn single_use_tokens_are_superseded_at_once_and_unknown_ten_seconds_later() {
        for session in [rotated(None), rotated(Some(105))] {
            assert_eq!(standing(&session, "old", Rotation::Strict, 100), Standing::Superseded);
            assert_eq!(standing(&session, "old", Rotation::Strict, 109), Standing::Superseded);
            assert_eq!(standing(&session, "old", Rotation::Strict, 110), Standing::Nothing);
        }
    }

    #[test]
    fn no_token_outlives_its_session() {
        for name in ["old", "new", "other"] {
            assert_eq!(standing(&rotated(None), name, Rotation::Grace, 1000), Standing::Nothing);
        }
        assert_eq!(standing(&rotated(None), "other", Rotation::Grace, 500), Standing::Nothing);
    }

    #[test]
    fn a_token_is_not_replaced_again_while_its_predecessor_may_still_come() {
        let rotates_at = |session: &SessionRecord, rotation, now| {
            rotates(session, &token("new"), &policy(rotation), at(now))
        };
        assert!(!rotates_at(&rotated(None), Rotation::Grace, 900));
        assert!(!rotates_at(&rotated(Some(200)), Rotation::Grace, 219));
        assert!(rotates_at(&rotated(Some(200)), Rotation::Grace, 220));
        assert!(!rotates_at(&rotated(None), Rotation::Strict, 109));
        assert!(rotates_at(&rotated(None), Rotation::Strict, 110));
        assert!(!rotates_at(&rotated(Some(200)), Rotation::Off, 900));
        assert!(!rotates(&rotated(Some(200)), &token("old"), &policy(Rotation::Grace), at(900)));
    }
}
