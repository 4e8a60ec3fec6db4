//! What every handler holds on to.

use crate::{
    config::ServerConfig, devices::DeviceIds, events::StreamAddresses, names::CookieNames,
    rate_limit::RateLimiter, request_id::RequestIds, session_data::SessionDataReader,
};
use stayd_engine::Engine;
use stayd_protocol::{CsrfTokens, SessionDataCodec, Signer};
use std::sync::{Arc, atomic::AtomicI64};

/// An engine with its HTTP settings: what [`crate::router`] is made of, and what an application keeps in its state so that
/// its handlers can use [`crate::SignedIn`]. Cheap to clone.
#[derive(Clone)]
pub struct Stayd(pub(crate) App);

impl Stayd {
    /// Puts an engine behind the HTTP face.
    pub fn new(engine: Engine, config: ServerConfig) -> Self {
        Self(App::new(engine, config))
    }

    /// The engine.
    pub fn engine(&self) -> &Engine {
        &self.0.engine
    }

    /// Ends every event stream, and refuses new ones. To be called when a shutdown begins: a stream is a request in flight, and would be
    /// waited for. Browsers come back to the node that takes over.
    pub fn end_event_streams(&self) {
        self.0.engine.close_watches();
    }
}

/// The engine and the parts of the HTTP face that are made once.
#[derive(Clone)]
pub(crate) struct App {
    inner: Arc<Inner>,
}

pub(crate) struct Inner {
    pub(crate) engine: Engine,
    pub(crate) config: ServerConfig,
    pub(crate) names: CookieNames,
    pub(crate) signer: Signer,
    pub(crate) csrf: CsrfTokens,
    pub(crate) device_ids: DeviceIds,
    pub(crate) session_data: Option<SessionDataReader>,
    pub(crate) limiter: RateLimiter,
    pub(crate) request_ids: RequestIds,
    pub(crate) stream_addresses: Arc<StreamAddresses>,
    /// When the store was last found ready (ms).
    pub(crate) ready_at: AtomicI64,
}

impl App {
    pub(crate) fn new(engine: Engine, config: ServerConfig) -> Self {
        let names = CookieNames::new(&config.cookies);
        let signer = Signer::new(&config.secrets);
        let session_data = config.cookie_cache.map(|cache| {
            SessionDataReader::new(SessionDataCodec::new(
                &config.secrets,
                cache.strategy,
                SESSION_DATA_VERSION,
            ))
        });
        let csrf = CsrfTokens::new(&config.secrets);
        let device_ids = DeviceIds::new(&config.secrets);
        let ready_at = AtomicI64::new(0);
        let request_ids = RequestIds::new(engine.random());
        let limiter = RateLimiter::default();
        Self {
            inner: Arc::new(Inner {
                engine,
                config,
                names,
                signer,
                csrf,
                device_ids,
                session_data,
                limiter,
                request_ids,
                stream_addresses: Arc::default(),
                ready_at,
            }),
        }
    }
}

/// The `version` member of session-data cookies, as Better Auth writes it by default.
pub(crate) const SESSION_DATA_VERSION: &str = "1";

impl std::ops::Deref for App {
    type Target = Inner;

    fn deref(&self) -> &Inner {
        &self.inner
    }
}
