//! What we build on: each with a reason, from the usual place, under a licence that lets everybody use the whole.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::repository::{all_packages, files_ending, fuzz_package, read, rooms, text};

/// The only place that Rust packages come from.
const CRATES_IO: &str = "registry+https://github.com/rust-lang/crates.io-index";

/// Licences that put no condition on programs around them.
const LICENCES: &[&str] = &[
    "0BSD",
    "Apache-2.0",
    "Apache-2.0 WITH LLVM-exception",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "BSL-1.0",
    "CC0-1.0",
    "CDLA-Permissive-2.0",
    "ISC",
    "MIT",
    "MIT-0",
    "OpenSSL",
    "Unicode-3.0",
    "Unlicense",
    "Zlib",
];

#[test]
fn every_direct_dependency_has_its_reason_and_no_reason_is_stale() {
    let documented = documented();
    let used: BTreeSet<String> =
        rust_dependencies().into_iter().chain(npm_dependencies()).chain(python_dependencies()).collect();
    let missing: Vec<_> = used.difference(&documented).collect();
    assert!(missing.is_empty(), "docs/dependencies.md lacks {missing:?}");
    let stale: Vec<_> = documented.difference(&used).collect();
    assert!(stale.is_empty(), "docs/dependencies.md has {stale:?}, which nothing uses");
}

#[test]
fn packages_come_from_the_usual_place() {
    for package in all_packages() {
        let (name, source) = (text(&package, "name"), text(&package, "source"));
        assert!(source.is_empty() || source == CRATES_IO, "{name} comes from {source}");
    }
}

#[test]
fn lock_files_name_no_host() {
    for lock in files_ending(&["package-lock.json"]) {
        assert!(
            !read(&lock).contains("\"resolved\": \"http"),
            "{lock} names a host: see the .npmrc beside it"
        );
    }
    let sources = read("Cargo.lock");
    for source in sources.lines().filter(|line| line.starts_with("source = ")) {
        assert_eq!(source, format!("source = \"{CRATES_IO}\""));
    }
}

#[test]
fn every_licence_lets_everybody_use_the_whole() {
    for package in all_packages() {
        let (name, licence) = (text(&package, "name"), text(&package, "license"));
        assert!(is_allowed(licence), "{name} is under {licence:?}");
    }
}

#[test]
fn a_licence_expression_is_allowed_where_a_way_through_it_is() {
    assert!(is_allowed("(MIT OR Apache-2.0) AND Unicode-3.0"));
    assert!(is_allowed("GPL-3.0 OR MIT"));
    assert!(is_allowed("MIT/Apache-2.0"));
    assert!(!is_allowed("MIT AND GPL-3.0"));
    assert!(!is_allowed(""));
}

/// Whether an SPDX expression, a conjunction of alternatives, has only allowed licences in some choice of alternatives.
fn is_allowed(expression: &str) -> bool {
    let choice = |part: &str| {
        let part = part.trim_matches(|letter| "() ".contains(letter)).replace('/', " OR ");
        part.split(" OR ")
            .any(|licence| LICENCES.contains(&licence.trim_matches(|letter| "() ".contains(letter))))
    };
    expression.split(" AND ").all(choice)
}

/// The first cell of each row of the document's tables.
fn documented() -> BTreeSet<String> {
    let document = read("docs/dependencies.md");
    document
        .lines()
        .filter_map(|line| line.strip_prefix("| `")?.split('`').next())
        .map(str::to_owned)
        .collect()
}

fn rust_dependencies() -> Vec<String> {
    let own = [rooms(), fuzz_package()].concat();
    let rooms: BTreeSet<&str> = own.iter().map(|package| text(package, "name")).collect();
    let dependencies =
        own.iter().flat_map(|package| package["dependencies"].as_array().into_iter().flatten());
    dependencies
        .map(|dependency| text(dependency, "name"))
        .filter(|name| !rooms.contains(name))
        .map(str::to_owned)
        .collect()
}

/// What the Python packages and their tests are installed with: `name==version`, each named in full.
fn python_dependencies() -> Vec<String> {
    let lists = files_ending(&["requirements.txt"]).into_iter().map(|file| read(&file));
    let named = |list: String| -> Vec<String> {
        list.lines()
            .filter(|line| !line.starts_with('#'))
            .map(|line| line.split("==").next().unwrap_or(line).to_owned())
            .collect()
    };
    lists.flat_map(named).collect()
}

fn npm_dependencies() -> Vec<String> {
    let manifests = files_ending(&["package.json"]).into_iter().map(|file| {
        serde_json::from_str::<Value>(&read(&file))
            .unwrap_or_else(|error| panic!("{file} is no JSON: {error}"))
    });
    manifests
        .flat_map(|manifest| {
            let groups =
                ["dependencies", "devDependencies"].map(|group| manifest[group].as_object().cloned());
            // A package of this repository needs no reason.
            let is_another = |version: &Value| !version.as_str().unwrap_or_default().starts_with("file:");
            groups
                .into_iter()
                .flatten()
                .flatten()
                .filter(|(_, version)| is_another(version))
                .map(|(name, _)| name)
                .collect::<Vec<_>>()
        })
        .collect()
}
