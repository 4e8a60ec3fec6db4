//! A request is held against the session that it shows (AA-10). What counts as a difference, and what follows, is the engine's.

use crate::{
    address::{Peer, client_ip},
    app::App,
};
use axum::http::{HeaderMap, HeaderValue, header};
use stayd_engine::{Device, Drift, EngineResult, LiveSession, Recognised, RequestFrom};
use stayd_protocol::SessionToken;

impl App {
    /// Whether the request comes from where its session is known to be used, or nobody asks. Never waits.
    pub(crate) fn is_familiar(&self, live: &LiveSession, request: &HeaderMap, peer: Option<Peer>) -> bool {
        !self.engine.compares_fingerprints() || self.engine.is_familiar(live, self.from(request, peer))
    }

    /// Whether the request shows what sessions of this kind are bound to.
    pub(crate) fn is_on_its_device(&self, live: &LiveSession, request: &HeaderMap) -> bool {
        self.engine.is_on_its_device(live, || self.device_id(request))
    }

    /// Both. Never waits.
    pub(crate) fn is_as_its_session(
        &self,
        live: &LiveSession,
        request: &HeaderMap,
        peer: Option<Peer>,
    ) -> bool {
        self.is_on_its_device(live, request) && self.is_familiar(live, request, peer)
    }

    /// What a token opens for this request: nothing where it comes without the device that the session is bound to, or is so unlike its
    /// session that the session was ended for it.
    pub(crate) async fn recognise(
        &self,
        token: &SessionToken,
        request: &HeaderMap,
        peer: Option<Peer>,
    ) -> EngineResult<Recognised> {
        let recognised = self.engine.recognise(token).await?;
        let (Recognised::Current(live) | Recognised::Honoured { live, .. }) = &recognised else {
            return Ok(recognised);
        };
        if !self.is_on_its_device(live, request) {
            let RequestFrom { user_agent, address } = self.from(request, peer);
            let device = Device {
                ip_address: address.map(|address| address.to_string()),
                user_agent: Some(String::from_utf8_lossy(user_agent).into_owned()),
                id: self.device_id(request),
            };
            self.engine.note_other_device(live, &device).await?;
            return Ok(Recognised::Nobody);
        }
        if self.is_familiar(live, request, peer) {
            return Ok(recognised);
        }
        match self.engine.look_closer(live, self.from(request, peer)).await? {
            Drift::Passed => Ok(recognised),
            // What was found before says that the session is fresh.
            Drift::NotFresh => self.engine.recognise(token).await,
            Drift::Ended => Ok(Recognised::Nobody),
        }
    }

    fn from<'a>(&self, request: &'a HeaderMap, peer: Option<Peer>) -> RequestFrom<'a> {
        RequestFrom {
            user_agent: request.get(header::USER_AGENT).map(HeaderValue::as_bytes).unwrap_or_default(),
            address: peer.map(|peer| client_ip(request, peer.0.ip(), &self.config.trusted_proxies)),
        }
    }
}
