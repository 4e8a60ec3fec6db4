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
/// All documents of whoever comes from one address: a page may show many, and read them at once.
const DOCUMENTS: Rule = Rule { window: Duration::from_secs(10), max: 500 };
/// What sends a letter.
const LETTERS: Rule = Rule { window: Duration::from_mins(1), max: 3 };

/// What one mailbox gets, from however many addresses it is asked for. Whoever asks in another's place keeps them from asking for
/// the rest of an hour, but has had links sent to them that work for as long.
pub(super) const MAILBOX: Rule = Rule { window: Duration::from_hours(1), max: 10 };

/// After this time without a request no rule of an address remembers any.
pub(super) const LONGEST_WINDOW: Duration = LETTERS.window;

/// What a path is counted as, given without the base path. What is named in the path of a route is no route of its own: otherwise every name
/// would have a count to itself, and the names of a person's documents would take the places of all other routes.
pub(super) fn counted_as(path: &str) -> &str {
    const NAMED: [&str; 2] = ["/documents/", "/reset-password/"];
    let path = path.trim_end_matches('/');
    NAMED.into_iter().find(|route| path.starts_with(route)).unwrap_or(path)
}

/// The rule for what a path is counted as.
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
    if sends || begins(&["/forget-password"]) {
        LETTERS
    } else if path == "/documents/" {
        DOCUMENTS
    } else {
        DEFAULT
    }
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

    #[test]
    fn what_a_path_names_is_counted_with_its_route() {
        for (path, counted) in [
            ("/documents/profile", "/documents/"),
            ("/documents/profile/", "/documents/"),
            ("/documents", "/documents"),
            ("/reset-password/secret", "/reset-password/"),
            ("/reset-password", "/reset-password"),
            ("/sign-in/email/", "/sign-in/email"),
        ] {
            assert_eq!(counted_as(path), counted);
        }
        assert_eq!((rule_for("/documents/"), rule_for("/documents")), (DOCUMENTS, DEFAULT));
    }
}
