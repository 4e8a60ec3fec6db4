//! What a step of the machine hands out: the view, the record, the effects.
//!
//! ```text
//! view:    0 status u8 · identity u8 · verified · can mutate · expired · offline · holding: bool u8 · minutes left u8
//!          · trouble u8 · ending u8 · 12 data u32
//! record:  0 epoch u32 · 4 generation u32 · 8 session u64 · 16 person u64 · 24 data u32 · 28 ending u8 · owed u8 · failures u8
//!          · trouble u8 · 32 verified ago · renews in · lapses in · ends in · tried ago · retry in: u64 ms · 80 fixed end · switch u8
//! effect:  0 which u8 · 1 a u8 · 2 b u8 · 4 attempt u32
//! ```

use super::fields::{Fields, put};
use super::names::{Coded as _, effect};
use crate::{
    Effect, Ending, Identity, Message, Need, Notice, Record, Rejection, Settlement, Status, Switch, Trouble,
    View,
};

/// Bytes of a record.
pub const RECORD_LEN: usize = size_of::<Record>();
/// Bytes of a view.
pub const VIEW_LEN: usize = size_of::<View>();
/// Bytes of an effect.
pub const EFFECT_LEN: usize = 8;

/// Writes a record.
pub fn encode_record(record: &Record) -> [u8; RECORD_LEN] {
    let mut out = [0; RECORD_LEN];
    put(&mut out, 0, record.epoch.to_le_bytes());
    put(&mut out, 4, record.generation.to_le_bytes());
    put(&mut out, 8, record.session.to_le_bytes());
    put(&mut out, 16, record.person.to_le_bytes());
    put(&mut out, 24, record.data.to_le_bytes());
    put(&mut out, 28, [record.ending.code(), record.owed.into(), record.failures, record.trouble.code()]);
    put(&mut out, 32, record.verified_ago_ms.to_le_bytes());
    put(&mut out, 40, record.renews_in_ms.to_le_bytes());
    put(&mut out, 48, record.lapses_in_ms.to_le_bytes());
    put(&mut out, 56, record.ends_in_ms.to_le_bytes());
    put(&mut out, 64, record.tried_ago_ms.to_le_bytes());
    put(&mut out, 72, record.retry_in_ms.to_le_bytes());
    put(&mut out, 80, [record.fixed_end.into(), record.switch.code()]);
    out
}

/// Reads a record; `None` where the bytes are none.
pub fn decode_record(bytes: &[u8; RECORD_LEN]) -> Option<Record> {
    let mut at_its_place = [0; super::EVENT_LEN];
    put(&mut at_its_place, 72, *bytes);
    let record = read_record(Fields(&at_its_place));
    // Numbers that are none were read as another.
    (encode_record(&record) == *bytes).then_some(record)
}

/// Reads the record of an event, which is at 72.
pub(super) fn read_record(from: Fields<'_, { super::EVENT_LEN }>) -> Record {
    Record {
        epoch: from.u32::<72>(),
        generation: from.u32::<76>(),
        session: from.u64::<80>(),
        person: from.u64::<88>(),
        data: from.u32::<96>(),
        ending: Ending::read(from.u8::<100>()),
        owed: from.u8::<101>() != 0,
        failures: from.u8::<102>(),
        trouble: Trouble::read(from.u8::<103>()),
        verified_ago_ms: from.u64::<104>(),
        renews_in_ms: from.u64::<112>(),
        lapses_in_ms: from.u64::<120>(),
        ends_in_ms: from.u64::<128>(),
        tried_ago_ms: from.u64::<136>(),
        retry_in_ms: from.u64::<144>(),
        fixed_end: from.u8::<152>() != 0,
        switch: Switch::read(from.u8::<153>()),
        reserved: [0; 6],
    }
}

/// Writes a view.
pub fn encode_view(view: &View) -> [u8; VIEW_LEN] {
    let mut out = [0; VIEW_LEN];
    let flags = [view.verified, view.can_mutate, view.expired, view.offline, view.holding];
    put(&mut out, 0, [view.status.code(), view.identity.code()]);
    put(&mut out, 2, flags.map(u8::from));
    put(&mut out, 7, [view.minutes_left, view.trouble.code(), view.ending.code()]);
    put(&mut out, 12, view.data.to_le_bytes());
    out
}

/// Reads a view; `None` where the bytes are none.
pub fn decode_view(bytes: &[u8; VIEW_LEN]) -> Option<View> {
    let from = Fields(bytes);
    Some(View {
        status: Status::from_code(from.u8::<0>())?,
        identity: Identity::from_code(from.u8::<1>())?,
        verified: from.u8::<2>() != 0,
        can_mutate: from.u8::<3>() != 0,
        expired: from.u8::<4>() != 0,
        offline: from.u8::<5>() != 0,
        holding: from.u8::<6>() != 0,
        minutes_left: from.u8::<7>(),
        trouble: Trouble::from_code(from.u8::<8>())?,
        ending: Ending::from_code(from.u8::<9>())?,
        data: from.u32::<12>(),
    })
}

/// Writes an effect.
pub fn encode_effect(effect: &Effect) -> [u8; EFFECT_LEN] {
    let (parts, attempt) = effect.parts();
    let mut out = [0; EFFECT_LEN];
    put(&mut out, 0, parts);
    put(&mut out, 4, attempt.to_le_bytes());
    out
}

/// Reads an effect; `None` where the bytes are none.
pub fn decode_effect(bytes: &[u8; EFFECT_LEN]) -> Option<Effect> {
    let from = Fields(bytes);
    let (a, b, attempt) = (from.u8::<1>(), from.u8::<2>(), from.u32::<4>());
    Some(match from.u8::<0>() {
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
        effect::NOTIFY => Effect::Notify(Notice::from_code(a, Trouble::from_code(b))?),
        effect::CLOSE_CHANNELS => Effect::CloseChannels,
        effect::OPEN_CHANNELS => Effect::OpenChannels,
        _ => return None,
    })
}
