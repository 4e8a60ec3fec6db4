//! Runs the real binary, each time in a folder of its own and with an environment that holds nothing else.
#![allow(dead_code, reason = "each test file uses its part")]

use std::{
    fs::{self, File},
    io::{BufRead, BufReader, Read, Seek, Write},
    net::TcpStream,
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Output, Stdio},
    rc::Rc,
    thread,
    time::{Duration, Instant},
};

use tempfile::TempDir;

pub(crate) const SECRET: &str = "kX3v9QhT7mWz2LrB8nYcJ5dGfA4sPeUq";

/// Longer than anything here takes on a busy machine.
pub(crate) const PATIENCE: Duration = Duration::from_mins(1);

/// A place to run commands in.
pub(crate) struct Deployment {
    folder: Rc<TempDir>,
    variables: Vec<(String, String)>,
}

/// What a command said.
pub(crate) struct Said {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Deployment {
    /// With a good secret, on a free port.
    pub(crate) fn new() -> Self {
        Self::bare().with("BETTER_AUTH_SECRET", SECRET).with("STAYD_LISTEN", "127.0.0.1:0")
    }

    /// With nothing at all.
    pub(crate) fn bare() -> Self {
        Self { folder: Rc::new(TempDir::new().expect("a folder")), variables: Vec::new() }
    }

    pub(crate) fn with(mut self, name: &str, value: &str) -> Self {
        self.variables.push((name.to_owned(), value.to_owned()));
        self
    }

    pub(crate) fn file(self, name: &str, text: &str) -> Self {
        fs::write(self.path(name), text).expect("written");
        self
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Said {
        self.run_with_input(arguments, "")
    }

    pub(crate) fn run_with_input(&self, arguments: &[&str], input: &str) -> Said {
        let mut child = self.command(arguments).stdin(Stdio::piped()).spawn().expect("the binary starts");
        // A command that fails early does not read its input.
        let _ = child.stdin.take().expect("a pipe").write_all(input.as_bytes());
        // A command that should have been refused may be serving now.
        let deadline = Instant::now() + PATIENCE;
        while child.try_wait().expect("a child").is_none() {
            if Instant::now() > deadline {
                child.kill().expect("killed");
            }
            thread::sleep(Duration::from_millis(2));
        }
        child.wait_with_output().expect("it ends").into()
    }

    /// Starts `stayd serve` and waits until it says that it is ready.
    pub(crate) fn serve(&self, arguments: &[&str]) -> Server {
        // A pipe that nobody reads is full some time, and then the server waits.
        let log = tempfile::tempfile().expect("a file");
        let mut process = self
            .command(&[&["serve"], arguments].concat())
            .stdin(Stdio::null())
            .stderr(log.try_clone().expect("a file"))
            .spawn()
            .expect("the binary starts");
        let mut line = String::new();
        BufReader::new(process.stdout.as_mut().expect("a pipe")).read_line(&mut line).expect("a line");
        // `Stayd is ready at ORIGIN (..)`, or `ORIGIN, listening on ADDRESS (..)` where people use another address.
        let words: Vec<&str> = line.split_whitespace().collect();
        let after = |word| words.iter().position(|found| *found == word).and_then(|at| words.get(at + 1));
        let Some(address) =
            after("on").or(after("at")).map(|word| word.trim_start_matches("http://").to_owned())
        else {
            process.kill().expect("killed");
            panic!("no start line: {line:?} {}", said_at_the_end(process, log).stderr);
        };
        Server { process: Some(process), log, _folder: Rc::clone(&self.folder), address, line }
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_stayd"));
        command.args(arguments).current_dir(self.folder.path()).env_clear();
        command.envs(self.variables.iter().map(|(name, value)| (name, value)));
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }
}

/// Waits for the end of a process that writes its log into a file.
fn said_at_the_end(process: Child, mut log: File) -> Said {
    let mut output = process.wait_with_output().expect("it ends");
    log.rewind().expect("a file");
    log.read_to_end(&mut output.stderr).expect("a file");
    output.into()
}

impl From<Output> for Said {
    fn from(output: Output) -> Self {
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("UTF-8");
        Self { code: output.status.code(), stdout: text(output.stdout), stderr: text(output.stderr) }
    }
}

/// A running server. It is killed when this is dropped.
pub(crate) struct Server {
    process: Option<Child>,
    log: File,
    /// Its folder stays for as long as it runs.
    _folder: Rc<TempDir>,
    pub(crate) address: String,
    /// What it said when it was ready.
    pub(crate) line: String,
}

impl Server {
    pub(crate) fn get(&self, path: &str) -> Answer {
        self.request("GET", path, &[], "")
    }

