//! What the handles, the attempts and the storage tell the driver.

use std::sync::Arc;

use stayd_core::{Event, Need, Rejection, Stored};
use tokio::sync::oneshot;
use url::Url;

use crate::error::{Error, StorageError};
use crate::http::{Ask, Reply};
use crate::jar::Jar;
use crate::session::SessionData;
use crate::storage::{Entry, Held};

/// Epoch and generation: what a request is sent in.
pub(crate) type Moment = (u32, u32);

/// What a handle asks of the driver.
pub(crate) enum Order {
    Begin(Command),
    Ask {
        need: Need,
        event: Event,
        reply: oneshot::Sender<Result<(), Error>>,
    },
    DismissWarning,
    Admit {
        refused: Option<Moment>,
        request: HeldRequest,
    },
    Withdraw {
        id: u64,
    },
    /// A request has been answered: who is signed in now, and with what?
    Compare {
        sent: Pass,
        url: Url,
        cookies: Vec<String>,
        reply: oneshot::Sender<Pass>,
    },
    Close {
        reply: oneshot::Sender<()>,
    },
}

/// A command that may begin a session.
pub(crate) struct Command {
    pub(crate) ask: Ask,
    pub(crate) reply: oneshot::Sender<Result<Option<SessionData>, Error>>,
}

/// A request that waits for a verdict, or for the renewal that it is held for.
pub(crate) struct HeldRequest {
    pub(crate) id: u64,
    pub(crate) reply: oneshot::Sender<Result<Admission, Error>>,
}

pub(crate) enum Admission {
    /// Send it, with this.
    Go(Pass),
    /// The answer that came is the answer.
    Settle,
}

/// What a request is sent with.
#[derive(Debug, Clone)]
pub(crate) struct Pass {
    pub(crate) moment: Moment,
    pub(crate) person: Option<String>,
    pub(crate) jar: Jar,
}

/// What an attempt brings.
pub(crate) enum Fact {
    Turn { attempt: u32, held: Option<Held>, found: Result<Option<Box<Entry>>, StorageError> },
    Answered { attempt: u32, reply: Box<Reply> },
}

/// What came with an event and may come to be shown and sent.
#[derive(Default)]
pub(crate) struct Candidate {
    pub(crate) data: Option<Arc<SessionData>>,
    pub(crate) jar: Offer,
}

/// A credential that may take the place of the present one.
#[derive(Default)]
pub(crate) enum Offer {
    #[default]
    None,
    /// From an answer: taken where the machine has the answer remembered.
    Answered(Jar),
    /// From storage: taken where the machine stands where it was written.
    Stored(Moment, Jar),
}

impl Candidate {
    /// An entry as the machine hears of it, and what came with it.
    pub(crate) fn stored(entry: Entry) -> (Stored, Self) {
        let (stored, moment) = (entry.stored(), entry.moment());
        (stored, Self { data: entry.data.map(Arc::new), jar: Offer::Stored(moment, entry.jar) })
    }
}

pub(crate) fn rejection(why: Rejection) -> Error {
    match why {
        Rejection::Ended => Error::SessionEnded,
        Rejection::QueueFull => Error::TooManyWaiting,
        Rejection::Disposed => Error::Closed,
    }
}
