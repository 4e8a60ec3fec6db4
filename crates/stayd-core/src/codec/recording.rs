//! What a machine has been told, as bytes: enough to have it all happen again.
//!
//! ```text
//! recording:  "STAYD" · format u8 = 2 · seed u32 · configuration, CONFIG_LEN bytes · entries
//! entry:      now f64 ms · how many bytes u16 · the event, without its trailing zeros or with some of them
//! ```
//!
//! A recording holds ids as hashes, times and counts; never a token, nor what pages show.

use super::{EVENT_LEN, decode_config, decode_event, encode_config, padded};
use crate::{Config, Event, Instant};

/// What every recording begins with: the magic, and the number of this format.
const MAGIC: [u8; 6] = *b"STAYD\x02";

/// Bytes of the configuration in a recording.
pub const CONFIG_LEN: usize = 16;

/// What the machine was made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Beginning {
    /// Its configuration.
    pub config: Config,
    /// Its seed.
    pub seed: u32,
}

/// Why bytes are no recording, or no whole one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Defect {
    /// They do not begin as a recording of this format does.
    NoRecording,
    /// The configuration makes no sense.
    Configuration,
    /// An entry ends beyond the last byte: the recording was cut off there.
    CutOff,
    /// An entry holds no event of this version.
    NoEvent,
}

/// Reads what the machine was made of; the entries follow.
pub fn open(bytes: &[u8]) -> Result<(Beginning, Entries<'_>), Defect> {
    let rest = bytes.strip_prefix(&MAGIC).ok_or(Defect::NoRecording)?;
    let (seed, rest) = rest.split_first_chunk().ok_or(Defect::NoRecording)?;
    let (config, rest) = rest.split_at_checked(CONFIG_LEN).ok_or(Defect::NoRecording)?;
    let config = padded(config).as_ref().and_then(decode_config).ok_or(Defect::Configuration)?;
    Ok((Beginning { config, seed: u32::from_le_bytes(*seed) }, Entries(rest)))
}

/// The entries of a recording, in their order. Ends after the first defect.
#[derive(Debug, Clone)]
pub struct Entries<'a>(&'a [u8]);

impl Iterator for Entries<'_> {
    type Item = Result<(Instant, Event), Defect>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.0.is_empty() {
            return None;
        }
        let entry = self.take();
        if entry.is_err() {
            self.0 = &[];
        }
        Some(entry)
    }
}

impl Entries<'_> {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "as the module reads it: saturating"
    )]
    fn take(&mut self) -> Result<(Instant, Event), Defect> {
        let (now, rest) = self.0.split_first_chunk().ok_or(Defect::CutOff)?;
        let (len, rest) = rest.split_first_chunk().ok_or(Defect::CutOff)?;
        let len = usize::from(u16::from_le_bytes(*len));
        let (event, rest) = rest.split_at_checked(len).ok_or(Defect::CutOff)?;
        self.0 = rest;
        let event = padded(event).as_ref().and_then(decode_event).ok_or(Defect::NoEvent)?;
        Ok((Instant::from_ms(f64::from_le_bytes(*now) as u64), event))
    }
}

/// Writes the beginning of a recording.
pub fn encode_beginning(beginning: &Beginning) -> [u8; MAGIC.len() + 4 + CONFIG_LEN] {
    let mut out = [0; MAGIC.len() + 4 + CONFIG_LEN];
    let config = encode_config(&beginning.config);
    let bytes = MAGIC.into_iter().chain(beginning.seed.to_le_bytes()).chain(config);
    for (place, byte) in out.iter_mut().zip(bytes) {
        *place = byte;
    }
    out
}

/// Writes an entry: how many of the bytes are it.
#[expect(clippy::cast_precision_loss, reason = "2^53 ms are 285,000 years")]
#[expect(clippy::cast_possible_truncation, reason = "an event is shorter than 65,536 bytes")]
pub fn encode_entry(now: Instant, event: &Event) -> ([u8; 10 + EVENT_LEN], usize) {
    let event = super::encode_event(event);
    let len = event.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1);
    let mut out = [0; 10 + EVENT_LEN];
    let head = (now.as_ms() as f64).to_le_bytes().into_iter().chain((len as u16).to_le_bytes());
    for (place, byte) in out.iter_mut().zip(head.chain(event)) {
        *place = byte;
    }
    (out, 10 + len)
}
