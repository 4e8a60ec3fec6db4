//! The cookie by which a browser is known again after a sign-out: a random id, signed for this purpose alone (C-13).

use crate::{app::App, cookies::cookie_header};
use axum::http::HeaderMap;
use stayd_protocol::{Secrets, Signer, cookie, identifier::ID_LENGTH};

/// Signs and reads the ids of devices.
pub(crate) struct DeviceIds(Signer);

impl DeviceIds {
    pub(crate) fn new(secrets: &Secrets) -> Self {
        Self(Signer::for_purpose(secrets, "device"))
    }

    /// The cookie's value.
    pub(crate) fn sign(&self, id: &str) -> String {
        self.0.sign(id)
    }

    fn read(&self, value: &str) -> Option<String> {
        let id = self.0.verify(value)?.value;
        let is_id = id.len() == ID_LENGTH && id.bytes().all(|byte| byte.is_ascii_alphanumeric());
        is_id.then(|| id.to_owned())
    }
}

impl App {
    /// The device that a request comes from, if devices are told apart and it carries a cookie of ours.
    pub(crate) fn device_id(&self, request: &HeaderMap) -> Option<String> {
        if !self.engine.policy().sessions.devices {
            return None;
        }
        let header = cookie_header(request);
        self.device_ids.read(&cookie::find(&header, &self.names.device)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use stayd_protocol::Secret;

    fn ids(secret: &str) -> DeviceIds {
        DeviceIds::new(&Secrets::new(Secret::parse(secret).unwrap(), Vec::new()).unwrap())
    }

    #[test]
    fn only_an_id_that_we_signed_for_a_device_is_one() {
        let ids = ids("device-tests-0123456789-abcdefghijkl");
        let id = "A".repeat(ID_LENGTH);
        let decoded =
            |value: &str| percent_encoding::percent_decode_str(value).decode_utf8_lossy().into_owned();
        let value = decoded(&ids.sign(&id));
        assert_eq!(ids.read(&value), Some(id.clone()));
        let foreign = self::ids("device-tests-9876543210-abcdefghijkl");
        let short = decoded(&ids.sign("short"));
        for odd in ["", &id, &value[1..], &decoded(&foreign.sign(&id)), &short, &"x".repeat(100_000)] {
            assert_eq!(ids.read(odd), None, "{odd:.40}");
        }
    }
}
