//! Effects: eight bytes each.
//!
//! ```text
//! effect:  kind u8 · a u8 · b u8 · 0 u8 · attempt u32
//! step:    view · epoch u32 · generation u32 · why the deadline u8 (255: never) · 0 u24 · record
//!          · verdict u8 · rejection u8 · how many effects u8 · 0 u8 · effects
//! ```

use super::names::{Coded as _, effect, verdict};
use super::reader::Reader;
use super::records::{RECORD_LEN, VIEW_LEN, write_record, write_view};
use super::writer::Writer;
use crate::{
    Effect, Effects, Machine, Message, Need, Notice, Rejection, Settlement, Timer, Trouble, Verdict,
};

/// Where a step's verdict and effects begin.
pub const EFFECTS_AT: usize = VIEW_LEN + 12 + RECORD_LEN;

/// Writes all that a host learns from a step of the machine into `out`; how many bytes it takes.
pub fn encode_step(machine: &Machine, effects: &Effects, out: &mut [u8]) -> usize {
    let mut out = Writer::new(out);
    write_view(&mut out, &machine.view());
    let (epoch, generation) = machine.moment();
    out.u32(epoch);
    out.u32(generation);
    out.u32(machine.deadline_reason().map_or(u8::MAX, Timer::code).into());
    write_record(&mut out, &machine.record());
    write_effects(&mut out, effects);
    out.len
}

fn write_effects(out: &mut Writer<'_>, effects: &Effects) {
    let (code, why) = match effects.verdict() {
        None => (verdict::NONE, 0),
        Some(Verdict::Admit) => (verdict::ADMIT, 0),
        Some(Verdict::Hold) => (verdict::HOLD, 0),
        Some(Verdict::Settle) => (verdict::SETTLE, 0),
        Some(Verdict::Reject(why)) => (verdict::REJECT, why.code()),
    };
    out.u8(code);
    out.u8(why);
    out.u8(u8::try_from(effects.as_slice().len()).unwrap_or(0));
    out.u8(0);
    for effect in effects.as_slice() {
        let (kind, a, b, attempt) = numbers(effect);
        out.u8(kind);
        out.u8(a);
        out.u8(b);
        out.u8(0);
        out.u32(attempt);
    }
}

fn numbers(effect: &Effect) -> (u8, u8, u8, u32) {
    match *effect {
        Effect::ReleaseHeld => (effect::RELEASE_HELD, 0, 0, 0),
        Effect::RejectHeld(why) => (effect::REJECT_HELD, why.code(), 0, 0),
        Effect::AskLeadership { attempt } => (effect::ASK_LEADERSHIP, 0, 0, attempt),
        Effect::GiveUpLeadership { attempt } => (effect::GIVE_UP_LEADERSHIP, 0, 0, attempt),
        Effect::Cancel { attempt } => (effect::CANCEL, 0, 0, attempt),
        Effect::Send { attempt, need } => (effect::SEND, need.code(), 0, attempt),
        Effect::Settled { need, result } => (effect::SETTLED, need.code(), result.code(), 0),
        Effect::KeepData => (effect::KEEP_DATA, 0, 0, 0),
        Effect::DropData => (effect::DROP_DATA, 0, 0, 0),
        Effect::Remember => (effect::REMEMBER, 0, 0, 0),
        Effect::Tell(message) => (effect::TELL, message.code(), 0, 0),
        Effect::Publish => (effect::PUBLISH, 0, 0, 0),
        Effect::Notify(notice) => {
            let (code, trouble) = notice.code();
            (effect::NOTIFY, code, trouble.code(), 0)
        }
        Effect::CloseChannels => (effect::CLOSE_CHANNELS, 0, 0, 0),
        Effect::OpenChannels => (effect::OPEN_CHANNELS, 0, 0, 0),
    }
}

/// Reads one effect; `None` where the bytes are none.
pub fn decode_effect(bytes: &[u8]) -> Option<Effect> {
    let mut from = Reader(bytes);
    let (kind, a, b, _reserved, attempt) = (from.u8()?, from.u8()?, from.u8()?, from.u8()?, from.u32()?);
    Some(match kind {
        effect::RELEASE_HELD => Effect::ReleaseHeld,
        effect::REJECT_HELD => Effect::RejectHeld(Rejection::from_code(a)?),
        effect::ASK_LEADERSHIP => Effect::AskLeadership { attempt },
        effect::GIVE_UP_LEADERSHIP => Effect::GiveUpLeadership { attempt },
        effect::CANCEL => Effect::Cancel { attempt },
        effect::SEND => Effect::Send { attempt, need: Need::from_code(a)? },
        effect::SETTLED => Effect::Settled { need: Need::from_code(a)?, result: Settlement::from_code(b)? },
        effect::KEEP_DATA => Effect::KeepData,
        effect::DROP_DATA => Effect::DropData,
        effect::REMEMBER => Effect::Remember,
        effect::TELL => Effect::Tell(Message::from_code(a)?),
        effect::PUBLISH => Effect::Publish,
        effect::NOTIFY => Effect::Notify(Notice::from_code(a, Trouble::from_code(b)?)?),
        effect::CLOSE_CHANNELS => Effect::CloseChannels,
        effect::OPEN_CHANNELS => Effect::OpenChannels,
        _ => return None,
    })
}
