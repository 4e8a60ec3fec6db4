//! `GET /ok`, `GET /error`

use crate::{answer::Answer, query::Query};
use axum::extract::RawQuery;
use axum::response::{Html, IntoResponse, Response};
use serde_json::json;

pub(crate) async fn ok() -> Answer {
    Answer::json(&json!({"ok": true}))
}

/// Tells a person what went wrong with a link. The code is shown, and nothing else of what the address says: a page under
/// this name must not say what somebody else wrote.
pub(crate) async fn error(RawQuery(query): RawQuery) -> Response {
    let query = Query::parse(query.as_deref().unwrap_or_default());
    let code = query.text("error").filter(|code| is_code(code)).unwrap_or("UNKNOWN");
    Html(PAGE.replace("{code}", code)).into_response()
}

fn is_code(text: &str) -> bool {
    !text.is_empty()
        && text.len() <= 64
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'))
}

const PAGE: &str = "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\
<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><title>Something went wrong</title></head>\
<body><main><h1>Something went wrong</h1><p>The link does not work, or does not work any more.</p>\
<p>Code: <code>{code}</code></p><p><a href=\"/\">Back to the start</a></p></main></body></html>\n";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_looks_like_a_code_is_shown() {
        assert!(is_code("INVALID_TOKEN"));
        for hostile in ["", "<script>", "a b", "'", &"A".repeat(65)] {
            assert!(!is_code(hostile), "{hostile}");
        }
    }
}
