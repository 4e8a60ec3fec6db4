//! Letters that wait.

use async_trait::async_trait;
use stayd_protocol::Timestamp;

use super::MemoryStore;
use super::tables::Tables;
use crate::store::{
    LetterLease, LetterRecord, LetterStore, StepBack, StoreError, StoreResult, TakenLetter, WaitingLetters,
};

/// A letter, and who carries it.
#[derive(Debug)]
pub(super) struct Letter {
    record: LetterRecord,
    seq: u64,
    due_at: Timestamp,
    failures: u32,
    lease: Option<LetterLease>,
}

impl Letter {
    fn is_held_by(&self, holder: &str) -> bool {
        self.lease.as_ref().is_some_and(|lease| lease.holder == holder)
    }

    /// The clock went back.
    pub(super) fn put_back(&mut self, step: StepBack) {
        for time in [&mut self.record.created_at, &mut self.due_at] {
            *time = step.of(*time, *time);
        }
        if let Some(lease) = &mut self.lease {
            lease.until = step.of(lease.until, lease.until);
        }
    }

    /// From when on it can be taken.
    fn free_at(&self) -> Timestamp {
        self.lease.as_ref().map_or(self.due_at, |lease| lease.until.max(self.due_at))
    }
}

#[async_trait]
impl LetterStore for MemoryStore {
    async fn queue_letter(&self, letter: LetterRecord) -> StoreResult<()> {
        let mut tables = self.tables();
        tables.letter_is_free(Some(&letter))?;
        tables.insert_letter(Some(letter));
        Ok(())
    }

    async fn take_letters(
        &self,
        lease: LetterLease,
        now: Timestamp,
        limit: usize,
    ) -> StoreResult<Vec<TakenLetter>> {
        let mut tables = self.tables();
        let mut free: Vec<_> = tables.letters.values_mut().filter(|letter| letter.free_at() <= now).collect();
        free.sort_by_key(|letter| (letter.due_at, letter.seq));
        let taken = free.into_iter().take(limit).map(|letter| {
            letter.lease = Some(lease.clone());
            TakenLetter { letter: letter.record.clone(), failures: letter.failures }
        });
        Ok(taken.collect())
    }

    async fn extend_letters(&self, lease: LetterLease) -> StoreResult<()> {
        let mut tables = self.tables();
        for letter in tables.letters.values_mut().filter(|letter| letter.is_held_by(&lease.holder)) {
            letter.lease = Some(lease.clone());
        }
        Ok(())
    }

    async fn remove_letter(&self, id: &str) -> StoreResult<()> {
        self.tables().letters.remove(id);
        Ok(())
    }

    async fn put_off_letter(&self, id: &str, holder: &str, due_at: Timestamp) -> StoreResult<()> {
        let mut tables = self.tables();
        if let Some(letter) = tables.letters.get_mut(id).filter(|letter| letter.is_held_by(holder)) {
            letter.lease = None;
            letter.due_at = due_at;
            letter.failures += 1;
        }
        Ok(())
    }

    async fn release_letters(&self, holder: &str) -> StoreResult<()> {
        let mut tables = self.tables();
        for letter in tables.letters.values_mut().filter(|letter| letter.is_held_by(holder)) {
            letter.lease = None;
        }
        Ok(())
    }

    async fn remove_every_letter(&self) -> StoreResult<usize> {
        Ok(std::mem::take(&mut self.tables().letters).len())
    }

    async fn waiting_letters(&self, at_most: usize) -> StoreResult<WaitingLetters> {
        let tables = self.tables();
        let next = tables.letters.values().map(Letter::free_at).min();
        Ok(WaitingLetters { count: tables.letters.len().min(at_most), next })
    }
}

impl Tables {
    /// Refuses a letter whose id is taken.
    pub(super) fn letter_is_free(&self, letter: Option<&LetterRecord>) -> StoreResult<()> {
        let is_taken = letter.is_some_and(|letter| self.letters.contains_key(&letter.id));
        if is_taken { Err(StoreError::Conflict) } else { Ok(()) }
    }

    /// Adds a letter, if there is one, that was found to be free.
    pub(super) fn insert_letter(&mut self, letter: Option<LetterRecord>) {
        let Some(letter) = letter else { return };
        let row = self.row(letter);
        let (record, seq) = (row.record, row.seq);
        let due_at = record.created_at;
        let letter = Letter { seq, due_at, failures: 0, lease: None, record };
        self.letters.insert(letter.record.id.clone(), letter);
    }
}
