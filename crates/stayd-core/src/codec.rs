//! Events, configuration, records and steps as bytes: what crosses the boundary of the WebAssembly module, and what a recording
//! holds.
//!
//! ```text
//!   host: configuration, event (up to 160 bytes) --read--> Config, Event --Machine--> Effects, View, Record, deadline --as they lie--> host
//!                            \--as it came--> recording --replay--^
//! ```
//!
//! Little-endian, every field at a fixed place. Bytes that make no sense read as `None` and change nothing. The numbers are
//! listed once, in [`names`]: the TypeScript shell's are generated from there. What the machine hands out ([`View`], [`Record`],
//! [`Effect`]) is laid out in memory as it is on the wire (`repr(C)`, `repr(u8)`), so that the module copies it and encodes
//! nothing; the encoders here are for other hosts, and a test of `stayd-wasm` holds the two against each other.
//!
//! [`View`]: crate::View
//! [`Record`]: crate::Record
//! [`Effect`]: crate::Effect

mod events;
mod fields;
pub mod names;
pub mod recording;
mod steps;

pub use events::{
    decode_config, decode_event, encode_config, encode_event, has_stored, read_answer, read_config,
    read_event, read_stored,
};
pub use fields::{EVENT_LEN, padded};
pub use steps::{
    EFFECT_LEN, RECORD_LEN, VIEW_LEN, decode_effect, decode_record, decode_view, encode_effect,
    encode_record, encode_view,
};
