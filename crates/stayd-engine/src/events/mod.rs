//! What becomes of a session, told to those who watch it.
//!
//! Nothing is queued. A watcher remembers what it was last told ([`SessionVersion`], three moments and a count that every change leaves behind), and is
//! woken when the session has gone on from there; what it is told then is the difference. So a watcher that is slow costs no memory, one
//! that was away for a while misses nothing (it says what it knew), and that holds across restarts too.

mod documents;
mod follow;
mod look;
mod revocations;
mod version;
mod watch;
mod watched;
mod watchers;

pub use follow::{NotAPosition, Position, RevocationFeed, RevocationNews};
pub(crate) use revocations::RevocationLog;
pub use revocations::{Revocation, Subject};
pub use version::{Changes, NotAVersion, SessionVersion};
pub use watch::{SessionWatch, WatchError, WatchLimits, WatchNews};
pub(crate) use watchers::Watchers;
