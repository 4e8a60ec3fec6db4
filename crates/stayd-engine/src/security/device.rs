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
        let cookie = self.id.iter().map(|id| format!("cookie\n{user_id}\n{id}"));
        let known_by = [format!("print\n{user_id}\n{print}")].into_iter().chain(cookie);
        known_by.map(|text| TokenHash::of(&text)).collect()
    }
}

impl Engine {
    /// Where an address is, as far as this deployment knows places.
    pub(super) fn sign_in_place(&self, device: &Device) -> Option<SignInPlace> {
        self.places().of(device.address()?).map(SignInPlace::from)
    }
}
