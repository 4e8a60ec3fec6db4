//! Metrics for whoever watches the server, at an address of their own (EN-13, H-10).

use std::net::SocketAddr;

use stayd_server::{Limits, ServeError, Stayd, Stopped, metrics, serve};
use tokio::{net::TcpListener, task::JoinHandle};
use tokio_util::sync::CancellationToken;

use crate::{
    config::{Config, PublicPlace},
    failure::Failure,
};

/// How many may read them at once.
const READERS: usize = 64;

/// Where they will be told.
pub(crate) struct Metrics {
    listener: TcpListener,
    bound: SocketAddr,
}

impl Metrics {
    /// Takes the address, where there is one.
    pub(crate) async fn listen(config: &Config) -> Result<Option<Self>, Failure> {
        let Some(address) = config.metrics else { return Ok(None) };
        let failure = |source| Failure::ListenForMetrics { address, source };
        let listener = TcpListener::bind(address).await.map_err(failure)?;
        let bound = listener.local_addr().map_err(failure)?;
        Ok(Some(Self { listener, bound }))
    }

    /// Tells them until `stop`.
    pub(crate) fn tell(
        self,
        stayd: Stayd,
        config: &Config,
        place: &PublicPlace,
        stop: CancellationToken,
    ) -> JoinHandle<Result<Stopped, ServeError>> {
        let Self { listener, bound } = self;
        tracing::info!(address = %bound, "metrics are told");
        let mut limits = Limits::default();
        limits.max_connections = READERS;
        // Who opens it to the network lets whoever reads it call it by whatever name it has there.
        limits.hosts = if bound.ip().is_unspecified() { None } else { config.hosts(place, bound) };
        tokio::spawn(serve(listener, metrics(stayd), limits, stop.cancelled_owned()))
    }
}
