//! The ABI of the session machine: one machine per instance of the module, bytes in, bytes out, no imports, no allocator.
//!
//! ```text
//! EVENT_AT     the buffer into which the host writes an event, or the configuration, with zeros for what it does not say; the layouts
//!              are those of `stayd_core::codec`
//! start(seed)  makes the machine with the configuration in the buffer; called before anything else
//! handle(now)  takes in the event in the buffer; where it is said what is to be done
//! STATE_AT     how things stand after each step
//!
//! 0 · 8 machine · STATE_AT · EVENT_AT · what the stack leaves · 4096 statics · LOG_AT the host's event log · MEMORY_LEN
//! ```
//!
//! What is to be done is the verdict's number, why where it is a rejection, how many effects there are, a byte, and the effects.
//! A number that the lists of `stayd_core::codec::names` do not have is read as one of them.
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

impl State {
    /// Before the first step.
    pub const NOTHING: Self = Self { view: [0; 2], deadline: 0.0, record: Record::NOTHING };
}

/// Where the machine is. The code is full of its addresses, and one below 128 is a byte of code where others are two; 0 is no address.
/// A script sees all that it shares as bytes, words and floats: at multiples of 8.
const MACHINE_AT: usize = 8;

/// Where the [`State`] is.
pub const STATE_AT: usize = 512;

/// Where the buffer is for what the host says.
pub const EVENT_AT: usize = STATE_AT + size_of::<State>();

/// Where the stack may grow down to.
pub const STACK_END: usize = EVENT_AT + EVENT_LEN;

/// Where the deadline is in a [`State`].
pub const DEADLINE_AT: usize = core::mem::offset_of!(State, deadline);

/// Where the record is in a [`State`].
pub const RECORD_AT: usize = core::mem::offset_of!(State, record);

/// All of the module's memory, in bytes: a page of WebAssembly.
pub const MEMORY_LEN: usize = 64 * 1024;

/// Where in the module's memory its host keeps the event log, up to the end: above the machine, which `cargo xtask wasm` sees to.
pub const LOG_AT: usize = 8 * 1024;

const _: () = assert!(MACHINE_AT + size_of::<Machine>() <= STATE_AT, "the machine reaches into its state");

/// Makes a machine with the configuration in these bytes.
#[must_use]
pub fn start(bytes: &[u8; EVENT_LEN], seed: u32) -> Machine {
    Machine::new(codec::read_config(bytes), seed)
}

/// Has a machine take in the event in these bytes; what is to be done.
pub fn handle<'machine>(
    machine: &'machine mut Machine,
    state: &mut State,
    bytes: &[u8; EVENT_LEN],
    now: Instant,
) -> &'machine Effects {
    let (stored, answer) = (codec::read_stored(bytes), codec::read_answer(bytes));
    let event = codec::read_event(bytes, codec::has_stored(bytes).then_some(&stored), &answer);
    machine.take_in(now, event);
    state.view = machine.published();
    #[expect(clippy::cast_precision_loss, reason = "2^53 ms are 285,000 years")]
    let deadline = machine.due_at().as_ms() as f64;
    state.deadline = deadline;
    state.record = machine.record();
    machine.effects()
}

#[cfg(target_arch = "wasm32")]
mod module {
    use core::ptr::{with_exposed_provenance, with_exposed_provenance_mut};

    use super::{EVENT_AT, EVENT_LEN, Effects, Instant, MACHINE_AT, Machine, STATE_AT};

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

    /// What the host has written.
    fn event() -> &'static [u8; EVENT_LEN] {
        // SAFETY: nothing of the linker's is there, nor does the stack reach there (`cargo xtask wasm` checks both); bytes may be anything,
        // and the host writes none while it waits for a call.
        unsafe { &*with_exposed_provenance(EVENT_AT) }
    }

    #[unsafe(no_mangle)]
    extern "C" fn start(seed: u32) {
        let machine: *mut Machine = with_exposed_provenance_mut(MACHINE_AT);
        // SAFETY: as above, and there is room for it (`STATE_AT`).
        unsafe { machine.write(super::start(event(), seed)) };
    }

    #[unsafe(no_mangle)]
    extern "C" fn handle(now: f64) -> *const Effects {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "saturates")]
        let now = Instant::from_ms(now as u64);
        // SAFETY: `start` has made the one. Of the state any zeros are one. No thread and no re-entrance (the module imports nothing that
        // could call back), so these borrows are the only ones.
        let (machine, state) = unsafe {
            (&mut *with_exposed_provenance_mut(MACHINE_AT), &mut *with_exposed_provenance_mut(STATE_AT))
        };
        super::handle(machine, state, event(), now)
    }
}
