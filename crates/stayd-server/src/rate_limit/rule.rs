//! How many requests to which path (protocol spec 7).

use std::time::Duration;

/// At most so many requests in any stretch of time of this length.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Rule {
    pub(super) window: Duration,
    pub(super) max: usize,
}

const DEFAULT: Rule = Rule { window: Duration::from_secs(10), max: 100 };
/// What takes a password or a new address.
const CREDENTIALS: Rule = Rule { window: Duration::from_secs(10), max: 3 };
/// What sends a letter.
const LETTERS: Rule = Rule { window: Duration::from_mins(1), max: 3 };

/// What one mailbox gets, from however many addresses it is asked for. Whoever asks in another's place keeps them from asking for
/// the rest of an hour, but has had links sent to them that work for as long.
pub(super) const MAILBOX: Rule = Rule { window: Duration::from_hours(1), max: 10 };

/// After this time without a request no rule of an address remembers any.
pub(super) const LONGEST_WINDOW: Duration = LETTERS.window;

/// The rule for a path, given without the base path.
pub(super) fn rule_for(path: &str) -> Rule {
    let begins = |prefixes: &[&str]| prefixes.iter().any(|prefix| path.starts_with(prefix));
    if begins(&["/sign-in", "/sign-up", "/change-password", "/change-email"]) {
        return CREDENTIALS;
    }
    let sends = matches!(
        path,
        "/request-password-reset"
            | "/send-verification-email"
            | "/email-otp/send-verification-otp"
            | "/email-otp/request-password-reset"
    );
    if sends || begins(&["/forget-password"]) { LETTERS } else { DEFAULT }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_have_the_rules_of_the_protocol() {
        for path in
            ["/sign-in/email", "/sign-in/social", "/sign-up/email", "/change-password", "/change-email"]
        {
            assert_eq!(rule_for(path), CREDENTIALS, "{path}");
        }
        for path in ["/request-password-reset", "/send-verification-email", "/forget-password/x"] {
            assert_eq!(rule_for(path), LETTERS, "{path}");
        }
        for path in ["/ok", "/list-sessions", "/send-verification-email/x", "", "/verify-password"] {
            assert_eq!(rule_for(path), DEFAULT, "{path}");
        }
    }
}
