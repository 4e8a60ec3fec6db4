//! Events and the configuration.
//!
//! ```text
//! event:   0 which u8 · 1 kind u8 (what was rendered, what came of a request, which message) · 2 trouble u8
//!          · 3 stored u8 (0 none, 1 without data, 2 with) · 4 attempt or epoch u32 · 8 generation u32
//!          · 16 answer · 40 retry after f64 ms · 64 age f64 ms · 72 record
//! answer:  16 session u64 · 24 person u64 · 32 data u32 · 36 created u32 s · 40 renews in · 48 lapses in · 56 ends in: f64 ms
//! config:  0 renewal u8 · 4 heartbeat · 8 warning · 12 request timeout: u32 ms
//! ```

use super::fields::{EVENT_LEN, Fields, put, put_ms};
use super::names::{Coded as _, event, outcome, rendered};
use super::steps::{encode_record, read_record};
use crate::{Answer, Config, Event, Message, Outcome, Rendered, RenewalMode, Stored, Trouble};

/// Reads an event; `None` where the bytes are none.
pub fn decode_event(bytes: &[u8; EVENT_LEN]) -> Option<Event> {
    let stored = has_stored(bytes).then(|| read_stored(bytes));
    let event = read_event(bytes, stored, read_answer(bytes));
    // Another number that is none, of a backend's answer or of a message from a later version, was read as one that is: as the browser's
    // module reads it.
    (encode_event(&event).first() == bytes.first()).then_some(event)
}

/// The event that these bytes are, with what came with it, which is read for itself; some event where they are none.
pub fn read_event<S, A>(bytes: &[u8; EVENT_LEN], stored: Option<S>, answer: A) -> Event<S, A> {
    let from = Fields(bytes);
    let (kind, attempt) = (from.u8::<1>(), from.u32::<4>());
    match from.u8::<0>() {
        event::STARTED => {
            let rendered = match kind {
                rendered::NOBODY => Rendered::Nobody,
                rendered::SOMEBODY => Rendered::Somebody(answer),
                _ => Rendered::Nothing,
            };
            Event::Started { rendered, remembered: stored }
        }
        event::LEADERSHIP_GAINED => Event::LeadershipGained { attempt, stored },
        event::ANSWERED => {
            let outcome = match kind {
                outcome::SESSION => Outcome::Session(answer),
                outcome::NOBODY => Outcome::Nobody,
                outcome::DECLINED => Outcome::Declined,
                outcome::SUPERSEDED => Outcome::Superseded,
                _ => Outcome::Failed {
                    trouble: Trouble::read(from.u8::<2>()),
                    retry_after_ms: from.ms::<40>(),
                },
            };
            Event::Answered { attempt, outcome }
        }
        event::HEARD => match stored {
            Some(stored) => Event::Heard { message: Message::read(kind), stored },
            None => Event::Hinted,
        },
        event::DEADLINE_REACHED => Event::DeadlineReached,
        event::SHOWN => Event::Shown,
        event::HIDDEN => Event::Hidden,
        event::FROZEN => Event::Frozen,
        event::RESUMED => Event::Resumed { remembered: stored },
        event::WOKE => Event::Woke,
        event::ONLINE => Event::Online,
        event::OFFLINE => Event::Offline,
        event::SIGN_IN_ASKED => Event::SignInAsked,
        event::SIGN_OUT_ASKED => Event::SignOutAsked,
        event::RENEWAL_ASKED => Event::RenewalAsked,
        event::CHECK_ASKED => Event::CheckAsked,
        event::WARNING_DISMISSED => Event::WarningDismissed,
        event::REQUESTED => Event::Requested,
        event::REFUSED => Event::Refused { epoch: attempt, generation: from.u32::<8>() },
        event::WITHDRAWN => Event::Withdrawn,
        event::DISPOSED => Event::Disposed,
        _ => Event::Hinted,
    }
}

/// Whether a record came with the event.
pub fn has_stored(bytes: &[u8; EVENT_LEN]) -> bool {
    Fields(bytes).u8::<3>() > 0
}

/// The record that may have come with an event.
pub fn read_stored(bytes: &[u8; EVENT_LEN]) -> Stored {
    let from = Fields(bytes);
    Stored { age_ms: from.ms::<64>(), has_data: from.u8::<3>() > 1, record: read_record(from) }
}

/// The answer that may have come with an event.
pub fn read_answer(bytes: &[u8; EVENT_LEN]) -> Answer {
    let from = Fields(bytes);
    Answer {
        session: from.u64::<16>(),
        person: from.u64::<24>(),
        data: from.u32::<32>(),
        created_s: from.u32::<36>(),
        renews_in_ms: from.ms::<40>(),
        lapses_in_ms: from.ms::<48>(),
        ends_in_ms: from.ms::<56>(),
    }
}

