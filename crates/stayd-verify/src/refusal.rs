//! Why a request was not let through, and what its sender is told.

use std::time::Duration;

use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};

/// Why a request was not let through. What was wrong with a token is counted ([`crate::Counts`]) and told nobody: all refusals look alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Refusal {
    /// It shows nothing by which its sender could be known. 401.
    #[error("no session was shown")]
    Missing,
    /// It shows something that opens no session: forged, tampered with, expired, ended, for somebody else. 401.
    #[error("what was shown opens no session")]
    Invalid,
    /// The sign-in is too long ago for what was asked. 403.
    #[error("the sign-in is longer ago than {} s", max_age.as_secs())]
    NotFresh {
        /// How long ago it may be.
        max_age: Duration,
    },
    /// It cannot be said now whether the session still goes on. 503.
    #[error("it cannot be said now who this is")]
    Unavailable,
    /// The router has no layer that checks requests. 500, and a mistake of the program.
    #[error("the route has no `Verify` layer")]
    NoLayer,
}

impl Refusal {
    /// The status of the answer.
    pub fn status(self) -> StatusCode {
        match self {
            Self::Missing | Self::Invalid => StatusCode::UNAUTHORIZED,
            Self::NotFresh { .. } => StatusCode::FORBIDDEN,
            Self::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
            Self::NoLayer => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// The code in the answer, the same as the server's.
    pub fn code(self) -> &'static str {
        match self {
            Self::Missing | Self::Invalid => "UNAUTHORIZED",
            Self::NotFresh { .. } => "SESSION_NOT_FRESH",
            Self::Unavailable => "SERVICE_UNAVAILABLE",
            Self::NoLayer => "INTERNAL_SERVER_ERROR",
        }
    }

    fn message(self) -> &'static str {
        match self {
            Self::Missing | Self::Invalid => "Unauthorized",
            Self::NotFresh { .. } => "Session is not fresh",
            Self::Unavailable => "Service unavailable. Please try again later.",
            Self::NoLayer => "Internal server error",
        }
    }

    /// What to show instead (RFC 6750, section 3; RFC 9470 where the sign-in is too long ago).
    fn challenge(self) -> Option<HeaderValue> {
        match self {
            Self::Missing => Some(HeaderValue::from_static("Bearer")),
            Self::Invalid => Some(HeaderValue::from_static("Bearer error=\"invalid_token\"")),
            Self::NotFresh { max_age } => {
                let text = format!(
                    "Bearer error=\"insufficient_user_authentication\", max_age=\"{}\"",
                    max_age.as_secs()
                );
                HeaderValue::try_from(text).ok()
            }
            Self::Unavailable | Self::NoLayer => None,
        }
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let body = format!(r#"{{"message":"{}","code":"{}"}}"#, self.message(), self.code());
        let mut response = (self.status(), body).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if let Some(challenge) = self.challenge() {
            headers.insert(header::WWW_AUTHENTICATE, challenge);
        }
        if self == Self::Unavailable {
            headers.insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
        }
        response
    }
}
