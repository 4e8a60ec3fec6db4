//! Events and the configuration.
//!
//! ```text
//! stored:  age f64 ms · has data u8 · record
//! answer:  session u64 · person u64 · data u32 · renews in, lapses in, ends in: 3 x f64 ms
//! config:  renewal u8 · heartbeat, warning, fresh, request timeout: 4 x u32 ms
//! ```

use super::names::{Coded as _, event, outcome, rendered};
use super::reader::Reader;
use super::records::{read_record, write_record};
use super::writer::Writer;
use crate::{Answer, Config, Event, Message, Outcome, Rendered, RenewalMode, Stored, Trouble};

/// Writes a configuration into `out`; how many bytes it takes.
pub fn encode_config(config: &Config, out: &mut [u8]) -> usize {
    let mut out = Writer::new(out);
    out.u8(config.renewal.code());
    out.u32(config.heartbeat_ms);
    out.u32(config.warning_ms);
    out.u32(config.fresh_ms);
    out.u32(config.request_timeout_ms);
    out.len
}

/// Reads a configuration; `None` where the bytes are none.
pub fn decode_config(bytes: &[u8]) -> Option<Config> {
    let mut from = Reader(bytes);
    Some(Config {
        renewal: RenewalMode::from_code(from.u8()?)?,
        heartbeat_ms: from.u32()?,
        warning_ms: from.u32()?,
        fresh_ms: from.u32()?,
        request_timeout_ms: from.u32()?,
    })
}

/// Reads an event; `None` where the bytes are none.
pub fn decode_event(bytes: &[u8]) -> Option<Event> {
    let mut from = Reader(bytes);
    Some(match from.u8()? {
        event::STARTED => {
            Event::Started { rendered: read_rendered(&mut from)?, remembered: read_optional(&mut from)? }
        }
        event::LEADERSHIP_GAINED => {
            Event::LeadershipGained { attempt: from.u32()?, stored: read_optional(&mut from)? }
        }
        event::ANSWERED => Event::Answered { attempt: from.u32()?, outcome: read_outcome(&mut from)? },
        event::HEARD => {
            Event::Heard { message: Message::from_code(from.u8()?)?, stored: read_stored(&mut from)? }
        }
        event::HINTED => Event::Hinted,
        event::DEADLINE_REACHED => Event::DeadlineReached,
        event::SHOWN => Event::Shown,
        event::HIDDEN => Event::Hidden,
        event::FROZEN => Event::Frozen,
        event::RESUMED => Event::Resumed { remembered: read_optional(&mut from)? },
        event::WOKE => Event::Woke,
        event::ONLINE => Event::Online,
        event::OFFLINE => Event::Offline,
        event::SIGN_IN_ASKED => Event::SignInAsked,
        event::SIGN_OUT_ASKED => Event::SignOutAsked,
        event::RENEWAL_ASKED => Event::RenewalAsked,
        event::CHECK_ASKED => Event::CheckAsked,
        event::WARNING_DISMISSED => Event::WarningDismissed,
        event::REQUESTED => Event::Requested,
        event::REFUSED => Event::Refused { epoch: from.u32()?, generation: from.u32()? },
        event::WITHDRAWN => Event::Withdrawn,
        event::DISPOSED => Event::Disposed,
        _ => return None,
    })
}

fn read_stored(from: &mut Reader<'_>) -> Option<Stored> {
    Some(Stored { age_ms: from.ms()?, has_data: from.flag()?, record: read_record(from)? })
}

/// A record that may be there, at the end of an event. Storage may hold anything: one that makes no sense counts as none, so
/// that the event itself is not lost.
#[expect(clippy::option_option, reason = "the outer is whether the bytes are an event")]
fn read_optional(from: &mut Reader<'_>) -> Option<Option<Stored>> {
    Some(if from.flag()? { read_stored(from) } else { None })
}

fn read_rendered(from: &mut Reader<'_>) -> Option<Rendered> {
    Some(match from.u8()? {
        rendered::NOTHING => Rendered::Nothing,
        rendered::NOBODY => Rendered::Nobody,
        rendered::SOMEBODY => Rendered::Somebody(read_answer(from)?),
        _ => return None,
    })
}

fn read_outcome(from: &mut Reader<'_>) -> Option<Outcome> {
    Some(match from.u8()? {
        outcome::SESSION => Outcome::Session(read_answer(from)?),
        outcome::NOBODY => Outcome::Nobody,
        outcome::DECLINED => Outcome::Declined,
        outcome::SUPERSEDED => Outcome::Superseded,
        outcome::FAILED => {
            Outcome::Failed { trouble: Trouble::from_code(from.u8()?)?, retry_after_ms: from.ms()? }
        }
        _ => return None,
    })
}

