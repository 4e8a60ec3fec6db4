//! Follows the heads of HTTP/1 requests in the bytes of a connection.
//!
//! hyper quietly drops `Content-Length` from a request that also has `Transfer-Encoding`, in whichever order they come
//! (`hyper/src/proto/h1/role.rs`, 1.12), so that nothing behind it can refuse such a request as H-5 asks. It has to be
//! seen before: here, in the raw bytes, line by line. The scan does not decode chunked bodies; after a chunked request it is
//! blind, and the connection is closed when that request is answered.

/// Enough of a line to know it by: the longest name we look for, its colon, blanks and a length.
const KNOWN_PREFIX: usize = 64;

/// Where in the stream of requests a connection is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// Nothing of the next request has come yet.
    Between,
    /// Inside a head that is not complete.
    InHead,
    /// Inside a body of which this many bytes are still to come.
    InBody(u64),
    /// After a head that we cannot follow: a chunked body, HTTP/2, or no HTTP at all.
    Blind,
}

/// What a head with `Transfer-Encoding` looked like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Chunked {
    /// It had no `Content-Length`.
    Alone,
    /// It had one as well: a request that two readers can take for two different ones.
    WithLength,
}

/// The scan of one connection.
#[derive(Debug)]
pub(super) struct HeadScan {
    place: Place,
    head: Head,
    /// The beginning of a line whose end has not come yet.
    line: Vec<u8>,
    /// How long that line is so far; it may be longer than what is kept of it.
    line_length: usize,
}

#[derive(Debug, Default)]
struct Head {
    has_request_line: bool,
    length: Length,
    is_chunked: bool,
}

#[derive(Debug, Default, Clone, Copy)]
enum Length {
    #[default]
    Absent,
    Bytes(u64),
    Unreadable,
}

impl HeadScan {
    pub(super) fn new() -> Self {
        Self { place: Place::Between, head: Head::default(), line: Vec::new(), line_length: 0 }
    }

    pub(super) fn place(&self) -> Place {
        self.place
    }

    /// Takes the next bytes of the connection; says so when a head with `Transfer-Encoding` ended in them.
    pub(super) fn feed(&mut self, mut bytes: &[u8]) -> Option<Chunked> {
        while !bytes.is_empty() {
            match self.place {
                Place::Blind => return None,
                Place::InBody(left) => bytes = self.skip_body(bytes, left),
                Place::Between | Place::InHead => {
                    self.place = Place::InHead;
                    let Some(end) = memchr::memchr(b'\n', bytes) else {
                        self.keep(bytes);
                        return None;
                    };
                    let (line, rest) = bytes.split_at(end);
                    bytes = rest.get(1..).unwrap_or_default();
                    if let Some(chunked) = self.end_line(line) {
                        return Some(chunked);
                    }
                }
            }
        }
        None
    }

    fn skip_body<'a>(&mut self, bytes: &'a [u8], left: u64) -> &'a [u8] {
        let here = usize::try_from(left).unwrap_or(usize::MAX).min(bytes.len());
        let left = left.saturating_sub(here as u64);
        self.place = if left == 0 { Place::Between } else { Place::InBody(left) };
        bytes.get(here..).unwrap_or_default()
    }

    fn keep(&mut self, part: &[u8]) {
        let room = KNOWN_PREFIX.saturating_sub(self.line.len());
        self.line.extend_from_slice(part.get(..room.min(part.len())).unwrap_or_default());
        self.line_length = self.line_length.saturating_add(part.len());
    }

    fn end_line(&mut self, part: &[u8]) -> Option<Chunked> {
        if self.line_length == 0 {
            return self.line(part);
        }
        self.keep(part);
        let is_whole = self.line_length == self.line.len();
        let mut line = std::mem::take(&mut self.line);
        if !is_whole {
            // Cut off, but not empty, and what is missing must not be mistaken for a shorter length.
            line.push(b'?');
        }
        let chunked = self.line(&line);
        line.clear();
        self.line = line;
        self.line_length = 0;
        chunked
    }

    fn line(&mut self, line: &[u8]) -> Option<Chunked> {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        if line.is_empty() {
            // Empty lines before a request are skipped, as hyper does.
            return if self.head.has_request_line { self.end_head() } else { self.still_between() };
        }
        if !self.head.has_request_line {
            self.head.has_request_line = true;
            if line.starts_with(b"PRI * HTTP/2") {
                self.place = Place::Blind;
            }
        } else if let Some(value) = value_of(b"content-length", line) {
            self.head.length = parse_length(value);
        } else if value_of(b"transfer-encoding", line).is_some() {
            self.head.is_chunked = true;
        }
        None
    }

    fn still_between(&mut self) -> Option<Chunked> {
        self.place = Place::Between;
        None
    }

    fn end_head(&mut self) -> Option<Chunked> {
        let head = std::mem::take(&mut self.head);
        let has_length = !matches!(head.length, Length::Absent);
        self.place = match head.length {
            _ if head.is_chunked => Place::Blind,
            Length::Unreadable => Place::Blind,
            Length::Absent | Length::Bytes(0) => Place::Between,
            Length::Bytes(length) => Place::InBody(length),
        };
        head.is_chunked.then_some(if has_length { Chunked::WithLength } else { Chunked::Alone })
    }
}

