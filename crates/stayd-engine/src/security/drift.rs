//! A request is held against the session that it shows (AA-10).
//!
//! The hot path: nothing is parsed for a request that comes from where its session was begun, or from where this node has seen it last. That
//! is two comparisons, or one hash where the person is in another network than at the sign-in.

use super::{Fingerprint, Incident, Reaction, SecurityEvent};
use crate::{Binding, Device, Engine, EngineResult, LiveSession};
use std::net::IpAddr;
use std::sync::atomic::{AtomicU64, Ordering};

/// Where a request comes from, as raw as it came.
#[derive(Debug, Clone, Copy)]
pub struct RequestFrom<'a> {
    /// The `User-Agent` header; empty where there is none.
    pub user_agent: &'a [u8],
    /// The address; `None` where it is not known.
    pub address: Option<IpAddr>,
}

/// What came of a closer look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Drift {
    /// The session goes on.
    Passed,
    /// It goes on and is not fresh any more: who holds it has an older state of it.
    NotFresh,
    /// The session was ended.
    Ended,
}

/// What a session in memory knows of where it is used from.
#[derive(Debug, Default)]
pub(crate) struct Familiar {
    /// The address that the session names.
    address: Option<IpAddr>,
    /// The print of the last request that was looked at closely; 0 where there was none.
    seen: AtomicU64,
}

impl Familiar {
    pub(crate) fn of(address: Option<&str>) -> Self {
        Self { address: address.and_then(|text| text.parse().ok()), seen: AtomicU64::new(0) }
    }
}

impl Engine {
    /// Whether a request with the cookie of this device, or of none, may use a session: always, but where sessions of its kind are bound.
    pub fn is_on_its_device(&self, live: &LiveSession, device_id: impl FnOnce() -> Option<String>) -> bool {
        let policy = &self.policy().sessions;
        // Where devices are not told apart no browser can show what it is.
        if !policy.devices || policy.of(&live.session).binding != Binding::Device {
            return true;
        }
        let bound_to = live.session.device_id.as_deref();
        bound_to.is_none_or(|bound_to| device_id().as_deref() == Some(bound_to))
    }

    /// Notes that a bound session was used without its device's cookie. What follows beyond the refusal is the policy's.
    pub async fn note_other_device(&self, live: &LiveSession, device: &Device) -> EngineResult<()> {
        let event = SecurityEvent::OtherDevice { known: device.id.is_some() };
        self.raise(Incident::in_session(event, &live.user, &live.session, device)).await.map(drop)
    }

    /// Whether requests are held against their sessions at all.
    pub fn compares_fingerprints(&self) -> bool {
        self.policy().security.fingerprint != Reaction::Ignore
    }

    /// Whether a request comes from where its session is known to be used. Never waits; the answer no asks for [`Engine::look_closer`].
    pub fn is_familiar(&self, live: &LiveSession, from: RequestFrom<'_>) -> bool {
        let size = self.policy().security.network;
        let network = from.address.map(|address| size.network_of(address));
        let same_network = match (live.familiar.address, network) {
            (Some(known), Some(network)) => size.network_of(known) == network,
            _ => true,
        };
        let named = live.session.user_agent.as_deref().unwrap_or_default();
        if same_network && named.as_bytes() == from.user_agent {
            return true;
        }
        live.familiar.seen.load(Ordering::Relaxed) == self.print(from)
    }

    /// Parses where a request comes from, and acts where that differs too much from where its session was begun. The same request does not
    /// come here again while the session is in memory.
    pub async fn look_closer(&self, live: &LiveSession, from: RequestFrom<'_>) -> EngineResult<Drift> {
        let policy = &self.policy().security;
        let user_agent = String::from_utf8_lossy(from.user_agent);
        let session = &live.session;
        let before = Fingerprint::of(session.user_agent.as_deref(), live.familiar.address, policy.network);
        let after = Fingerprint::of(Some(&user_agent), from.address, policy.network);
        let score = before.drift(&after);
        if score < policy.fingerprint_threshold {
            self.grow_familiar(live, from);
            return Ok(Drift::Passed);
        }
        let event = SecurityEvent::FingerprintChanged { before, after, score };
        let device =
            Device { ip_address: None, user_agent: Some(user_agent.into_owned()), ..Device::default() };
        match self.raise(Incident::in_session(event, &live.user, session, &device)).await? {
            Reaction::End => Ok(Drift::Ended),
            // What replaces this state of the session looks for itself.
            Reaction::StepUp if self.is_fresh(session, self.now()) => Ok(Drift::NotFresh),
            Reaction::StepUp | Reaction::Notify | Reaction::Log | Reaction::Ignore => {
                self.grow_familiar(live, from);
                Ok(Drift::Passed)
            }
        }
    }

    /// From now on such a request needs no closer look. Only when what follows from it has been done: a second one, which comes meanwhile,
    /// must not find the door open.
    fn grow_familiar(&self, live: &LiveSession, from: RequestFrom<'_>) {
        live.familiar.seen.store(self.print(from), Ordering::Relaxed);
    }

    fn print(&self, from: RequestFrom<'_>) -> u64 {
        let network = from.address.map(|address| self.policy().security.network.network_of(address));
        self.security().print_of((from.user_agent, network))
    }
}
