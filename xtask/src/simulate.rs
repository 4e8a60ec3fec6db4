//! The simulator: many tabs, faults and the real engine in virtual time.

use std::process::Command;

use crate::{process, root};

/// How many seeds CI runs.
pub(crate) const SEEDS_IN_CI: u64 = 2_000;

/// Runs the simulator with these arguments; see `cargo xtask simulate --help`.
pub(crate) fn run(arguments: &[String]) -> anyhow::Result<()> {
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.current_dir(root());
    cargo.args([
        "run",
        "--quiet",
        "--locked",
        "--profile",
        "simulation",
        "--package",
        "stayd-simulator",
        "--",
    ]);
    process::run("simulating", cargo.args(arguments))
}
