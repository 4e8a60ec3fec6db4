//! The [`Outbox`]: letters wait in the store, each written together with what it tells of, and a [`Courier`] carries them one after the other.
//!
//! A letter is carried at least once: who is killed between carrying it and noting so has it carried again. Of several processes over one
//! store one takes each letter, by a lease that ends with who held it.

use std::sync::{
    Arc,
    atomic::{AtomicIsize, AtomicUsize, Ordering},
};
use std::time::Duration;

use stayd_protocol::{Random, Secrets};
use tokio::sync::Notify;

use super::courier::{Courier, Round};
use super::envelope::Envelopes;
use super::{Carrier, Mail, MailError, Mailer};
use crate::Clock;
use crate::store::{LetterRecord, Store, StoreResult, WaitingLetters};

/// How many letters wait, and how long.
#[derive(Debug, Clone, Copy)]
pub struct OutboxLimits {
    /// About so many letters may wait at the same time; more are refused.
    pub capacity: usize,
    /// The pause after a first failure; each further one is three times as long.
    pub first_pause: Duration,
    /// The longest pause.
    pub longest_pause: Duration,
    /// A letter with a link that could not be carried for so long is given up: the link has run out.
    pub give_up_after: Duration,
    /// One that only tells of something is given up after this.
    pub give_up_notices_after: Duration,
    /// How long a letter stays with a process that was killed while it carried it.
    pub lease: Duration,
    /// How long letters of another process, which was killed, may go unseen.
    pub look_every: Duration,
}

impl Default for OutboxLimits {
    /// 10,000 letters, pauses from 1 s to 5 min, given up after an hour, as long as links work, or after three days.
    fn default() -> Self {
        Self {
            capacity: 10_000,
            first_pause: Duration::from_secs(1),
            longest_pause: Duration::from_mins(5),
            give_up_after: Duration::from_hours(1),
            give_up_notices_after: Duration::from_hours(72),
            lease: Duration::from_secs(15),
            look_every: Duration::from_secs(10),
        }
    }
}

impl OutboxLimits {
    /// The pause after this many failures in a row.
    pub(super) fn pause(&self, failures: u32) -> Duration {
        let factor = 3_u32.saturating_pow(failures.saturating_sub(1));
        self.first_pause.saturating_mul(factor).min(self.longest_pause)
    }

    /// How long a letter may wait.
    pub(super) fn age(&self, mail: &Mail) -> Duration {
        if mail.letter.url().is_some() { self.give_up_after } else { self.give_up_notices_after }
    }
}

/// What an outbox is made of.
pub struct OutboxParts {
    /// Where letters wait; the engine's own store.
    pub store: Arc<dyn Store>,
    /// How they leave.
    pub carrier: Arc<dyn Carrier>,
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
    /// The source of ids.
    pub random: Arc<dyn Random>,
    /// Letters are sealed under the first.
    pub secrets: Secrets,
}

/// Takes letters at once; a courier carries them behind it.
#[derive(Clone)]
pub struct Outbox {
    shared: Arc<Shared>,
}

/// What the outbox and its courier have in common.
pub(super) struct Shared {
    pub(super) parts: OutboxParts,
    pub(super) limits: OutboxLimits,
    pub(super) envelopes: Envelopes,
    /// A letter was written.
    pub(super) written: Notify,
    /// The courier is to finish.
    pub(super) stopping: Notify,
    /// How many letters waited when the courier last counted them.
    counted: AtomicUsize,
    /// Written here since then, less those that have left: while no letter can leave nobody counts for minutes.
    since: AtomicIsize,
}

impl Shared {
    fn is_full(&self) -> bool {
        let waiting =
            self.counted.load(Ordering::Relaxed).saturating_add_signed(self.since.load(Ordering::Relaxed));
        waiting >= self.limits.capacity
    }

    fn one_more(&self) {
        self.since.fetch_add(1, Ordering::Relaxed);
        self.written.notify_one();
    }

    pub(super) fn one_less(&self) {
        self.since.fetch_sub(1, Ordering::Relaxed);
    }

    /// What waits. What comes and goes while it is counted may count twice.
    pub(super) async fn count(&self) -> StoreResult<WaitingLetters> {
        let since = self.since.load(Ordering::Relaxed);
        let waiting = self.parts.store.letters().waiting_letters(self.limits.capacity).await?;
        self.counted.store(waiting.count, Ordering::Relaxed);
        self.since.fetch_sub(since, Ordering::Relaxed);
        Ok(waiting)
    }
}

impl Outbox {
    /// Starts the courier on the present tokio runtime.
    pub fn start(parts: OutboxParts, limits: OutboxLimits) -> (Self, Courier) {
        let envelopes = Envelopes::new(&parts.secrets);
        let (written, stopping) = (Notify::new(), Notify::new());
        let (counted, since) = (AtomicUsize::default(), AtomicIsize::default());
        let shared = Arc::new(Shared { parts, limits, envelopes, written, stopping, counted, since });
        let task = tokio::spawn(Round::new(Arc::clone(&shared)).run());
        (Self { shared: Arc::clone(&shared) }, Courier::new(task, shared))
    }
}

impl Mailer for Outbox {
    fn seal(&self, mail: &Mail) -> Result<Option<LetterRecord>, MailError> {
        let Shared { parts, envelopes, .. } = &*self.shared;
        if self.shared.is_full() {
            return Err(MailError::Full);
        }
        let sealed = envelopes.seal(mail, parts.clock.now(), &*parts.random);
        sealed.ok_or(MailError::Unwritable).map(Some)
    }

    fn written(&self) {
        self.shared.one_more();
    }

    /// Writes the letter into the store behind the caller, for letters that tell of nothing the store knows.
    fn post(&self, mail: Mail) -> Result<(), MailError> {
        let Some(letter) = self.seal(&mail)? else { return Ok(()) };
        let shared = Arc::clone(&self.shared);
        tokio::spawn(async move {
            match shared.parts.store.letters().queue_letter(letter).await {
                Ok(()) => shared.one_more(),
                Err(error) => tracing::error!(%error, "a letter could not be written"),
            }
        });
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_up_to_a_limit() {
        let limits = OutboxLimits::default();
        let pauses: Vec<u64> =
            [1, 2, 3, 6, 7, u32::MAX].map(|failures| limits.pause(failures).as_secs()).into();
        assert_eq!(pauses, [1, 3, 9, 243, 300, 300]);
    }
}
