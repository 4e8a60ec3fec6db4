//! Reading a body: its media type and its syntax.

use super::BodyError;
use axum::http::{HeaderMap, header};
use serde_json::{Map, Value};
use url::form_urlencoded;

const JSON: &str = "application/json";
const FORM: &str = "application/x-www-form-urlencoded";

/// Whether a route takes forms as well.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Forms {
    Refused,
    Accepted,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Json,
    Form,
}

impl Forms {
    /// In upstream's order.
    fn names(self) -> &'static str {
        match self {
            Self::Refused => JSON,
            Self::Accepted => "application/x-www-form-urlencoded, application/json",
        }
    }
}

/// Checks the media type of a body that is there.
pub(crate) fn check_media_type(headers: &HeaderMap, forms: Forms) -> Result<(), BodyError> {
    match kind(headers) {
        Some(Kind::Json) => Ok(()),
        Some(Kind::Form) if forms == Forms::Accepted => Ok(()),
        _ => Err(BodyError::MediaType(match content_type(headers).as_str() {
            "" => format!("Content-Type is required. Allowed types: {}", forms.names()),
            given => format!("Content-Type \"{given}\" is not allowed. Allowed types: {}", forms.names()),
        })),
    }
}

/// Reads a body whose media type was checked. Nesting deeper than 128 is refused as bad syntax.
pub(crate) fn parse_body(headers: &HeaderMap, bytes: &[u8]) -> Result<Option<Value>, BodyError> {
    if kind(headers) == Some(Kind::Form) {
        return Ok(Some(Value::Object(parse_form(bytes))));
    }
    // A byte order mark is allowed before what fetch reads as JSON.
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    serde_json::from_slice(bytes).map(Some).map_err(|_| BodyError::Syntax)
}

/// Of a name that is there twice, the last counts, as upstream has it.
fn parse_form(bytes: &[u8]) -> Map<String, Value> {
    form_urlencoded::parse(bytes)
        .map(|(name, value)| (name.into_owned(), value.into_owned().into()))
        .collect()
}

fn content_type(headers: &HeaderMap) -> String {
    headers
        .get(header::CONTENT_TYPE)
        .map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned())
        .unwrap_or_default()
}

/// As upstream has it, a type that contains an allowed one will do, `application/json-patch+json` for one. But what would be let
/// through and then not be read as JSON is not let through.
fn kind(headers: &HeaderMap) -> Option<Kind> {
    let full = content_type(headers).to_ascii_lowercase();
    let essence = full.split(';').next().unwrap_or_default().trim();
    if essence.starts_with(JSON) {
        return Some(Kind::Json);
    }
    essence.contains(FORM).then_some(Kind::Form)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    fn typed(content_type: &str) -> HeaderMap {
        [(header::CONTENT_TYPE, content_type.parse().unwrap())].into_iter().collect()
    }

    fn message(content_type: &str, forms: Forms) -> Option<String> {
        check_media_type(&typed(content_type), forms).err().map(|error| error.to_string())
    }

    #[test]
    fn json_is_taken_however_its_type_is_written() {
        for name in [
            "application/json",
            "Application/JSON; charset=utf-8",
            " application/json ;x=y",
            "application/json-patch+json",
        ] {
            assert_eq!(message(name, Forms::Refused), None, "{name}");
        }
    }

    #[test]
    fn anything_else_is_named_and_refused() {
        assert_eq!(
            message("text/plain", Forms::Refused).unwrap(),
            "Content-Type \"text/plain\" is not allowed. Allowed types: application/json"
        );
        assert_eq!(
            message("Text/Plain; charset=utf-8", Forms::Accepted).unwrap(),
            "Content-Type \"Text/Plain; charset=utf-8\" is not allowed. Allowed types: \
             application/x-www-form-urlencoded, application/json"
        );
        assert_eq!(
            check_media_type(&HeaderMap::new(), Forms::Refused).unwrap_err().to_string(),
            "Content-Type is required. Allowed types: application/json"
        );
        for name in [
            "application/vnd.api+json",
            "text/plain; application/json",
            "multipart/form-data",
            "xapplication/json",
        ] {
            assert!(message(name, Forms::Accepted).is_some(), "{name}");
        }
        assert!(message(FORM, Forms::Refused).is_some());
    }

    #[test]
    fn a_form_gives_texts_and_the_last_of_a_name_counts() {
        let body = parse_body(&typed(FORM), b"email=a%40x.com&email=b+c&rememberMe=false").unwrap();
        assert_eq!(body, Some(json!({"email": "b c", "rememberMe": "false"})));
    }

    #[test]
    fn what_is_no_json_is_refused() {
        for text in ["", "{", "{\"a\":1}x", "{'a':1}", "nul", "\u{0}", "{\"a\":NaN}"] {
            assert_eq!(parse_body(&typed(JSON), text.as_bytes()), Err(BodyError::Syntax), "{text:?}");
        }
        assert_eq!(parse_body(&typed(JSON), b"\"\xff\""), Err(BodyError::Syntax));
        assert_eq!(parse_body(&typed(JSON), b"\xef\xbb\xbfnull"), Ok(Some(Value::Null)));
    }

    #[test]
    fn nesting_beyond_reason_is_refused_and_does_not_overflow() {
        let deep = |depth: usize| "[".repeat(depth) + &"]".repeat(depth);
        assert!(parse_body(&typed(JSON), deep(100).as_bytes()).is_ok());
        assert_eq!(parse_body(&typed(JSON), deep(30_000).as_bytes()), Err(BodyError::Syntax));
    }

    #[test]
    fn errors_have_the_protocols_status_and_code() {
        assert_eq!(
            BodyError::Syntax.body(),
            json!({"message": "Invalid JSON in request body", "code": "BAD_REQUEST"})
        );
        assert_eq!(BodyError::MediaType(String::new()).status(), 415);
        assert_eq!(
            BodyError::invalid("query").body(),
            json!({"message": "[query] Invalid input", "code": "VALIDATION_ERROR"})
        );
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..200), form: bool) {
            let _ = parse_body(&typed(if form { FORM } else { JSON }), &bytes);
        }
    }
}
