//! A thread that is waited for.

use std::io;
use std::sync::{Mutex, PoisonError};
use std::thread::{Builder, JoinHandle};

/// A thread that is joined when this is dropped, at the latest.
#[derive(Debug)]
pub(super) struct Thread(Mutex<Option<JoinHandle<()>>>);

impl Thread {
    pub(super) fn start(name: &str, work: impl FnOnce() + Send + 'static) -> io::Result<Self> {
        let handle = Builder::new().name(name.to_owned()).spawn(work)?;
        Ok(Self(Mutex::new(Some(handle))))
    }

    /// Waits for the end of the thread; at once when somebody has waited before.
    pub(super) fn join(&self) {
        let handle = self.0.lock().unwrap_or_else(PoisonError::into_inner).take();
        if handle.is_some_and(|handle| handle.join().is_err()) {
            tracing::error!("a database thread has panicked");
        }
    }
}

impl Drop for Thread {
    fn drop(&mut self) {
        self.join();
    }
}
