//! How files are named and how long they are.

use crate::repository::{files_ending, read};

const CODE: &[&str] = &[".rs", ".ts", ".mjs", ".js", ".lua", ".sql"];

/// Most files are under 300 lines; no file is longer than this.
const MOST_LINES: usize = 500;

/// Names that say that the noun has not been found yet.
const EMPTY_NAMES: &[&str] =
    &["util", "utils", "helper", "helpers", "common", "misc", "manager", "shared", "stuff", "lib2"];

#[test]
fn no_source_file_is_longer_than_five_hundred_lines() {
    for file in files_ending(CODE) {
        let lines = read(&file).lines().count();
        assert!(lines <= MOST_LINES, "{file} has {lines} lines: give its concerns a file each");
    }
}

#[test]
fn every_file_and_folder_has_a_name_of_the_field() {
    for file in files_ending(CODE) {
        for part in file.split('/') {
            let name = part.split('.').next().unwrap_or_default();
            assert!(!EMPTY_NAMES.contains(&name), "{file}: {name:?} says nothing about what is in it");
        }
    }
}

#[test]
fn no_test_is_skipped_and_nothing_is_left_to_do() {
    // Put together here, so that this file does not hold them.
    let in_rust = [["#[ign", "ore"], ["to", "do!("], ["unimple", "mented!("]].map(|parts| parts.concat());
    let in_typescript = [[".sk", "ip("], [".on", "ly("], [".to", "do("]].map(|parts| parts.concat());
    for (endings, banned) in [(&[".rs"][..], &in_rust[..]), (&[".ts", ".mjs"], &in_typescript)] {
        for file in files_ending(endings) {
            let code = read(&file);
            for word in banned {
                assert!(!code.contains(word), "{file} has {word}");
            }
        }
    }
}
