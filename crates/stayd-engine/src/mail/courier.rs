//! The [`Courier`]: takes the letters that are due out of the store, a few at a time, and carries them one after the other.

use std::sync::Arc;
use std::time::Duration;

use stayd_protocol::{Timestamp, identifier::alphanumeric};
use tokio::{
    task::JoinHandle,
    time::{Instant, Interval, MissedTickBehavior, interval, sleep_until, timeout},
};

use super::envelope::Unopened;
use super::outbox::Shared;
use super::told::told;
use super::{CarryError, Mail};
use crate::store::{LetterLease, LetterRecord, LetterStore, StoreResult, TakenLetter};

/// Letters taken at a time. Few: those of a process that is killed wait for the end of its lease.
const AT_ONCE: usize = 16;

/// How often a lease is extended before it would run out.
const EXTENSIONS: u32 = 3;

/// The task that carries letters. Dropping it lets the task go on; [`Courier::finish`] ends it.
pub struct Courier {
    task: JoinHandle<()>,
    shared: Arc<Shared>,
}

impl Courier {
    pub(super) fn new(task: JoinHandle<()>, shared: Arc<Shared>) -> Self {
        Self { task, shared }
    }

    /// Tries each letter that is due once more, and answers how many are still waiting after `at_most`. They stay in the store; whoever
    /// opens it next carries them.
    pub async fn finish(self, at_most: Duration) -> usize {
        let Self { mut task, shared } = self;
        shared.stopping.notify_one();
        if timeout(at_most, &mut task).await.is_err() {
            task.abort();
        }
        match shared.count().await {
            Ok(waiting) => waiting.count,
            Err(error) => {
                tracing::error!(%error, "letters that wait could not be counted");
                0
            }
        }
    }
}

/// What became of the letters that were taken.
enum Outcome {
    /// None was due.
    None,
    /// All of them have left, or were put off one by one.
    Done,
    /// No letter can leave now.
    Down,
}

/// What the courier knows.
pub(super) struct Round {
    shared: Arc<Shared>,
    holder: String,
    /// Beats while letters are held.
    beat: Interval,
    /// How often in a row no letter could leave.
    failures: u32,
    /// The letter that met it last. It may be the only one that cannot leave: the next time another one tests the way.
    met_down: Option<String>,
    resume_at: Option<Instant>,
}

impl Round {
    pub(super) fn new(shared: Arc<Shared>) -> Self {
        let holder = alphanumeric(&*shared.parts.random, 32);
        let mut beat = interval(shared.limits.lease / EXTENSIONS);
        beat.set_missed_tick_behavior(MissedTickBehavior::Delay);
        Self { shared, holder, beat, failures: 0, met_down: None, resume_at: None }
    }

    pub(super) async fn run(mut self) {
        // What is there from before the start is looked at without being asked.
        let mut due = Instant::now();
        loop {
            let at = self.resume_at.map_or(due, |resume| resume.max(due));
            let is_paused = self.resume_at.is_some();
            let shared = Arc::clone(&self.shared);
            tokio::select! {
                biased;
                () = shared.stopping.notified() => break,
                () = shared.written.notified(), if !is_paused => {}
                () = sleep_until(at) => {}
            }
            self.resume_at = None;
            due = match self.carry_some().await {
                Ok(Outcome::Done) => Instant::now(),
                Ok(Outcome::None | Outcome::Down) => self.next().await,
                Err(error) => {
                    tracing::error!(%error, "letters that wait could not be read or noted; it is tried again");
                    self.pause(Instant::now());
                    Instant::now()
                }
            };
        }
        self.last_round().await;
    }

    /// When to look again, if nobody says earlier that there is something.
    async fn next(&self) -> Instant {
        let limits = &self.shared.limits;
        let latest = Instant::now() + limits.look_every;
        let Ok(waiting) = self.shared.count().await else { return latest };
        let until = waiting.next.map(|next| next.since(self.now()));
        until.map_or(latest, |until| latest.min(Instant::now() + until))
    }

    /// Takes the letters that are due, a few, and carries them.
    async fn carry_some(&mut self) -> StoreResult<Outcome> {
        let mut taken = self.letters().take_letters(self.lease(), self.now(), AT_ONCE).await?;
        if taken.is_empty() {
            return Ok(Outcome::None);
        }
        taken.sort_by_key(|taken| self.met_down.as_ref() == Some(&taken.letter.id));
        self.beat.reset();
        for letter in taken {
            if !self.carry(letter).await? {
                self.letters().release_letters(&self.holder).await?;
                return Ok(Outcome::Down);
            }
        }
        Ok(Outcome::Done)
    }

