//! Which room may import which.

use crate::repository::{files_ending, read, rooms, text};

/// The rooms, and the rooms that each may import. What is not listed is a defect.
const MAY_IMPORT: &[(&str, &[&str])] = &[
    ("stayd-core", &[]),
    ("stayd-wasm", &["stayd-core"]),
    ("stayd-simulator", &["stayd-core", "stayd-engine", "stayd-protocol"]),
    ("stayd-client", &["stayd-core", "stayd-protocol"]),
    ("stayd-verify", &["stayd-protocol"]),
    ("stayd-protocol", &[]),
    ("stayd-engine", &["stayd-protocol"]),
    ("stayd-server", &["stayd-engine", "stayd-protocol"]),
    ("stayd", &["stayd-core", "stayd-server", "stayd-engine", "stayd-protocol"]),
    ("stayd-bench", &["stayd-engine", "stayd-protocol", "stayd-verify"]),
    ("xtask", &["stayd-core", "stayd-wasm"]),
];

/// The rooms that tests may import beside: a client is tested against the real server, and the binary with a real client and a real back end.
const TESTS_MAY_IMPORT: &[(&str, &[&str])] = &[
    ("stayd-client", &["stayd-engine", "stayd-server"]),
    ("stayd-verify", &["stayd-engine", "stayd-server"]),
    ("stayd", &["stayd-client", "stayd-verify"]),
];

/// Crates that speak HTTP: the protocol room knows cookies as text, and the engine knows no HTTP type.
const SPEAKS_HTTP: &[&str] =
    &["axum", "http", "http-body-util", "hyper", "hyper-util", "tower", "tower-http"];

#[test]
fn rooms_import_only_in_the_direction_that_the_architecture_says() {
    for package in rooms() {
        let room = text(&package, "name");
        let Some((_, allowed)) = MAY_IMPORT.iter().find(|(name, _)| *name == room) else {
            panic!(
                "{room} is a new room: say here what it may import, and in ARCHITECTURE.md what it is for"
            );
        };
        for dependency in package["dependencies"].as_array().into_iter().flatten() {
            let name = text(dependency, "name");
            let is_a_room = MAY_IMPORT.iter().any(|(room, _)| *room == name);
            let for_tests = dependency["kind"] == "dev"
                && TESTS_MAY_IMPORT.iter().any(|(tested, with)| *tested == room && with.contains(&name));
            let may = name == room || allowed.contains(&name) || for_tests;
            assert!(!is_a_room || may, "{room} must not import {name}");
        }
    }
}

#[test]
fn the_engine_and_the_protocol_know_no_http_type() {
    for package in rooms() {
        let room = text(&package, "name");
        if room == "stayd-engine" || room == "stayd-protocol" {
            for dependency in package["dependencies"].as_array().into_iter().flatten() {
                let name = text(dependency, "name");
                assert!(!SPEAKS_HTTP.contains(&name), "{room} must not import {name}");
            }
        }
    }
}

#[test]
fn the_engine_and_the_protocol_read_no_clock() {
    for file in files_ending(&[".rs"]) {
        if file.starts_with("crates/stayd-engine/src/") || file.starts_with("crates/stayd-protocol/src/") {
            let code = read(&file);
            // Tests stand last in a file, and may.
            let code = code.split("#[cfg(test)]").next().unwrap_or_default();
            assert!(!code.contains("SystemTime::now"), "{file} reads a clock: time is passed in");
            // Tokio's instants only say when to wake up, and stand still where a test has paused them.
            let takes_instants =
                code.lines().any(|line| line.contains("std::time") && line.contains("Instant"));
            assert!(!takes_instants, "{file} reads a clock: time is passed in");
        }
    }
}