fn read_answer(from: &mut Reader<'_>) -> Option<Answer> {
    Some(Answer {
        session: from.u64()?,
        person: from.u64()?,
        data: from.u32()?,
        renews_in_ms: from.ms()?,
        lapses_in_ms: from.ms()?,
        ends_in_ms: from.ms()?,
    })
}

/// Writes an event into `out`; how many bytes it takes. None takes more than 128.
pub fn encode_event(event: &Event, out: &mut [u8]) -> usize {
    let mut out = Writer::new(out);
    match event {
        Event::Started { rendered, remembered } => {
            out.u8(event::STARTED);
            write_rendered(&mut out, rendered);
            write_optional(&mut out, remembered.as_ref());
        }
        Event::LeadershipGained { attempt, stored } => {
            out.u8(event::LEADERSHIP_GAINED);
            out.u32(*attempt);
            write_optional(&mut out, stored.as_ref());
        }
        Event::Answered { attempt, outcome } => {
            out.u8(event::ANSWERED);
            out.u32(*attempt);
            write_outcome(&mut out, outcome);
        }
        Event::Heard { message, stored } => {
            out.u8(event::HEARD);
            out.u8(message.code());
            write_stored(&mut out, stored);
        }
        Event::Resumed { remembered } => {
            out.u8(event::RESUMED);
            write_optional(&mut out, remembered.as_ref());
        }
        Event::Refused { epoch, generation } => {
            out.u8(event::REFUSED);
            out.u32(*epoch);
            out.u32(*generation);
        }
        Event::Hinted => out.u8(event::HINTED),
        Event::DeadlineReached => out.u8(event::DEADLINE_REACHED),
        Event::Shown => out.u8(event::SHOWN),
        Event::Hidden => out.u8(event::HIDDEN),
        Event::Frozen => out.u8(event::FROZEN),
        Event::Woke => out.u8(event::WOKE),
        Event::Online => out.u8(event::ONLINE),
        Event::Offline => out.u8(event::OFFLINE),
        Event::SignInAsked => out.u8(event::SIGN_IN_ASKED),
        Event::SignOutAsked => out.u8(event::SIGN_OUT_ASKED),
        Event::RenewalAsked => out.u8(event::RENEWAL_ASKED),
        Event::CheckAsked => out.u8(event::CHECK_ASKED),
        Event::WarningDismissed => out.u8(event::WARNING_DISMISSED),
        Event::Requested => out.u8(event::REQUESTED),
        Event::Withdrawn => out.u8(event::WITHDRAWN),
        Event::Disposed => out.u8(event::DISPOSED),
    }
    out.len
}

fn write_stored(out: &mut Writer<'_>, stored: &Stored) {
    out.ms(stored.age_ms);
    out.flag(stored.has_data);
    write_record(out, &stored.record);
}

fn write_optional(out: &mut Writer<'_>, stored: Option<&Stored>) {
    out.flag(stored.is_some());
    if let Some(stored) = stored {
        write_stored(out, stored);
    }
}

fn write_rendered(out: &mut Writer<'_>, rendered: &Rendered) {
    match rendered {
        Rendered::Nothing => out.u8(rendered::NOTHING),
        Rendered::Nobody => out.u8(rendered::NOBODY),
        Rendered::Somebody(answer) => {
            out.u8(rendered::SOMEBODY);
            write_answer(out, answer);
        }
    }
}

fn write_outcome(out: &mut Writer<'_>, outcome: &Outcome) {
    match outcome {
        Outcome::Session(answer) => {
            out.u8(outcome::SESSION);
            write_answer(out, answer);
        }
        Outcome::Nobody => out.u8(outcome::NOBODY),
        Outcome::Declined => out.u8(outcome::DECLINED),
        Outcome::Superseded => out.u8(outcome::SUPERSEDED),
        Outcome::Failed { retry_after_ms, trouble } => {
            out.u8(outcome::FAILED);
            out.u8(trouble.code());
            out.ms(*retry_after_ms);
        }
    }
}

fn write_answer(out: &mut Writer<'_>, answer: &Answer) {
    out.u64(answer.session);
    out.u64(answer.person);
    out.u32(answer.data);
    out.ms(answer.renews_in_ms);
    out.ms(answer.lapses_in_ms);
    out.ms(answer.ends_in_ms);
}

#[cfg(test)]
mod tests {
    use super::{decode_event, event};
    use crate::Event;

    #[test]
    fn an_event_with_a_record_that_makes_no_sense_is_the_event_without_it() {
        let mut bytes = [255; 128];
        (bytes[0], bytes[1]) = (event::RESUMED, 1);
        assert_eq!(decode_event(&bytes), Some(Event::Resumed { remembered: None }));
    }
}
