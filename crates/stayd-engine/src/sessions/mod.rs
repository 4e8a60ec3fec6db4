//! Sessions: made at sign-in, checked at every request, renewed while they are used, ended once and for all.

mod activity;
mod cache;
mod check;
mod create;
mod end;
mod ended;
mod limits;
mod list;
mod live;
mod reason;
mod recognise;
mod renew;
mod restored;
mod rotation;
mod step_back;
mod successor;

pub use create::{Device, SignedIn};
pub use live::{LiveSession, wire_session, wire_user};
pub use reason::EndReason;
pub use recognise::Recognised;
pub use renew::Renewed;
pub use restored::let_go_of_revived_letters;
pub(crate) use successor::Successors;

use crate::SessionPolicy;
use activity::Activity;
use cache::SessionCache;
use ended::RecentlyEnded;
use rotation::rotates;
pub(crate) use rotation::{Standing, verify};
use stayd_protocol::Timestamp;

/// What this node knows of sessions beside the store.
pub(crate) struct Sessions {
    pub(crate) cache: SessionCache,
    pub(crate) ended: RecentlyEnded,
    pub(crate) activity: Activity,
}

impl Sessions {
    pub(crate) fn new(policy: &SessionPolicy, now: Timestamp) -> Self {
        Self {
            cache: SessionCache::new(policy),
            ended: RecentlyEnded::new(now, policy.cookie_cache),
            activity: Activity::default(),
        }
    }
}
