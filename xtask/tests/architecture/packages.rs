//! What `cargo publish` would send: which crates, what is said of them, and which files. The browser package has its own such test.

use std::collections::BTreeSet;
use std::path::{Component, Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::repository::{output, read, rooms, root, text};

/// What other people build with. The rest of the workspace is ours.
const PUBLISHED: [&str; 7] =
    ["stayd", "stayd-client", "stayd-core", "stayd-engine", "stayd-protocol", "stayd-server", "stayd-verify"];

/// What Cargo adds to every package.
const CARGOS_OWN: [&str; 4] = [".cargo_vcs_info.json", "Cargo.lock", "Cargo.toml", "Cargo.toml.orig"];

fn published() -> Vec<Value> {
    rooms().into_iter().filter(|package| package["publish"].is_null()).collect()
}

#[test]
fn the_crates_that_are_published_are_those_that_others_build_with() {
    let names: BTreeSet<String> =
        published().iter().map(|package| text(package, "name").to_owned()).collect();
    assert_eq!(names, PUBLISHED.map(str::to_owned).into());
}

#[test]
fn a_published_crate_says_what_it_is_and_builds_on_published_versions() {
    for package in published() {
        let name = text(&package, "name");
        for field in ["description", "license", "readme", "rust_version"] {
            assert!(!text(&package, field).is_empty(), "{name} has no {field}");
        }
        for field in ["keywords", "categories"] {
            let count = package[field].as_array().map_or(0, Vec::len);
            assert!((1..=5).contains(&count), "{name} has {count} {field}");
        }
        for dependency in package["dependencies"].as_array().into_iter().flatten() {
            // Tests are not in the package, and what they alone need is left out where it has no version.
            if text(dependency, "kind") != "dev" && !dependency["path"].is_null() {
                let (on, version) = (text(dependency, "name"), text(dependency, "req"));
                assert!(PUBLISHED.contains(&on), "{name} is built on {on}, which is not published");
                assert_eq!(version, format!("^{}", text(&package, "version")), "{name} on {on}");
            }
        }
    }
}

#[test]
fn a_published_crate_holds_its_sources_a_readme_and_the_licences_and_nothing_else() {
    for package in published() {
        let name = text(&package, "name");
        let files = listed(name);
        let stray: Vec<_> = files.iter().filter(|file| !is_expected(file)).collect();
        assert!(stray.is_empty(), "{name} would be sent with {stray:?}");
        for file in ["README.md", "LICENSE-MIT", "LICENSE-APACHE", "Cargo.toml"] {
            assert!(files.contains(file), "{name} would be sent without {file}");
        }
        for file in files.iter().filter(|file| has_ending(file, "rs")) {
            for included in included(&read(&format!("crates/{name}/{file}"))) {
                let path = beside(file, &included);
                assert!(
                    files.contains(&path),
                    "{name}/{file} includes {included}, which is not in the package"
                );
            }
        }
    }
}

#[test]
fn cargo_packs_every_published_crate() {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join("packed");
    let mut cargo = Command::new(env!("CARGO"));
    // What comes from elsewhere is in this machine's index, for it has just been built with; ours are taken from one another.
    cargo
        .args(["package", "--no-verify", "--allow-dirty", "--offline", "--quiet", "--target-dir"])
        .arg(&target);
    for name in PUBLISHED {
        cargo.args(["--package", name]);
    }
    output(&mut cargo);
    for package in published() {
        let file = format!("package/{}-{}.crate", text(&package, "name"), text(&package, "version"));
        let bytes = std::fs::metadata(target.join(&file)).map_or(0, |made| made.len());
        assert!((1_000..1_000_000).contains(&bytes), "{file} has {bytes} bytes");
    }
}

fn listed(name: &str) -> BTreeSet<String> {
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(["package", "--list", "--allow-dirty", "--offline", "--quiet", "--package", name]);
    output(&mut cargo).lines().map(str::to_owned).collect()
}

/// What a source includes, and the licence it comes under.
const DATA: [&str; 2] = ["src/accounts/common_passwords.txt", "src/accounts/common_passwords.LICENSE"];

fn is_expected(file: &str) -> bool {
    let is_source = file.starts_with("src/") && (has_ending(file, "rs") || has_ending(file, "sql"));
    let is_example = file.starts_with("examples/") && has_ending(file, "rs");
    is_source
        || is_example
        || CARGOS_OWN.contains(&file)
        || DATA.contains(&file)
        || ["README.md", "LICENSE-MIT", "LICENSE-APACHE", "build.rs"].contains(&file)
}

fn has_ending(file: &str, ending: &str) -> bool {
    Path::new(file).extension().is_some_and(|found| found == ending)
}

/// The files that a source includes as text or bytes.
fn included(source: &str) -> Vec<String> {
    let starts = ["include_str!(\"", "include_bytes!(\""];
    starts
        .iter()
        .flat_map(|start| source.split(start).skip(1))
        .filter_map(|rest| rest.split('"').next())
        .map(str::to_owned)
        .collect()
}

/// A path as a file names it, from the crate's folder; one that leads out of it keeps its `..`.
fn beside(file: &str, named: &str) -> String {
    let mut path = PathBuf::new();
    for part in
        Path::new(file).parent().into_iter().flat_map(Path::components).chain(Path::new(named).components())
    {
        if part == Component::ParentDir && path.file_name().is_some() {
            path.pop();
        } else {
            path.push(part);
        }
    }
    path.to_string_lossy().into_owned()
}

#[test]
fn the_licences_beside_a_crate_are_the_repositorys() {
    for name in PUBLISHED {
        for licence in ["LICENSE-MIT", "LICENSE-APACHE"] {
            let link = root().join("crates").join(name).join(licence);
            let target =
                std::fs::read_link(&link).unwrap_or_else(|error| panic!("{}: {error}", link.display()));
            assert_eq!(target, Path::new("../..").join(licence));
        }
    }
}
