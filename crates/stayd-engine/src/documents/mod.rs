//! Documents of people: JSON under a name, private to the person (SS-5).
//!
//! What they mean is the application's. A change is made if the document is as its maker expects it ([`Expectation`]), so that no two devices
//! undo each other's work, and is told to every stream of the person: by name and revision, never by content.

mod change;
mod expectation;
mod name;
mod policy;

pub use change::{Put, PutDocument};
pub use expectation::{Expectation, States};
pub use name::{DocumentName, NotADocumentName};
pub use policy::DocumentPolicy;

use crate::{
    Engine, EngineResult,
    store::{DocumentEntry, DocumentRecord, Revision, StoreError},
};
use serde::Serialize;
use serde_json::value::RawValue;
use stayd_protocol::Timestamp;

/// A document as its person sees it.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Document {
    /// Its name.
    pub name: String,
    /// Its last change.
    #[serde(serialize_with = "number")]
    pub revision: Revision,
    /// When that was.
    pub updated_at: Timestamp,
    /// JSON.
    pub value: Box<RawValue>,
}

impl Document {
    fn read(record: DocumentRecord) -> EngineResult<Self> {
        let DocumentRecord { name, value, revision, updated_at, .. } = record;
        let value = RawValue::from_string(value).map_err(|error| StoreError::Corrupt(Box::new(error)))?;
        Ok(Self { name, revision, updated_at, value })
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde's form")]
fn number<S: serde::Serializer>(revision: &Revision, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_u64(revision.number())
}

impl Engine {
    /// A person's document, if there is one.
    pub async fn document(&self, user_id: &str, name: &DocumentName) -> EngineResult<Option<Document>> {
        let found = self.store().documents().document(user_id, name.as_str()).await?;
        found.map(Document::read).transpose()
    }

    /// A person's documents, by name, without their content.
    pub async fn documents_of(&self, user_id: &str) -> EngineResult<Vec<DocumentEntry>> {
        let mut entries = self.store().documents().documents_of(user_id).await?;
        entries.retain(|entry| !entry.is_removed);
        entries.sort_by(|one, other| one.name.cmp(&other.name));
        Ok(entries)
    }
}
