//! How long a family goes on.

use crate::{
    Engine,
    store::{FamilyRecord, FamilyWithSession},
};
use stayd_protocol::Timestamp;

impl Engine {
    /// Whether a family is none that is over by the limits of its kind, by that of the session it was begun with, or because tokens for its
    /// audience are made no more.
    pub(super) fn is_going_on(&self, found: &FamilyWithSession, now: Timestamp) -> bool {
        let FamilyWithSession { session, family } = found;
        self.is_in_use(session, now)
            && self.limit_by_parent(family).is_none_or(|limit| limit > now)
            && self.tokens().makes_for(self.tokens().audience_of(family))
    }

    /// The end of a family that is begun or refreshed at `now`.
    pub(super) fn refreshed_end(&self, found: &FamilyWithSession, now: Timestamp) -> Timestamp {
        let end = self.policy().sessions.of(&found.session).renewed_end(&found.session, now);
        self.limit_by_parent(&found.family).map_or(end, |limit| end.min(limit))
    }

    /// The absolute limit of the session that the family was begun with: after it the person has to prove anew who they are (L-2). By the policy of
    /// this moment, as every limit.
    fn limit_by_parent(&self, family: &FamilyRecord) -> Option<Timestamp> {
        let parent = family.parent.filter(|_| self.policy().tokens.within_absolute_limit)?;
        let absolute = self.policy().sessions.kinds.of(parent.kind).absolute?;
        Some(parent.began_at.plus(absolute))
    }
}
