//! The programs that several parts of a run use: built once, before all of them.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Context as _;

use super::cargo;
use crate::{built, process};

/// Where the parts of a run find the programs that were built for them.
const FOLDER: &str = "STAYD_CHECKED_PROGRAMS";

/// What only a second build would read is not written, nor what only a debugger would; a panic says its line all the same.
const BUILT_ONCE: [(&str, &str); 2] = [("CARGO_INCREMENTAL", "0"), ("CARGO_PROFILE_DEV_DEBUG", "0")];

/// A program of the workspace.
#[derive(Clone, Copy)]
pub(super) enum Program {
    /// The binary that is tested
    Server,
    /// The simulator; its arithmetic is checked, as in every development build
    Simulator,
    /// What holds the bytes of our protocol against the package's
    RoundTrip,
}

impl Program {
    const ALL: [Self; 3] = [Self::Server, Self::Simulator, Self::RoundTrip];

    /// Where Cargo puts it in a profile's folder.
    fn file(self) -> &'static str {
        match self {
            Self::Server => "stayd",
            Self::Simulator => "stayd-simulator",
            Self::RoundTrip => "examples/round_trip",
        }
    }

    fn below(self, folder: &Path) -> PathBuf {
        folder.join(Path::new(self.file()).file_name().unwrap_or_default())
    }
}

/// The program that was built for all parts, where this program runs one of them.
pub(super) fn prepared(program: Program) -> Option<PathBuf> {
    std::env::var_os(FOLDER).map(|folder| program.below(Path::new(&folder)))
}

/// Builds what the programs are made of, and those that have no page inside.
pub(super) fn build_libraries() -> anyhow::Result<()> {
    process::run("building the libraries", workspace().args(["--lib", "--bin", "stayd-simulator"]))
}

/// Builds the programs into this folder, as copies: Cargo builds its own anew when it likes.
pub(super) fn build(folder: &Path) -> anyhow::Result<()> {
    process::run("building the programs", workspace().args(["--bin", "stayd", "--bin", "stayd-simulator"]))?;
    for program in Program::ALL {
        let from = built("debug", program.file())?;
        let to = program.below(folder);
        std::fs::copy(&from, &to).with_context(|| format!("cannot copy {}", from.display()))?;
    }
    Ok(())
}

/// A build for the whole workspace and with an example, so that what is built has the features that the tests need, too, and is not
/// compiled once more for those.
fn workspace() -> Command {
    let mut command = cargo();
    command.args(["build", "--workspace", "--locked", "--example", "round_trip"]);
    command.envs(BUILT_ONCE);
    command
}

/// Tells a part's process where the programs are, and to build as they were built.
pub(super) fn tell(part: &mut Command, folder: &Path) {
    part.env(FOLDER, folder).envs(BUILT_ONCE);
}
