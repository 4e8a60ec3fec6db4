//! Reading server-sent events (HTML standard, section 9.2), as far as the feed uses them.

use std::mem;

/// Longest line that is read, in bytes; the feed's have some hundred.
const LONGEST_LINE: usize = 16 * 1024;

/// One event.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Event {
    pub(crate) name: String,
    pub(crate) data: String,
    pub(crate) id: Option<String>,
}

/// The stream is not one of events.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct NotEvents;

/// Takes bytes as they come, and gives the events that are whole.
#[derive(Debug, Default)]
pub(crate) struct Reader {
    line: Vec<u8>,
    event: Event,
}

impl Reader {
    /// The events that end within these bytes.
    pub(crate) fn take(&mut self, bytes: &[u8]) -> Result<Vec<Event>, NotEvents> {
        let mut events = Vec::new();
        for piece in bytes.split_inclusive(|byte| *byte == b'\n') {
            if self.line.len() + piece.len() > LONGEST_LINE {
                return Err(NotEvents);
            }
            self.line.extend_from_slice(piece);
            if piece.ends_with(b"\n") {
                let line = mem::take(&mut self.line);
                events.extend(
                    self.end_line(
                        str::from_utf8(&line).map_err(|_| NotEvents)?.trim_end_matches(['\r', '\n']),
                    ),
                );
            }
        }
        Ok(events)
    }

    fn end_line(&mut self, line: &str) -> Option<Event> {
        if line.is_empty() {
            let event = mem::take(&mut self.event);
            return (!event.name.is_empty()).then_some(event);
        }
        let (field, value) = line.split_once(':').unwrap_or((line, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match field {
            "event" => value.clone_into(&mut self.event.name),
            "data" => self.event.data.push_str(value),
            "id" => self.event.id = Some(value.to_owned()),
            // A comment, or the pause before coming back, which is ours to choose.
            _ => {}
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_are_read_however_the_bytes_are_cut() {
        let text = "retry: 5\n\n:\n\nid: 1-2\nevent: ended\ndata: {\"sid\":\"s\"}\n\nevent: caught-up\r\ndata: {}\r\n\r\n";
        let whole = Reader::default().take(text.as_bytes()).unwrap();
        let names: Vec<_> = whole.iter().map(|event| event.name.as_str()).collect();
        assert_eq!(names, ["ended", "caught-up"]);
        assert_eq!((whole[0].data.as_str(), whole[0].id.as_deref()), ("{\"sid\":\"s\"}", Some("1-2")));
        let mut reader = Reader::default();
        let cut: Vec<_> = text.as_bytes().chunks(3).flat_map(|bytes| reader.take(bytes).unwrap()).collect();
        assert_eq!(cut, whole);
    }

    #[test]
    fn a_line_without_end_and_bytes_that_are_no_text_are_refused() {
        assert_eq!(Reader::default().take(&vec![b'x'; LONGEST_LINE + 1]), Err(NotEvents));
        assert_eq!(Reader::default().take(b"event: \xff\n"), Err(NotEvents));
    }
}
