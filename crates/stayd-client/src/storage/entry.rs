//! What is kept: the machine's record, the credential, and what is shown of the session.

use serde::{Deserialize, Serialize};
use stayd_core::codec::{RECORD_LEN, decode_record, encode_record};
use stayd_core::{Record, Stored};

use crate::clock::wall_ms;
use crate::error::StorageError;
use crate::jar::Jar;
use crate::session::SessionData;

/// The form of an entry, with that of the machine's record in it: it goes up with either. Another one says nothing, is not guessed at,
/// and gives way to the next entry. 1: a record of 80 bytes; 2: one of 88.
const FORMAT: u64 = 2;

// A record of another length is another format: count up.
const _: () = assert!(RECORD_LEN == 88, "FORMAT goes up with the record");

/// A clock that is so little ahead of the one that wrote is the same clock, in ms.
const SKEW_MS: u64 = 1_000;

/// How things stood when a process wrote.
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    /// The writer's wall clock, in ms since the Unix epoch.
    pub(crate) written_at_ms: u64,
    pub(crate) record: Record,
    pub(crate) jar: Jar,
    pub(crate) data: Option<SessionData>,
}

/// What entries of all formats have.
#[derive(Deserialize)]
struct Any {
    format: u64,
}

/// An entry as JSON.
#[derive(Serialize, Deserialize)]
struct Written {
    format: u64,
    server: String,
    at: u64,
    record: Vec<u8>,
    cookies: Jar,
    data: Option<SessionData>,
}

impl Entry {
    /// Epoch and generation: the higher is the newer.
    pub(crate) fn moment(&self) -> (u32, u32) {
        (self.record.epoch, self.record.generation)
    }

    /// As the machine takes it in.
    pub(crate) fn stored(&self) -> Stored {
        let now = wall_ms();
        // From the future: the clock has been set back since, and nobody knows how old this is.
        let age_ms = if self.written_at_ms > now.saturating_add(SKEW_MS) {
            u64::MAX
        } else {
            now.saturating_sub(self.written_at_ms)
        };
        Stored { record: self.record, age_ms, has_data: self.data.is_some() }
    }

    pub(crate) fn encode(&self, server: &str) -> Vec<u8> {
        let written = Written {
            format: FORMAT,
            server: server.to_owned(),
            at: self.written_at_ms,
            record: encode_record(&self.record).to_vec(),
            cookies: self.jar.clone(),
            data: self.data.clone(),
        };
        // Numbers, texts and maps with texts for keys: there is nothing that JSON could not hold.
        serde_json::to_vec(&written).unwrap_or_default()
    }

    /// `None` for an entry of another format, and for one of another server where nobody is signed in.
    pub(crate) fn decode(bytes: &[u8], server: &str, place: String) -> Result<Option<Self>, StorageError> {
        let Ok(Any { format }) = serde_json::from_slice(bytes) else {
            return Err(StorageError::NotASession { place });
        };
        if format != FORMAT {
            return Ok(None);
        }
        let Ok(written) = serde_json::from_slice::<Written>(bytes) else {
            return Err(StorageError::NotASession { place });
        };
        let record = <&[u8; RECORD_LEN]>::try_from(written.record.as_slice()).ok().and_then(decode_record);
        let Some(record) = record else { return Err(StorageError::NotASession { place }) };
        if written.server != server {
            // Where nobody is signed in, and nothing is left to be said to that server, the place is free.
            let is_free = record.session == 0 && !record.owed;
            let expected = server.to_owned();
            let other = StorageError::OtherServer { place, found: written.server, expected };
            return if is_free { Ok(None) } else { Err(other) };
        }
        Ok(Some(Self { written_at_ms: written.at, record, jar: written.cookies, data: written.data }))
    }
}
