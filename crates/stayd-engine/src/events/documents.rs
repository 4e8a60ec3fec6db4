//! Which documents of a person changed, for those who watch the person's sessions.

use crate::store::{DocumentEntry, REMOVALS_OF_ONE, Revision};
use crate::{Engine, EngineResult};
use std::sync::Arc;

/// How many people the store is asked about at once: a read of about a millisecond, so that other reads need not wait for it.
const AT_ONCE: usize = 256;

/// The last changes of a person's documents, as many as the store remembers.
#[derive(Debug, Default)]
pub(super) struct DocumentChanges {
    /// In their order.
    last: Vec<(Arc<str>, Revision)>,
    /// Removals before this one may have been forgotten.
    floor: Revision,
}

impl DocumentChanges {
    /// The last of all.
    pub(super) fn revision(&self) -> Revision {
        self.last.last().map_or(Revision::NONE, |(_, revision)| *revision)
    }

    /// What the store says of all of the person's documents. Answers whether that is news: what was read earlier may come later.
    pub(super) fn update(&mut self, entries: &[DocumentEntry]) -> bool {
        if entries.last().is_none_or(|entry| entry.revision <= self.revision()) {
            return false;
        }
        let mut removed = entries.iter().filter(|entry| entry.is_removed);
        let oldest = removed.next().map(|entry| entry.revision);
        // One has been seen by now.
        let is_full = removed.count() + 1 >= REMOVALS_OF_ONE;
        self.floor = oldest.filter(|_| is_full).unwrap_or_default();
        self.last = entries.iter().map(|entry| (Arc::from(entry.name.as_str()), entry.revision)).collect();
        true
    }

    /// What to tell somebody next who knows of the changes up to and with `told`. A change without a name stands for any number of them.
    pub(super) fn after(&self, told: Revision) -> Option<(Option<Arc<str>>, Revision)> {
        let last = self.revision();
        if told == last {
            return None;
        }
        if told > last || told < self.floor {
            return Some((None, last));
        }
        let next = self.last.iter().find(|(_, revision)| *revision > told);
        next.map(|(name, revision)| (Some(Arc::clone(name)), *revision))
    }
}

impl Engine {
    /// Tells those who watch sessions of a person which documents of theirs have changed. To be called after the store has committed. What it
    /// cannot find out now it does a moment later, where foreign writes are looked at.
    pub(crate) async fn tell_of_documents(&self, user_id: &str) {
        if !self.watchers().has_watchers(user_id) {
            return;
        }
        if let Err(error) = self.look_at_documents(user_id).await {
            tracing::warn!(%error, "a changed document could not be told of; it is tried again");
        }
    }

    /// Finds out whose documents have changed of all whose sessions are watched, and tells of those.
    pub(super) async fn look_at_all_documents(&self) -> EngineResult<()> {
        for known in self.watchers().people().chunks(AT_ONCE) {
            let user_ids = known.iter().map(|(user_id, _)| Arc::clone(user_id)).collect();
            let last = self.store().documents().last_revisions(user_ids).await;
            let last = last.inspect_err(|_| self.watchers().foreign_write.notify_one())?;
            for ((user_id, known), last) in known.iter().zip(last) {
                if last > *known {
                    self.look_at_documents(user_id).await?;
                }
            }
        }
        Ok(())
    }

    /// Tells those who watch sessions of a person what the store says of the person's documents.
    pub(super) async fn look_at_documents(&self, user_id: &str) -> EngineResult<()> {
        match self.store().documents().documents_of(user_id).await {
            Ok(entries) => {
                self.watchers().documents_changed(user_id, &entries);
                Ok(())
            }
            Err(error) => {
                self.watchers().foreign_write.notify_one();
                Err(error.into())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use stayd_protocol::Timestamp;

    fn entry(name: &str, number: u64, is_removed: bool) -> DocumentEntry {
        let updated_at = Timestamp::from_ms(0);
        DocumentEntry { name: name.to_owned(), revision: Revision::new(number), updated_at, is_removed }
    }

    fn after(changes: &DocumentChanges, told: u64) -> Option<(Option<String>, u64)> {
        let next = changes.after(Revision::new(told))?;
        Some((next.0.map(|name| name.to_string()), next.1.number()))
    }

    fn named(name: &str, number: u64) -> (Option<String>, u64) {
        (Some(name.to_owned()), number)
    }

    #[test]
    fn changes_are_told_in_their_order_and_several_of_one_document_are_one() {
        let mut changes = DocumentChanges::default();
        assert_eq!(after(&changes, 0), None);
        assert!(changes.update(&[entry("a", 2, false), entry("b", 5, false), entry("c", 6, true)]));
        assert_eq!(after(&changes, 0), Some(named("a", 2)));
        assert_eq!(after(&changes, 3), Some(named("b", 5)));
        assert_eq!((after(&changes, 5), after(&changes, 6)), (Some(named("c", 6)), None));
    }

    #[test]
    fn what_was_read_before_changes_nothing() {
        let mut changes = DocumentChanges::default();
        changes.update(&[entry("a", 2, false), entry("b", 5, false)]);
        assert!(!changes.update(&[entry("a", 2, false)]) && !changes.update(&[]));
        assert_eq!(after(&changes, 2), Some(named("b", 5)));
    }

    #[test]
    fn who_was_away_for_too_long_is_told_that_any_may_have_changed() {
        let mut changes = DocumentChanges::default();
        let many: Vec<_> = (0..REMOVALS_OF_ONE as u64).map(|number| entry("x", number + 10, true)).collect();
        changes.update(&many);
        assert_eq!(after(&changes, 9), Some((None, 41)));
        assert_eq!(after(&changes, 10), Some(named("x", 11)), "nothing can be missing between");
        assert_eq!(after(&changes, 50), Some((None, 41)), "of another database");
    }
}
