//! The ABI of the session machine: one machine per instance of the module, bytes in, bytes out, no imports, no allocator.
//!
//! ```text
//! io()         where the buffer is into which the host writes an event, or the configuration, with zeros for what it does not say;
//!              the layouts are those of `stayd_core::codec`
//! start(seed)  makes the machine with the configuration in the buffer; where the `State` is after each step
//! handle(now)  takes in the event in the buffer; where it is said what is to be done
//! ```
//!
//! What is to be done is the verdict's number, why where it is a rejection, how many effects there are, a byte, and the effects.
//! The shell writes no numbers that the lists of `stayd_core::codec::names` do not have; others would be read as one of them.
#![cfg_attr(target_arch = "wasm32", no_std)]

use stayd_core::codec::{self, EVENT_LEN};
use stayd_core::{Effects, Instant, Machine, Record};

/// How things stand after a step. Its layout is that of C: the host reads it where it lies.
#[repr(C)]
pub struct State {
    /// What the page sees, as `stayd_core::codec` has it.
    pub view: [u64; 2],
    /// When the machine is to be told that its deadline has come, in ms; beyond all times for never.
    pub deadline: f64,
    /// What the tabs share.
    pub record: Record,
}

/// Where the deadline is in a [`State`].
pub const DEADLINE_AT: usize = core::mem::offset_of!(State, deadline);

/// Where the record is in a [`State`].
pub const RECORD_AT: usize = core::mem::offset_of!(State, record);

/// All of the module's memory, in bytes: a page of WebAssembly.
pub const MEMORY_LEN: usize = 64 * 1024;

/// Where in the module's memory its host keeps the event log, up to the end: above the machine, which `cargo xtask wasm` sees to.
pub const LOG_AT: usize = 8 * 1024;

/// The buffer: a script sees it as bytes, words and floats.
#[repr(align(8))]
struct Buffer([u8; EVENT_LEN]);

/// A machine, the buffer through which it is spoken to, and how it stands.
pub struct Instance {
    machine: Option<Machine>,
    buffer: Buffer,
    state: State,
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
        let state = State { view: [0; 2], deadline: 0.0, record: Record::NOTHING };
        Self { machine: None, buffer: Buffer([0; EVENT_LEN]), state }
    }

    /// The buffer.
    pub fn io(&mut self) -> &mut [u8; EVENT_LEN] {
        &mut self.buffer.0
    }

    /// Makes the machine from the configuration in the buffer.
    pub fn start(&mut self, seed: u32) {
        self.machine = Some(Machine::new(codec::read_config(&self.buffer.0), seed));
    }

    /// Takes in the event in the buffer; what is to be done. `None` where there is no machine yet.
    pub fn handle(&mut self, now: Instant) -> Option<&Effects> {
        let bytes = &self.buffer.0;
        let (stored, answer) = (codec::read_stored(bytes), codec::read_answer(bytes));
        let event = codec::read_event(bytes, codec::has_stored(bytes).then_some(&stored), &answer);
        let machine = self.machine.as_mut()?;
        machine.take_in(now, event);
        self.state.view = machine.published();
        #[expect(clippy::cast_precision_loss, reason = "2^53 ms are 285,000 years")]
        let deadline = machine.due_at().as_ms() as f64;
        self.state.deadline = deadline;
        self.state.record = machine.record();
        Some(machine.effects())
    }

    /// How things stand.
    #[must_use]
    pub fn state(&self) -> &State {
        &self.state
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
    extern "C" fn start(seed: u32) -> *const u8 {
        let instance = instance();
        instance.start(seed);
        core::ptr::from_ref(instance.state()).cast()
    }

    #[unsafe(no_mangle)]
    extern "C" fn handle(now: f64) -> *const u8 {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "saturates")]
        let now = Instant::from_ms(now as u64);
        instance().handle(now).map_or(core::ptr::null(), |effects| core::ptr::from_ref(effects).cast())
    }
}
