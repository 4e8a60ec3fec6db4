//! The module as JavaScript: binaryen's translation makes one instance when it is loaded; ours makes one per call.

use anyhow::Context as _;

const HEAD: &str =
    "// Made by `cargo xtask wasm`: the machine of crates/stayd-core as plain JavaScript.\n// @ts-nocheck\n";

/// Where the translation makes its one instance and exports its parts.
const INSTANCE: &str = "var retasmFunc = asmFunc({";

/// Turns the translation into a module that exports `instantiate`, which returns what an instance of the module exports.
pub(crate) fn as_function(translation: &str) -> anyhow::Result<String> {
    let (functions, _) = translation.split_once(INSTANCE).context("wasm2js speaks differently now")?;
    let functions = functions.trim();
    // All of it within the function: instances share nothing, and a bundler that needs none drops the whole.
    Ok(format!("{HEAD}export function instantiate() {{\n{functions}\nreturn asmFunc({{}});\n}}\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_runs_when_the_script_is_loaded() {
        let script = as_function(
            "function asmFunc(imports) {}\n\nvar retasmFunc = asmFunc({\n});\nexport var io = retasmFunc.io;\n",
        );
        let script = script.expect("a translation");
        assert!(script.ends_with("return asmFunc({});\n}\n"), "{script}");
        assert!(!script.contains("retasmFunc"));
    }
}
