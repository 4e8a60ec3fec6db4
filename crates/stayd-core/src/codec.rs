//! Events, effects, views and records as bytes: what crosses the boundary of the WebAssembly module, and what a recording holds.
//!
//! Little-endian, fixed layouts; a first byte says what it is. Bytes that make no sense read as `None` and change nothing. The
//! numbers are listed once, in [`names`]: the TypeScript shell's are generated from there.

mod effects;
mod events;
pub mod names;
mod reader;
mod records;
mod writer;

pub use effects::{EFFECTS_AT, decode_effect, encode_step};
pub use events::{decode_config, decode_event, encode_config, encode_event};
pub use records::{RECORD_LEN, VIEW_LEN, decode_record, decode_view, encode_record, encode_view};
