//! The simulator: many tabs, faults and the real engine in virtual time; and the proof that it finds what is put in on purpose.

mod faults;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, bail, ensure};

use crate::{built, process, root};
use faults::Fault;

/// How many seeds CI runs.
const SEEDS_IN_CI: &str = "2000";

/// The simulator's exit code where no promise was broken and not every situation came about: that finds no fault.
const NOT_ALL_CAME: i32 = 3;

/// How many seeds a deliberate fault may hide from; what they do not find the tests of the machine must.
const SEEDS_PER_FAULT: &str = "3000";

/// The longest a broken machine may compute for them, in seconds: some faults are storms.
const PATIENCE: &str = "--cpu=120";

/// Runs the simulator with these arguments; see `cargo xtask simulate --help`.
pub(crate) fn run(arguments: &[String]) -> anyhow::Result<()> {
    process::run("simulating", simulator(root()).arg("--").args(arguments))
}

/// Runs what CI does, with this simulator where it is built already: one without optimisation is there sooner than another is built.
pub(crate) fn check(built: Option<PathBuf>) -> anyhow::Result<()> {
    let arguments = ["--seeds", SEEDS_IN_CI];
    match built {
        Some(program) => process::run("simulating", Command::new(program).args(arguments)),
        None => run(&arguments.map(str::to_owned)),
    }
}

fn simulator(tree: &Path) -> Command {
    let mut cargo = cargo(tree);
    cargo.args(["run", "--quiet", "--locked", "--profile", "simulation", "--package", "stayd-simulator"]);
    cargo
}

fn cargo(tree: &Path) -> Command {
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.current_dir(tree);
    cargo
}

/// Puts each deliberate fault in whose name these words stand into a copy of the sources, one at a time, and says what finds it. Prints the table of
/// `docs/simulation.md`.
pub(crate) fn prove(words: &str) -> anyhow::Result<()> {
    let tree = copy()?;
    let mut missed = 0;
    println!("| fault | where | found by |\n|---|---|---|");
    for fault in faults::all().filter(|fault| fault.what.contains(words)) {
        let found = with(&tree, fault)?;
        missed += usize::from(found.is_none());
        let found = found.unwrap_or_else(|| "**nothing**".to_owned());
        println!("| {} | `{}` | {found} |", fault.what, fault.file);
    }
    ensure!(missed == 0, "{missed} faults were not found");
    Ok(())
}

/// A copy of what Git knows of the working tree, beside what Cargo builds.
fn copy() -> anyhow::Result<PathBuf> {
    let tree = built("prove", "tree")?;
    let listed = process::output(Command::new("git").current_dir(root()).args(["ls-files"]))?;
    for name in listed.lines().filter(|name| root().join(name).is_file()) {
        let to = tree.join(name);
        let folder = to.parent().context("a file lies in a folder")?;
        fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
        fs::copy(root().join(name), &to).with_context(|| format!("cannot write {}", to.display()))?;
    }
    Ok(tree)
}

/// What finds this fault: a seed or a test; `None` where nothing does.
fn with(tree: &Path, fault: &Fault) -> anyhow::Result<Option<String>> {
    let file = tree.join(fault.file);
    let right = fs::read_to_string(&file).with_context(|| format!("cannot read {}", file.display()))?;
    ensure!(
        right.matches(fault.right).count() == 1,
        "{}: {:?} does not stand there once",
        fault.file,
        fault.right
    );
    fs::write(&file, right.replace(fault.right, fault.wrong))?;
    let found = look(tree);
    fs::write(&file, right)?;
    found.with_context(|| fault.what)
}

fn look(tree: &Path) -> anyhow::Result<Option<String>> {
    let target = built("prove", "target")?;
    let built = cargo(tree)
        .env("CARGO_TARGET_DIR", &target)
        .args(["build", "--quiet", "--locked", "--profile", "simulation", "--package", "stayd-simulator"])
        .output()?;
    if !built.status.success() {
        bail!("it does not build:\n{}", String::from_utf8_lossy(&built.stderr));
    }
    let simulated = Command::new("prlimit")
        .arg(PATIENCE)
        .arg(target.join("simulation/stayd-simulator"))
        .args(["--seeds", SEEDS_PER_FAULT])
        .output()?;
    if !simulated.status.success() && simulated.status.code() != Some(NOT_ALL_CAME) {
        let said = String::from_utf8_lossy(&simulated.stdout);
        let line = said.lines().find(|line| line.contains("FAILED"));
        return Ok(Some(line.map_or_else(
            || "the simulator, which does not end".to_owned(),
            |line| line.replacen(" FAILED", ":", 1),
        )));
    }
    let tested = cargo(tree)
        .env("CARGO_TARGET_DIR", &target)
        .args(["test", "--locked", "--package", "stayd-core", "--package", "stayd-engine", "--tests"])
        .output()?;
    let said = String::from_utf8_lossy(&tested.stdout);
    let failed = said.lines().find_map(|line| line.strip_prefix("test ")?.strip_suffix(" ... FAILED"));
    Ok(failed.map(|test| format!("test `{test}`")))
}
