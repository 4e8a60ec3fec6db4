//! Connections that only read, beside the writer: each on a thread of its own, all fed from one bounded queue.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use rusqlite::Connection;
use tokio::sync::{mpsc, oneshot};

use super::connection;
use super::error::{Outcome, closed};
use super::open_error::OpenError;
use super::options::SqliteOptions;
use super::thread::Thread;
use crate::store::StoreResult;

/// Reads that may wait for a free connection; a caller beyond them waits to get into the queue.
const QUEUE: usize = 1024;

enum Message {
    Read(Box<dyn FnOnce(&Connection) + Send>),
    /// The thread that gets this ends. There is one for each.
    Close,
}

type Queue = Arc<Mutex<mpsc::Receiver<Message>>>;

/// The readers. Dropping them finishes what is queued and ends their threads.
#[derive(Debug)]
pub(super) struct Readers {
    // First, so that it is dropped first: without a sender the threads end, and the next field waits for them.
    queue: mpsc::Sender<Message>,
    threads: Vec<Thread>,
}

impl Readers {
    pub(super) fn start(path: &Path, options: &SqliteOptions) -> Result<Self, OpenError> {
        let (queue, receiver) = mpsc::channel(QUEUE);
        let receiver = Arc::new(Mutex::new(receiver));
        let threads = (0..options.readers.max(1))
            .map(|_| {
                let connection = connection::reader(path, options)?;
                let receiver = Arc::clone(&receiver);
                Thread::start("stayd-read", move || serve(&connection, &receiver))
                    .map_err(|source| OpenError::Thread { path: path.to_owned(), source })
            })
            .collect::<Result<_, _>>()?;
        Ok(Self { queue, threads })
    }

    /// Runs a query on one of the connections. It sees all that was committed before.
    pub(super) async fn read<T, Q>(&self, query: Q) -> StoreResult<T>
    where
        T: Send + 'static,
        Q: FnOnce(&Connection) -> Outcome<T> + Send + 'static,
    {
        let (reply, answer) = oneshot::channel();
        let read = Box::new(move |connection: &Connection| {
            // Nobody waits for the answer when the caller was dropped: a read has no other use.
            if !reply.is_closed() {
                let _ = reply.send(query(connection));
            }
        });
        if self.queue.send(Message::Read(read)).await.is_err() {
            return closed();
        }
        match answer.await {
            Ok(outcome) => Ok(outcome?),
            Err(_) => closed(),
        }
    }

    /// Ends the threads after what is queued. Reads that come later are refused.
    pub(super) async fn close(&self) {
        for _ in &self.threads {
            let _ = self.queue.send(Message::Close).await;
        }
        for thread in &self.threads {
            thread.join();
        }
    }
}

fn serve(connection: &Connection, queue: &Queue) {
    // One thread at a time waits for the queue, the others for the lock; each lets go before it runs what it got.
    loop {
        let message = queue.lock().unwrap_or_else(PoisonError::into_inner).blocking_recv();
        match message {
            Some(Message::Read(read)) => read(connection),
            Some(Message::Close) | None => return,
        }
    }
}
