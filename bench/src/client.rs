//! A small blocking HTTP/1.1 client that hands out an answer's very bytes.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use anyhow::{Context as _, bail};

/// No answer takes this long, not even a sign-in that waits for others.
const LIMIT: Duration = Duration::from_secs(10);

/// A kept-alive connection.
pub(crate) struct Connection {
    stream: BufReader<TcpStream>,
    address: SocketAddr,
}

/// An answer as it came.
pub(crate) struct Answer {
    pub(crate) status: u16,
    /// Status line and headers, with the empty line.
    pub(crate) head: String,
    pub(crate) body: Vec<u8>,
    /// How many bytes came: head and body, with the sizes of chunks.
    pub(crate) size: usize,
}

impl Connection {
    pub(crate) fn open(address: SocketAddr) -> anyhow::Result<Self> {
        let stream = TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(LIMIT))?;
        Ok(Self { stream: BufReader::new(stream), address })
    }

    pub(crate) fn get(&mut self, path: &str, cookies: &str) -> anyhow::Result<Answer> {
        let cookie = if cookies.is_empty() { String::new() } else { format!("Cookie: {cookies}\r\n") };
        self.send(&format!(
            "GET {path} HTTP/1.1\r\nHost: {}\r\nUser-Agent: {}\r\n{cookie}\r\n",
            self.address,
            crate::peer::USER_AGENT
        ))
    }

    pub(crate) fn post(&mut self, path: &str, json: &str) -> anyhow::Result<Answer> {
        self.post_as(path, "", json)
    }

    pub(crate) fn post_as(&mut self, path: &str, cookies: &str, json: &str) -> anyhow::Result<Answer> {
        let cookie = if cookies.is_empty() { String::new() } else { format!("Cookie: {cookies}\r\n") };
        self.send(&format!(
            "POST {path} HTTP/1.1\r\nHost: {0}\r\nOrigin: http://{0}\r\nUser-Agent: {2}\r\n{cookie}Content-Type: application/json\r\nContent-Length: {1}\r\n\r\n{json}",
            self.address,
            json.len(),
            crate::peer::USER_AGENT,
        ))
    }

    /// A form, as OAuth has them, with the credential of a back end where one is given.
    pub(crate) fn post_form(
        &mut self,
        path: &str,
        authorization: &str,
        form: &str,
    ) -> anyhow::Result<Answer> {
        let authorization = if authorization.is_empty() {
            String::new()
        } else {
            format!("Authorization: {authorization}\r\n")
        };
        self.send(&format!(
            "POST {path} HTTP/1.1\r\nHost: {0}\r\nUser-Agent: {2}\r\n{authorization}Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {1}\r\n\r\n{form}",
            self.address,
            form.len(),
            crate::peer::USER_AGENT,
        ))
    }

    fn send(&mut self, request: &str) -> anyhow::Result<Answer> {
        self.stream.get_mut().write_all(request.as_bytes())?;
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            self.read_line(&mut head)?;
        }
        let status = head.split(' ').nth(1).context("no status")?.parse()?;
        let mut body = Vec::new();
        let mut size = head.len();
        if header(&head, "transfer-encoding").is_some() {
            size += self.read_chunks(&mut body)?;
        } else {
            self.read_exactly(header(&head, "content-length").map_or(Ok(0), str::parse)?, &mut body)?;
            size += body.len();
        }
        Ok(Answer { status, head, body, size })
    }

    /// Reads a chunked body (RFC 9112, section 7.1), which is how Node sends one. Gives the bytes that came.
    fn read_chunks(&mut self, body: &mut Vec<u8>) -> anyhow::Result<usize> {
        let mut came = 0;
        loop {
            let mut line = String::new();
            self.read_line(&mut line)?;
            let size = usize::from_str_radix(line.trim_end(), 16)?;
            self.read_exactly(size, body)?;
            self.read_line(&mut line)?;
            came += line.len() + size;
            if size == 0 {
                return Ok(came);
            }
        }
    }

    fn read_line(&mut self, line: &mut String) -> anyhow::Result<()> {
        if self.stream.read_line(line)? == 0 {
            bail!("the connection was closed");
        }
        Ok(())
    }

    fn read_exactly(&mut self, length: usize, body: &mut Vec<u8>) -> anyhow::Result<()> {
        let start = body.len();
        body.resize(start + length, 0);
        Ok(self.stream.read_exact(body.get_mut(start..).unwrap_or_default())?)
    }
}

impl Answer {
    /// The `Cookie` header that a browser would send after this answer.
    pub(crate) fn cookies(&self) -> String {
        let pairs = lines(&self.head).filter(|(name, _)| name.eq_ignore_ascii_case("set-cookie"));
        pairs.filter_map(|(_, value)| value.split(';').next()).collect::<Vec<_>>().join("; ")
    }

    /// Status line, headers and body.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        [self.head.as_bytes(), &self.body].concat()
    }
}

fn header<'a>(head: &'a str, wanted: &str) -> Option<&'a str> {
    lines(head).find(|(name, _)| name.eq_ignore_ascii_case(wanted)).map(|(_, value)| value)
}

fn lines(head: &str) -> impl Iterator<Item = (&str, &str)> {
    head.lines().filter_map(|line| line.split_once(": "))
}
