//! What happened, in words: written only when a history is replayed to be read.

/// The lines of one history.
#[derive(Debug, Default)]
pub(crate) struct History {
    lines: Option<Vec<String>>,
}

impl History {
    pub(crate) fn new(kept: bool) -> Self {
        Self { lines: kept.then(Vec::new) }
    }

    /// Notes a line; it is only made where somebody will read it.
    pub(crate) fn note(&mut self, at_ms: u64, line: impl FnOnce() -> String) {
        if let Some(lines) = &mut self.lines {
            let (seconds, ms, line) = (at_ms / 1000, at_ms % 1000, line());
            if !line.is_empty() {
                lines.push(format!("{seconds:>7}.{ms:03}  {line}"));
            }
        }
    }

    pub(crate) fn into_lines(self) -> Vec<String> {
        self.lines.unwrap_or_default()
    }
}