    /// Carries one letter, and notes what became of it. `false` when no letter can leave now.
    async fn carry(&mut self, taken: TakenLetter) -> StoreResult<bool> {
        let TakenLetter { letter, failures } = taken;
        let age = self.now().since(letter.created_at);
        let mail = match self.shared.envelopes.open(&letter) {
            Ok(mail) => mail,
            Err(why) => {
                self.leave_closed(&letter, age, failures, why).await?;
                return Ok(true);
            }
        };
        let outcome = if mail.is_to_nobody() {
            Ok(())
        } else if age >= self.shared.limits.age(&mail) {
            Err(CarryError::Never(Box::new(TooLate)))
        } else {
            self.carry_while_held(&mail).await
        };
        match outcome {
            Ok(()) => {
                self.failures = 0;
                tracing::debug!(letter = ?mail.letter, "letter carried");
                self.remove(&letter).await?;
            }
            Err(error @ CarryError::Never(_)) => {
                tracing::error!(letter = ?mail.letter, error = %told(&error), "letter given up");
                self.remove(&letter).await?;
            }
            Err(error @ CarryError::Down(_)) => {
                let pause = self.pause(Instant::now());
                tracing::warn!(again_in_ms = pause.as_millis(), error = %told(&error), "mail cannot leave now");
                // Behind the others, and due as they are: another courier, or this one after a stop, need not wait.
                self.put_off(&letter, Duration::ZERO).await?;
                self.met_down = Some(letter.id);
                return Ok(false);
            }
            Err(error @ CarryError::Later(_)) => {
                let pause = self.shared.limits.pause(failures.saturating_add(1));
                let (kind, told) = (&mail.letter, told(&error));
                tracing::info!(letter = ?kind, again_in_ms = pause.as_millis(), error = %told, "letter put off");
                self.put_off(&letter, pause).await?;
            }
        }
        Ok(true)
    }

    /// Leaves a letter to a process that can open it: servers are given a new secret, or a new version, one after the other.
    async fn leave_closed(
        &self,
        letter: &LetterRecord,
        age: Duration,
        failures: u32,
        why: Unopened,
    ) -> StoreResult<()> {
        let limits = &self.shared.limits;
        // How long it may wait is written inside.
        if age >= limits.give_up_notices_after {
            tracing::error!(error = %why, "a letter that cannot be opened is given up");
            return self.remove(letter).await;
        }
        let pause = limits.pause(failures.saturating_add(1));
        tracing::warn!(again_in_ms = pause.as_millis(), error = %why, "a letter that cannot be opened here is put off");
        self.put_off(letter, pause).await
    }

    async fn put_off(&self, letter: &LetterRecord, pause: Duration) -> StoreResult<()> {
        self.letters().put_off_letter(&letter.id, &self.holder, self.now().plus(pause)).await
    }

    async fn remove(&self, letter: &LetterRecord) -> StoreResult<()> {
        self.letters().remove_letter(&letter.id).await?;
        self.shared.one_less();
        Ok(())
    }

    /// Extends the lease for as long as the letter takes.
    async fn carry_while_held(&mut self, mail: &Mail) -> Result<(), CarryError> {
        let shared = Arc::clone(&self.shared);
        let mut carrying = shared.parts.carrier.carry(mail);
        loop {
            tokio::select! {
                outcome = &mut carrying => return outcome,
                _ = self.beat.tick() => {
                    if let Err(error) = shared.parts.store.letters().extend_letters(self.lease()).await {
                        tracing::warn!(%error, "letters may be carried twice");
                    }
                }
            }
        }
    }

    /// One more try for each letter that is due.
    async fn last_round(&mut self) {
        let left = loop {
            match self.carry_some().await {
                Ok(Outcome::Done) => {}
                Ok(Outcome::None | Outcome::Down) => {
                    let waiting = self.shared.count().await;
                    break waiting.map_or(0, |waiting| waiting.count);
                }
                Err(error) => {
                    tracing::error!(%error, "letters that wait could not be read before the stop");
                    return;
                }
            }
        };
        if left > 0 {
            tracing::warn!(letters = left, "letters wait for the next start");
        }
    }

    /// No letter leaves for a while, which is longer each time.
    fn pause(&mut self, now: Instant) -> Duration {
        self.failures = self.failures.saturating_add(1);
        let pause = self.shared.limits.pause(self.failures);
        self.resume_at = Some(now + pause);
        pause
    }

    fn lease(&self) -> LetterLease {
        LetterLease { holder: self.holder.clone(), until: self.now().plus(self.shared.limits.lease) }
    }

    fn letters(&self) -> &dyn LetterStore {
        self.shared.parts.store.letters()
    }

    fn now(&self) -> Timestamp {
        self.shared.parts.clock.now()
    }
}

/// It waited for longer than it is worth carrying.
#[derive(Debug, thiserror::Error)]
#[error("it could not be carried in time")]
struct TooLate;
