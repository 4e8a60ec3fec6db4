//! The ABI of the session machine: one machine per instance of the module, bytes in, bytes out, no imports, no allocator.
//!
//! ```text
//! io()             where the buffer is, IO_LEN bytes: the host writes an event there and reads the step's result from there
//! start(seed, len) makes the machine, with the configuration in the buffer; 0 where that makes no sense
//! handle(now, len) takes in the event in the buffer; the length of the result, 0 where the bytes are no event
//! deadline()       when to say DEADLINE_REACHED, in ms; infinity for never
//! ```
//!
//! The layouts are those of [`stayd_core::codec`]; the result of a step is that of [`codec::encode_step`].
#![cfg_attr(target_arch = "wasm32", no_std)]

use stayd_core::codec;
use stayd_core::{Instant, Machine};

/// Bytes of the buffer: the longest event, and the longest result.
pub const IO_LEN: usize = 512;

/// A machine and the buffer through which it is spoken to.
pub struct Instance {
    machine: Option<Machine>,
    io: [u8; IO_LEN],
}

impl Default for Instance {
    fn default() -> Self {
        Self::new()
    }
}

impl Instance {
    /// Without a machine yet.
    pub const fn new() -> Self {
        Self { machine: None, io: [0; IO_LEN] }
    }

    /// The buffer.
    pub fn io(&mut self) -> &mut [u8; IO_LEN] {
        &mut self.io
    }

    /// Makes the machine from the configuration in the buffer.
    pub fn start(&mut self, seed: u32, len: usize) -> bool {
        let config = self.io.get(..len).and_then(codec::decode_config);
        self.machine = config.map(|config| Machine::new(config, seed));
        self.machine.is_some()
    }

    /// Takes in the event in the buffer and writes the result there; its length, 0 where the bytes are no event.
    pub fn handle(&mut self, now: Instant, len: usize) -> usize {
        let Some(machine) = &mut self.machine else { return 0 };
        let Some(event) = self.io.get(..len).and_then(codec::decode_event) else { return 0 };
        let effects = machine.handle(now, event);
        codec::encode_step(machine, &effects, &mut self.io)
    }

    /// When the machine is to be told that its deadline has come, in ms; infinity for never.
    #[expect(clippy::cast_precision_loss, reason = "2^53 ms are 285,000 years")]
    pub fn deadline(&self) -> f64 {
        let deadline = self.machine.as_ref().and_then(Machine::deadline);
        deadline.map_or(f64::INFINITY, |at| at.as_ms() as f64)
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
    extern "C" fn handle(now: f64, len: usize) -> usize {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "saturates")]
        instance().handle(Instant::from_ms(now as u64), len)
    }

    #[unsafe(no_mangle)]
    extern "C" fn deadline() -> f64 {
        instance().deadline()
    }
}
