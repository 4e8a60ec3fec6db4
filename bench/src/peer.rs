//! The servers that are measured, each with somebody signed in.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, bail};

use crate::Bench;
use crate::client::{Answer, Connection};
use crate::process::{Server, free_address, sibling};

/// A secret for servers that live for minutes.
pub(crate) const SECRET: &str = "xqV3vJ9m0Zt8RbLw5sKd2YhNf7cGpA4e";

/// The account in every server.
pub(crate) const EMAIL: &str = "ada@example.com";
pub(crate) const PASSWORD: &str = "correct horse battery staple";

/// What the one who is signed in calls the browser.
pub(crate) const USER_AGENT: &str =
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36";

pub(crate) const GET_SESSION: &str = "/api/auth/get-session";

/// How long a session-data cookie is good for where the cache is on: the most that our server takes, and longer than the peers take turns.
const COOKIE_CACHE_SECONDS: u32 = 3600;

/// A server and the cookies of somebody who is signed in.
pub(crate) struct Peer {
    pub(crate) server: Server,
    /// The `Cookie` header.
    pub(crate) cookies: String,
    /// A file with that line, for `wrk`.
    pub(crate) file: PathBuf,
}

/// Whether the answer may come from the signed session-data cookie.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum CookieCache {
    Off,
    On,
}

impl CookieCache {
    fn seconds(self) -> String {
        if self == Self::On { COOKIE_CACHE_SECONDS } else { 0 }.to_string()
    }
}

/// Starts our server on the database `name` in the scratch space, which may exist.
pub(crate) fn start_stayd(bench: &Bench, name: &str, cache: CookieCache) -> anyhow::Result<Server> {
    start_stayd_with(bench, name, cache, &[])
}

/// The same with more settings, by their variables.
pub(crate) fn start_stayd_with(
    bench: &Bench,
    name: &str,
    cache: CookieCache,
    settings: &[(&str, &str)],
) -> anyhow::Result<Server> {
    let address = free_address()?;
    let mut command = stayd_command(bench, name)?;
    command
        .args(["serve", "--listen", &address.to_string()])
        .env("BETTER_AUTH_URL", format!("http://{address}"))
        .env("STAYD_MAIL", format!("file:{}", bench.folder.join("mail").display()))
        .env("STAYD_RATE_LIMIT", "off")
        .env("STAYD_COOKIE_CACHE", cache.seconds())
        .envs(settings.iter().copied());
    Server::start(&mut command, address, "/api/auth/ok")
}

/// Our binary on the database `name` in the scratch space, to be told what to do.
pub(crate) fn stayd_command(bench: &Bench, name: &str) -> anyhow::Result<Command> {
    let mut command = sibling("stayd")?;
    command
        .env("BETTER_AUTH_SECRET", SECRET)
        .env("DATABASE_URL", format!("sqlite:{}", bench.folder.join(format!("{name}.db")).display()))
        .current_dir(&bench.folder);
    Ok(command)
}

/// Our server with somebody signed in.
pub(crate) fn stayd(bench: &Bench, name: &str, cache: CookieCache) -> anyhow::Result<Peer> {
    Peer::signed_up(bench, name, start_stayd(bench, name, cache)?)
}

/// A real Better Auth server with somebody signed in.
pub(crate) fn better_auth(bench: &Bench, name: &str, cache: CookieCache) -> anyhow::Result<Peer> {
    let address = free_address()?;
    let mut command = Command::new("node");
    command
        .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("better-auth/server.mjs"))
        .args([address.port().to_string(), cache.seconds()])
        .env("NODE_ENV", "production")
        .env("BETTER_AUTH_SECRET", SECRET)
        .env("BETTER_AUTH_URL", format!("http://{address}"));
    Peer::signed_up(bench, name, Server::start(&mut command, address, "/api/auth/ok")?)
}

/// A bare axum handler that answers as `model` does; it checks one HMAC of the cookie `verify` first, where given.
pub(crate) fn bare(bench: &Bench, name: &str, model: &Peer, verify: Option<&str>) -> anyhow::Result<Peer> {
    let reply = bench.folder.join(format!("{name}.reply"));
    std::fs::write(&reply, model.session()?.bytes())?;
    let address = free_address()?;
    let mut command = sibling("bare")?;
    command
        .args(["--listen", &address.to_string(), "--reply"])
        .arg(reply)
        .args(["--cookies", &model.cookies]);
    if let Some(cookie) = verify {
        command.args(["--verify", cookie]);
    }
    let server = Server::start(&mut command, address, GET_SESSION)?;
    Ok(Peer { server, cookies: model.cookies.clone(), file: model.file.clone() })
}

impl Peer {
    fn signed_up(bench: &Bench, name: &str, server: Server) -> anyhow::Result<Self> {
        let account = format!(r#"{{"name":"Ada Lovelace","email":"{EMAIL}","password":"{PASSWORD}"}}"#);
        let answer = Connection::open(server.address)?.post("/api/auth/sign-up/email", &account)?;
        if answer.status != 200 {
            bail!("{name}: sign-up was answered with {}", String::from_utf8_lossy(&answer.bytes()));
        }
        let file = bench.folder.join(format!("{name}.cookies"));
        let cookies = answer.cookies();
        std::fs::write(&file, format!("{cookies}\n"))?;
        let peer = Self { server, cookies, file };
        peer.session().with_context(|| name.to_owned())?;
        Ok(peer)
    }

    /// What the server answers to the one who is signed in; fails where the answer is not a session.
    pub(crate) fn session(&self) -> anyhow::Result<Answer> {
        session(&mut Connection::open(self.server.address)?, &self.cookies)
    }
}

/// Asks for the session that `cookies` stand for; fails where the answer is not a session.
pub(crate) fn session(connection: &mut Connection, cookies: &str) -> anyhow::Result<Answer> {
    let answer = connection.get(GET_SESSION, cookies)?;
    if answer.status != 200 || !answer.body.starts_with(b"{\"session\":{") {
        bail!("no session in the answer {}", String::from_utf8_lossy(&answer.bytes()));
    }
    Ok(answer)
}
