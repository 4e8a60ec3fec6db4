//! How soon another back end, which checks access tokens by itself and follows the server's feed of ends, refuses what was ended (J-7).

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;
use stayd_verify::{Verifier, Verify};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::task::yield_now;
use tokio::time::sleep;

use crate::client::Connection;
use crate::peer::{self, CookieCache, SECRET};
use crate::process::{Server, on_load_core};
use crate::report::{Finding, Target};
use crate::wrk::{middle, p99};
use crate::{Bench, seed};

/// Sign-outs, each of a session of its own.
const TRIALS: u32 = 500;

/// The back end's name at the server.
const ID: &str = "orders";

/// Between two questions of somebody who leaves the processor to others.
pub(super) const POLL: Duration = Duration::from_millis(1);

/// Nothing takes as long as this.
const LIMIT: Duration = Duration::from_secs(10);

pub(crate) fn measure(bench: &Bench) -> anyhow::Result<Vec<Finding>> {
    let trials = TRIALS.min(bench.sessions / 1000);
    drop(peer::start_stayd(bench, "follower", CookieCache::Off)?);
    seed::fill(&bench.folder.join("follower.db"), trials)?;
    let server = start(bench, "follower")?;
    println!("{trials} sign-outs, and a back end that follows the feed");
    let delays = on_load_core(|| {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        runtime.block_on(async {
            let verifier = follow(&server).await?;
            let mut connection = Connection::open(server.address)?;
            let mut delays = Vec::new();
            for number in 0..trials {
                let cookies = seed::cookies(number)?;
                let token = shown(&mut connection, &cookies)?;
                delays.push(trial(&verifier, server.address, &cookies, &token).await?);
            }
            anyhow::Ok(delays)
        })
    })?;
    let figures = |of: fn(&Delay) -> Duration| -> Vec<f64> {
        delays.iter().map(|delay| of(delay).as_secs_f64() * 1e3).collect()
    };
    let (from_call, from_answer) = (figures(|delay| delay.from_call), figures(|delay| delay.from_answer));
    Ok(vec![Finding::new(
        format!("p99 from the call of a sign-out to the refusal by a back end that follows, of {trials}"),
        format!(
            "from the call p50 {:.2} ms; from its answer p50 {:.2}, p99 {:.2} ms",
            middle(from_call.clone()),
            middle(from_answer.clone()),
            p99(from_answer)
        ),
        p99(from_call),
        "ms",
        Some(Target::AtMost(50.0)),
    )])
}

/// Our server with one back end that may follow.
pub(super) fn start(bench: &Bench, name: &str) -> anyhow::Result<Server> {
    let backends = format!("{ID}:{SECRET}");
    peer::start_stayd_with(bench, name, CookieCache::Off, &[("STAYD_BACKENDS", &backends)])
}

/// A verifier that hears what the server ends.
pub(super) async fn follow(server: &Server) -> anyhow::Result<Verifier> {
    let verifier = Verify::new(format!("http://{}", server.address)).backend(ID, SECRET).start()?;
    let begun = Instant::now();
    while !verifier.hears() {
        ensure!(begun.elapsed() < LIMIT, "the feed of ends is not heard");
        sleep(POLL).await;
    }
    Ok(verifier)
}

/// What a program shows that was given an access token for this session.
pub(super) fn shown(connection: &mut Connection, cookies: &str) -> anyhow::Result<HeaderMap> {
    let answer = connection.post_as("/api/auth/token", cookies, "{}")?;
    ensure!(answer.status == 200, "no tokens: {}", String::from_utf8_lossy(&answer.bytes()));
    let pair: serde_json::Value = serde_json::from_slice(&answer.body)?;
    let token = pair["access_token"].as_str().context("no access token")?;
    Ok(HeaderMap::from_iter([(AUTHORIZATION, format!("Bearer {token}").parse()?)]))
}

struct Delay {
    from_call: Duration,
    from_answer: Duration,
}

/// Ends a session, and shows its token at the back end until it is refused there. All in one thread: none waits for another's turn.
async fn trial(
    verifier: &Verifier,
    server: SocketAddr,
    cookies: &str,
    token: &HeaderMap,
) -> anyhow::Result<Delay> {
    ensure!(verifier.check(token).await.is_ok(), "a good token was refused");
    let request = format!(
        "POST /api/auth/sign-out HTTP/1.1\r\nHost: {server}\r\nOrigin: http://{server}\r\nCookie: {cookies}\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{{}}"
    );
    let mut stream = TcpStream::connect(server).await?;
    stream.set_nodelay(true)?;
    let called_at = Instant::now();
    let answered = async {
        stream.write_all(request.as_bytes()).await?;
        let mut answer = [0; 1024];
        let count = stream.read(&mut answer).await?;
        let answer = answer.get(..count).unwrap_or_default();
        ensure!(
            answer.starts_with(b"HTTP/1.1 200"),
            "a sign-out was answered with {}",
            String::from_utf8_lossy(answer)
        );
        Ok(Instant::now())
    };
    let refused = async {
        while verifier.check(token).await.is_ok() {
            ensure!(called_at.elapsed() < LIMIT, "an ended session's token is not refused");
            yield_now().await;
        }
        Ok(Instant::now())
    };
    let (answered_at, refused_at) = tokio::try_join!(answered, refused)?;
    Ok(Delay {
        from_call: refused_at.duration_since(called_at),
        from_answer: refused_at.saturating_duration_since(answered_at),
    })
}
