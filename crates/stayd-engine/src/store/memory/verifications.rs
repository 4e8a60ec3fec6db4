//! The steps on verifications, and the sweep.

use stayd_protocol::{Timestamp, TokenHash};

use super::tables::Tables;
use crate::store::{LetterRecord, StoreError, StoreResult, Swept, VerificationRecord};

impl Tables {
    pub(super) fn create_verification(
        &mut self,
        verification: VerificationRecord,
        letter: Option<LetterRecord>,
    ) -> StoreResult<()> {
        self.letter_is_free(letter.as_ref())?;
        if self.verifications.contains_key(&verification.key) {
            return Err(StoreError::Conflict);
        }
        let row = self.row(verification);
        self.verifications.insert(row.record.key, row);
        self.insert_letter(letter);
        Ok(())
    }

    pub(super) fn verification(&self, key: &TokenHash) -> Option<VerificationRecord> {
        self.verifications.get(key).map(|row| row.record.clone())
    }

    pub(super) fn take_verification(&mut self, key: &TokenHash) -> Option<VerificationRecord> {
        self.verifications.remove(key).map(|row| row.record)
    }

    pub(super) fn sweep(&mut self, before: Timestamp, limit: usize) -> Swept {
        let sessions = self.sessions.iter().map(|(key, row)| (row.record.expires_at, row.seq, *key));
        let sessions = first_ended(sessions, before, limit);
        let verifications =
            self.verifications.iter().map(|(key, row)| (row.record.expires_at, row.seq, *key));
        let verifications = first_ended(verifications, before, limit);
        for key in &verifications {
            self.verifications.remove(key);
        }
        let sessions = sessions.iter().filter_map(|token| self.sweep_session(token)).collect();
        Swept { sessions, verifications: verifications.len(), ended_with_all: 0 }
    }
}

/// The keys of the `limit` rows (end, place, key) that ended first, none of them after `before`.
fn first_ended(
    rows: impl Iterator<Item = (Timestamp, u64, TokenHash)>,
    before: Timestamp,
    limit: usize,
) -> Vec<TokenHash> {
    let mut ended: Vec<_> = rows.filter(|(end, ..)| *end <= before).collect();
    ended.sort_unstable();
    ended.into_iter().take(limit).map(|(_, _, key)| key).collect()
}
