//! Opens many event streams and listens to all of them; a process of its own, because a process has 20,000 descriptors at most.
//!
//! Prints one line of JSON once all are open, then waits for a line on standard input; then changes one person's name again and again and
//! prints how long each change took to reach the first streams.

use std::io::{BufRead as _, Write as _};
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use clap::Parser;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpSocket, TcpStream};
use tokio::sync::Semaphore;

#[derive(Parser)]
struct Arguments {
    /// The server.
    #[arg(long)]
    server: SocketAddr,
    /// A file with the `Cookie` header of each stream, one a line.
    #[arg(long)]
    cookies: PathBuf,
    /// How many of the first streams are those of the person who changes.
    #[arg(long)]
    of_one: usize,
    /// How often the person changes.
    #[arg(long)]
    changes: u32,
}

/// Streams from one source address; the server allows 1,000.
const PER_ADDRESS: usize = 900;

/// How many are opened at the same time.
const AT_ONCE: usize = 64;

/// Nothing takes as long as this.
const LIMIT: Duration = Duration::from_mins(2);

/// What the streams have heard.
#[derive(Default)]
struct Heard {
    open: AtomicUsize,
    changed: AtomicUsize,
    /// Nanoseconds from the beginning of this program to the last change that was heard.
    last_change: AtomicU64,
    lost: AtomicUsize,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> anyhow::Result<()> {
    let arguments = Arguments::parse();
    let begun = Instant::now();
    let cookies: Vec<String> =
        std::fs::read_to_string(&arguments.cookies)?.lines().map(str::to_owned).collect();
    let heard = Arc::new(Heard::default());
    let opening = Arc::new(Semaphore::new(AT_ONCE));
    for (number, cookie) in cookies.iter().enumerate() {
        let place = Arc::clone(&opening).acquire_owned().await?;
        let stream = open(arguments.server, number, cookie).await?;
        let (heard, counts) = (Arc::clone(&heard), number < arguments.of_one);
        tokio::spawn(async move {
            if listen(stream, &heard, begun, counts, place).await.is_err() {
                heard.lost.fetch_add(1, Ordering::SeqCst);
            }
        });
    }
    until(&heard, |heard| heard.open.load(Ordering::SeqCst) == cookies.len()).await?;
    say(&serde_json::json!({ "open": cookies.len(), "seconds": begun.elapsed().as_secs_f64() }))?;
    tokio::task::spawn_blocking(|| std::io::stdin().lock().read_line(&mut String::new())).await??;

    let cookie = cookies.first().context("no streams")?;
    let mut delays_ms = Vec::new();
    for change in 0..arguments.changes {
        heard.changed.store(0, Ordering::SeqCst);
        let sent = begun.elapsed();
        rename(arguments.server, cookie, change).await?;
        until(&heard, |heard| heard.changed.load(Ordering::SeqCst) >= arguments.of_one).await?;
        let last = Duration::from_nanos(heard.last_change.load(Ordering::SeqCst));
        delays_ms.push(last.saturating_sub(sent).as_secs_f64() * 1e3);
    }
    say(&serde_json::json!({ "delaysMs": delays_ms, "lost": heard.lost.load(Ordering::SeqCst) }))
}

async fn open(server: SocketAddr, number: usize, cookie: &str) -> anyhow::Result<TcpStream> {
    let socket = TcpSocket::new_v4()?;
    let host = u8::try_from(2 + number / PER_ADDRESS).context("too many streams")?;
    socket.bind((Ipv4Addr::new(127, 0, 0, host), 0).into())?;
    let mut stream = socket.connect(server).await?;
    let request = format!(
        "GET /api/auth/events HTTP/1.1\r\nHost: {server}\r\nAccept: text/event-stream\r\nCookie: {cookie}\r\n\r\n"
    );
    stream.write_all(request.as_bytes()).await?;
    Ok(stream)
}

/// Reads a stream to its end. `_place` is held until it has said its first words.
async fn listen(
    mut stream: TcpStream,
    heard: &Heard,
    begun: Instant,
    counts: bool,
    place: tokio::sync::OwnedSemaphorePermit,
) -> anyhow::Result<()> {
    let mut place = Some(place);
    let mut buffer = vec![0; 2048];
    let mut said = Vec::new();
    loop {
        let count = stream.read(&mut buffer).await?;
        if count == 0 {
            bail!("the stream ended");
        }
        said.extend_from_slice(buffer.get(..count).unwrap_or_default());
        let has = |text: &[u8]| said.windows(text.len()).any(|part| part == text);
        if place.is_some() {
            if !said.starts_with(b"HTTP/1.1 200") {
                bail!("refused");
            }
            if has(b"event: session") {
                drop(place.take());
                heard.open.fetch_add(1, Ordering::SeqCst);
                said = Vec::new();
            }
        } else {
            if counts && has(b"event: user-changed") {
                let now = u64::try_from(begun.elapsed().as_nanos()).unwrap_or(u64::MAX);
                heard.last_change.fetch_max(now, Ordering::SeqCst);
                heard.changed.fetch_add(1, Ordering::SeqCst);
            }
            said.clear();
        }
    }
}

async fn rename(server: SocketAddr, cookie: &str, change: u32) -> anyhow::Result<()> {
    let body = format!(r#"{{"name":"Name {change}"}}"#);
    let mut stream = TcpStream::connect(server).await?;
    stream.set_nodelay(true)?;
    let request = format!(
        "POST /api/auth/update-user HTTP/1.1\r\nHost: {server}\r\nOrigin: http://{server}\r\nCookie: {cookie}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(request.as_bytes()).await?;
    let mut answer = vec![0; 64];
    let count = stream.read(&mut answer).await?;
    if !answer.get(..count).unwrap_or_default().starts_with(b"HTTP/1.1 200") {
        bail!("the change was answered with {}", String::from_utf8_lossy(&answer));
    }
    Ok(())
}

/// Waits until something has been heard.
async fn until(heard: &Heard, is_so: impl Fn(&Heard) -> bool) -> anyhow::Result<()> {
    let begun = Instant::now();
    while !is_so(heard) {
        let lost = heard.lost.load(Ordering::SeqCst);
        if lost > 0 || begun.elapsed() > LIMIT {
            bail!(
                "{} streams are open, {} heard of a change, {lost} were lost",
                heard.open.load(Ordering::SeqCst),
                heard.changed.load(Ordering::SeqCst)
            );
        }
        tokio::time::sleep(Duration::from_micros(200)).await;
    }
    Ok(())
}

fn say(line: &serde_json::Value) -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{line}")?;
    Ok(out.flush()?)
}
