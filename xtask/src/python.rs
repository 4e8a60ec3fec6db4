//! The Python package: an environment of its own for its tools, and its tests against the binary.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Context as _;

use crate::setup::{self, Need};
use crate::{built, process, root};

const PACKAGE: &str = "python/stayd-fastapi";

/// The programs of the environment, which is made where it is missing or its requirements have changed.
pub(crate) fn environment() -> anyhow::Result<PathBuf> {
    setup::require(&[Need::Python])?;
    let package = root().join(PACKAGE);
    let requirements = package.join("requirements.txt");
    let wanted =
        std::fs::read(&requirements).with_context(|| format!("{} cannot be read", requirements.display()))?;
    let venv = package.join(".venv");
    let (programs, stamp) = (venv.join("bin"), venv.join(".installed-requirements"));
    if std::fs::read(&stamp).is_ok_and(|installed| installed == wanted) {
        return Ok(programs);
    }
    let mut make = Command::new("python3");
    process::run("making an environment for Python", make.args(["-m", "venv", "--clear"]).arg(&venv))?;
    let mut pip = Command::new(programs.join("python"));
    pip.args(["-m", "pip", "install", "--quiet", "--no-input", "--disable-pip-version-check"]);
    // Most of what is installed is never run; what is, is compiled then.
    pip.args(["--no-compile", "--requirement"]).arg(&requirements);
    process::run("installing the Python packages", &mut pip)?;
    std::fs::write(&stamp, wanted).with_context(|| format!("cannot write {}", stamp.display()))?;
    Ok(programs)
}

/// Types, tests against `binary`, and the wheel.
pub(crate) fn check(binary: &Path) -> anyhow::Result<()> {
    let programs = environment()?;
    let package = root().join(PACKAGE);
    let program = |name: &str| {
        let mut command = Command::new(programs.join(name));
        command.current_dir(&package);
        command
    };
    process::run("types of the Python package", &mut program("mypy"))?;
    let tests = &mut program("pytest");
    process::run("tests of the Python package", tests.arg("--quiet").env("STAYD_BIN", binary))?;
    let wheels = built("check", "")?.join("wheels");
    let build = &mut program("python");
    build.args(["-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", "--wheel-dir"]);
    process::run("the wheel of the Python package", build.arg(wheels).arg("."))
}
