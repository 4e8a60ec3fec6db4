//! A server with small limits, and a client that writes what it is told.

use axum::Router;
use axum::body::Bytes;
use axum::extract::Extension;
use axum::http::HeaderMap;
use axum::routing::{get, post};
use stayd_server::{Limits, Peer, Stopped, serve};
use std::net::SocketAddr;
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

/// No step of a test takes longer, unless something is broken.
pub(crate) const DEADLINE: Duration = Duration::from_mins(2);

/// A server that runs until it is told to stop.
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    serving: JoinHandle<Stopped>,
}

impl Server {
    pub(crate) async fn with(limits: Limits) -> Self {
        Self::serving(limits, router()).await
    }

    pub(crate) async fn serving(limits: Limits, router: Router) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, stopped) = oneshot::channel();
        let serving = tokio::spawn(async move {
            let shutdown = async { drop(stopped.await) };
            serve(listener, router, limits, shutdown).await.unwrap()
        });
        Self { address, stop: Some(stop), serving }
    }

    pub(crate) async fn connect(&self) -> Connection {
        Connection { stream: TcpStream::connect(self.address).await.unwrap(), buffer: Vec::new() }
    }

    /// Tells it to stop, without waiting.
    pub(crate) fn tell_to_stop(&mut self) {
        drop(self.stop.take());
    }

    pub(crate) async fn stopped(self) -> Stopped {
        in_time(self.serving).await.unwrap()
    }
}

/// Says hello, echoes bodies, tells who asks.
pub(crate) fn router() -> Router {
    Router::new()
        .route("/", get(|| async { "hello" }))
        .route("/echo", post(|body: Bytes| async move { body }))
        .route("/ignore", post(|| async { "ignored" }))
        .route("/peer", get(|Extension(Peer(peer)): Extension<Peer>| async move { peer.to_string() }))
        .route("/host", get(|headers: HeaderMap| async move { headers["host"].to_str().unwrap().to_owned() }))
}

/// Limits that no test runs into: what ends is ended by what it is about.
pub(crate) fn patient() -> Limits {
    let mut limits = Limits::default();
    let never = DEADLINE * 6;
    (limits.header_time, limits.body_time, limits.idle_time, limits.write_time) =
        (never, never, never, never);
    (limits.ping_interval, limits.shutdown_time) = (never, never);
    limits
}

/// Limits that a test does not have to wait for.
pub(crate) fn quick() -> Limits {
    let mut limits = Limits::default();
    limits.header_time = Duration::from_millis(150);
    limits.body_time = Duration::from_millis(150);
    limits.idle_time = Duration::from_secs(2);
    limits.max_body_bytes = 1024;
    limits
}

pub(crate) async fn in_time<F: Future>(future: F) -> F::Output {
    tokio::time::timeout(DEADLINE, future).await.expect("it took too long")
}

/// One connection.
pub(crate) struct Connection {
    pub(crate) stream: TcpStream,
    buffer: Vec<u8>,
}

/// One answer.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: String,
}

impl Answer {
    pub(crate) fn closes(&self) -> bool {
        self.head.contains("connection: close")
    }
}

impl Connection {
    pub(crate) async fn send(&mut self, bytes: impl AsRef<[u8]>) {
        in_time(self.stream.write_all(bytes.as_ref())).await.unwrap();
    }

    /// Sends what the server may refuse to take to its end.
    pub(crate) async fn try_send(&mut self, bytes: impl AsRef<[u8]>) {
        drop(in_time(self.stream.write_all(bytes.as_ref())).await);
    }

    /// Reads one answer, which has to have a `Content-Length`.
    pub(crate) async fn answer(&mut self) -> Answer {
        loop {
            if let Some(answer) = self.take_answer() {
                return answer;
            }
            let read = in_time(self.stream.read_buf(&mut self.buffer)).await.unwrap();
            assert!(read > 0, "closed after {:?}", String::from_utf8_lossy(&self.buffer));
        }
    }

    fn take_answer(&mut self) -> Option<Answer> {
        let text = String::from_utf8_lossy(&self.buffer).into_owned();
        let (head, rest) = text.split_once("\r\n\r\n")?;
        let head = head.to_ascii_lowercase();
        let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
        let length: usize = length.map_or(0, |length| length.parse().unwrap());
        let body = rest.get(..length)?.to_owned();
        self.buffer.drain(..head.len() + 4 + length);
        Some(Answer { status: head.split(' ').nth(1)?.parse().ok()?, head, body })
    }

    /// Whether the server closes the connection without another byte; a reset is closing, too.
    pub(crate) async fn is_closed(&mut self) -> bool {
        matches!(in_time(self.stream.read_buf(&mut self.buffer)).await, Ok(0) | Err(_))
            && self.buffer.is_empty()
    }

    /// Whether the server leaves the connection open and silent for this long.
    pub(crate) async fn is_silent_for(&mut self, time: Duration) -> bool {
        tokio::time::timeout(time, self.stream.read_buf(&mut self.buffer)).await.is_err()
    }
}

/// How long something took.
pub(crate) async fn timed<F: Future>(future: F) -> (F::Output, Duration) {
    let begin = Instant::now();
    let output = future.await;
    (output, begin.elapsed())
}
