//! Reads and writes fields at fixed places; a place beyond the end does not compile.

/// Bytes of the longest event. A shorter one is followed by zeros.
pub const EVENT_LEN: usize = 160;

/// A shorter event with its zeros; `None` where it is longer than any.
pub fn padded(bytes: &[u8]) -> Option<[u8; EVENT_LEN]> {
    let mut whole = [0; EVENT_LEN];
    whole.get_mut(..bytes.len())?.copy_from_slice(bytes);
    Some(whole)
}

/// From here on milliseconds mean never.
const NEVER: f64 = 1e18;

/// Bytes whose fields are at fixed places.
#[derive(Clone, Copy)]
pub(super) struct Fields<'a, const LEN: usize>(pub(super) &'a [u8; LEN]);

impl<const LEN: usize> Fields<'_, LEN> {
    pub(super) fn u8<const AT: usize>(self) -> u8 {
        const { assert!(AT < LEN) };
        self.0[AT]
    }

    pub(super) fn u32<const AT: usize>(self) -> u32 {
        const { assert!(AT + 4 <= LEN) };
        u32::from_le_bytes([self.0[AT], self.0[AT + 1], self.0[AT + 2], self.0[AT + 3]])
    }

    pub(super) fn u64<const AT: usize>(self) -> u64 {
        const { assert!(AT + 8 <= LEN) };
        let b = self.0;
        let low = [b[AT], b[AT + 1], b[AT + 2], b[AT + 3]];
        let high = [b[AT + 4], b[AT + 5], b[AT + 6], b[AT + 7]];
        u64::from(u32::from_le_bytes(low)) | u64::from(u32::from_le_bytes(high)) << 32
    }

    /// Milliseconds, which a script writes as a float: what is no number or negative is 0, what is too large the largest.
    pub(super) fn ms<const AT: usize>(self) -> u64 {
        whole_ms(f64::from_bits(self.u64::<AT>()))
    }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "saturation is what is wanted")]
#[inline(never)]
fn whole_ms(ms: f64) -> u64 {
    // The machine as JavaScript saturates at neither end: there "never" would become 0.
    if ms >= NEVER { u64::MAX } else { ms as u64 }
}

/// Puts a field at its place.
pub(super) fn put<const N: usize>(out: &mut [u8], at: usize, bytes: [u8; N]) {
    if let Some(place) = out.get_mut(at..).and_then(|rest| rest.first_chunk_mut()) {
        *place = bytes;
    }
}

/// Puts milliseconds at their place, as a script writes them.
#[expect(clippy::cast_precision_loss, reason = "2^53 ms are 285,000 years; never is beyond")]
pub(super) fn put_ms(out: &mut [u8], at: usize, ms: u64) {
    put(out, at, (ms as f64).to_le_bytes());
}
