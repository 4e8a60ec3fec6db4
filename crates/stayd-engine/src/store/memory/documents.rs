//! The steps on documents.

use std::sync::Arc;

use async_trait::async_trait;

use super::MemoryStore;
use super::tables::{KeptDocument, Tables};
use crate::store::{
    DocumentChange, DocumentChanged, DocumentEntry, DocumentRecord, DocumentStore, REMOVALS_OF_ONE, Revision,
    StoreError, StoreResult,
};

#[async_trait]
impl DocumentStore for MemoryStore {
    async fn document(&self, user_id: &str, name: &str) -> StoreResult<Option<DocumentRecord>> {
        Ok(self.tables().document(user_id, name))
    }

    async fn documents_of(&self, user_id: &str) -> StoreResult<Vec<DocumentEntry>> {
        Ok(self.tables().documents_of(user_id))
    }

    async fn last_revisions(&self, user_ids: Vec<Arc<str>>) -> StoreResult<Vec<Revision>> {
        let tables = self.tables();
        Ok(user_ids.iter().map(|user_id| tables.last_revision(user_id)).collect())
    }

    async fn change_document(&self, change: DocumentChange) -> StoreResult<DocumentChanged> {
        self.tables().change_document(change)
    }
}

impl Tables {
    fn document(&self, user_id: &str, name: &str) -> Option<DocumentRecord> {
        let kept = self.documents.get(user_id)?.get(name)?;
        Some(DocumentRecord {
            user_id: user_id.to_owned(),
            name: name.to_owned(),
            value: kept.value.clone()?,
            revision: kept.revision,
            updated_at: kept.updated_at,
        })
    }

    fn documents_of(&self, user_id: &str) -> Vec<DocumentEntry> {
        let kept = self.documents.get(user_id).into_iter().flatten();
        let mut entries: Vec<_> = kept
            .map(|(name, kept)| DocumentEntry {
                name: name.clone(),
                revision: kept.revision,
                updated_at: kept.updated_at,
                is_removed: kept.value.is_none(),
            })
            .collect();
        entries.sort_by_key(|entry| entry.revision);
        entries
    }

    fn last_revision(&self, user_id: &str) -> Revision {
        let kept = self.documents.get(user_id).into_iter().flat_map(|documents| documents.values());
        kept.map(|kept| kept.revision).max().unwrap_or_default()
    }

    fn change_document(&mut self, change: DocumentChange) -> StoreResult<DocumentChanged> {
        let DocumentChange { user_id, name, value, expected, at_most, at } = change;
        if !self.users.contains_key(&user_id) {
            return Err(StoreError::NotFound);
        }
        let present = self.document(&user_id, &name).map(|document| document.revision);
        let removes_nothing = present.is_none() && value.is_none();
        if present != expected || removes_nothing {
            return Ok(DocumentChanged::Unexpected);
        }
        let revision = self.last_revision(&user_id).next(at);
        let documents = self.documents.entry(user_id).or_default();
        if present.is_none() && documents.values().filter(|kept| kept.value.is_some()).count() >= at_most {
            return Ok(DocumentChanged::Full);
        }
        documents.insert(name, KeptDocument { value, revision, updated_at: at });
        let mut removed: Vec<_> =
            documents.values().filter(|kept| kept.value.is_none()).map(|kept| kept.revision).collect();
        removed.sort_unstable_by_key(|removed| std::cmp::Reverse(*removed));
        let forgotten = removed.get(REMOVALS_OF_ONE..).unwrap_or_default();
        documents.retain(|_, kept| !forgotten.contains(&kept.revision));
        Ok(DocumentChanged::Made(revision))
    }
}
