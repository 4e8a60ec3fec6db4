//! Password hashing in a bounded pool of its own threads, so that a storm of sign-ins cannot slow session checks.

mod job;

use crate::{EngineError, EngineResult};
use job::{Job, Task, Verdict};
use stayd_protocol::{
    Random,
    password::{self, PasswordHashing},
};
use std::{
    collections::VecDeque,
    sync::{
        Arc, Condvar, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    thread::{self, JoinHandle},
    time::Duration,
};
use tokio::sync::oneshot;
use zeroize::Zeroizing;

/// About one hash on a slow core: a client that was turned away finds room again after a few of these.
const RETRY_AFTER: Duration = Duration::from_secs(1);

/// Threads of the lowest priority, and a queue with a limit in front of them.
pub(crate) struct HashPool {
    hashing: PasswordHashing,
    shared: Arc<Shared>,
    threads: Mutex<Vec<JoinHandle<()>>>,
    limit: usize,
    /// Whether a stored hash of the other form was met: then there are more of them, and every no costs both forms.
    is_mixed: AtomicBool,
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

impl HashPool {
    /// Starts `threads` threads; at most `queue` jobs wait in front of them. New hashes are made by `hashing`.
    pub(crate) fn new(hashing: PasswordHashing, threads: usize, queue: usize) -> Self {
        let shared = Arc::new(Shared { queue: Mutex::default(), wake: Condvar::new() });
        let handles = (0..threads.max(1))
            .filter_map(|n| {
                let shared = Arc::clone(&shared);
                thread::Builder::new().name(format!("hash-{n}")).spawn(move || work(&shared)).ok()
            })
            .collect();
        Self {
            hashing,
            shared,
            threads: Mutex::new(handles),
            limit: queue + threads.max(1),
            is_mixed: AtomicBool::default(),
        }
    }

    /// Hashes a password with a salt from `random`.
    pub(crate) async fn hash(&self, password: &str, random: &dyn Random) -> EngineResult<String> {
        let salt = fresh_salt(random);
        let (answer, wait) = oneshot::channel();
        self.admit(password, Task::Hash { salt, answer })?;
        wait.await.map_err(|_| EngineError::Stopping)
    }

    /// Whether `password` is the one behind `stored`, whatever its form. Where nothing is stored the work is done all the same and the
    /// answer is no, so that the time tells nothing. While people are there whose hash is of the other form, every no costs both.
    pub(crate) async fn verify(&self, password: &str, stored: Option<String>) -> EngineResult<bool> {
        Ok(self.judge(password, stored, None).await?.is_right)
    }

    /// The same, and where `stored` is not what would be made of the password now, and the password is right, it is made.
    pub(crate) async fn verify_or_renew(
        &self,
        password: &str,
        stored: Option<String>,
        random: &dyn Random,
    ) -> EngineResult<Verdict> {
        let is_old = stored.as_ref().is_some_and(|stored| !password::is_made_by(self.hashing, stored));
        self.judge(password, stored, is_old.then(|| fresh_salt(random))).await
    }

    async fn judge(
        &self,
        password: &str,
        stored: Option<String>,
        new_salt: Option<[u8; 16]>,
    ) -> EngineResult<Verdict> {
        if stored.as_ref().is_some_and(|stored| PasswordHashing::of(stored) != self.hashing) {
            self.is_mixed.store(true, Ordering::Relaxed);
        }
        let is_mixed = self.is_mixed.load(Ordering::Relaxed);
        let (answer, wait) = oneshot::channel();
        self.admit(password, Task::Verify { stored, new_salt, is_mixed, answer })?;
        wait.await.map_err(|_| EngineError::Stopping)?
    }

    fn admit(&self, password: &str, task: Task) -> EngineResult<()> {
        let mut queue = self.shared.lock();
        if queue.closed {
            return Err(EngineError::Stopping);
        }
        if queue.jobs.len() + queue.running >= self.limit {
            return Err(EngineError::Busy { retry_after: RETRY_AFTER });
        }
        let password = Zeroizing::new(password.to_owned());
        queue.jobs.push_back(Job { password, hashing: self.hashing, task });
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

fn fresh_salt(random: &dyn Random) -> [u8; 16] {
    let mut salt = [0; 16];
    random.fill(&mut salt);
    salt
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
        let pool = HashPool::new(PasswordHashing::Scrypt, 1, 4);
        let stored = pool.hash("correct horse", &Zeros).await.unwrap();
        assert!(pool.verify("correct horse", Some(stored.clone())).await.unwrap());
        assert!(!pool.verify("battery staple", Some(stored)).await.unwrap());
        assert!(!pool.verify("correct horse", None).await.unwrap());
    }

    #[tokio::test]
    async fn beyond_the_limit_the_answer_is_busy_at_once() {
        let pool = HashPool::new(PasswordHashing::Scrypt, 1, 2);
        let mut admitted = Vec::new();
        for _ in 0..3 {
            let (answer, wait) = oneshot::channel();
            pool.admit("x", Task::Hash { salt: [0; 16], answer }).unwrap();
            admitted.push(wait);
        }
        assert!(matches!(pool.hash("x", &Zeros).await, Err(EngineError::Busy { .. })));
        for wait in admitted {
            wait.await.unwrap();
        }
        assert!(pool.hash("x", &Zeros).await.is_ok());
    }

    //
    #[tokio::test]
    async fn a_hash_of_another_form_is_made_anew_for_the_right_password_alone() {
        let old = HashPool::new(PasswordHashing::Scrypt, 1, 4).hash("correct horse", &Zeros).await.unwrap();
        let pool = HashPool::new(PasswordHashing::Argon2id, 1, 4);
        let wrong = pool.verify_or_renew("battery staple", Some(old.clone()), &Zeros).await.unwrap();
        assert_eq!(wrong, Verdict { is_right: false, renewed: None });
        let right = pool.verify_or_renew("correct horse", Some(old), &Zeros).await.unwrap();
        let renewed = right.renewed.unwrap();
        assert!(right.is_right && renewed.starts_with("$argon2id$"));
        let again = pool.verify_or_renew("correct horse", Some(renewed), &Zeros).await.unwrap();
        assert_eq!(again, Verdict { is_right: true, renewed: None });
        let nobody = pool.verify_or_renew("correct horse", None, &Zeros).await.unwrap();
        assert_eq!(nobody, Verdict { is_right: false, renewed: None });
    }

    //
    #[tokio::test]
    async fn a_hash_of_the_other_form_is_remembered_to_be_there() {
        use PasswordHashing::{Argon2id, Scrypt};
        let old = HashPool::new(Scrypt, 1, 4).hash("correct horse", &Zeros).await.unwrap();
        let pool = HashPool::new(Argon2id, 1, 4);
        assert!(!pool.verify("x", None).await.unwrap() && !pool.is_mixed.load(Ordering::Relaxed));
        assert!(pool.verify("correct horse", Some(old)).await.unwrap());
        assert!(pool.is_mixed.load(Ordering::Relaxed));
        assert!(!pool.verify("x", None).await.unwrap());
    }

    #[tokio::test]
    async fn a_malformed_stored_hash_is_an_error_and_not_a_wrong_password() {
        let pool = HashPool::new(PasswordHashing::Scrypt, 1, 1);
        assert!(matches!(pool.verify("x", Some("nonsense".into())).await, Err(EngineError::MalformedHash)));
    }
}
