//! The one connection that writes, on a thread of its own. It takes everything that waits, and commits it as one group: the price of a
//! durable commit is paid once for all of them.

use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::{Connection, ErrorCode};
use tokio::sync::{mpsc, oneshot};

use super::error::{Outcome, classify, closed};
use super::job::{GroupFailure, Job, Work};
use super::log::{Log, move_log, try_to_make_room};
use super::open_error::OpenError;
use super::options::{Durability, SqliteOptions};
use super::thread::Thread;
use crate::store::StoreResult;

/// Writes that may wait; a caller beyond them waits to get into the queue.
const QUEUE: usize = 1024;
/// Writes of one group: enough to share the price of a commit, few enough that the last of them does not wait long.
const GROUP: usize = 256;
/// Writes that are not urgent and may wait.
const LEISURELY_QUEUE: usize = 16;
/// How long one try to get the write lock lasts. Between tries the thread answers who asks for foreign writes.
const LOCK_TRY: Duration = Duration::from_millis(10);
/// How long closing waits for other processes that read. After that the log stays beside the file, and nothing is lost.
const CLOSE_WAIT: Duration = Duration::from_secs(1);

type CloseReply = oneshot::Sender<StoreResult<()>>;
type Version = oneshot::Sender<StoreResult<u64>>;

enum Message {
    Write(Box<dyn Job>),
    /// Something waits in one of the other queues.
    Wake,
    Close(CloseReply),
}

/// The way to the writer. Dropping it finishes what is queued, moves the log into the file and ends the thread.
#[derive(Debug)]
pub(super) struct Writer {
    // Dropped in this order: without senders the thread ends, and the last field waits for it.
    queue: mpsc::Sender<Message>,
    leisurely: mpsc::Sender<Box<dyn Job>>,
    versions: mpsc::UnboundedSender<Version>,
    thread: Thread,
}

impl Writer {
    pub(super) fn start(
        mut connection: Connection,
        path: &Path,
        options: &SqliteOptions,
    ) -> Result<Self, OpenError> {
        connection.busy_timeout(LOCK_TRY).map_err(|source| OpenError::from_sqlite(path, source))?;
        let log = Log::of(&mut connection).map_err(|source| OpenError::from_sqlite(path, source))?;
        let (queue, messages) = mpsc::channel(QUEUE);
        let (leisurely, leisurely_jobs) = mpsc::channel(LEISURELY_QUEUE);
        let (versions, asked) = mpsc::unbounded_channel();
        let lock_tries = (options.lock_wait.as_millis() / LOCK_TRY.as_millis()).max(1);
        let worker = Worker {
            connection,
            log,
            messages,
            leisurely: leisurely_jobs,
            asked,
            closing: Vec::new(),
            lock_tries,
            durability: options.durability,
        };
        let log_of = options.room_for_log.then(|| path.to_owned());
        let thread = Thread::start("stayd-write", move || worker.run(log_of))
            .map_err(|source| OpenError::Thread { path: path.to_owned(), source })?;
        Ok(Self { queue, leisurely, versions, thread })
    }

    /// Does a piece of work in a group with others. The answer comes when the group is durable.
    pub(super) async fn write<T, F>(&self, work: F) -> StoreResult<T>
    where
        T: Send + 'static,
        F: FnOnce(&Connection) -> Outcome<T> + Send + 'static,
    {
        let (job, answer) = Work::boxed(work);
        if self.queue.send(Message::Write(job)).await.is_err() {
            return closed();
        }
        answer.await.unwrap_or_else(|_| closed())
    }

    /// Does a piece of work when nothing urgent waits, or after a group of it. It is not waited for until the disk has it.
    pub(super) async fn write_at_leisure<F>(&self, work: F) -> StoreResult<()>
    where
        F: FnOnce(&Connection) -> Outcome<()> + Send + 'static,
    {
        let (job, answer) = Work::boxed(work);
        if self.leisurely.send(job).await.is_err() {
            return closed();
        }
        self.wake();
        answer.await.unwrap_or_else(|_| closed())
    }

    /// The number that changes when another process has written.
    pub(super) async fn data_version(&self) -> StoreResult<u64> {
        let (reply, answer) = oneshot::channel();
        if self.versions.send(reply).is_err() {
            return closed();
        }
        self.wake();
        answer.await.unwrap_or_else(|_| closed())
    }

    fn wake(&self) {
        // A full queue has the thread awake already.
        let _ = self.queue.try_send(Message::Wake);
    }

    /// Finishes what is queued and closes the database. Writes that come later are refused.
    pub(super) async fn close(&self) -> StoreResult<()> {
        let (reply, answer) = oneshot::channel();
        if self.queue.send(Message::Close(reply)).await.is_err() {
            return Ok(());
        }
        let closed = answer.await.unwrap_or_else(|_| closed());
        self.thread.join();
        closed
    }
}

/// What lives on the thread.
struct Worker {
    connection: Connection,
    log: Log,
    messages: mpsc::Receiver<Message>,
    leisurely: mpsc::Receiver<Box<dyn Job>>,
    asked: mpsc::UnboundedReceiver<Version>,
    closing: Vec<CloseReply>,
    lock_tries: u128,
    durability: Durability,
}

