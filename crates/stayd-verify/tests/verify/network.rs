//! The network between a back end and the server: a relay that can be silenced or cut.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum State {
    Works,
    /// Connections stay, and nothing passes.
    Silent,
    /// Connections break off, and nobody listens.
    Cut,
}

pub(crate) struct Network {
    pub(crate) address: SocketAddr,
    state: watch::Sender<State>,
    relays: Arc<Mutex<JoinSet<()>>>,
}

impl Network {
    pub(crate) async fn before(server: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (state, seen) = watch::channel(State::Works);
        let relays = Arc::new(Mutex::new(JoinSet::new()));
        let running = Arc::clone(&relays);
        tokio::spawn(async move {
            while let Ok((near, _)) = listener.accept().await {
                if *seen.borrow() != State::Cut {
                    running.lock().unwrap().spawn(relay(near, server, seen.clone()));
                }
            }
        });
        Self { address, state, relays }
    }

    pub(crate) fn becomes(&self, state: State) {
        self.state.send_replace(state);
        if state == State::Cut {
            self.relays.lock().unwrap().abort_all();
        }
    }
}

async fn relay(near: TcpStream, server: SocketAddr, state: watch::Receiver<State>) {
    let Ok(far) = TcpStream::connect(server).await else { return };
    let ((from_near, to_near), (from_far, to_far)) = (near.into_split(), far.into_split());
    let (there, back) = (state.clone(), state);
    tokio::join!(pass(from_near, to_far, there), pass(from_far, to_near, back));
}

async fn pass(
    mut from: tokio::net::tcp::OwnedReadHalf,
    mut to: tokio::net::tcp::OwnedWriteHalf,
    mut state: watch::Receiver<State>,
) {
    let mut buffer = vec![0; 16 * 1024];
    while let Ok(length) = from.read(&mut buffer).await {
        let works = state.wait_for(|state| *state == State::Works).await.is_ok();
        if length == 0 || !works || to.write_all(&buffer[..length]).await.is_err() {
            return;
        }
    }
}
