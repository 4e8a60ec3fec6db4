//! A serving loop with limits, for HTTP/1 and HTTP/2 (by prior knowledge) on one port.
//!
//! `axum::serve` waits for ever for half a header, takes 400 kB of them, and answers requests with no host or with two lengths
//! (security catalogue, 2.10). This loop does not. It takes an axum router, or any tower service of the same shape:
//!
//! ```no_run
//! use axum::{Router, routing::get};
//! use stayd_server::{Limits, serve};
//!
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
//! let router = Router::new().route("/", get(|| async { "hello" }));
//! let stopped = serve(listener, router, Limits::default(), async {
//!     tokio::signal::ctrl_c().await.ok();
//! })
//! .await?;
//! println!("{} requests were cut off", stopped.cut_off);
//! # Ok(())
//! # }
//! ```
//!
//! What it does not do: TLS (a proxy's work), protocol upgrades, and the time a handler takes.
//!
//! | what comes | what it gets |
//! |---|---|
//! | half a head, or silence | closed after [`Limits::header_time`] |
//! | no request for a while | closed after [`Limits::idle_time`] |
//! | a head too long, too many headers | 431 |
//! | no host, two, an odd one; one that is not ours | 400; 421 |
//! | `Content-Length` beside `Transfer-Encoding` | 400, closed |
//! | a body too long, by its length or by its bytes; too slow | 413; 408, closed |
//! | one connection too many | 503 with `Retry-After`, closed |
//!
//! A chunked request is the last one of its HTTP/1 connection: see `head_scan.rs` for why. Each request carries the
//! [`Peer`](crate::Peer) among its extensions.

mod accept;
mod body;
mod connection;
mod gate;
mod head_scan;
mod host;
mod refusal;
mod state;
mod watched;

pub use body::RequestBodyError;

use crate::limits::{InvalidLimits, Limits};
use accept::{Acceptor, Newcomer};
use axum::body::Body;
use axum::http::Request;
use axum::response::Response;
use connection::{Connections, Stop};
use std::convert::Infallible;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tower::Service;

/// How serving ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Stopped {
    /// The requests that were still in flight when [`Limits::shutdown_time`] was over, and were not answered.
    pub cut_off: usize,
}

/// Why serving did not begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ServeError {
    /// A limit cannot be kept.
    #[error(transparent)]
    Limits(#[from] InvalidLimits),
}

/// Serves `service` on `listener` until `shutdown` is ready, then lets the requests in flight finish.
///
/// After `shutdown` no connection is accepted; idle ones are closed, and the others as soon as their requests are answered. Those that
/// take longer than [`Limits::shutdown_time`] are cut off and counted.
pub async fn serve<S, F>(
    listener: TcpListener,
    service: S,
    limits: Limits,
    shutdown: F,
) -> Result<Stopped, ServeError>
where
    S: Service<Request<Body>, Response = Response, Error = Infallible> + Clone + Send + 'static,
    S::Future: Send,
    F: Future<Output = ()>,
{
    limits.check()?;
    let limits = Arc::new(limits);
    let (drain, cut) = (CancellationToken::new(), CancellationToken::new());
    let (tracker, cut_off) = (TaskTracker::new(), Arc::new(AtomicUsize::new(0)));
    let connections = Connections::new(service, Arc::clone(&limits));
    let acceptor = Acceptor::new(listener, limits.max_connections);

    let mut shutdown = pin!(shutdown);
    loop {
        let Newcomer { stream, peer, place } = tokio::select! {
            biased;
            () = shutdown.as_mut() => break,
            newcomer = acceptor.next() => newcomer,
        };
        let stop = Stop { drain: drain.child_token(), cut: cut.clone() };
        let serving = connections.clone().serve(stream, peer, stop);
        let cut_off = Arc::clone(&cut_off);
        tracker.spawn(async move {
            cut_off.fetch_add(serving.await, Ordering::AcqRel);
            drop(place);
        });
    }

    drop(acceptor);
    drain.cancel();
    tracker.close();
    if tokio::time::timeout(limits.shutdown_time, tracker.wait()).await.is_err() {
        cut.cancel();
        tracker.wait().await;
    }
    Ok(Stopped { cut_off: cut_off.load(Ordering::Acquire) })
}
