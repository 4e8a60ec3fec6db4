//! The [`Outbox`]: letters wait here, and one [`Courier`] carries them one after the other.
//!
//! The queue lives in memory: letters that wait when the process is killed are lost, and people ask for another one.

use std::{collections::BTreeMap, error::Error, sync::Arc, time::Duration};

use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore, mpsc, oneshot},
    task::JoinHandle,
    time::{Instant, sleep_until, timeout},
};

use super::{Carrier, CarryError, Mail, MailError, Mailer};

/// How many letters wait, and how long.
#[derive(Debug, Clone, Copy)]
pub struct OutboxLimits {
    /// Letters that may wait at the same time; more are refused.
    pub capacity: usize,
    /// The pause after a first failure; each further one is three times as long.
    pub first_pause: Duration,
    /// The longest pause.
    pub longest_pause: Duration,
    /// A letter that could not be carried for so long is given up: its link has run out.
    pub give_up_after: Duration,
}

impl Default for OutboxLimits {
    /// 10,000 letters, pauses from 1 s to 5 min, given up after an hour, as long as links work.
    fn default() -> Self {
        Self {
            capacity: 10_000,
            first_pause: Duration::from_secs(1),
            longest_pause: Duration::from_mins(5),
            give_up_after: Duration::from_hours(1),
        }
    }
}

impl OutboxLimits {
    /// The pause after this many failures in a row.
    fn pause(&self, failures: u32) -> Duration {
        let factor = 3_u32.saturating_pow(failures.saturating_sub(1));
        self.first_pause.saturating_mul(factor).min(self.longest_pause)
    }
}

/// Takes letters at once; a courier carries them behind it.
#[derive(Clone)]
pub struct Outbox {
    inbox: mpsc::UnboundedSender<Waiting>,
    room: Arc<Semaphore>,
}

impl Outbox {
    /// Starts the courier on the present tokio runtime.
    pub fn start(carrier: Arc<dyn Carrier>, limits: OutboxLimits) -> (Self, Courier) {
        let (inbox, letters) = mpsc::unbounded_channel();
        let (stop, stopped) = oneshot::channel();
        let room = Arc::new(Semaphore::new(limits.capacity));
        let round =
            Round { carrier, limits, waiting: BTreeMap::new(), next: 0, failures: 0, resume_at: None };
        let task = tokio::spawn(round.run(letters, stopped));
        let courier = Courier { task, stop, room: Arc::clone(&room), capacity: limits.capacity };
        (Self { inbox, room }, courier)
    }
}

impl Mailer for Outbox {
    fn post(&self, mail: Mail) -> Result<(), MailError> {
        let place = Arc::clone(&self.room).try_acquire_owned().map_err(|_| MailError::Full)?;
        let letter = Waiting { mail, posted_at: Instant::now(), failures: 0, place };
        self.inbox.send(letter).map_err(|_| MailError::Closed)
    }
}

/// The task that carries letters. Dropping it lets the task go on; [`Courier::finish`] ends it.
pub struct Courier {
    task: JoinHandle<()>,
    stop: oneshot::Sender<()>,
    room: Arc<Semaphore>,
    capacity: usize,
}

impl Courier {
    /// Takes no more letters, tries each waiting one once more, and answers how many could not be carried in `at_most`.
    pub async fn finish(self, at_most: Duration) -> usize {
        let Self { mut task, stop, room, capacity } = self;
        // An error means that the task has ended already.
        let _ = stop.send(());
        if timeout(at_most, &mut task).await.is_err() {
            let lost = capacity.saturating_sub(room.available_permits());
            task.abort();
            return lost;
        }
        capacity.saturating_sub(room.available_permits())
    }
}

struct Waiting {
    mail: Mail,
    posted_at: Instant,
    failures: u32,
    /// Frees the letter's place in the queue when the letter is gone.
    place: OwnedSemaphorePermit,
}

/// What the courier knows.
struct Round {
    carrier: Arc<dyn Carrier>,
    limits: OutboxLimits,
    /// By the time of the next attempt, then by the order of arrival.
    waiting: BTreeMap<(Instant, u64), Waiting>,
    next: u64,
    /// How often in a row no letter could leave.
    failures: u32,
    resume_at: Option<Instant>,
}

impl Round {
    async fn run(
        mut self,
        mut letters: mpsc::UnboundedReceiver<Waiting>,
        mut stopped: oneshot::Receiver<()>,
    ) {
        loop {
            let due = self
                .waiting
                .keys()
                .next()
                .map(|(at, _)| self.resume_at.map_or(*at, |resume| resume.max(*at)));
            tokio::select! {
                biased;
                _ = &mut stopped => break,
                letter = letters.recv() => match letter {
                    Some(letter) => self.put(Instant::now(), letter),
                    None => break,
                },
                () = sleep_until(due.unwrap_or_else(Instant::now)), if due.is_some() => self.attempt_first().await,
            }
        }
        letters.close();
        while let Some(letter) = letters.recv().await {
            self.put(Instant::now(), letter);
        }
        self.last_round().await;
    }