impl Worker {
    fn run(mut self, mut log_of: Option<PathBuf>) {
        let mut group = Vec::with_capacity(GROUP);
        while self.collect(&mut group) {
            self.answer_versions();
            if !group.is_empty() {
                self.commit(&mut group);
            } else if let Some(path) = log_of.take() {
                // Nobody waits for a write, nor for the start.
                try_to_make_room(&mut self.connection, &path);
            }
            if let Ok(job) = self.leisurely.try_recv() {
                self.commit_at_leisure(job);
            }
        }
        self.leisurely.close();
        while let Ok(job) = self.leisurely.try_recv() {
            self.commit_at_leisure(job);
        }
        self.answer_versions();
        let Self { connection, closing, .. } = self;
        let answer = close(connection);
        if let Err(error) = &answer {
            tracing::warn!(%error, "the log stays beside the database; nothing is lost");
        }
        // All of them hear the same; only the first hears why.
        let mut answer = Some(answer.map_err(classify));
        for reply in closing {
            let _ = reply.send(answer.take().unwrap_or(Ok(())));
        }
    }

    /// Takes what waits, and waits for it only when there is nothing else to do. `false` when nothing will come any more.
    fn collect(&mut self, group: &mut Vec<Box<dyn Job>>) -> bool {
        let mut messages = Vec::new();
        let open = if self.leisurely.is_empty() {
            self.messages.blocking_recv_many(&mut messages, GROUP) > 0
        } else {
            while messages.len() < GROUP
                && let Ok(message) = self.messages.try_recv()
            {
                messages.push(message);
            }
            true
        };
        for message in messages {
            match message {
                Message::Write(job) => group.push(job),
                Message::Wake => {}
                Message::Close(reply) => {
                    // What is in the queue already is still done.
                    self.messages.close();
                    self.closing.push(reply);
                }
            }
        }
        open
    }

    fn commit_at_leisure(&mut self, job: Box<dyn Job>) {
        let relaxed = self.durability == Durability::PowerLoss && self.set_synchronous("NORMAL").is_ok();
        self.commit(&mut vec![job]);
        if relaxed && let Err(error) = self.set_synchronous(self.durability.synchronous()) {
            // Cannot happen outside a transaction; were it to, later writes would survive a crash but not a loss of power.
            tracing::error!(%error, "the database does not wait for the disk any more");
        }
    }

    fn set_synchronous(&self, value: &str) -> rusqlite::Result<()> {
        self.connection.pragma_update(None, "synchronous", value)
    }

    /// Commits a group and then answers everybody in it.
    fn commit(&mut self, group: &mut Vec<Box<dyn Job>>) {
        let committed = self.transact(group);
        if let Err(failure) = &committed {
            self.recover(failure);
        }
        for job in group.drain(..) {
            job.answer(committed.as_ref().copied());
        }
        self.log.move_if_long(&self.connection);
    }

    fn transact(&mut self, group: &mut [Box<dyn Job>]) -> Result<(), GroupFailure> {
        self.begin().map_err(GroupFailure::of)?;
        let done = self.work(group).and_then(|()| self.execute("COMMIT").map_err(GroupFailure::of));
        if done.is_err() && !self.connection.is_autocommit() {
            // An error here means that SQLite has rolled back by itself.
            let _ = self.execute("ROLLBACK");
        }
        done
    }

    /// Begins, waiting for other processes to end their writing.
    fn begin(&mut self) -> rusqlite::Result<()> {
        let mut tries = 0;
        loop {
            tries += 1;
            match self.execute("BEGIN IMMEDIATE") {
                Err(error)
                    if error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy)
                        && tries < self.lock_tries =>
                {
                    self.answer_versions();
                }
                begun => return begun,
            }
        }
    }

    /// Each job in a savepoint, so that one that fails undoes nothing but itself.
    fn work(&self, group: &mut [Box<dyn Job>]) -> Result<(), GroupFailure> {
        for job in group {
            self.execute("SAVEPOINT job").map_err(GroupFailure::of)?;
            let kept = job.run(&self.connection);
            if self.connection.is_autocommit() {
                // Some errors (a full disk) make SQLite roll back everything; what ran before is gone too.
                return Err(GroupFailure::Undone);
            }
            if !kept {
                self.execute("ROLLBACK TO job").map_err(GroupFailure::of)?;
            }
            self.execute("RELEASE job").map_err(GroupFailure::of)?;
        }
        Ok(())
    }

    fn execute(&self, sql: &str) -> rusqlite::Result<()> {
        self.connection.prepare_cached(sql)?.execute([])?;
        Ok(())
    }

    fn recover(&self, failure: &GroupFailure) {
        tracing::warn!(?failure, "a group of writes was not committed");
        // On a full disk the log may hold the room that is missing. When this fails as well, the next group meets the same error.
        let _ = move_log(&self.connection);
    }

    /// `PRAGMA data_version` changes when another connection has written, and the other connections of this store only read.
    fn answer_versions(&mut self) {
        while let Ok(reply) = self.asked.try_recv() {
            let version = || -> rusqlite::Result<i64> {
                self.connection.prepare_cached("PRAGMA data_version")?.query_row([], |row| row.get(0))
            };
            let _ = reply.send(version().map(i64::cast_unsigned).map_err(classify));
        }
    }
}

/// Moves the log into the file and closes it.
fn close(connection: Connection) -> rusqlite::Result<()> {
    let moved = connection.busy_timeout(CLOSE_WAIT).and_then(|()| move_log(&connection));
    let closed = connection.close().map_err(|(_, error)| error);
    moved.and(closed)
}
