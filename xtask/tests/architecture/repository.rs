//! The repository as the checks see it.

#![expect(clippy::expect_used, reason = "a check that cannot look has failed")]

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

/// The root of the repository.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("xtask lies in the repository").to_owned()
}

/// Every file that is committed or could be: what is not ignored. Paths from the root.
pub(crate) fn files() -> Vec<String> {
    let text = output(Command::new("git").args(["ls-files", "--cached", "--others", "--exclude-standard"]));
    let mut files: Vec<String> =
        text.lines().map(str::to_owned).filter(|file| root().join(file).is_file()).collect();
    files.sort();
    files.dedup();
    files
}

/// The files with one of these endings.
pub(crate) fn files_ending(endings: &[&str]) -> Vec<String> {
    files().into_iter().filter(|file| endings.iter().any(|ending| file.ends_with(ending))).collect()
}

/// The text of a file.
pub(crate) fn read(file: &str) -> String {
    std::fs::read_to_string(root().join(file)).unwrap_or_else(|error| panic!("cannot read {file}: {error}"))
}

/// The packages of the workspace.
pub(crate) fn rooms() -> Vec<Value> {
    metadata(&["--no-deps"])
}

/// The packages of the workspace and all that they are built on.
pub(crate) fn all_packages() -> Vec<Value> {
    metadata(&["--filter-platform=host-tuple"])
}

/// The package of the fuzz targets, which is a workspace of its own.
pub(crate) fn fuzz_package() -> Vec<Value> {
    metadata(&["--no-deps", "--manifest-path=fuzz/Cargo.toml"])
}

fn metadata(arguments: &[&str]) -> Vec<Value> {
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(["metadata", "--format-version=1", "--locked"]).args(arguments);
    let metadata: Value = serde_json::from_str(&output(&mut cargo)).expect("cargo metadata prints JSON");
    metadata["packages"].as_array().expect("packages is a list").clone()
}

/// A text field of a package.
pub(crate) fn text<'a>(value: &'a Value, field: &str) -> &'a str {
    value[field].as_str().unwrap_or_default()
}

/// What a program prints, run in the root; it must succeed.
pub(crate) fn output(command: &mut Command) -> String {
    let output = command.current_dir(root()).output().expect("the program starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("the program prints UTF-8")
}
