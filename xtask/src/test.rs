//! What CI runs.

mod lanes;
mod programs;

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::bail;
use clap::ValueEnum;

use crate::setup::{self, Need};
use crate::simulate;
use crate::{built, process, root, wasm};
use programs::{Program, prepared};

/// Those that have no library of the same name.
const DOCUMENTED_PROGRAMS: [&str; 5] = ["stayd", "stayd-bench", "bare", "streams", "xtask"];

/// A part of the check-up.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Part {
    /// The demo page: types and build
    Page,
    /// The browser package: its pure parts, and its size
    Package,
    /// Formatting of the Rust code
    Fmt,
    /// Clippy, warnings denied
    Clippy,
    /// Documentation, warnings denied
    Docs,
    /// Every Rust test, the architecture's among them
    Rust,
    /// The simulator, from the seeds that CI runs
    Simulation,
    /// The official client and a real Better Auth server against ours
    Conformance,
    /// The Python package against the binary: types, a real application, the wheel
    Python,
    /// The page in Chromium, and what its tabs share in three browsers
    E2e,
}

/// Runs the named parts, all where none is named. Other parts run although one has failed.
pub(crate) fn run(parts: &[Part]) -> anyhow::Result<()> {
    let chosen: Vec<Part> = Part::value_variants()
        .iter()
        .filter(|part| parts.is_empty() || parts.contains(part))
        .copied()
        .collect();
    let needs: Vec<Need> = chosen.iter().flat_map(|part| part.needs()).copied().collect();
    setup::require(&needs)?;
    if let [part] = chosen[..] {
        return part.run();
    }
    let results = lanes::run(&chosen)?;
    process::say("summary");
    for result in &results {
        println!("{result}");
    }
    let failed = results.iter().filter(|result| result.error.is_some()).count();
    println!("parts: {} passed, {failed} failed", results.len() - failed);
    if failed > 0 {
        bail!("not everything passed");
    }
    Ok(())
}

impl Part {
    /// What the part is called on the command line.
    fn name(self) -> String {
        self.to_possible_value().map_or_else(String::new, |value| value.get_name().to_owned())
    }

    fn needs(self) -> &'static [Need] {
        match self {
            Self::Page | Self::Package => &[Need::Node],
            Self::Fmt => &[],
            Self::Simulation => &[Need::CCompiler],
            Self::Clippy | Self::Docs => &[Need::CCompiler, Need::Node],
            Self::Rust => &[Need::CCompiler, Need::Node, Need::SmtpServer],
            Self::Conformance => &[Need::CCompiler, Need::Node, Need::Chromium],
            Self::Python => &[Need::CCompiler, Need::Node, Need::Python],
            Self::E2e => &[Need::CCompiler, Need::Node, Need::Chromium, Need::Firefox, Need::WebKit],
        }
    }

    fn run(self) -> anyhow::Result<()> {
        match self {
            Self::Page => build_page(),
            Self::Package => {
                build_page()?;
                let mut npm = setup::npm(&root().join("packages/stayd"))?;
                process::run("tests of the browser package", npm.arg("test"))
            }
            Self::Fmt => process::run("formatting", cargo().args(["fmt", "--all", "--check"])),
            Self::Clippy => {
                build_page()?;
                let arguments =
                    ["clippy", "--workspace", "--all-targets", "--locked", "--", "--deny", "warnings"];
                process::run("clippy", cargo().args(arguments))?;
                // The whole workspace with its tests asks more of the dependencies than what ships may rely on.
                let shipped = ["check", "--locked", "--package", "stayd", "--package", "stayd-client"];
                process::run("what ships", cargo().args(shipped).args(["--package", "stayd-verify"]))
            }
            Self::Docs => {
                build_page()?;
                // With an example, the features are those that Clippy has checked the dependencies with.
                let arguments =
                    ["doc", "--workspace", "--no-deps", "--locked", "--lib", "--example", "round_trip"];
                let mut doc = cargo();
                doc.args(arguments).env("RUSTDOCFLAGS", "--deny warnings").envs(as_clippy_compiles()?);
                doc.args(DOCUMENTED_PROGRAMS.iter().flat_map(|program| ["--bin", program]));
                process::run("documentation", &mut doc)?;
                let mut npm = setup::npm(&root().join("packages/stayd"))?;
                let check = npm.args(["run", "docs", "--", "--emit", "none"]);
                process::run("documentation of the browser package", check)
            }
            Self::Rust => {
                build_page()?;
                // Some tests talk to the real npm package.
                setup::npm_packages("conformance")?;
                let path = setup::path_with_node()?;
                let arguments = ["test", "--workspace", "--locked", "--no-fail-fast"];
                process::run("Rust tests", cargo().args(arguments).env("PATH", path))
            }
            Self::Simulation => simulate::check(prepared(Program::Simulator)),
            Self::Conformance => against_the_binary("conformance"),
            Self::Python => crate::python::check(&binary()?),
            Self::E2e => against_the_binary("e2e"),
        }
    }
}

/// What makes Cargo use what Clippy has compiled of the workspace, instead of compiling it once more as the compiler by itself does: as
/// `cargo clippy -- --deny warnings` sets it.
fn as_clippy_compiles() -> anyhow::Result<[(&'static str, OsString); 2]> {
    let sysroot = process::output(Command::new("rustc").current_dir(root()).args(["--print", "sysroot"]))?;
    let driver = Path::new(&sysroot).join("bin/clippy-driver").into_os_string();
    let arguments = ["--deny", "warnings"].map(|argument| format!("{argument}__CLIPPY_HACKERY__")).concat();
    Ok([("RUSTC_WORKSPACE_WRAPPER", driver), ("CLIPPY_ARGS", arguments.into())])
}

/// Builds the session machine, the client around it, and the demo page over that: the binary carries it. Types are checked.
pub(crate) fn build_page() -> anyhow::Result<()> {
    if prepared(Program::Server).is_some() {
        return Ok(());
    }
    wasm::build()?;
    let mut npm = setup::npm(&root().join("packages/stayd"))?;
    process::run("building the client", npm.args(["run", "build"]))?;
    setup::npm_packages("packages/demo")?;
    let mut npm = setup::npm(&root().join("packages/demo"))?;
    process::run("building the demo page", npm.args(["run", "build"]))
}

/// Builds the binary for development.
pub(crate) fn build_binary() -> anyhow::Result<()> {
    process::run("building the server", cargo().args(["build", "--package", "stayd", "--locked"]))
}

/// The binary that is tested.
fn binary() -> anyhow::Result<PathBuf> {
    if let Some(binary) = prepared(Program::Server) {
        return Ok(binary);
    }
    build_page()?;
    build_binary()?;
    built("debug", "stayd")
}

/// Runs the TypeScript tests of a folder against the binary.
fn against_the_binary(folder: &str) -> anyhow::Result<()> {
    let binary = binary()?;
    setup::npm_packages(folder)?;
    let title = format!("{folder} tests");
    let mut npm = setup::npm(&root().join(folder))?;
    if let Some(round_trip) = prepared(Program::RoundTrip) {
        npm.env("STAYD_ROUND_TRIP", round_trip);
    }
    process::run(&title, npm.arg("test").env("STAYD_BIN", binary))
}

fn cargo() -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(root());
    command
}
