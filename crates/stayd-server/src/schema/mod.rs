//! What bodies and queries have to look like, and what is said of those that do not (protocol spec 1.3, 1.4).
//!
//! Texts and order are those of upstream's schema library (zod 4), because clients show them.

mod body;
mod fields;

pub(crate) use body::{Forms, check_media_type, parse_body};
pub(crate) use fields::{Field, Fields};

use axum::http::StatusCode;
use serde_json::{Value, json};

/// What JavaScript takes for true.
pub(crate) fn is_truthy(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Bool(flag) => *flag,
        Value::Number(number) => number.as_f64() != Some(0.0),
        Value::String(text) => !text.is_empty(),
        Value::Array(_) | Value::Object(_) => true,
    }
}

/// Why a body or a query was not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum BodyError {
    /// It is of a media type that is not read here; the text is the whole message.
    #[error("{0}")]
    MediaType(String),
    /// It is not JSON, or nested beyond reason.
    #[error("Invalid JSON in request body")]
    Syntax,
    /// It does not have the fields asked for; the text lists all that is wrong.
    #[error("{0}")]
    Fields(String),
}

impl BodyError {
    /// Something is wrong with the whole of it: `part` is `body` or `query`.
    pub(crate) fn invalid(part: &str) -> Self {
        Self::Fields(format!("[{part}] Invalid input"))
    }

    pub(crate) fn status(&self) -> StatusCode {
        match self {
            Self::MediaType(_) => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::Syntax | Self::Fields(_) => StatusCode::BAD_REQUEST,
        }
    }

    pub(crate) fn body(&self) -> Value {
        let code = match self {
            Self::MediaType(_) => "UNSUPPORTED_MEDIA_TYPE",
            Self::Syntax => "BAD_REQUEST",
            Self::Fields(_) => "VALIDATION_ERROR",
        };
        json!({"message": self.to_string(), "code": code})
    }
}
