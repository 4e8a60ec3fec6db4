//! `stayd replay FILE`: what a page recorded, happening again, in words.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use stayd_core::codec::recording::{self, Defect};
use stayd_core::words::{Span, Word};
use stayd_core::{Event, Instant, Machine, View};

use crate::failure::Failure;

/// Why a recording cannot be replayed, or no further.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ReplayError {
    #[error("cannot read {path}: {source}")]
    Unreadable { path: PathBuf, source: io::Error },
    #[error("{path}: {reason}")]
    Defective { path: PathBuf, reason: &'static str },
}

/// Replays the recording to standard output.
pub(crate) fn run(path: &Path) -> Result<(), Failure> {
    let bytes = fs::read(path).map_err(|source| ReplayError::Unreadable { path: path.into(), source })?;
    replay(&bytes, &mut io::stdout().lock())?
        .map_err(|defect| ReplayError::Defective { path: path.into(), reason: reason(defect) })?;
    Ok(())
}

/// Writes one paragraph per event: when, what, what was decided and ordered, what the page sees then, and when the machine wants
/// to be woken. Ends at the first defect, which is the inner result.
fn replay(bytes: &[u8], out: &mut impl Write) -> io::Result<Result<(), Defect>> {
    let (beginning, entries) = match recording::open(bytes) {
        Ok(opened) => opened,
        Err(defect) => return Ok(Err(defect)),
    };
    let mut machine = Machine::new(beginning.config, beginning.seed);
    writeln!(out, "seed {}, {:?}", beginning.seed, beginning.config)?;
    let mut start = None;
    let mut seen = None;
    for entry in entries {
        let (now, event) = match entry {
            Ok(entry) => entry,
            Err(defect) => return Ok(Err(defect)),
        };
        let start = *start.get_or_insert(now);
        step(&mut machine, now, start, event, &mut seen, out)?;
    }
    Ok(Ok(()))
}

fn step(
    machine: &mut Machine,
    now: Instant,
    start: Instant,
    event: Event,
    seen: &mut Option<View>,
    out: &mut impl Write,
) -> io::Result<()> {
    writeln!(out, "+{} {event}", Span(now.since(start)))?;
    let effects = machine.handle(now, event);
    if let Some(verdict) = effects.verdict() {
        writeln!(out, "    = {verdict}")?;
    }
    for effect in effects.iter() {
        writeln!(out, "    -> {effect}")?;
    }
    let view = machine.view();
    if seen.replace(view) != Some(view) {
        writeln!(out, "    view {view}")?;
    }
    if let (Some(at), Some(why)) = (machine.deadline(), machine.deadline_reason()) {
        writeln!(out, "    wake in {} for {}", Span(at.since(now)), Word(why))?;
    }
    Ok(())
}

fn reason(defect: Defect) -> &'static str {
    match defect {
        Defect::NoRecording => "this is no recording of format 2; session.record() makes one",
        Defect::Configuration => "the configuration in it makes no sense",
        Defect::CutOff => "it was cut off here",
        Defect::NoEvent => "what follows is no event that this version knows",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use stayd_core::Rendered;
    use stayd_core::codec::recording::{Beginning, encode_beginning, encode_entry};

    fn recorded() -> Vec<u8> {
        let mut bytes =
            encode_beginning(&Beginning { config: stayd_core::Config::DEFAULT, seed: 7 }).to_vec();
        let events = [
            Event::Started { rendered: Rendered::Nothing, remembered: None },
            Event::LeadershipGained { attempt: 1, stored: None },
            Event::SignOutAsked,
        ];
        for (at, event) in (1_700_000_000_000_u64..).step_by(250).zip(events) {
            let (entry, length) = encode_entry(Instant::from_ms(at), &event);
            bytes.extend_from_slice(&entry[..length]);
        }
        bytes
    }

    #[test]
    fn a_recording_happens_again_in_words() {
        let mut out = Vec::new();
        assert_eq!(replay(&recorded(), &mut out).expect("memory takes everything"), Ok(()));
        let words = String::from_utf8(out).expect("words");
        for line in ["+0s started", "    -> ask-leadership 1", "+250ms leadership-gained 1", "    -> send"] {
            assert!(words.lines().any(|said| said.starts_with(line)), "{line:?} is not in\n{words}");
        }
    }

    #[test]
    fn a_recording_that_was_cut_off_is_replayed_as_far_as_it_goes() {
        let whole = recorded();
        let mut out = Vec::new();
        let cut = replay(&whole[..whole.len() - 3], &mut out).expect("memory takes everything");
        assert_eq!(cut, Err(Defect::CutOff));
        assert!(String::from_utf8_lossy(&out).contains("leadership-gained"));
    }

    #[test]
    fn what_is_no_recording_is_said_to_be_none() {
        let answer = replay(b"{\"events\":[]}", &mut Vec::new()).expect("memory takes everything");
        assert_eq!(answer, Err(Defect::NoRecording));
    }
}
