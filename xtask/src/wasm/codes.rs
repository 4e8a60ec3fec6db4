//! The numbers of the module's boundary as TypeScript constants: one plain constant each, which bundlers fold into place.

use std::fmt::Write as _;

use stayd_core::codec::{self, names};

const HEAD: &str =
    "// Made by `cargo xtask wasm` from stayd_core::codec: the numbers that cross the module's boundary.\n";

/// The whole file.
pub(crate) fn text() -> String {
    let listed = names::LISTS.iter().flat_map(|(list, codes)| {
        codes
            .iter()
            .map(move |(name, code)| (format!("{}_{}", constant(list), constant(name)), usize::from(*code)))
    });
    let layout = [
        ("RECORD_LEN", codec::RECORD_LEN),
        ("VIEW_LEN", codec::VIEW_LEN),
        ("EVENT_LEN", codec::EVENT_LEN),
        ("EVENT_AT", stayd_wasm::EVENT_AT),
        ("STATE_AT", stayd_wasm::STATE_AT),
        ("DEADLINE_AT", stayd_wasm::DEADLINE_AT),
        ("RECORD_AT", stayd_wasm::RECORD_AT),
        ("LOG_AT", stayd_wasm::LOG_AT),
        ("MEMORY_LEN", stayd_wasm::MEMORY_LEN),
    ];
    let layout = layout.into_iter().map(|(name, value)| (name.to_owned(), value));
    let mut text = HEAD.to_owned();
    for (name, value) in listed.chain(layout) {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "export const {name} = {value};");
    }
    text
}

/// `WhileVisible` as `WHILE_VISIBLE`; what is a constant already stays as it is.
fn constant(name: &str) -> String {
    let mut constant = String::new();
    let mut after_lower = false;
    for letter in name.chars() {
        if letter.is_ascii_uppercase() && after_lower {
            constant.push('_');
        }
        after_lower = letter.is_ascii_lowercase();
        constant.push(letter.to_ascii_uppercase());
    }
    constant
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_committed_numbers_are_those_of_the_machine() {
        let file = crate::root().join("packages/stayd/src/codes.ts");
        let committed = std::fs::read_to_string(file).expect("codes.ts is committed");
        assert_eq!(committed, text(), "run `cargo xtask wasm` and commit packages/stayd/src/codes.ts");
    }

    #[test]
    fn no_two_numbers_have_the_same_name() {
        let text = text();
        let names: Vec<_> = text.lines().filter_map(|line| line.split(' ').nth(2)).collect();
        let distinct: std::collections::BTreeSet<_> = names.iter().collect();
        assert_eq!(names.len(), distinct.len());
    }
}
