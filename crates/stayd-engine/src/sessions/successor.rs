//! The token that takes the place of another.
//!
//! Tokens are stored as hashes only, and yet a repeated renewal must give the same successor again. So a successor is not drawn but
//! derived from what the caller shows: whoever does not hold the predecessor, or not the server's secret, learns nothing of it.

use crate::store::SessionRecord;
use stayd_protocol::{Secrets, SessionToken, Signer};

/// Derives successors, with a key that serves nothing else.
pub(crate) struct Successors {
    signer: Signer,
}

impl Successors {
    pub(crate) fn new(secrets: &Secrets) -> Self {
        Self { signer: Signer::for_purpose(secrets, "successor of a session token") }
    }

    /// What the session's `token` is replaced by.
    pub(crate) fn next(&self, session: &SessionRecord, token: &SessionToken) -> SessionToken {
        SessionToken::from_mac(&self.signer.mac(message(session, token).as_bytes()))
    }

    /// What `predecessor` has been replaced by. The server's secret may have changed since: each that is accepted is tried. `None` where
    /// the one that was used is accepted no more.
    pub(crate) fn of(&self, session: &SessionRecord, predecessor: &SessionToken) -> Option<SessionToken> {
        let message = message(session, predecessor);
        let candidates = self.signer.macs(message.as_bytes()).map(|mac| SessionToken::from_mac(&mac));
        candidates.into_iter().find(|candidate| candidate.hash() == session.token_hash)
    }
}

/// Neither an id nor a token has a dot in it, so that no two pairs make one text.
fn message(session: &SessionRecord, token: &SessionToken) -> zeroize::Zeroizing<String> {
    zeroize::Zeroizing::new(format!("{}.{}", session.id, token.expose()))
}
