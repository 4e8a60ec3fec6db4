//! The [`TokenStore`] over the writer and the readers.

use async_trait::async_trait;
use stayd_protocol::Sealed;

use super::{SqliteStore, families, keys};
use crate::store::{
    FamilyRecord, FamilyRotation, FamilyWithSession, RotatedFamily, SessionRecord, SigningKeyRecord,
    StoreResult, TokenStore,
};

#[async_trait]
impl TokenStore for SqliteStore {
    async fn signing_keys(&self) -> StoreResult<Vec<SigningKeyRecord>> {
        self.readers.read(keys::all).await
    }

    async fn add_signing_key(&self, key: SigningKeyRecord, after: Option<&str>) -> StoreResult<bool> {
        let after = after.map(str::to_owned);
        self.writer.write(move |db| keys::add(db, &key, after.as_deref())).await
    }

    async fn reseal_signing_key(&self, id: &str, sealed: Sealed) -> StoreResult<()> {
        let id = id.to_owned();
        self.writer.write(move |db| keys::reseal(db, &id, &sealed)).await
    }

    async fn remove_signing_keys(&self, ids: &[String]) -> StoreResult<()> {
        let ids = ids.to_vec();
        self.writer.write(move |db| keys::remove(db, &ids)).await
    }

    async fn create_family(&self, session: SessionRecord, family: FamilyRecord) -> StoreResult<()> {
        self.writer.write(move |db| families::create(db, &session, &family)).await
    }

    async fn family(&self, session_id: &str) -> StoreResult<Option<FamilyWithSession>> {
        let session_id = session_id.to_owned();
        self.readers.read(move |db| families::by_id(db, &session_id)).await
    }

    async fn rotate_family(&self, rotation: FamilyRotation) -> StoreResult<Option<RotatedFamily>> {
        self.writer.write(move |db| families::rotate(db, &rotation)).await
    }
}
