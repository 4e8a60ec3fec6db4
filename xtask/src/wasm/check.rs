//! What the shell relies on in the module, read from its bytes.

use std::collections::BTreeSet;

use anyhow::bail;
use wasmparser::{Parser, Payload};

/// All that the module offers.
const EXPORTS: [&str; 4] = ["handle", "io", "memory", "start"];

/// Fails unless the module imports nothing, exports exactly what the shell calls, and has one page of memory for ever. A panic
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
    if memories != [(1, Some(1))] {
        bail!("its memory is {memories:?}, in pages");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

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
