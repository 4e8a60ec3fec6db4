//! After a backup was restored: what has ended since it was made is there again (T-7).

use crate::{
    Engine, EngineResult, SWEPT_AT_ONCE,
    store::{Store, StoreResult},
};
use stayd_protocol::Timestamp;

/// Lets go of the letters that wait in a restored backup: most of them have been carried since it was made, and the links in the others are
/// over. To be called before a courier is there to carry them again.
pub async fn let_go_of_revived_letters(store: &dyn Store) -> StoreResult<usize> {
    store.letters().remove_every_letter().await
}

impl Engine {
    /// Ends all that a restored backup has revived: everybody's sessions, for nobody knows which of them had ended; the links in letters
    /// that the store knows, for some were used up; the signing keys, for one may have been withdrawn. Answers how many sessions there
    /// were. People sign in again.
    pub async fn end_what_was_revived(&self) -> EngineResult<usize> {
        let sessions = self.end_everybodys_sessions().await?;
        // By the last of all moments every link is over.
        while self.store().sweep(Timestamp::from_ms(i64::MAX), SWEPT_AT_ONCE).await?.count() > 0 {}
        self.withdraw_every_signing_key().await?;
        Ok(sessions)
    }
}
