//! Errors in the form that OAuth clients read (RFC 6749 5.2, RFC 7009 2.2.1): `{"error": code, "error_description": text}`.

use crate::answer::Answer;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use serde_json::json;

/// What was wrong. The codes never change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum OAuthError {
    /// A parameter is missing, no text, or not in the body.
    InvalidRequest,
    /// The caller's credential is missing or wrong.
    InvalidClient,
    /// The token is unknown, over, used up, revoked or another client's; which of these, nobody is told.
    InvalidGrant,
    /// More is asked for than was granted.
    InvalidScope,
    /// There is no such audience here, or the tokens are for another (RFC 8707).
    InvalidTarget,
    /// Another way of granting than those there are.
    UnsupportedGrantType,
    /// Another type of token than those there are.
    UnsupportedTokenType,
}

impl OAuthError {
    const fn parts(self) -> (StatusCode, &'static str, &'static str) {
        match self {
            Self::InvalidRequest => (
                StatusCode::BAD_REQUEST,
                "invalid_request",
                "A parameter is missing, unreadable or not in the body",
            ),
            Self::InvalidClient => {
                (StatusCode::UNAUTHORIZED, "invalid_client", "The caller's credential is missing or wrong")
            }
            Self::InvalidGrant => {
                (StatusCode::BAD_REQUEST, "invalid_grant", "The token is not valid, or not for this client")
            }
            Self::InvalidScope => {
                (StatusCode::BAD_REQUEST, "invalid_scope", "More is asked for than was granted")
            }
            Self::InvalidTarget => {
                (StatusCode::BAD_REQUEST, "invalid_target", "There are no tokens here for this resource")
            }
            Self::UnsupportedGrantType => {
                (StatusCode::BAD_REQUEST, "unsupported_grant_type", "There is no grant of this type")
            }
            Self::UnsupportedTokenType => {
                (StatusCode::BAD_REQUEST, "unsupported_token_type", "There is no token of this type")
            }
        }
    }

    pub(crate) fn response(self) -> Response {
        let (status, error, description) = self.parts();
        let mut response = Answer::error(status, &json!({"error": error, "error_description": description}));
        if self == Self::InvalidClient {
            let scheme = HeaderValue::from_static("Basic realm=\"stayd\", charset=\"UTF-8\"");
            response.headers_mut().insert(header::WWW_AUTHENTICATE, scheme);
        }
        response
    }
}
