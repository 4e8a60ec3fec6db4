//! Documents are put and removed.

use super::{DocumentName, Expectation};
use crate::{
    Engine, EngineError, EngineResult, Refusal,
    store::{DocumentChange, DocumentChanged, DocumentRecord, Revision},
};
use serde_json::Value;
use stayd_protocol::Timestamp;
use std::time::Duration;

/// How often a change that expects nothing in particular is tried when others come before it. Each time somebody else's was made.
const ATTEMPTS: usize = 8;

/// A document after it was put.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PutDocument {
    /// Its last change.
    pub revision: Revision,
    /// When that was.
    pub updated_at: Timestamp,
    /// What came of it.
    pub outcome: Put,
}

/// What came of putting a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Put {
    /// There was none of this name.
    Made,
    /// It had other content.
    Changed,
    /// It had this content: nothing was written, and nobody is told.
    Unchanged,
}

impl Engine {
    /// Gives a person's document this content, making it where there is none. What is there already is not written again.
    ///
    /// Refused with `DocumentTooLarge`, `TooManyDocuments`, or `DocumentChanged` where it is not as expected.
    pub async fn put_document(
        &self,
        user_id: &str,
        name: &DocumentName,
        value: &Value,
        expectation: &Expectation,
    ) -> EngineResult<PutDocument> {
        let text = value.to_string();
        if text.len() > self.policy().documents.max_bytes {
            return Err(Refusal::DocumentTooLarge.into());
        }
        for _ in 0..ATTEMPTS {
            let present = self.store().documents().document(user_id, name.as_str()).await?;
            let before = present.as_ref().map(|document| document.revision);
            // The same content is no reason to let it pass: two devices that count from 1 to 2 have counted twice.
            if !expectation.is_met_by(before) {
                return Err(Refusal::DocumentChanged.into());
            }
            if let Some(same) = present.filter(|document| holds(document, value)) {
                let DocumentRecord { revision, updated_at, .. } = same;
                return Ok(PutDocument { revision, updated_at, outcome: Put::Unchanged });
            }
            let change = self.change(user_id, name, Some(text.clone()), before);
            let updated_at = change.at;
            if let Some(revision) = self.make(change).await? {
                let outcome = if before.is_none() { Put::Made } else { Put::Changed };
                return Ok(PutDocument { revision, updated_at, outcome });
            }
        }
        Err(contended())
    }

    /// Removes a person's document, and answers with that change. Refused with `NoSuchDocument`, or `DocumentChanged` where it is not as expected.
    pub async fn remove_document(
        &self,
        user_id: &str,
        name: &DocumentName,
        expectation: &Expectation,
    ) -> EngineResult<Revision> {
        for _ in 0..ATTEMPTS {
            let present = self.store().documents().document(user_id, name.as_str()).await?;
            let before = present.map(|document| document.revision);
            if !expectation.is_met_by(before) {
                return Err(Refusal::DocumentChanged.into());
            }
            let Some(before) = before else { return Err(Refusal::NoSuchDocument.into()) };
            if let Some(revision) = self.make(self.change(user_id, name, None, Some(before))).await? {
                return Ok(revision);
            }
        }
        Err(contended())
    }

    fn change(
        &self,
        user_id: &str,
        name: &DocumentName,
        value: Option<String>,
        expected: Option<Revision>,
    ) -> DocumentChange {
        DocumentChange {
            user_id: user_id.to_owned(),
            name: name.to_string(),
            value,
            expected,
            at_most: self.policy().documents.max_count,
            at: self.now(),
        }
    }

    /// The one place that every change of a document passes. `None` when somebody else's came before it.
    async fn make(&self, change: DocumentChange) -> EngineResult<Option<Revision>> {
        let user_id = change.user_id.clone();
        let gone = |error: crate::store::StoreError| error.or_refused(Refusal::SessionEnded);
        match self.store().documents().change_document(change).await.map_err(gone)? {
            DocumentChanged::Unexpected => Ok(None),
            DocumentChanged::Full => Err(Refusal::TooManyDocuments.into()),
            DocumentChanged::Made(revision) => {
                self.tell_of_documents(&user_id).await;
                Ok(Some(revision))
            }
        }
    }
}

/// By meaning, not by text: in which order members stand says nothing.
fn holds(document: &DocumentRecord, value: &Value) -> bool {
    serde_json::from_str::<Value>(&document.value).is_ok_and(|held| held == *value)
}

fn contended() -> EngineError {
    EngineError::Busy { retry_after: Duration::from_secs(1) }
}
