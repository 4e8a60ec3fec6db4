//! Percent-encoding as JavaScript does it.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, PercentEncode, utf8_percent_encode};

/// What `encodeURIComponent` leaves as it is, besides letters and digits (ECMAScript, section 19.2.6.4).
const COMPONENT: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'!')
    .remove(b'~')
    .remove(b'*')
    .remove(b'\'')
    .remove(b'(')
    .remove(b')');

/// The text as a part of a URL or a cookie's value, as `encodeURIComponent` writes it.
pub fn encode_component(text: &str) -> PercentEncode<'_> {
    utf8_percent_encode(text, COMPONENT)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_writes_what_javascript_writes() {
        assert_eq!(encode_component("a b/ü?=&+*'()!~").to_string(), "a%20b%2F%C3%BC%3F%3D%26%2B*'()!~");
    }
}
