//! Reading a `Cookie` header as a Better Auth server reads it (protocol spec 3.3).
//!
//! What cannot be read is no cookie, never an error (security requirement C-6): a header is the sum of everything
//! that any page of the site ever set, and one broken value must not lock a person out.

use std::borrow::Cow;

use percent_encoding::percent_decode;

/// The value of the cookie `name`, without quotes and percent-decoded; allocates only to decode.
///
/// The first cookie of that name decides, whatever follows it: browsers send the most specific one first, and a later
/// one may have been planted by a sibling subdomain. Values that are broken are `None`: unbalanced quotes,
/// malformed percent signs, text that is not UTF-8, and control characters, also percent-encoded ones.
pub fn find<'a>(header: &'a [u8], name: &str) -> Option<Cow<'a, str>> {
    each(header).find(|(found, _)| *found == name.as_bytes()).and_then(|(_, raw)| decode(raw))
}

/// All cookies of the header in order, as (name, raw value), both trimmed and otherwise as sent.
///
/// Pieces without `=` are left out. An empty name is kept: it is a name like any other.
pub fn each(header: &[u8]) -> impl Iterator<Item = (&[u8], &[u8])> {
    header.split(|&byte| byte == b';').filter_map(|piece| {
        let equals = piece.iter().position(|&byte| byte == b'=')?;
        let (name, value) = piece.split_at_checked(equals)?;
        Some((name.trim_ascii(), value.get(1..)?.trim_ascii()))
    })
}

/// The text that a raw cookie value stands for.
pub(crate) fn decode(raw: &[u8]) -> Option<Cow<'_, str>> {
    let inner = match raw {
        [b'"', inner @ .., b'"'] => inner,
        [b'"', ..] => return None,
        plain => plain,
    };
    let text = if inner.contains(&b'%') {
        decode_percent(inner)?
    } else {
        Cow::Borrowed(str::from_utf8(inner).ok()?)
    };
    (!text.contains(|character: char| character.is_ascii_control())).then_some(text)
}

/// JavaScript's `decodeURIComponent`: a percent sign that does not begin an escape is an error, not text.
fn decode_percent(bytes: &[u8]) -> Option<Cow<'_, str>> {
    let mut pieces = bytes.split(|&byte| byte == b'%');
    let _before_the_first = pieces.next();
    let is_escape = |piece: &[u8]| matches!(piece, [high, low, ..] if high.is_ascii_hexdigit() && low.is_ascii_hexdigit());
    if !pieces.all(is_escape) {
        return None;
    }
    percent_decode(bytes).decode_utf8().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn found(header: &str) -> Option<String> {
        find(header.as_bytes(), "a").map(Cow::into_owned)
    }

    #[test]
    fn a_cookie_is_found_among_others() {
        assert_eq!(found("a=1"), Some("1".into()));
        assert_eq!(found("b=2; a=1"), Some("1".into()));
        assert_eq!(found("b=2;a=1;c"), Some("1".into()));
        assert_eq!(found("  a \t= 1 \t; b=2"), Some("1".into()));
        assert_eq!(found("junk; ;; a=1"), Some("1".into()));
        assert_eq!(found("a=x=y="), Some("x=y=".into()));
        assert_eq!(found("a="), Some(String::new()));
        assert_eq!(found("a=\"1\""), Some("1".into()));
        assert_eq!(found("a=%2B%c3%AB"), Some("+ë".into()));
    }

    #[test]
    fn the_first_of_a_name_decides_even_when_it_is_broken() {
        assert_eq!(found("a=1; a=2"), Some("1".into()));
        assert_eq!(found("a=%; a=2"), None);
    }

    #[test]
    fn names_are_compared_exactly() {
        for header in ["A=1", "aa=1", "b=a=1", "__Secure-a=1", "a", "=a", "", "%61=1"] {
            assert_eq!(found(header), None, "{header}");
        }
    }

    #[test]
    fn broken_values_are_no_cookie() {
        for header in
            ["a=\"1", "a=\"", "a=%", "a=%2", "a=%zz", "a=%ff", "a=%00", "a=%0d%0aX", "a=1\u{7f}", "a=1\x002"]
        {
            assert_eq!(found(header), None, "{header:?}");
        }
        assert_eq!(find(b"a=\xff", "a"), None);
        assert_eq!(find(b"\xff=1; a=1", "a").as_deref(), Some("1"));
    }

    #[test]
    fn nothing_is_allocated_unless_something_is_encoded() {
        assert!(matches!(find(b"b=%20; a=1", "a"), Some(Cow::Borrowed("1"))));
        assert!(matches!(find(b"a=\"1\"", "a"), Some(Cow::Borrowed("1"))));
    }

    proptest! {
        #[test]
        fn any_header_is_read_without_panic(header: Vec<u8>, name in "[a-c]{0,2}") {
            let _ = find(&header, &name);
        }

        #[test]
        fn any_header_of_cookie_like_bytes_is_read_without_panic(header in "[a-c;=%\"0-9 ]{0,60}") {
            let value = find(header.as_bytes(), "a");
            prop_assert!(value.is_none() || header.contains('a'));
        }

        #[test]
        fn an_encoded_value_is_found_wherever_it_stands(value in "[^\\p{Cc}]*", before in "[b-z]{0,9}", after in "[b-z=; ]{0,9}") {
            let encoded = percent_encoding::utf8_percent_encode(&value, percent_encoding::NON_ALPHANUMERIC);
            let header = format!("{before}; a={encoded};{after}");
            prop_assert_eq!(found(&header), Some(value));
        }
    }
}
