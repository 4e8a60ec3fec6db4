//! What the documents name must be there.

use std::path::Path;

use crate::repository::{files_ending, read, root};

#[test]
fn every_file_that_the_architecture_names_is_there() {
    let text = read("ARCHITECTURE.md");
    let named: Vec<&str> = text.split('`').skip(1).step_by(2).filter(|name| is_a_path(name)).collect();
    assert!(named.len() > 10, "the architecture names files");
    for name in named {
        assert!(root().join(name).exists(), "ARCHITECTURE.md names {name}, which is not there");
    }
}

#[test]
fn every_link_to_a_file_leads_to_one() {
    for document in files_ending(&[".md"]) {
        let folder = Path::new(&document).parent().map(Path::to_owned).unwrap_or_default();
        for link in read(&document).split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            let target = link.split('#').next().unwrap_or_default();
            if !target.is_empty() && !target.contains("://") && !target.starts_with("mailto:") {
                assert!(
                    root().join(&folder).join(target).exists(),
                    "{document} links to {target}, which is not there"
                );
            }
        }
    }
}

#[test]
fn every_test_that_the_page_on_security_names_is_there() {
    let text = read("docs/security.md");
    let named: Vec<&str> = text.split('`').skip(1).step_by(2).filter(|name| is_a_test(name)).collect();
    assert!(named.len() > 100, "the page names tests");
    let sources: String =
        files_ending(&[".rs", ".py", ".mjs", "vectors.json"]).iter().map(|file| read(file)).collect();
    let missing: Vec<&str> = named.into_iter().filter(|name| !defines(&sources, name)).collect();
    assert!(missing.is_empty(), "docs/security.md names tests that are not there: {missing:#?}");
}

/// The sentence that is a test's name: four words and more, as a function or as a text.
fn is_a_test(name: &str) -> bool {
    let is_function = name.bytes().all(|letter| letter.is_ascii_lowercase() || letter == b'_');
    (is_function && name.matches('_').count() >= 3)
        || (name.matches(' ').count() >= 3 && !name.starts_with("cargo "))
}

fn defines(sources: &str, name: &str) -> bool {
    if name.contains(' ') {
        return sources.contains(&format!("\"{name}"));
    }
    ["fn ", "def "].iter().any(|keyword| sources.contains(&format!("{keyword}{name}(")))
}

/// A path from the root, not a route (`/api/auth/ok`), a type or a command.
fn is_a_path(name: &str) -> bool {
    let is_plain = name.chars().all(|letter| letter.is_ascii_alphanumeric() || "/._-".contains(letter));
    let endings = [".rs", ".md", ".mjs", ".ts", ".toml", ".lua", ".sql", ".json", "/"];
    is_plain
        && name.contains('/')
        && !name.starts_with('/')
        && endings.iter().any(|ending| name.ends_with(ending))
}
