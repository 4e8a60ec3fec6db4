//! How many families a person has at most (L-9).

use crate::{Engine, EngineResult, SessionKind};
use quick_cache::sync::Cache;
use stayd_protocol::Timestamp;
use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Looking for what is too much costs more than to begin a family. So there may be more by one in so many before it is looked for.
const SLACK: usize = 10;
/// Of how many people it is known what they have begun lately. Who is forgotten is looked for sooner.
const PEOPLE: usize = 10_000;

/// The families that were begun on this node, by the person's id.
pub(super) struct Begun(Cache<String, Arc<AtomicUsize>>);

impl Default for Begun {
    fn default() -> Self {
        Self(Cache::new(PEOPLE))
    }
}

impl Begun {
    /// Counts one more; says whether it is time to look: at the first, and at every tenth part of what is allowed.
    fn is_time_to_look(&self, user_id: &str, at_most: usize) -> bool {
        let Ok(counter) = self.0.get_or_insert_with(user_id, || Ok::<_, Infallible>(Arc::default()));
        counter.fetch_add(1, Ordering::Relaxed).is_multiple_of((at_most / SLACK).max(1))
    }
}

impl Engine {
    /// Ends the families of a person that are too many, those that were unused for longest first. Called after each that begins.
    pub(super) async fn keep_families_to_the_cap(&self, user_id: &str, now: Timestamp) -> EngineResult<()> {
        let at_most = self.policy().sessions.kinds.api.at_most;
        if at_most.is_some_and(|at_most| self.tokens().begun.is_time_to_look(user_id, at_most)) {
            self.keep_to_the_cap(user_id, SessionKind::Api, now).await?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_small_cap_is_looked_at_each_time_and_a_large_one_at_the_first_and_every_tenth_part_of_it() {
        let begun = Begun::default();
        assert!((0..5).all(|_| begun.is_time_to_look("ada", 10)));
        let looks: Vec<_> = (0..25).filter(|_| begun.is_time_to_look("zoe", 100)).collect();
        assert_eq!(looks, [0, 10, 20]);
    }
}