    fn put(&mut self, due: Instant, letter: Waiting) {
        self.waiting.insert((due, self.next), letter);
        self.next = self.next.wrapping_add(1);
    }

    async fn attempt_first(&mut self) {
        let Some(((due, place), mut letter)) = self.waiting.pop_first() else { return };
        let outcome = self.carrier.carry(&letter.mail).await;
        let now = Instant::now();
        match outcome {
            Ok(()) => {
                self.resume_at = None;
                self.failures = 0;
                tracing::debug!(letter = ?letter.mail.letter, "letter carried");
            }
            Err(error @ CarryError::Never(_)) => given_up(&letter, &error),
            Err(error) if now.duration_since(letter.posted_at) >= self.limits.give_up_after => {
                given_up(&letter, &error);
            }
            Err(error @ CarryError::Down(_)) => {
                self.failures = self.failures.saturating_add(1);
                let pause = self.limits.pause(self.failures);
                self.resume_at = Some(now + pause);
                self.waiting.insert((due, place), letter);
                let (waiting, again_in_ms) = (self.waiting.len(), pause.as_millis());
                tracing::warn!(waiting, again_in_ms, error = %told(&error), "mail cannot leave now");
            }
            Err(error @ CarryError::Later(_)) => {
                letter.failures = letter.failures.saturating_add(1);
                let pause = self.limits.pause(letter.failures);
                let (kind, told) = (&letter.mail.letter, told(&error));
                tracing::info!(letter = ?kind, again_in_ms = pause.as_millis(), error = %told, "letter put off");
                self.put(now + pause, letter);
            }
        }
    }

    /// One more try for each letter; what cannot leave now keeps its place until the count is taken.
    async fn last_round(&mut self) {
        let mut left = Vec::new();
        while let Some((_, letter)) = self.waiting.pop_first() {
            match self.carrier.carry(&letter.mail).await {
                Ok(()) => {}
                Err(error @ CarryError::Down(_)) => {
                    tracing::error!(error = %told(&error), "mail cannot leave before the stop");
                    left.push(letter);
                    break;
                }
                Err(error) => {
                    given_up(&letter, &error);
                    left.push(letter);
                }
            }
        }
        left.extend(std::mem::take(&mut self.waiting).into_values());
        if !left.is_empty() {
            tracing::error!(letters = left.len(), "letters are lost");
        }
        // Their places stay taken, so that `finish` can count them.
        for letter in left {
            letter.place.forget();
        }
    }
}

fn given_up(letter: &Waiting, error: &CarryError) {
    let told = told(error);
    tracing::error!(letter = ?letter.mail.letter, error = %told, "letter given up");
}

/// The error and its causes in one line. Servers that refuse a letter like to repeat from it, in any encoding: what could be a
/// piece of a link or an address is left out.
fn told(error: &CarryError) -> String {
    let mut line = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        let inner_text = inner.to_string();
        if !line.ends_with(&inner_text) {
            line = format!("{line}: {inner_text}");
        }
        cause = inner.source();
    }
    let words = line.split(|character: char| character.is_whitespace() || character.is_control());
    let words =
        words.filter(|word| !word.is_empty()).map(|word| if could_be_secret(word) { "[..]" } else { word });
    words.take(MOST_WORDS).collect::<Vec<_>>().join(" ")
}

fn could_be_secret(word: &str) -> bool {
    word.len() > LONGEST_WORD || word.contains(['/', '=', '@', '%', '&'])
}

/// A secret in a link has 24 characters or more.
const LONGEST_WORD: usize = 18;

/// Of a server's answer that are worth a log line.
const MOST_WORDS: usize = 50;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_server_repeats_of_a_letter_is_not_told() {
        let answer = "5.7.1 relay denied\r\nby policy: https://example.com/x?token=3Dabc 0123456789abcdefghijklmn ada@example.com";
        let told = told(&CarryError::Never(answer.into()));
        assert_eq!(told, "the letter was refused: 5.7.1 relay denied by policy: [..] [..] [..]");
    }

    #[test]
    fn pauses_grow_up_to_a_limit() {
        let limits = OutboxLimits::default();
        let pauses: Vec<u64> =
            [1, 2, 3, 6, 7, u32::MAX].map(|failures| limits.pause(failures).as_secs()).into();
        assert_eq!(pauses, [1, 3, 9, 243, 300, 300]);
    }
}
