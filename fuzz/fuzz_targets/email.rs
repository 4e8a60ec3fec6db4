//! Any text is an address here exactly when upstream's expression says so.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use regex::Regex;
use stayd_protocol::email;

/// Upstream's expression without its two look-aheads, which the library does not have.
static EXPRESSION: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"\A[A-Za-z0-9_'+\-.]*[A-Za-z0-9_+\-]@([A-Za-z0-9][A-Za-z0-9\-]*\.)+[A-Za-z]{2,}\z").unwrap()
});

fuzz_target!(|text: &str| {
    let theirs = !text.starts_with('.') && !text.contains("..") && EXPRESSION.is_match(text);
    assert_eq!(email::is_valid(text), theirs, "{text:?}");
    assert_eq!(email::normalise(&email::normalise(text)), email::normalise(text));
});
