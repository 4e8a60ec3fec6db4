//! The life of one connection.

use super::gate::Gate;
use super::state::ConnectionState;
use super::watched::Watched;
use crate::address::Peer;
use crate::limits::Limits;
use axum::body::Body;
use axum::http::Request;
use axum::response::Response;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use std::convert::Infallible;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use tokio::net::TcpStream;
use tokio_util::sync::CancellationToken;
use tower::Service;

/// A window per stream, and with it what one stream that is not read can make us hold.
const STREAM_WINDOW: u32 = 64 * 1024;
/// The same for a whole HTTP/2 connection.
const CONNECTION_WINDOW: u32 = 1024 * 1024;

/// What all connections have in common.
#[derive(Clone)]
pub(super) struct Connections<S> {
    service: S,
    builder: Arc<auto::Builder<TokioExecutor>>,
    limits: Arc<Limits>,
}

/// When to stop.
pub(super) struct Stop {
    /// Take no more requests.
    pub(super) drain: CancellationToken,
    /// Let go of those that are left.
    pub(super) cut: CancellationToken,
}

impl<S> Connections<S>
where
    S: Service<Request<Body>, Response = Response, Error = Infallible> + Clone + Send + 'static,
    S::Future: Send,
{
    pub(super) fn new(service: S, limits: Arc<Limits>) -> Self {
        Self { service, builder: Arc::new(builder(&limits)), limits }
    }

    /// Serves one connection until it ends; says how many of its requests were cut off.
    pub(super) async fn serve(self, stream: TcpStream, peer: SocketAddr, stop: Stop) -> usize {
        // Answers are small and written whole; waiting to fill a packet only costs time.
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%error, "a connection keeps its delay");
        }
        let state = Arc::<ConnectionState>::default();
        let io = TokioIo::new(Watched::new(stream, Arc::clone(&state), &self.limits));
        let gate =
            Gate { inner: self.service, peer: Peer(peer), limits: self.limits, state: Arc::clone(&state) };
        let mut connection = pin!(self.builder.serve_connection(io, gate));
        tokio::select! {
            biased;
            result = connection.as_mut() => return ended(result),
            () = stop.drain.cancelled() => connection.as_mut().graceful_shutdown(),
        }
        tokio::select! {
            biased;
            result = connection => ended(result),
            () = stop.cut.cancelled() => state.in_flight(),
        }
    }
}

fn ended(result: Result<(), Box<dyn std::error::Error + Send + Sync>>) -> usize {
    if let Err(error) = result {
        // A peer that breaks off or talks nonsense is its own business.
        tracing::debug!(error, "a connection ended badly");
    }
    0
}

fn builder(limits: &Limits) -> auto::Builder<TokioExecutor> {
    let mut builder = auto::Builder::new(TokioExecutor::new());
    builder
        .http1()
        .timer(TokioTimer::new())
        // `Watched` keeps the time: hyper's timer would end idle connections just as early as slow heads.
        .header_read_timeout(None)
        .max_buf_size(limits.max_header_bytes)
        .max_headers(limits.max_headers);
    builder
        .http2()
        .timer(TokioTimer::new())
        .max_concurrent_streams(limits.max_streams)
        .max_header_list_size(u32::try_from(limits.max_header_bytes).unwrap_or(u32::MAX))
        // What a peer may open and reset before it is told to go (rapid reset, CVE-2023-44487).
        .max_pending_accept_reset_streams(20)
        .max_local_error_reset_streams(128)
        .initial_stream_window_size(STREAM_WINDOW)
        .initial_connection_window_size(CONNECTION_WINDOW)
        .max_send_buf_size(STREAM_WINDOW as usize)
        .keep_alive_interval(limits.ping_interval)
        .keep_alive_timeout(limits.ping_time);
    builder
}
