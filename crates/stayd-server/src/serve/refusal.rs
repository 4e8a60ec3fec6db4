//! What a request is answered that does not reach the router.

use axum::body::Body;
use axum::http::{HeaderValue, Response, StatusCode, header};

/// Why a request was not let through, or its answer not let out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Refusal {
    /// No host, several, or one that is none (H-4).
    Host,
    /// A host that is not ours (H-4).
    ForeignHost,
    /// A length beside chunks (H-5).
    Framing,
    TooManyHeaders,
    BodyTooLarge,
    BodyTooSlow,
}

impl Refusal {
    fn status(self) -> StatusCode {
        match self {
            Self::Host | Self::Framing => StatusCode::BAD_REQUEST,
            Self::ForeignHost => StatusCode::MISDIRECTED_REQUEST,
            Self::TooManyHeaders => StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE,
            Self::BodyTooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::BodyTooSlow => StatusCode::REQUEST_TIMEOUT,
        }
    }

    fn body(self) -> &'static str {
        match self {
            Self::Host => r#"{"message":"Exactly one valid Host header is required","code":"INVALID_HOST"}"#,
            Self::ForeignHost => r#"{"message":"This host is not served here","code":"FOREIGN_HOST"}"#,
            Self::Framing => {
                r#"{"message":"Content-Length and Transfer-Encoding exclude each other","code":"INVALID_FRAMING"}"#
            }
            Self::TooManyHeaders => r#"{"message":"Too many headers","code":"TOO_MANY_HEADERS"}"#,
            Self::BodyTooLarge => r#"{"message":"Request body is too large","code":"PAYLOAD_TOO_LARGE"}"#,
            Self::BodyTooSlow => r#"{"message":"Request body took too long","code":"REQUEST_TIMEOUT"}"#,
        }
    }

    pub(super) fn answer(self) -> Response<Body> {
        let mut answer = Response::new(Body::from(self.body()));
        *answer.status_mut() = self.status();
        let headers = answer.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
        answer
    }
}

/// What a connection is told for which there is no room.
pub(super) const BUSY: &[u8] = b"HTTP/1.1 503 Service Unavailable\r\n\
    content-type: application/json\r\n\
    content-length: 90\r\n\
    cache-control: no-store\r\n\
    retry-after: 1\r\n\
    x-retry-after: 1\r\n\
    connection: close\r\n\r\n\
    {\"message\":\"Service unavailable. Please try again later.\",\"code\":\"TOO_MANY_CONNECTIONS\"}\r\n";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_answer_to_a_connection_too_many_has_the_length_it_says() {
        let text = std::str::from_utf8(BUSY).unwrap();
        let (head, body) = text.split_once("\r\n\r\n").unwrap();
        assert!(head.contains(&format!("content-length: {}\r\n", body.len())), "{}", body.len());
    }
}
