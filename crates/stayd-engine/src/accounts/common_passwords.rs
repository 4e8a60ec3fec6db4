//! Passwords that everybody tries first: the 3,000 most common ones of at least eight characters, from Django's list.

use std::collections::HashSet;
use std::sync::LazyLock;

/// In lower case, one a line. Its source and licence stand in `common_passwords.LICENSE`.
const LIST: &str = include_str!("common_passwords.txt");

static COMMON: LazyLock<HashSet<&'static str>> = LazyLock::new(|| LIST.lines().collect());

/// Whether a password is one of them, whatever its capitals.
pub(super) fn is_common(password: &str) -> bool {
    COMMON.contains(password.to_lowercase().as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    //
    #[test]
    fn the_three_thousand_that_everybody_tries_first_are_common_in_any_capitals() {
        assert_eq!(COMMON.len(), 3000);
        for common in ["password1", "PassWord1", "12345678", "qwertyuiop", "iloveyou"] {
            assert!(is_common(common), "{common}");
        }
        for other in ["correct horse battery staple", "passwore", "", "password1 "] {
            assert!(!is_common(other), "{other}");
        }
    }
}