    /// Sends one request on a connection of its own.
    pub(crate) fn request(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Answer {
        ask(&self.address, method, path, headers, body)
    }

    /// Signs up and answers with the session cookie.
    pub(crate) fn sign_up(&self, email: &str) -> String {
        let body =
            format!("{{\"name\":\"Ada\",\"email\":\"{email}\",\"password\":\"correct horse battery\"}}");
        let answer = self.request("POST", "/api/auth/sign-up/email", &[], &body);
        assert_eq!(answer.status, 200, "{}", answer.body);
        let cookie = answer.header("set-cookie").expect("a cookie");
        cookie.split(';').next().expect("a value").to_owned()
    }

    pub(crate) fn is_signed_in(&self, cookie: &str) -> bool {
        let answer = self.request("GET", "/api/auth/get-session", &[("Cookie", cookie)], "");
        assert_eq!(answer.status, 200, "{}", answer.body);
        answer.body != "null"
    }

    /// Opens a stream of events.
    pub(crate) fn events(&self, cookie: &str) -> EventStream {
        let mut stream = TcpStream::connect(&self.address).expect("it listens");
        stream.set_read_timeout(Some(PATIENCE)).expect("a socket");
        let head = format!(
            "GET /api/auth/events HTTP/1.1\r\nHost: {}\r\nCookie: {cookie}\r\nConnection: close\r\n\r\n",
            self.address
        );
        stream.write_all(head.as_bytes()).expect("it reads");
        EventStream(BufReader::new(stream))
    }

    /// Asks it to stop, as a service manager does, and waits until it has.
    pub(crate) fn stop(mut self) -> Said {
        self.signal("-TERM");
        let log = self.log.try_clone().expect("a file");
        said_at_the_end(self.process.take().expect("running"), log)
    }

    /// Ends it with this signal.
    pub(crate) fn end_with(mut self, signal: &str) -> ExitStatus {
        self.signal(signal);
        self.process.take().expect("running").wait_with_output().expect("it ends").status
    }

    pub(crate) fn signal(&self, signal: &str) {
        let id = self.process.as_ref().expect("running").id().to_string();
        assert!(Command::new("kill").args([signal, &id]).status().expect("kill runs").success());
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some(mut process) = self.process.take() {
            let _ = process.kill();
            let _ = process.wait();
        }
    }
}

/// Sends one request on a connection of its own.
pub(crate) fn ask(address: &str, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Answer {
    use std::fmt::Write as _;

    let mut stream = TcpStream::connect(address).expect("it listens");
    stream.set_read_timeout(Some(PATIENCE)).expect("a socket");
    let mut request = format!("{method} {path} HTTP/1.1\r\n");
    if !headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("host")) {
        write!(request, "Host: {address}\r\n").expect("text");
    }
    for (name, value) in headers {
        write!(request, "{name}: {value}\r\n").expect("text");
    }
    if !body.is_empty() {
        write!(request, "Content-Type: application/json\r\nContent-Length: {}\r\n", body.len())
            .expect("text");
    }
    write!(request, "Connection: close\r\n\r\n{body}").expect("text");
    stream.write_all(request.as_bytes()).expect("it reads");
    let mut text = String::new();
    stream.read_to_string(&mut text).expect("it answers");
    Answer::parse(&text)
}

/// An answer that goes on.
pub(crate) struct EventStream(BufReader<TcpStream>);

impl EventStream {
    /// Reads until a line comes that begins like this.
    pub(crate) fn line(&mut self, wanted: &str) {
        let found = self.0.by_ref().lines().find(|line| line.as_ref().expect("a line").starts_with(wanted));
        assert!(found.is_some(), "it ended without {wanted:?}");
    }

    /// Reads until it ends, as an answer in chunks does that is whole.
    pub(crate) fn end(mut self) {
        let mut rest = String::new();
        self.0.read_to_string(&mut rest).expect("it ends");
        assert!(rest.ends_with("0\r\n\r\n"), "{rest:?}");
    }
}

/// An answer over HTTP.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: String,
}

impl Answer {
    fn parse(text: &str) -> Self {
        let (head, body) = text.split_once("\r\n\r\n").expect("a head");
        let mut lines = head.lines();
        let status = lines.next().and_then(|line| line.split(' ').nth(1)).and_then(|code| code.parse().ok());
        let headers = lines.filter_map(|line| line.split_once(": "));
        Self {
            status: status.expect("a status"),
            headers: headers.map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned())).collect(),
            body: body.to_owned(),
        }
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(found, _)| found == name).map(|(_, value)| value.as_str())
    }
}

/// Waits until something holds.
pub(crate) fn eventually(what: &str, mut holds: impl FnMut() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !holds() {
        assert!(Instant::now() < deadline, "{what}");
        thread::sleep(Duration::from_millis(5));
    }
}

pub(crate) fn files_in(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("a folder");
    entries.map(|entry| entry.expect("an entry").path()).collect()
}
