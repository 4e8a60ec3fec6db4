//! What is inside of what we ship, in the form that scanners read (`CycloneDX`, JSON): of the binary, and of the browser package (H-11).
//!
//! The files lie in `target/sbom`. What they say is held against what Cargo itself would build, and they name no folder of this machine.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, bail};

use crate::setup::{self, Need};
use crate::{built, process, root};

/// The version of cargo-cyclonedx that makes the file of the binary.
const TOOL: &str = "0.5.9";
const OF_BINARY: &str = "stayd-binary.cdx.json";
const OF_PACKAGE: &str = "stayd-npm.cdx.json";

/// Writes both.
pub(crate) fn run() -> anyhow::Result<()> {
    setup::require(&[Need::CCompiler, Need::Node])?;
    let folder = built("sbom", "")?;
    std::fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
    write(&folder.join(OF_BINARY), &of_binary()?)?;
    write(&folder.join(OF_PACKAGE), &of_package()?)?;
    process::say(&format!("{OF_BINARY} and {OF_PACKAGE} are in {}", folder.display()));
    Ok(())
}

fn of_binary() -> anyhow::Result<String> {
    let mut command = Command::new(tool()?);
    // Beside each manifest of the workspace, under a name that is nobody's.
    let name = "sbom-of-the-workspace";
    command.current_dir(root()).args(["cyclonedx", "--manifest-path", "crates/stayd/Cargo.toml"]);
    command.args(["--format", "json", "--spec-version", "1.5", "--no-build-deps", "--target", &host()?]);
    command.args(["--override-filename", name]);
    process::run("what is inside of the binary", &mut command)?;
    let mut made = Err(anyhow::anyhow!("cargo-cyclonedx wrote no file for the binary"));
    for manifest in manifests()? {
        let file = manifest.with_file_name(format!("{name}.json"));
        if !file.is_file() {
            continue;
        }
        let text =
            std::fs::read_to_string(&file).with_context(|| format!("cannot read {}", file.display()))?;
        if manifest.ends_with("crates/stayd/Cargo.toml") {
            made = Ok(text);
        }
        std::fs::remove_file(&file).with_context(|| format!("cannot remove {}", file.display()))?;
    }
    let made = without_folder(&made?, root());
    let missing = missing(&made, &tree()?);
    if !missing.is_empty() {
        bail!("the binary is built of what the list does not name: {}", missing.join(", "));
    }
    Ok(made)
}

fn of_package() -> anyhow::Result<String> {
    process::say("what is inside of the browser package");
    let mut npm = setup::npm(&root().join("packages/stayd"))?;
    npm.args(["sbom", "--sbom-format", "cyclonedx", "--omit", "dev", "--package-lock-only"]);
    let made = process::output(&mut npm)?;
    if !made.contains("\"pkg:npm/stayd@") {
        bail!("npm wrote no list of the browser package");
    }
    Ok(made)
}

/// cargo-cyclonedx, installed below `.tools` where it is missing. It runs for a second: what is quick to build will do.
fn tool() -> anyhow::Result<PathBuf> {
    let tools = root().join(".tools");
    let program = tools.join("bin/cargo-cyclonedx");
    if !program.is_file() {
        let mut install = Command::new("cargo");
        install.args(["install", "cargo-cyclonedx", "--version", TOOL, "--locked", "--debug", "--root"]);
        process::run("installing cargo-cyclonedx below .tools", install.arg(&tools))?;
    }
    Ok(program)
}

/// What Cargo builds the binary of on this machine, a line for each: `name v1.2.3`, and more where it is not from a registry.
fn tree() -> anyhow::Result<String> {
    let mut cargo = Command::new("cargo");
    cargo.current_dir(root()).args(["tree", "--locked", "--package", "stayd", "--edges", "normal"]);
    process::output(cargo.args(["--prefix", "none", "--format", "{p}"]))
}

fn manifests() -> anyhow::Result<Vec<PathBuf>> {
    let mut found = vec![root().join("Cargo.toml")];
    for folder in ["", "crates"] {
        let folder = root().join(folder);
        let entries =
            std::fs::read_dir(&folder).with_context(|| format!("cannot read {}", folder.display()))?;
        found.extend(entries.filter_map(|entry| Some(entry.ok()?.path().join("Cargo.toml"))));
    }
    Ok(found)
}

/// This machine's target.
fn host() -> anyhow::Result<String> {
    let said = process::output(Command::new("rustc").arg("--version").arg("--verbose"))?;
    let host = said.lines().find_map(|line| line.strip_prefix("host: "));
    host.map(str::to_owned).context("rustc does not say for which machine it is")
}

/// What a tree names and a list does not.
fn missing(list: &str, tree: &str) -> Vec<String> {
    let packages = tree.lines().filter_map(|line| {
        let (name, rest) = line.split_once(" v")?;
        Some(format!("{name}@{}", rest.split_whitespace().next()?))
    });
    let is_named = |package: &String| {
        [format!("pkg:cargo/{package}\""), format!("pkg:cargo/{package}?")]
            .iter()
            .any(|name| list.contains(name))
    };
    let mut missing: Vec<_> = packages.filter(|package| !is_named(package)).collect();
    missing.sort();
    missing.dedup();
    missing
}

/// A list that does not tell where this machine has the repository.
fn without_folder(list: &str, folder: &Path) -> String {
    list.replace(&format!("{}", folder.display()), "/stayd")
}

fn write(file: &Path, text: &str) -> anyhow::Result<()> {
    std::fs::write(file, text).with_context(|| format!("cannot write {}", file.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_list_does_not_name_is_found_missing_and_another_version_does_not_stand_in_for_it() {
        let tree =
            "stayd v0.1.0 (/here/crates/stayd)\nserde v1.0.1\nhyper v1.2.3\nhyper v1.2.3 (*)\nring v0.17.0\n";
        let list = r#""pkg:cargo/stayd@0.1.0?download_url=file://." "pkg:cargo/serde@1.0.1" "pkg:cargo/hyper@1.2.30""#;
        assert_eq!(missing(list, tree), ["hyper@1.2.3", "ring@0.17.0"]);
    }

    #[test]
    fn a_list_names_no_folder_of_the_machine_it_was_made_on() {
        let list = r#""path+file:///home/ada/stayd/crates/stayd#0.1.0""#;
        assert_eq!(
            without_folder(list, Path::new("/home/ada/stayd")),
            r#""path+file:///stayd/crates/stayd#0.1.0""#
        );
    }
}
