//! Set-up, build, test, bench and demo of Stayd: `cargo xtask --help`.
//!
//! Each command sets up what it needs and is missing (see [`setup`]), so that a fresh clone needs no other step.

mod bench;
mod demo;
mod docs;
mod fuzz;
mod kits;
mod process;
mod python;
mod sbom;
mod setup;
mod simulate;
mod test;
mod wasm;

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::LazyLock;

use anyhow::Context as _;
use clap::{Parser, Subcommand};

/// Set-up, build, test, bench and demo of Stayd.
#[derive(Parser)]
#[command(bin_name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    command: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Build the server with its demo page and serve it at <http://127.0.0.1:3000>; with the documentation, where `docs` has built it
    Demo,
    /// Build the documentation of the API, of the crates and of the browser package, into target/docs
    Docs,
    /// Run what CI runs, or only the parts that are named
    Test {
        /// Parts to run; all of them where none is named
        parts: Vec<test::Part>,
    },
    /// Measure against peers, side by side; prints a table and writes bench/results/
    Bench {
        #[command(subcommand)]
        subject: bench::Subject,
    },
    /// Feed hostile bytes to every parser
    Fuzz {
        /// How long each target runs
        #[arg(long, default_value_t = 30)]
        seconds: u32,
        /// Targets to run; all of them where none is named
        targets: Vec<String>,
    },
    /// Build the session machine for browsers, check it, and print its size
    Wasm,
    /// Simulate many tabs and faults from seeds; what follows goes to the simulator (`--seeds N`, `--from S`, `--seed S`)
    #[command(disable_help_flag = true)]
    Simulate {
        /// Arguments of the simulator
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<String>,
    },
    /// Put deliberate faults into copies of the machine and the engine, and see each found
    Prove {
        /// Only those faults in whose name these words stand
        #[arg(default_value = "")]
        words: String,
    },
    /// Try the kits in real `SvelteKit`, Astro and Next apps; installs and builds them, which takes minutes
    Kits {
        /// Kits to try; all of them where none is named
        kits: Vec<kits::Kit>,
    },
    /// List what is inside of the binary and of the browser package, into target/sbom; installs cargo-cyclonedx
    Sbom,
    /// Install what the other commands need
    Setup,
}

/// Errors are printed without a backtrace: what a reader wants to see is what the failed program has said, just above.
fn main() -> ExitCode {
    if let Err(error) = run(Arguments::parse().command) {
        eprintln!("Error: {error:#}");
        return ExitCode::FAILURE;
    }
    ExitCode::SUCCESS
}

fn run(task: Task) -> anyhow::Result<()> {
    process::end_children_on_signal()?;
    match task {
        Task::Demo => demo::run(),
        Task::Docs => docs::run(),
        Task::Test { parts } => test::run(&parts),
        Task::Bench { subject } => bench::run(&subject),
        Task::Fuzz { seconds, targets } => fuzz::run(seconds, &targets),
        Task::Wasm => wasm::run(),
        Task::Simulate { arguments } => simulate::run(&arguments),
        Task::Prove { words } => simulate::prove(&words),
        Task::Kits { kits } => kits::run(&kits),
        Task::Sbom => sbom::run(),
        Task::Setup => setup::everything(),
    }
}

/// The root of the repository: of the one that Cargo was called in, for two clones may share one target directory.
fn root() -> &'static Path {
    static ROOT: LazyLock<PathBuf> = LazyLock::new(|| {
        let built_from = || env!("CARGO_MANIFEST_DIR").into();
        let xtask = PathBuf::from(std::env::var_os("CARGO_MANIFEST_DIR").unwrap_or_else(built_from));
        xtask.parent().map_or_else(|| xtask.clone(), Path::to_owned)
    });
    &ROOT
}

/// Where Cargo put what it built in `profile` (`debug` or `release`): beside this program.
fn built(profile: &str, program: &str) -> anyhow::Result<PathBuf> {
    let me = std::env::current_exe().context("cannot tell where this program is")?;
    let target = me.ancestors().nth(2).context("this program is not in a target directory")?;
    Ok(target.join(profile).join(program))
}
