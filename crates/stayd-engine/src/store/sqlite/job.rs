//! A piece of work for the writer, and its answer, which waits for the commit.

use std::sync::Arc;

use rusqlite::Connection;
use tokio::sync::oneshot;

use super::error::{Failure, Outcome, classify, closed};
use crate::store::{StoreError, StoreResult};

/// One write among others of the same group.
pub(super) trait Job: Send {
    /// Does the work, inside a savepoint. `false` when it failed and has to be undone.
    fn run(&mut self, connection: &Connection) -> bool;

    /// Answers the caller: with what came of the work when the group is committed, else with why it is not.
    fn answer(self: Box<Self>, group: Result<(), &GroupFailure>);
}

/// Why a whole group was not committed. Shared by all of its jobs.
#[derive(Debug, Clone)]
pub(super) enum GroupFailure {
    /// The database refused to begin or to commit.
    Sqlite(Arc<rusqlite::Error>),
    /// One of the jobs met an error that made SQLite undo all of them.
    Undone,
}

impl GroupFailure {
    pub(super) fn of(error: rusqlite::Error) -> Self {
        Self::Sqlite(Arc::new(error))
    }

    fn store_error(&self) -> StoreError {
        let source = Box::new(NotCommitted(self.clone()));
        match self {
            Self::Sqlite(error) => match error.sqlite_error() {
                Some(cause) => match classify(rusqlite::Error::SqliteFailure(*cause, None)) {
                    StoreError::Corrupt(_) => StoreError::Corrupt(source),
                    _ => StoreError::Unavailable(source),
                },
                None => StoreError::Unavailable(source),
            },
            Self::Undone => StoreError::Unavailable(source),
        }
    }
}

/// A write was not committed, and is undone.
#[derive(Debug)]
struct NotCommitted(GroupFailure);

impl std::fmt::Display for NotCommitted {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the write was not committed")?;
        match &self.0 {
            GroupFailure::Sqlite(_) => Ok(()),
            GroupFailure::Undone => f.write_str(": another one beside it failed"),
        }
    }
}

impl std::error::Error for NotCommitted {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match &self.0 {
            GroupFailure::Sqlite(error) => Some(error.as_ref()),
            GroupFailure::Undone => None,
        }
    }
}

/// A job made of a function.
pub(super) struct Work<T, F> {
    function: Option<F>,
    outcome: Option<Outcome<T>>,
    reply: oneshot::Sender<StoreResult<T>>,
}

impl<T, F> Work<T, F>
where
    T: Send + 'static,
    F: FnOnce(&Connection) -> Outcome<T> + Send + 'static,
{
    /// The job, and where its answer will come.
    pub(super) fn boxed(work: F) -> (Box<dyn Job>, oneshot::Receiver<StoreResult<T>>) {
        let (reply, answer) = oneshot::channel();
        (Box::new(Self { function: Some(work), outcome: None, reply }), answer)
    }
}

impl<T, F> Job for Work<T, F>
where
    T: Send + 'static,
    F: FnOnce(&Connection) -> Outcome<T> + Send + 'static,
{
    fn run(&mut self, connection: &Connection) -> bool {
        self.outcome = self.function.take().map(|work| work(connection));
        matches!(self.outcome, Some(Ok(_)))
    }

    fn answer(self: Box<Self>, group: Result<(), &GroupFailure>) {
        let answer = match (self.outcome, group) {
            // Its own error says more than that of the group. A refusal does not: what it refers to may be undone.
            (Some(Err(Failure::Sqlite(error))), Err(_)) => Err(own(error)),
            (_, Err(failure)) => Err(failure.store_error()),
            (Some(outcome), Ok(())) => outcome.map_err(StoreError::from),
            (None, Ok(())) => closed(),
        };
        // A caller that was dropped meanwhile is not interested.
        let _ = self.reply.send(answer);
    }
}

/// The answer to a job whose own error, or that of another, undid its group.
fn own(error: rusqlite::Error) -> StoreError {
    match classify(error) {
        error @ (StoreError::Unavailable(_) | StoreError::Corrupt(_)) => error,
        _ => GroupFailure::Undone.store_error(),
    }
}
