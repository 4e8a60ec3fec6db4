//! The session machine of a client: a pure state machine that a host tells facts, and that answers with orders.
//!
//! It reads no clock, draws jitter from a seed it is given, performs no I/O, does not allocate and cannot panic. It knows of ids
//! (as numbers), times and counts, never of a token or of what a person is called. The host - a browser shell, a native client,
//! a simulator - carries out the effects:
//!
//! ```
//! use stayd_core::{Config, Effect, Event, Instant, Machine, Message, Rendered};
//!
//! let mut machine = Machine::new(Config::DEFAULT, 7);
//! let started = Event::Started { rendered: Rendered::Nothing, remembered: None };
//! let effects = machine.handle(Instant::from_ms(1_000_000), started);
//! let asked = [Effect::Tell(Message::Asking), Effect::AskLeadership { attempt: 1 }, Effect::Publish];
//! assert!(effects.iter().eq(asked));
//! ```
//!
//! The types to know: [`Machine`], [`Event`], [`Effect`] and [`Verdict`], [`View`], and [`Record`], which is what tabs share.
#![no_std]

mod backoff;
pub mod codec;
mod config;
mod effect;
mod event;
mod heartbeat;
mod leadership;
mod machine;
mod needs;
mod queue;
mod random;
mod record;
mod renewal;
mod session;
mod tabs;
mod time;
mod timer;
mod view;
mod warning;
pub mod words;

pub use config::{Config, RenewalMode};
pub use effect::{Effect, Effects, Need, Notice, Rejection, Settlement, Verdict};
pub use event::{Answer, Event, Outcome, Rendered, Stored, Trouble};
pub use machine::Machine;
pub use record::{Message, Record, Switch};
pub use session::{Ending, Key, Session};
pub use time::Instant;
pub use timer::Timer;
pub use view::{Identity, Status, View};
