//! The ABI of the session machine: one machine per instance of the module, bytes in, bytes out, no imports, no allocator.
//!
//! ```text
//! io()              where the buffer is into which the host writes an event, or the configuration; the layouts are those of
//!                   `stayd_core::codec`, and what is shorter than `EVENT_LEN` is followed by zeros from `len` on
//! start(seed, len)  makes the machine with the configuration in the buffer; 0 where that makes no sense
//! handle(now, len)  takes in the event in the buffer; where the step's result is, 0 where the bytes are no event
//! ```
//!
//! The result is a [`Step`] as it lies in memory.
#![cfg_attr(target_arch = "wasm32", no_std)]

use stayd_core::codec::{self, EVENT_LEN};
use stayd_core::{Effects, Instant, Machine, Record, View};

/// What a step gave. Its layout is that of C: the host reads it where it lies.
#[repr(C)]
pub struct Step {
    /// What the page sees.
    pub view: View,
    /// The machine's epoch.
    pub epoch: u32,
    /// The machine's generation.
    pub generation: u32,
    /// What the tabs share.
    pub record: Record,
    /// When the machine is to be told that its deadline has come, in ms; infinity for never.
    pub deadline: f64,
    /// The verdict, how many effects there are (the second and the third byte after it), and the effects from the fourth on.
    pub effects: Effects,
}

/// Where a step's verdict is; its effects begin four bytes on.
pub const EFFECTS_AT: usize = core::mem::offset_of!(Step, effects);

/// Where a step's deadline is.
pub const DEADLINE_AT: usize = core::mem::offset_of!(Step, deadline);

/// Where a step's epoch is; its generation follows, and then its record.
pub const MOMENT_AT: usize = core::mem::offset_of!(Step, epoch);

/// A machine, the buffer through which it is spoken to, and its last step.
pub struct Instance {
    machine: Option<Machine>,
    io: [u8; EVENT_LEN],
    step: Option<Step>,
}

impl Default for Instance {
    fn default() -> Self {
        Self::new()
    }
}

impl Instance {
    /// Without a machine yet.
    #[must_use]
    pub const fn new() -> Self {
        Self { machine: None, io: [0; EVENT_LEN], step: None }
    }

    /// The buffer.
    pub fn io(&mut self) -> &mut [u8; EVENT_LEN] {
        &mut self.io
    }

    /// The buffer, with nothing of what was there before.
    fn written(&mut self, len: usize) -> &[u8; EVENT_LEN] {
        if let Some(rest) = self.io.get_mut(len..) {
            rest.fill(0);
        }
        &self.io
    }

    /// Makes the machine from the configuration in the buffer; whether that made sense.
    pub fn start(&mut self, seed: u32, len: usize) -> bool {
        let config = codec::decode_config(self.written(len));
        self.machine = config.map(|config| Machine::new(config, seed));
        self.machine.is_some()
    }

    /// Takes in the event in the buffer; what the step gave, `None` where the bytes are no event.
    pub fn handle(&mut self, now: Instant, len: usize) -> Option<&Step> {
        let event = codec::decode_event(self.written(len))?;
        let machine = self.machine.as_mut()?;
        let effects = machine.handle(now, event);
        let (epoch, generation) = machine.moment();
        #[expect(clippy::cast_precision_loss, reason = "2^53 ms are 285,000 years")]
        let deadline = machine.deadline().map_or(f64::INFINITY, |at| at.as_ms() as f64);
        let (view, record) = (machine.view(), machine.record());
        Some(self.step.insert(Step { view, epoch, generation, record, deadline, effects }))
    }
}

#[cfg(target_arch = "wasm32")]
mod module {
    use super::{Instance, Instant};

    #[link(wasm_import_module = "panic")]
    unsafe extern "C" {
        /// There is no such function. If a panic could be reached, the module would import it, and a check refuses imports.
        fn a_panic_can_be_reached() -> !;
    }

    #[panic_handler]
    fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
        // SAFETY: never linked into a module that passes the check.
        unsafe { a_panic_can_be_reached() }
    }

    static mut INSTANCE: Instance = Instance::new();

    /// The one instance. Modules are single-threaded and the host never calls from within a call.
    fn instance() -> &'static mut Instance {
        // SAFETY: no thread and no re-entrance (the module imports nothing that could call back), so this borrow is the only one.
        unsafe { &mut *(&raw mut INSTANCE) }
    }

    #[unsafe(no_mangle)]
    extern "C" fn io() -> *mut u8 {
        instance().io().as_mut_ptr()
    }

    #[unsafe(no_mangle)]
    extern "C" fn start(seed: u32, len: usize) -> u32 {
        u32::from(instance().start(seed, len))
    }

    #[unsafe(no_mangle)]
    extern "C" fn handle(now: f64, len: usize) -> *const u8 {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "saturates")]
        let now = Instant::from_ms(now as u64);
        instance().handle(now, len).map_or(core::ptr::null(), |step| core::ptr::from_ref(step).cast())
    }
}
