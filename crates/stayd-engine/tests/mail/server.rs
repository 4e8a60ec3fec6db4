//! Starts and reads the SMTP server in `server.py`.
#![allow(dead_code, reason = "shared with the tests of the binary, which use a part of it")]

use std::{
    io::{BufRead, BufReader},
    process::{Child, Command, Stdio},
    sync::mpsc::{Receiver, channel},
    thread,
    time::Duration,
};

use serde_json::Value;

const PATIENCE: Duration = Duration::from_mins(2);

/// A running mail server. It ends when this is dropped.
pub(crate) struct MailServer {
    pub(crate) port: u16,
    process: Child,
    events: Receiver<Value>,
}

impl MailServer {
    pub(crate) fn start(options: &[&str]) -> Self {
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/../stayd-engine/tests/mail/server.py");
        let mut process = Command::new(python())
            .arg(script)
            .args(options)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("python starts");
        let (tell, events) = channel();
        let lines = BufReader::new(process.stdout.take().expect("stdout is a pipe")).lines();
        thread::spawn(move || {
            for line in lines.map_while(Result::ok) {
                let event = serde_json::from_str(&line).expect("the server tells JSON");
                if tell.send(event).is_err() {
                    break;
                }
            }
        });
        let mut server = Self { port: 0, process, events };
        let port = server.next("ready")["port"].as_u64().expect("a port");
        server.port = u16::try_from(port).expect("a port");
        server
    }

    /// Waits for the next thing that happens, which must be this one.
    pub(crate) fn next(&self, event: &str) -> Value {
        let told = self.events.recv_timeout(PATIENCE).expect("the server tells something");
        assert_eq!(told["event"], event, "{told}");
        told
    }

    /// Waits for a letter.
    pub(crate) fn letter(&self) -> Received {
        Received(self.next("letter"))
    }
}

impl Drop for MailServer {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// A letter as a mail program sees it.
pub(crate) struct Received(Value);

impl Received {
    pub(crate) fn field(&self, name: &str) -> &str {
        self.0[name].as_str().expect("a text")
    }

    pub(crate) fn is_encrypted(&self) -> bool {
        self.0["encrypted"] == true
    }

    pub(crate) fn recipients(&self) -> Vec<&str> {
        self.0["recipients"].as_array().expect("a list").iter().filter_map(Value::as_str).collect()
    }

    /// The one header of this name.
    pub(crate) fn header(&self, name: &str) -> &str {
        let values = self.headers(name);
        assert_eq!(values.len(), 1, "{name}: {values:?}");
        values[0]
    }

    pub(crate) fn headers(&self, name: &str) -> Vec<&str> {
        let headers = self.0["headers"].as_array().expect("a list");
        let is_named =
            |header: &&Value| header[0].as_str().is_some_and(|found| found.eq_ignore_ascii_case(name));
        headers.iter().filter(is_named).filter_map(|header| header[1].as_str()).collect()
    }

    pub(crate) fn defects(&self) -> &Value {
        &self.0["defects"]
    }
}

/// Debian's python3 has aiosmtpd; the first python3 in the path may be another one.
fn python() -> &'static str {
    let knows = |python: &&str| {
        let probe = Command::new(python).args(["-c", "import aiosmtpd"]).stderr(Stdio::null()).status();
        probe.is_ok_and(|status| status.success())
    };
    ["python3", "/usr/bin/python3"]
        .into_iter()
        .find(knows)
        .expect("these tests need an SMTP server: apt-get install python3-aiosmtpd")
}
