//! What the shell relies on in the module, read from its bytes.

use std::collections::BTreeSet;

use anyhow::{Context as _, bail};
use stayd_wasm::{LOG_AT, MEMORY_LEN};
use wasmparser::{ExternalKind, Operator, Parser, Payload};

/// All that the module offers.
const EXPORTS: [&str; 3] = ["handle", "memory", "start"];

/// What WebAssembly gives memory in, in bytes.
const PAGE_LEN: usize = 64 * 1024;

/// Fails unless the module imports nothing, exports exactly what the shell calls, and has its memory once and for ever. A panic
/// that could be reached would be an import: see the panic handler of `stayd-wasm`.
pub(crate) fn check(module: &[u8]) -> anyhow::Result<()> {
    let mut exports = BTreeSet::new();
    let mut memories = Vec::new();
    for payload in Parser::new(0).parse_all(module) {
        match payload? {
            Payload::ImportSection(imports) => {
                if let Some(import) = imports.into_imports().next().transpose()? {
                    bail!("it imports {}.{}", import.module, import.name);
                }
            }
            Payload::MemorySection(section) => {
                for memory in section {
                    let memory = memory?;
                    memories.push((memory.initial, memory.maximum));
                }
            }
            Payload::ExportSection(section) => {
                for export in section {
                    exports.insert(export?.name);
                }
            }
            Payload::StartSection { .. } => bail!("it runs code when it is instantiated"),
            _ => {}
        }
    }
    if !exports.iter().eq(&EXPORTS) {
        bail!("it exports {exports:?}");
    }
    let pages = (MEMORY_LEN / PAGE_LEN) as u64;
    if memories != [(pages, Some(pages))] {
        bail!("its memory is {memories:?}, in pages");
    }
    Ok(())
}

/// Fails unless the machine ends below where the shell keeps the event log. The module is that of the linker, which says where.
pub(crate) fn leaves_room(linked: &[u8]) -> anyhow::Result<()> {
    let mut globals = Vec::new();
    let mut end = None;
    for payload in Parser::new(0).parse_all(linked) {
        match payload? {
            Payload::GlobalSection(section) => {
                for global in section {
                    globals.push(match global?.init_expr.get_operators_reader().read()? {
                        Operator::I32Const { value } => usize::try_from(value).ok(),
                        _ => None,
                    });
                }
            }
            Payload::ExportSection(section) => {
                for export in section {
                    let export = export?;
                    if export.name == "__data_end" && export.kind == ExternalKind::Global {
                        end = globals.get(export.index as usize).copied().flatten();
                    }
                }
            }
            _ => {}
        }
    }
    let end = end.context("the linker does not say where the machine ends")?;
    if end > LOG_AT {
        bail!("the machine ends at {end}, and the event log begins at {LOG_AT}");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A module with one global, the end of the machine.
    fn ending_at(end: u8) -> Vec<u8> {
        let mut module = b"\0asm\x01\0\0\0\x06\x08\x01\x7f\0\x41".to_vec();
        // Three bytes of LEB128: the number of 8 KiB pages, and nothing beside.
        module.extend([0x80, 0x80 | ((end & 1) << 6), end >> 1, 0x0b]);
        module.extend(b"\x07\x0e\x01\x0a__data_end\x03\0");
        module
    }

    #[test]
    fn a_machine_that_reaches_into_the_event_log_is_refused() {
        leaves_room(&ending_at(1)).expect("it ends where the log begins");
        let error = leaves_room(&ending_at(2)).expect_err("it ends in the log");
        assert!(error.to_string().contains("ends at 16384"), "{error}");
        leaves_room(b"\0asm\x01\0\0\0").expect_err("it does not say where it ends");
    }

    #[test]
    fn an_empty_module_is_refused() {
        let error = check(b"\0asm\x01\0\0\0").expect_err("it exports nothing");
        assert!(error.to_string().contains("exports"), "{error}");
    }

    #[test]
    fn a_module_that_imports_something_is_refused() {
        // One function type, and the import of a function `a.b` of it.
        let module = b"\0asm\x01\0\0\0\x01\x04\x01\x60\0\0\x02\x07\x01\x01a\x01b\0\0";
        let error = check(module).expect_err("it imports");
        assert!(error.to_string().contains("a.b"), "{error}");
    }
}
