//! The binary as a test runs it.

use std::io::{Read as _, Seek as _};
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;
use ureq::Agent;
use ureq::http::{Response, StatusCode, header};

use crate::free_port::free_port;

/// A condition that has not come true by then will not.
pub(crate) const LIMIT: Duration = Duration::from_mins(2);

/// A running server; killed when this value goes.
pub(crate) struct Server {
    child: Child,
    address: SocketAddr,
}

/// One client with its own connections.
#[derive(Clone)]
pub(crate) struct Client {
    agent: Agent,
    origin: String,
}

/// An answer.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    /// `name=value` of the session cookie, if the answer sets one.
    pub(crate) cookie: Option<String>,
    pub(crate) body: Value,
}

/// A folder that is gone when the test is.
pub(crate) fn folder() -> tempfile::TempDir {
    tempfile::tempdir().expect("a temporary folder")
}

impl Server {
    /// Starts the binary on the database in `folder` and waits until it is ready.
    pub(crate) fn start(folder: &Path) -> Self {
        Self::run(Command::new(env!("CARGO_BIN_EXE_stayd")), folder)
    }

    /// The same, with letters leaving by `mail`.
    pub(crate) fn start_with_mail(folder: &Path, mail: &str) -> Self {
        Self::run_with_mail(Command::new(env!("CARGO_BIN_EXE_stayd")), folder, mail)
    }

    /// Starts `command`, which becomes the binary, and waits until it is ready.
    pub(crate) fn run(command: Command, folder: &Path) -> Self {
        Self::run_with_mail(command, folder, "log")
    }

    fn run_with_mail(mut command: Command, folder: &Path, mail: &str) -> Self {
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, free_port()));
        let log = tempfile::tempfile().expect("a temporary file");
        let child = command
            .args(["serve", "--listen", &address.to_string()])
            .env("BETTER_AUTH_SECRET", "s8Vq2LmZr0Xw5TbKy7Jd9NfGc4HpAe3U")
            .env("BETTER_AUTH_URL", format!("http://{address}"))
            .env("DATABASE_URL", format!("sqlite:{}", folder.join("stayd.db").display()))
            .env("STAYD_MAIL", mail)
            .env("STAYD_RATE_LIMIT", "off")
            // The cheaper of the two: what is shown here is what is written, not how it is hashed.
            .env("STAYD_PASSWORD_HASH", "argon2id")
            .env("STAYD_COOKIE_CACHE", "0")
            .stdin(Stdio::null())
            .stdout(log.try_clone().expect("a second handle of the log"))
            .stderr(log.try_clone().expect("a third handle of the log"))
            .spawn()
            .expect("the program starts");
        let mut server = Self { child, address };
        let client = server.client();
        until("the server is ready", || {
            if let Some(status) = server.child.try_wait().expect("the server can be watched") {
                panic!("the server ended with {status}: {}", from_the_start(&log));
            }
            client.get("/health/ready", "").is_some_and(|answer| answer.status == 200)
        });
        server
    }

    pub(crate) fn client(&self) -> Client {
        let config = Agent::config_builder().http_status_as_error(false).timeout_global(Some(LIMIT)).build();
        Client { agent: config.into(), origin: format!("http://{}", self.address) }
    }

    /// A folder as the server sees it, which may have other file systems than we have.
    pub(crate) fn sees(&self, folder: &Path) -> PathBuf {
        let inside = folder.strip_prefix("/").expect("a path from the root");
        Path::new("/proc").join(self.child.id().to_string()).join("root").join(inside)
    }

    /// `kill -9`.
    pub(crate) fn kill(mut self) {
        self.end();
    }

    fn end(&mut self) {
        self.child.kill().expect("the server can be killed");
        self.child.wait().expect("the server can be waited for");
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if matches!(self.child.try_wait(), Ok(None)) {
            self.end();
        }
    }
}

impl Client {
    /// `None` where no answer came: nobody knows what happened.
    pub(crate) fn get(&self, path: &str, cookie: &str) -> Option<Answer> {
        let request = self.agent.get(format!("{}{path}", self.origin)).header(header::COOKIE, cookie);
        Answer::read(request.call().ok()?)
    }

    /// `None` where no answer came: nobody knows what happened.
    pub(crate) fn post(&self, path: &str, cookie: &str, body: &Value) -> Option<Answer> {
        let request = self
            .agent
            .post(format!("{}{path}", self.origin))
            .header(header::ORIGIN, &self.origin)
            .header(header::COOKIE, cookie)
            .header(header::CONTENT_TYPE, "application/json");
        Answer::read(request.send(body.to_string()).ok()?)
    }
}

impl Answer {
    fn read(response: Response<ureq::Body>) -> Option<Self> {
        let (head, mut body) = response.into_parts();
        let cookies = head.headers.get_all(header::SET_COOKIE);
        let cookie = cookies.iter().find_map(|cookie| {
            let pair = cookie.to_str().ok()?.split(';').next()?;
            pair.starts_with("better-auth.session_token=").then(|| pair.to_owned())
        });
        // A body that broke off is no answer.
        let text = body.read_to_string().ok()?;
        Some(Self { status: head.status, cookie, body: serde_json::from_str(&text).unwrap_or(Value::Null) })
    }
}

fn from_the_start(mut file: &std::fs::File) -> String {
    let mut text = String::new();
    file.rewind().and_then(|()| file.read_to_string(&mut text)).expect("the log can be read");
    text
}

/// Waits until `condition` holds.
pub(crate) fn until(what: &str, mut condition: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !condition() {
        assert!(begun.elapsed() < LIMIT, "waited in vain until {what}");
        thread::sleep(Duration::from_millis(1));
    }
}
