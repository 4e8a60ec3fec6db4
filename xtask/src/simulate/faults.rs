//! Deliberate faults in the machine and the engine. Each must be found: `cargo xtask prove`.

mod engine;
mod machine;
mod others;
mod renewal;
mod tabs;

/// One fault: a place in a file, and what stands there instead.
pub(super) struct Fault {
    /// What goes wrong, in words.
    pub(super) what: &'static str,
    /// The file, from the repository's root.
    pub(super) file: &'static str,
    /// What stands there, once.
    pub(super) right: &'static str,
    /// What is put in its place.
    pub(super) wrong: &'static str,
}

/// All of them.
pub(super) fn all() -> impl Iterator<Item = &'static Fault> {
    [renewal::FAULTS, machine::FAULTS, tabs::FAULTS, others::FAULTS, engine::FAULTS].into_iter().flatten()
}

#[cfg(test)]
mod tests {
    use super::all;

    #[test]
    fn the_place_of_every_fault_is_there_once() {
        for fault in all() {
            let text = std::fs::read_to_string(crate::root().join(fault.file)).expect("the file is there");
            assert_eq!(text.matches(fault.right).count(), 1, "{}", fault.what);
        }
    }
}