/// Reads a configuration; `None` where the bytes are none.
pub fn decode_config(bytes: &[u8; EVENT_LEN]) -> Option<Config> {
    let config = read_config(bytes);
    (encode_config(&config).first() == bytes.first()).then_some(config)
}

/// Reads a configuration; some configuration where the bytes are none.
pub fn read_config(bytes: &[u8; EVENT_LEN]) -> Config {
    let from = Fields(bytes);
    Config {
        renewal: RenewalMode::read(from.u8::<0>()),
        heartbeat_ms: from.u32::<4>(),
        warning_ms: from.u32::<8>(),
        request_timeout_ms: from.u32::<12>(),
    }
}

/// Writes a configuration.
pub fn encode_config(config: &Config) -> [u8; EVENT_LEN] {
    let mut out = [0; EVENT_LEN];
    put(&mut out, 0, [config.renewal.code()]);
    put(&mut out, 4, config.heartbeat_ms.to_le_bytes());
    put(&mut out, 8, config.warning_ms.to_le_bytes());
    put(&mut out, 12, config.request_timeout_ms.to_le_bytes());
    out
}

/// Writes an event.
pub fn encode_event(event: &Event) -> [u8; EVENT_LEN] {
    let mut out = [0; EVENT_LEN];
    let which = match event {
        Event::Started { rendered, remembered } => {
            write_rendered(&mut out, rendered);
            write_stored(&mut out, remembered.as_ref());
            event::STARTED
        }
        Event::LeadershipGained { attempt, stored } => {
            put(&mut out, 4, attempt.to_le_bytes());
            write_stored(&mut out, stored.as_ref());
            event::LEADERSHIP_GAINED
        }
        Event::Answered { attempt, outcome } => {
            put(&mut out, 4, attempt.to_le_bytes());
            write_outcome(&mut out, outcome);
            event::ANSWERED
        }
        Event::Heard { message, stored } => {
            put(&mut out, 1, [message.code()]);
            write_stored(&mut out, Some(stored));
            event::HEARD
        }
        Event::Resumed { remembered } => {
            write_stored(&mut out, remembered.as_ref());
            event::RESUMED
        }
        Event::Refused { epoch, generation } => {
            put(&mut out, 4, epoch.to_le_bytes());
            put(&mut out, 8, generation.to_le_bytes());
            event::REFUSED
        }
        Event::Hinted => event::HINTED,
        Event::DeadlineReached => event::DEADLINE_REACHED,
        Event::Shown => event::SHOWN,
        Event::Hidden => event::HIDDEN,
        Event::Frozen => event::FROZEN,
        Event::Woke => event::WOKE,
        Event::Online => event::ONLINE,
        Event::Offline => event::OFFLINE,
        Event::SignInAsked => event::SIGN_IN_ASKED,
        Event::SignOutAsked => event::SIGN_OUT_ASKED,
        Event::RenewalAsked => event::RENEWAL_ASKED,
        Event::CheckAsked => event::CHECK_ASKED,
        Event::WarningDismissed => event::WARNING_DISMISSED,
        Event::Requested => event::REQUESTED,
        Event::Withdrawn => event::WITHDRAWN,
        Event::Disposed => event::DISPOSED,
    };
    put(&mut out, 0, [which]);
    out
}

fn write_stored(out: &mut [u8], stored: Option<&Stored>) {
    if let Some(stored) = stored {
        put(out, 3, [1 + u8::from(stored.has_data)]);
        put_ms(out, 64, stored.age_ms);
        put(out, 72, encode_record(&stored.record));
    }
}

fn write_rendered(out: &mut [u8], rendered: &Rendered) {
    let kind = match rendered {
        Rendered::Nothing => rendered::NOTHING,
        Rendered::Nobody => rendered::NOBODY,
        Rendered::Somebody(answer) => {
            write_answer(out, answer);
            rendered::SOMEBODY
        }
    };
    put(out, 1, [kind]);
}

fn write_outcome(out: &mut [u8], outcome: &Outcome) {
    let kind = match outcome {
        Outcome::Session(answer) => {
            write_answer(out, answer);
            outcome::SESSION
        }
        Outcome::Nobody => outcome::NOBODY,
        Outcome::Declined => outcome::DECLINED,
        Outcome::Superseded => outcome::SUPERSEDED,
        Outcome::Failed { retry_after_ms, trouble } => {
            put(out, 2, [trouble.code()]);
            put_ms(out, 40, *retry_after_ms);
            outcome::FAILED
        }
    };
    put(out, 1, [kind]);
}

fn write_answer(out: &mut [u8], answer: &Answer) {
    put(out, 16, answer.session.to_le_bytes());
    put(out, 24, answer.person.to_le_bytes());
    put(out, 32, answer.data.to_le_bytes());
    put(out, 36, answer.created_s.to_le_bytes());
    put_ms(out, 40, answer.renews_in_ms);
    put_ms(out, 48, answer.lapses_in_ms);
    put_ms(out, 56, answer.ends_in_ms);
}
