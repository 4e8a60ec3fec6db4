//! E-mail addresses as Better Auth takes them (protocol spec 5.3). Narrower than the standards allow on purpose:
//! what is taken must also be taken by the clients, which check it too.

/// Whether `text` is an address: ASCII, no quotes, no comments, a domain with a top level of letters.
///
/// The same as the expression upstream checks with:
/// `^(?!\.)(?!.*\.\.)([A-Za-z0-9_'+\-.]*)[A-Za-z0-9_+-]@([A-Za-z0-9][A-Za-z0-9-]*\.)+[A-Za-z]{2,}$`.
/// There is no limit on the length here.
pub fn is_valid(text: &str) -> bool {
    text.split_once('@').is_some_and(|(local, domain)| is_local_part(local) && is_domain(domain))
}

/// The form that is stored and looked up: lower case, and otherwise as given.
pub fn normalise(text: &str) -> String {
    text.to_lowercase()
}

fn is_local_part(local: &str) -> bool {
    let allowed =
        |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'\'' | b'+' | b'-' | b'.');
    local.bytes().all(allowed)
        && !local.is_empty()
        && !local.starts_with('.')
        && !local.ends_with(['.', '\''])
        && !local.contains("..")
}

fn is_domain(domain: &str) -> bool {
    let Some((labels, top)) = domain.rsplit_once('.') else { return false };
    labels.split('.').all(is_label) && top.len() >= 2 && top.bytes().all(|byte| byte.is_ascii_alphabetic())
}

fn is_label(label: &str) -> bool {
    label.starts_with(|first: char| first.is_ascii_alphanumeric())
        && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn ordinary_addresses_are_taken() {
        for text in [
            "a@x.co",
            "Alice@X.com",
            "o'neil+tag@mail.example.co.uk",
            "_a-b.c@1-2.3.io",
            "a@x-.com",
            "a@xn--nxasmq6b.example",
            "-a@x.com",
            "'a@x.com",
        ] {
            assert!(is_valid(text), "{text}");
        }
    }

    #[test]
    fn everything_else_is_refused() {
        for text in [
            "",
            "@",
            "a",
            "a@",
            "@x.com",
            ".a@x.com",
            "a..b@x.com",
            "a.@x.com",
            "a'@x.com",
            "a@x",
            "a@x.c",
            "a@1.2.3.4",
            "ä@x.com",
            "a@ä.com",
            " a@x.com",
            "a@x.com ",
            "a!b@x.com",
            "a@-x.com",
            "a@.com",
            "a@x..com",
            "a@x.com.",
            "a@@x.com",
            "a@b@x.com",
            "\"a\"@x.com",
            "a@[1.2.3.4]",
            "a@x.com\n",
            "a\0@x.com",
            "a@x.c0m",
        ] {
            assert!(!is_valid(text), "{text:?}");
        }
    }

    #[test]
    fn only_the_case_is_normalised() {
        assert_eq!(normalise("Alice+Tag@X.com"), "alice+tag@x.com");
        assert_eq!(normalise(" A.B@x.com"), " a.b@x.com");
    }

    proptest! {
        #[test]
        fn any_text_is_checked_without_panic(text in "\\PC*") {
            let _ = is_valid(&text);
        }

        #[test]
        fn addresses_of_the_usual_shape_are_taken(text in "[a-z0-9_+-]{1,20}(\\.[a-z0-9_+-]{1,9})?@([a-z0-9][a-z0-9-]{0,9}\\.){1,3}[a-z]{2,9}") {
            prop_assert!(is_valid(&text));
            prop_assert!(is_valid(&text.to_uppercase()));
            prop_assert_eq!(normalise(&text), text);
        }
    }
}
