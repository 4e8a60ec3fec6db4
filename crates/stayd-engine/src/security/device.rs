//! By what a device is known again, and where it is.

use super::{Fingerprint, NetworkSize};
use crate::{Device, Engine, UserAgent, store::SignInPlace};
use stayd_protocol::TokenHash;
use std::net::IpAddr;

impl Device {
    /// Its address as a number, if it has one.
    pub(super) fn address(&self) -> Option<IpAddr> {
        self.ip_address.as_deref().and_then(|text| text.parse().ok())
    }

    /// As people call it: `Chrome 142 on Windows`.
    pub(super) fn name(&self) -> Option<String> {
        let name = self.user_agent.as_deref().map(|text| UserAgent::parse(text).to_string());
        name.filter(|name| !name.is_empty())
    }

    /// What one person's device is known by. A hash under the person's id, so that a copy of the table tells of nobody else's.
    pub(super) fn keys(&self, user_id: &str, size: NetworkSize) -> Vec<TokenHash> {
        let print = Fingerprint::of(self.user_agent.as_deref(), self.address(), size);
        vec![TokenHash::of(&format!("print\n{user_id}\n{print}"))]
    }
}

impl Engine {
    /// Where an address is, as far as this deployment knows places.
    #[expect(clippy::unused_self, reason = "a deployment that knows places keeps them in its engine")]
    pub(super) fn place_of(&self, _device: &Device) -> Option<SignInPlace> {
        None
    }
}
