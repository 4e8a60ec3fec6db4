//! What a program sees of its session.

use std::sync::Arc;

use stayd_core::{Ending, Identity, Status, Trouble};

use crate::error::Error;
use crate::session::SessionData;

/// How things stand at one moment.
#[derive(Debug, Clone)]
pub struct View {
    /// Where in the cycle.
    pub status: Status,
    /// Whom to show: nobody, somebody who is remembered, or somebody whom the server has confirmed.
    pub identity: Identity,
    /// Whether the server has confirmed it and nothing has failed since.
    pub verified: bool,
    /// Whether the program may change things at the server now.
    pub can_mutate: bool,
    /// Whether the session has reached its end, or has been ended by the server.
    pub expired: bool,
    /// Minutes until the end where a warning is due, else 0.
    pub minutes_left: u8,
    /// What kind of thing went wrong last, until something goes right.
    pub trouble: Trouble,
    /// Why nobody is signed in.
    pub ending: Ending,
    /// Who is signed in, or was when the server was last heard of: `identity` says which.
    pub session: Option<Arc<SessionData>>,
    /// What went wrong last, until something goes right.
    pub error: Option<Error>,
}

impl View {
    pub(crate) fn of(
        machine: &stayd_core::Machine,
        session: Option<Arc<SessionData>>,
        error: Option<Error>,
    ) -> Self {
        let view = machine.view();
        Self {
            status: view.status,
            identity: view.identity,
            verified: view.verified,
            can_mutate: view.can_mutate,
            expired: view.expired,
            minutes_left: view.minutes_left,
            trouble: view.trouble,
            ending: view.ending,
            session,
            error,
        }
    }
}
