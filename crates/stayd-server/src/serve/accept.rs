//! Accepts connections, as many as there is room for.

use super::refusal::BUSY;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// How many connections too many may be told so at the same time. Beyond these they are closed without a word.
const REFUSALS: usize = 64;
/// How long such a connection may take to hear it.
const REFUSAL_TIME: Duration = Duration::from_secs(1);
/// The first and the longest pause after the system gave no connection, most often for want of file descriptors.
const PAUSE: Duration = Duration::from_millis(20);
const LONGEST_PAUSE: Duration = Duration::from_secs(1);

/// A listener with a limit.
///
/// A connection beyond the limit is answered 503 rather than left waiting unaccepted: so a load balancer learns at once that it had
/// better go elsewhere, and nobody waits behind idle connections.
pub(super) struct Acceptor {
    listener: TcpListener,
    places: Arc<Semaphore>,
    refusals: Arc<Semaphore>,
}

/// A connection there is room for.
pub(super) struct Newcomer {
    pub(super) stream: TcpStream,
    pub(super) peer: SocketAddr,
    /// Its place; to be held as long as it lives.
    pub(super) place: OwnedSemaphorePermit,
}

impl Acceptor {
    pub(super) fn new(listener: TcpListener, max_connections: usize) -> Self {
        let places = Arc::new(Semaphore::new(max_connections));
        Self { listener, places, refusals: Arc::new(Semaphore::new(REFUSALS)) }
    }

    pub(super) async fn next(&self) -> Newcomer {
        let mut pause = PAUSE;
        loop {
            match self.listener.accept().await {
                Ok((stream, peer)) => match Arc::clone(&self.places).try_acquire_owned() {
                    Ok(place) => return Newcomer { stream, peer, place },
                    Err(_) => self.turn_away(stream),
                },
                Err(error) if is_of_the_peer(&error) => {}
                Err(error) => {
                    // Trying again at once would only burn the processor until others let go of their descriptors.
                    tracing::error!(%error, ?pause, "no connection could be accepted");
                    tokio::time::sleep(pause).await;
                    pause = (pause * 2).min(LONGEST_PAUSE);
                }
            }
        }
    }

    fn turn_away(&self, stream: TcpStream) {
        if let Ok(permit) = Arc::clone(&self.refusals).try_acquire_owned() {
            tokio::spawn(async move {
                let _ = tokio::time::timeout(REFUSAL_TIME, tell_busy(stream)).await;
                drop(permit);
            });
        }
    }
}

/// Answers without reading the request, then listens until the peer has heard.
async fn tell_busy(mut stream: TcpStream) -> io::Result<()> {
    stream.write_all(BUSY).await?;
    stream.shutdown().await?;
    let mut scratch = [0; 1024];
    while stream.read(&mut scratch).await? > 0 {}
    Ok(())
}

/// Whether the connection failed before it was ours.
fn is_of_the_peer(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset, Interrupted};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset | Interrupted)
}
