//! Password hashing in a bounded pool of its own threads, so that a storm of sign-ins cannot slow session checks.

use crate::{EngineError, EngineResult};
use stayd_protocol::{Random, password};
use std::{
    collections::VecDeque,
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    thread::{self, JoinHandle},
    time::Duration,
};
use tokio::sync::oneshot;
use zeroize::Zeroizing;

/// About one hash on a slow core: a client that was turned away finds room again after a few of these.
const RETRY_AFTER: Duration = Duration::from_secs(1);

/// Threads of the lowest priority, and a queue with a limit in front of them.
pub(crate) struct HashPool {
    shared: Arc<Shared>,
    threads: Mutex<Vec<JoinHandle<()>>>,
    limit: usize,
}

struct Shared {
    queue: Mutex<Queue>,
    wake: Condvar,
}

#[derive(Default)]
struct Queue {
    jobs: VecDeque<Job>,
    running: usize,
    closed: bool,
}

enum Job {
    Hash {
        password: Zeroizing<String>,
        salt: [u8; 16],
        answer: oneshot::Sender<String>,
    },
    Verify {
        password: Zeroizing<String>,
        stored: Option<String>,
        answer: oneshot::Sender<EngineResult<bool>>,
    },
}

impl HashPool {
    /// Starts `threads` threads; at most `queue` jobs wait in front of them.
    pub(crate) fn new(threads: usize, queue: usize) -> Self {
        let shared = Arc::new(Shared { queue: Mutex::default(), wake: Condvar::new() });
        let handles = (0..threads.max(1))
            .filter_map(|n| {
                let shared = Arc::clone(&shared);
                thread::Builder::new().name(format!("hash-{n}")).spawn(move || work(&shared)).ok()
            })
            .collect();
        Self { shared, threads: Mutex::new(handles), limit: queue + threads.max(1) }
    }

    /// Hashes a password with a salt from `random`.
    pub(crate) async fn hash(&self, password: &str, random: &dyn Random) -> EngineResult<String> {
        let mut salt = [0; 16];
        random.fill(&mut salt);
        let (answer, wait) = oneshot::channel();
        self.admit(Job::Hash { password: Zeroizing::new(password.to_owned()), salt, answer })?;
        wait.await.map_err(|_| EngineError::Stopping)
    }

    /// Whether `password` is the one behind `stored`. Where nothing is stored the work is done all the same and the
    /// answer is no, so that the time tells nothing.
    pub(crate) async fn verify(&self, password: &str, stored: Option<String>) -> EngineResult<bool> {
        let (answer, wait) = oneshot::channel();
        self.admit(Job::Verify { password: Zeroizing::new(password.to_owned()), stored, answer })?;
        wait.await.map_err(|_| EngineError::Stopping)?
    }

    fn admit(&self, job: Job) -> EngineResult<()> {
        let mut queue = self.shared.lock();
        if queue.closed {
            return Err(EngineError::Stopping);
        }
        if queue.jobs.len() + queue.running >= self.limit {
            return Err(EngineError::Busy { retry_after: RETRY_AFTER });
        }
        queue.jobs.push_back(job);
        drop(queue);
        self.shared.wake.notify_one();
        Ok(())
    }
}

impl Drop for HashPool {
    fn drop(&mut self) {
        self.shared.lock().closed = true;
        self.shared.wake.notify_all();
        for thread in self.threads.lock().unwrap_or_else(PoisonError::into_inner).drain(..) {
            // A worker cannot panic; if one did, there is nothing left to stop.
            let _ = thread.join();
        }
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn next(&self) -> Option<Job> {
        let mut queue = self.lock();
        loop {
            // Who has hung up needs no answer.
            while queue.jobs.front().is_some_and(Job::abandoned) {
                queue.jobs.pop_front();
            }
            if let Some(job) = queue.jobs.pop_front() {
                queue.running += 1;
                return Some(job);
            }
            if queue.closed {
                return None;
            }
            queue = self.wake.wait(queue).unwrap_or_else(PoisonError::into_inner);
        }
    }
}

impl Job {
    fn abandoned(&self) -> bool {
        match self {
            Self::Hash { answer, .. } => answer.is_closed(),
            Self::Verify { answer, .. } => answer.is_closed(),
        }
    }

    fn run(self) {
        // An answer nobody waits for any more is dropped.
        match self {
            Self::Hash { password, salt, answer } => {
                let _ = answer.send(password::hash(&password, salt));
            }
            Self::Verify { password, stored: Some(stored), answer } => {
                let verdict = password::verify(&password, &stored).map_err(|_| EngineError::MalformedHash);
                let _ = answer.send(verdict);
            }
            Self::Verify { password, stored: None, answer } => {
                let _ = password::hash(&password, [0; 16]);
                let _ = answer.send(Ok(false));
            }
        }
    }
}

fn work(shared: &Shared) {
    // On Linux the niceness is the thread's own. Where it cannot be set, hashing merely competes on equal terms.
    let _ = rustix::process::nice(19);
    while let Some(job) = shared.next() {
        job.run();
        shared.lock().running -= 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Zeros;
    impl Random for Zeros {
        fn fill(&self, bytes: &mut [u8]) {
            bytes.fill(0);
        }
    }

    #[tokio::test]
    async fn a_hash_verifies_its_own_password_only() {
        let pool = HashPool::new(1, 4);
        let stored = pool.hash("correct horse", &Zeros).await.unwrap();
        assert!(pool.verify("correct horse", Some(stored.clone())).await.unwrap());
        assert!(!pool.verify("battery staple", Some(stored)).await.unwrap());
        assert!(!pool.verify("correct horse", None).await.unwrap());
    }

    #[tokio::test]
    async fn beyond_the_limit_the_answer_is_busy_at_once() {
        let pool = HashPool::new(1, 2);
        let mut admitted = Vec::new();
        for _ in 0..3 {
            let (answer, wait) = oneshot::channel();
            pool.admit(Job::Hash { password: Zeroizing::new("x".into()), salt: [0; 16], answer }).unwrap();
            admitted.push(wait);
        }
        assert!(matches!(pool.hash("x", &Zeros).await, Err(EngineError::Busy { .. })));
        for wait in admitted {
            wait.await.unwrap();
        }
        assert!(pool.hash("x", &Zeros).await.is_ok());
    }

    #[tokio::test]
    async fn a_malformed_stored_hash_is_an_error_and_not_a_wrong_password() {
        let pool = HashPool::new(1, 1);
        assert!(matches!(pool.verify("x", Some("nonsense".into())).await, Err(EngineError::MalformedHash)));
    }
}