/// The value of a header line, if it is the header of this name (in lower case).
fn value_of<'a>(name: &[u8], line: &'a [u8]) -> Option<&'a [u8]> {
    let (found, rest) = line.split_at_checked(name.len())?;
    if !found.eq_ignore_ascii_case(name) {
        return None;
    }
    rest.strip_prefix(b":")
}

fn parse_length(value: &[u8]) -> Length {
    let digits = std::str::from_utf8(value.trim_ascii()).unwrap_or_default();
    match digits.parse() {
        Ok(length) if !digits.starts_with('+') => Length::Bytes(length),
        _ => Length::Unreadable,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const BOTH: &[u8] =
        b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n";
    const OTHER_ORDER: &[u8] =
        b"POST / HTTP/1.1\r\ntransfer-encoding: chunked\r\nCONTENT-LENGTH:4\r\nHost: a\r\n\r\n";
    const CHUNKED: &[u8] = b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n";
    const BODY: &[u8] =
        b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 30\r\n\r\ntransfer-encoding: chunked\r\n\r\n\r\n";
    const GET: &[u8] = b"GET / HTTP/1.1\r\nHost: a\r\nX-Content-Length: 5\r\n\r\n";

    fn scan(pieces: &[&[u8]]) -> (Option<Chunked>, Place) {
        let mut scan = HeadScan::new();
        let found = pieces.iter().filter_map(|piece| scan.feed(piece)).last();
        (found, scan.place())
    }

    #[test]
    fn a_length_beside_chunks_is_seen_in_either_order() {
        assert_eq!(scan(&[BOTH]).0, Some(Chunked::WithLength));
        assert_eq!(scan(&[OTHER_ORDER]).0, Some(Chunked::WithLength));
    }

    #[test]
    fn chunks_alone_are_seen_as_such_and_end_the_scan() {
        assert_eq!(scan(&[CHUNKED]), (Some(Chunked::Alone), Place::Blind));
    }

    #[test]
    fn what_a_body_says_is_not_a_header() {
        assert_eq!(scan(&[BODY]), (None, Place::Between));
        assert_eq!(scan(&[GET, BODY, GET]), (None, Place::Between));
    }

    #[test]
    fn a_request_behind_others_is_seen() {
        assert_eq!(scan(&[GET, BODY, BOTH]).0, Some(Chunked::WithLength));
    }

    #[test]
    fn a_head_that_is_not_complete_is_known_from_its_first_byte() {
        assert_eq!(scan(&[b"G"]).1, Place::InHead);
        assert_eq!(scan(&[GET, b"GET / HT"]).1, Place::InHead);
        assert_eq!(scan(&[b"\r\n"]).1, Place::Between);
    }

    #[test]
    fn a_length_padded_beyond_what_is_kept_is_not_taken_for_a_shorter_one() {
        let line = format!("POST / HTTP/1.1\r\nContent-Length:{}12345\r\n\r\n", " ".repeat(46));
        let split: Vec<&[u8]> = line.as_bytes().chunks(7).collect();
        assert_eq!(scan(&split).1, Place::Blind);
    }

    #[test]
    fn the_preface_of_http_2_ends_the_scan() {
        assert_eq!(scan(&[b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"]).1, Place::Blind);
    }

    proptest! {
        #[test]
        fn how_the_bytes_are_cut_into_reads_makes_no_difference(
            which in prop::collection::vec(0_usize..5, 1..5),
            cuts in prop::collection::vec(1_usize..40, 1..60),
        ) {
            let all: Vec<u8> = which.iter().flat_map(|i| [GET, BODY, GET, BOTH, CHUNKED][*i].to_vec()).collect();
            let mut in_one = HeadScan::new();
            let expected = in_one.feed(&all);
            let mut in_pieces = HeadScan::new();
            let mut found = None;
            let mut rest = all.as_slice();
            for cut in cuts {
                let (piece, after) = rest.split_at(cut.min(rest.len()));
                found = found.or(in_pieces.feed(piece));
                rest = after;
            }
            found = found.or(in_pieces.feed(rest));
            prop_assert_eq!(found, expected);
            prop_assert_eq!(in_pieces.place(), in_one.place());
        }

        #[test]
        fn any_bytes_are_survived(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
            let _ = HeadScan::new().feed(&bytes);
        }
    }
}
