//! The peer that does nothing: an axum handler that answers every request with the same bytes, served as most people serve axum.
//!
//! With `--verify COOKIE` it first checks one HMAC-SHA-256 over the value of that cookie, which is the least that any signed cookie costs.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::Context as _;
use axum::Router;
use axum::extract::State;
use axum::http::header::{CONNECTION, CONTENT_LENGTH, COOKIE, DATE};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use bytes::Bytes;
use clap::Parser;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

#[derive(Parser)]
struct Arguments {
    /// Where to listen.
    #[arg(long)]
    listen: SocketAddr,
    /// A file with the answer to give: head and body, as a server sent them.
    #[arg(long)]
    reply: PathBuf,
    /// The `Cookie` header whose cookie of the name `--verify` is the valid one.
    #[arg(long, default_value = "")]
    cookies: String,
    /// The cookie to verify.
    #[arg(long)]
    verify: Option<String>,
}

#[derive(Clone)]
struct Reply {
    headers: HeaderMap,
    body: Bytes,
}

#[derive(Clone)]
struct Verifying {
    reply: Reply,
    key: Hmac<Sha256>,
    cookie: Arc<str>,
    mac: [u8; 32],
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let arguments = Arguments::parse();
    let reply = Reply::read(&std::fs::read(&arguments.reply)?)?;
    let path = "/api/auth/get-session";
    let router = match arguments.verify {
        None => Router::new().route(path, get(answer)).with_state(reply),
        Some(cookie) => {
            let key = Hmac::<Sha256>::new_from_slice(b"a key that is as good as any other one")?;
            let valid = value_of(&arguments.cookies, &cookie).context("no such cookie in --cookies")?;
            let mac = key.clone().chain_update(valid).finalize().into_bytes().into();
            let state = Verifying { reply, key, cookie: cookie.into(), mac };
            Router::new().route(path, get(verify_and_answer)).with_state(state)
        }
    };
    let listener = tokio::net::TcpListener::bind(arguments.listen).await?;
    axum::serve(listener, router).await.context("cannot serve")
}

async fn answer(State(reply): State<Reply>) -> Response {
    (reply.headers, reply.body).into_response()
}

async fn verify_and_answer(State(state): State<Verifying>, headers: HeaderMap) -> Response {
    let cookies = headers.get(COOKIE).and_then(|header| header.to_str().ok()).unwrap_or_default();
    let Some(value) = value_of(cookies, &state.cookie) else {
        return StatusCode::UNAUTHORIZED.into_response();
    };
    match state.key.chain_update(value).verify_slice(&state.mac) {
        Ok(()) => (state.reply.headers, state.reply.body).into_response(),
        Err(_) => StatusCode::UNAUTHORIZED.into_response(),
    }
}

/// The value of a cookie in a `Cookie` header.
fn value_of<'a>(header: &'a str, name: &str) -> Option<&'a str> {
    header.split("; ").find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='))
}

impl Reply {
    /// Reads a recorded answer; the headers that hyper writes by itself are left to it.
    fn read(recorded: &[u8]) -> anyhow::Result<Self> {
        let split = recorded.windows(4).position(|four| four == b"\r\n\r\n").context("no end of the head")?;
        let (head, body) = recorded.split_at_checked(split + 4).context("no body")?;
        let mut headers = HeaderMap::new();
        for line in std::str::from_utf8(head)?.lines().skip(1).filter(|line| !line.is_empty()) {
            let (name, value) = line.split_once(": ").context("a header without a colon")?;
            let name: HeaderName = name.parse()?;
            if ![DATE, CONTENT_LENGTH, CONNECTION].contains(&name) {
                headers.append(name, HeaderValue::from_str(value)?);
            }
        }
        Ok(Self { headers, body: Bytes::copy_from_slice(body) })
    }
}
