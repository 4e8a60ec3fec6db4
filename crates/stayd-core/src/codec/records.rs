//! Records and views.
//!
//! ```text
//! record: epoch u32 · generation u32 · session u64 · person u64 · data u32 · ending u8 · owed u8 · failures u8 · trouble u8
//!         · verified ago, renews in, lapses in, ends in, tried ago, retry in: 6 x f64 ms
//! view:   status u8 · identity u8 · flags u8 · minutes left u8 · trouble u8 · ending u8 · 0 u16 · data u32
//! flags:  1 verified · 2 can mutate · 4 expired · 8 offline · 16 holding
//! ```

use super::names::Coded as _;
use super::reader::Reader;
use super::writer::Writer;
use crate::{Ending, Identity, Record, Status, Trouble, View};

/// Bytes of a record.
pub const RECORD_LEN: usize = 80;
/// Bytes of a view.
pub const VIEW_LEN: usize = 12;

/// Writes a record.
pub fn encode_record(record: &Record) -> [u8; RECORD_LEN] {
    let mut bytes = [0; RECORD_LEN];
    write_record(&mut Writer::new(&mut bytes), record);
    bytes
}

/// Reads a record; `None` where the bytes are none.
pub fn decode_record(bytes: &[u8]) -> Option<Record> {
    read_record(&mut Reader(bytes))
}

pub(super) fn write_record(out: &mut Writer<'_>, record: &Record) {
    out.u32(record.epoch);
    out.u32(record.generation);
    out.u64(record.session);
    out.u64(record.person);
    out.u32(record.data);
    out.u8(record.ending.code());
    out.flag(record.owed);
    out.u8(record.failures);
    out.u8(record.trouble.code());
    out.ms(record.verified_ago_ms);
    out.ms(record.renews_in_ms);
    out.ms(record.lapses_in_ms);
    out.ms(record.ends_in_ms);
    out.ms(record.tried_ago_ms);
    out.ms(record.retry_in_ms);
}

pub(super) fn read_record(from: &mut Reader<'_>) -> Option<Record> {
    Some(Record {
        epoch: from.u32()?,
        generation: from.u32()?,
        session: from.u64()?,
        person: from.u64()?,
        data: from.u32()?,
        ending: Ending::from_code(from.u8()?)?,
        owed: from.flag()?,
        failures: from.u8()?,
        trouble: Trouble::from_code(from.u8()?)?,
        verified_ago_ms: from.ms()?,
        renews_in_ms: from.ms()?,
        lapses_in_ms: from.ms()?,
        ends_in_ms: from.ms()?,
        tried_ago_ms: from.ms()?,
        retry_in_ms: from.ms()?,
    })
}

/// Writes a view.
pub fn encode_view(view: &View) -> [u8; VIEW_LEN] {
    let mut bytes = [0; VIEW_LEN];
    write_view(&mut Writer::new(&mut bytes), view);
    bytes
}

pub(super) fn write_view(out: &mut Writer<'_>, view: &View) {
    let flags = [view.verified, view.can_mutate, view.expired, view.offline, view.holding];
    let flags = flags.iter().rev().fold(0, |bits, flag| bits << 1 | u8::from(*flag));
    out.u8(view.status.code());
    out.u8(view.identity.code());
    out.u8(flags);
    out.u8(view.minutes_left);
    out.u8(view.trouble.code());
    out.u8(view.ending.code());
    out.u8(0);
    out.u8(0);
    out.u32(view.data);
}

/// Reads a view; `None` where the bytes are none.
pub fn decode_view(bytes: &[u8]) -> Option<View> {
    let mut from = Reader(bytes);
    let (status, identity) = (Status::from_code(from.u8()?)?, Identity::from_code(from.u8()?)?);
    let flags = from.u8()?;
    let minutes_left = from.u8()?;
    let (trouble, ending) = (Trouble::from_code(from.u8()?)?, Ending::from_code(from.u8()?)?);
    let _reserved = (from.u8()?, from.u8()?);
    Some(View {
        status,
        identity,
        verified: flags & 1 != 0,
        can_mutate: flags & 2 != 0,
        expired: flags & 4 != 0,
        offline: flags & 8 != 0,
        holding: flags & 16 != 0,
        minutes_left,
        trouble,
        ending,
        data: from.u32()?,
    })
}
