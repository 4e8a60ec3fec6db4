//! Writes fixed layouts into a buffer of the caller; what does not fit is not written, and `len` says how much would have been.

pub(super) struct Writer<'a> {
    out: &'a mut [u8],
    pub(super) len: usize,
}

impl<'a> Writer<'a> {
    pub(super) fn new(out: &'a mut [u8]) -> Self {
        Self { out, len: 0 }
    }

    fn put<const N: usize>(&mut self, bytes: [u8; N]) {
        if let Some(place) = self.out.get_mut(self.len..).and_then(|rest| rest.first_chunk_mut()) {
            *place = bytes;
        }
        self.len = self.len.saturating_add(N);
    }

    pub(super) fn u8(&mut self, value: u8) {
        self.put([value]);
    }

    pub(super) fn flag(&mut self, value: bool) {
        self.u8(u8::from(value));
    }

    pub(super) fn u32(&mut self, value: u32) {
        self.put(value.to_le_bytes());
    }

    pub(super) fn u64(&mut self, value: u64) {
        self.put(value.to_le_bytes());
    }

    #[expect(clippy::cast_precision_loss, reason = "2^53 ms are 285,000 years; never is beyond")]
    pub(super) fn ms(&mut self, value: u64) {
        self.put((value as f64).to_le_bytes());
    }
}
