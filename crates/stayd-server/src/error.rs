//! The one place where an error becomes a status, a stable code and a body.
//!
//! A new refusal of the engine does not compile until somebody has decided here what outsiders may know. Causes go to the
//! log, under the request's id.

use crate::{
    answer::Answer, cookies::Cookies, csrf::News, oauth_error::OAuthError, origin::OriginRefusal,
    schema::BodyError,
};
use axum::http::{HeaderName, HeaderValue, StatusCode, header::RETRY_AFTER};
use axum::response::{IntoResponse, Response};
use serde_json::json;
use stayd_engine::{EngineError, Refusal, WatchError, causes, store::StoreError};
use stayd_protocol::ErrorCode;
use std::time::Duration;

/// Why a request was not answered as wished, and the cookies that go with the answer all the same.
#[derive(Debug)]
pub(crate) struct ApiError {
    kind: ErrorKind,
    cookies: Cookies,
}

/// What went wrong.
#[derive(Debug)]
pub(crate) enum ErrorKind {
    /// A status, a code of the protocol and its message.
    Coded(StatusCode, ErrorCode),
    /// The same with a message of its own.
    Explained(StatusCode, ErrorCode, String),
    /// A status and a message, without a code.
    Message(StatusCode, &'static str),
    /// A status and nothing else.
    Bare(StatusCode),
    /// An error in the form that OAuth clients read.
    OAuth(OAuthError),
    /// A body or query that does not have the form asked for.
    Body(BodyError),
    /// Too many requests of this kind from here.
    Limited { retry_after: Duration },
    /// A status, a code and its message, and when to come back.
    Crowded { status: StatusCode, code: ErrorCode, retry_after: Duration },
    /// It took too long; whether it was done is not known.
    TooSlow,
    /// The engine did not do it.
    Engine(EngineError),
}

pub(crate) type ApiResult<T = Answer> = Result<T, ApiError>;

impl ApiError {
    pub(crate) fn coded(status: StatusCode, code: ErrorCode) -> Self {
        ErrorKind::Coded(status, code).into()
    }

    pub(crate) fn message(status: StatusCode, message: &'static str) -> Self {
        ErrorKind::Message(status, message).into()
    }

    pub(crate) fn bare(status: StatusCode) -> Self {
        ErrorKind::Bare(status).into()
    }

    /// No session where one is needed.
    pub(crate) fn unauthorized() -> Self {
        Self::coded(StatusCode::UNAUTHORIZED, ErrorCode::Unauthorized)
    }

    /// Sends these cookies with the error.
    pub(crate) fn with(mut self, cookies: Cookies) -> Self {
        self.cookies = cookies;
        self
    }

    /// The protocol's code, where the error has one.
    pub(crate) fn code(&self) -> Option<ErrorCode> {
        match &self.kind {
            ErrorKind::Coded(_, code) => Some(*code),
            ErrorKind::Engine(EngineError::Refused(refusal)) => match refused(*refusal) {
                ErrorKind::Coded(_, code) => Some(code),
                _ => None,
            },
            _ => None,
        }
    }
}

impl From<ErrorKind> for ApiError {
    fn from(kind: ErrorKind) -> Self {
        Self { kind, cookies: Cookies::default() }
    }
}

impl From<EngineError> for ApiError {
    fn from(error: EngineError) -> Self {
        ErrorKind::Engine(error).into()
    }
}

impl From<BodyError> for ApiError {
    fn from(error: BodyError) -> Self {
        ErrorKind::Body(error).into()
    }
}

impl From<OriginRefusal> for ApiError {
    fn from(refusal: OriginRefusal) -> Self {
        let code = match refusal {
            OriginRefusal::MissingOrNull => ErrorCode::MissingOrNullOrigin,
            OriginRefusal::Invalid => ErrorCode::InvalidOrigin,
            OriginRefusal::CrossSiteNavigation => ErrorCode::CrossSiteNavigationLoginBlocked,
        };
        Self::coded(StatusCode::FORBIDDEN, code)
    }
}

impl From<WatchError> for ApiError {
    fn from(error: WatchError) -> Self {
        let crowded =
            |status, retry_after| ErrorKind::Crowded { status, code: ErrorCode::TooManyStreams, retry_after };
        match error {
            WatchError::Nobody => Self::unauthorized(),
            // A browser has its place again when it closes a tab; a node, when browsers go elsewhere.
            WatchError::SessionCrowded => {
                crowded(StatusCode::TOO_MANY_REQUESTS, Duration::from_mins(1)).into()
            }
            WatchError::NodeCrowded => {
                crowded(StatusCode::SERVICE_UNAVAILABLE, Duration::from_secs(30)).into()
            }
            WatchError::Closing => EngineError::Stopping.into(),
            WatchError::Engine(error) => error.into(),
        }
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let is_about_csrf =
            matches!(self.code(), Some(ErrorCode::CsrfTokenMissing | ErrorCode::CsrfTokenInvalid));
        let mut response = respond(self.kind);
        self.cookies.write(&mut response);
        if is_about_csrf {
            response.extensions_mut().insert(News::Refused);
        }
        response
    }
}

fn respond(kind: ErrorKind) -> Response {
    match kind {
        ErrorKind::Coded(status, code) => {
            Answer::error(status, &json!({"message": code.message(), "code": code.as_str()}))
        }
        ErrorKind::Explained(status, code, message) => {
            Answer::error(status, &json!({"message": message, "code": code.as_str()}))
        }
        ErrorKind::Message(status, message) => Answer::error(status, &json!({ "message": message })),
        ErrorKind::Bare(status) => Answer::bare(status),
        ErrorKind::OAuth(error) => error.response(),
        ErrorKind::Body(error) => Answer::error(error.status(), &error.body()),
        ErrorKind::Limited { retry_after } => {
            let body = json!({"message": "Too many requests. Please try again later."});
            retry_later(Answer::error(StatusCode::TOO_MANY_REQUESTS, &body), retry_after)
        }
        ErrorKind::Crowded { status, code, retry_after } => {
            retry_later(respond(ErrorKind::Coded(status, code)), retry_after)
        }
        ErrorKind::Engine(EngineError::Refused(refusal)) => respond(refused(refusal)),
        ErrorKind::Engine(EngineError::Busy { retry_after }) => unavailable(retry_after),
        ErrorKind::TooSlow | ErrorKind::Engine(EngineError::Stopping) => unavailable(Duration::from_secs(1)),
        ErrorKind::Engine(EngineError::Store(StoreError::Unavailable(cause))) => {
            tracing::error!(cause = causes(&*cause), "the store is unavailable");
            unavailable(Duration::from_secs(1))
        }
        ErrorKind::Engine(error) => {
            tracing::error!(cause = causes(&error), "a request failed inside");
            respond(ErrorKind::Coded(StatusCode::INTERNAL_SERVER_ERROR, ErrorCode::InternalServerError))
        }
    }
}

/// What outsiders learn of a refusal.
fn refused(refusal: Refusal) -> ErrorKind {
    use ErrorCode as Code;
    use StatusCode as Status;
    let (status, code) = match refusal {
        Refusal::InvalidEmailOrPassword => (Status::UNAUTHORIZED, Code::InvalidEmailOrPassword),
        Refusal::InvalidEmail => (Status::BAD_REQUEST, Code::InvalidEmail),
        Refusal::InvalidPassword => (Status::BAD_REQUEST, Code::InvalidPassword),
        Refusal::PasswordTooShort => (Status::BAD_REQUEST, Code::PasswordTooShort),
        Refusal::PasswordTooCommon => (Status::BAD_REQUEST, Code::PasswordCompromised),
        Refusal::PasswordTooLong => (Status::BAD_REQUEST, Code::PasswordTooLong),
        Refusal::EmailNotVerified => (Status::FORBIDDEN, Code::EmailNotVerified),
        Refusal::SignUpDisabled => (Status::BAD_REQUEST, Code::EmailPasswordSignUpDisabled),
        Refusal::UserAlreadyExists => (Status::UNPROCESSABLE_ENTITY, Code::UserAlreadyExistsUseAnotherEmail),
        Refusal::CredentialAccountNotFound => (Status::BAD_REQUEST, Code::CredentialAccountNotFound),
        Refusal::ResetTokenInvalid => (Status::BAD_REQUEST, Code::InvalidToken),
        Refusal::ResetUserNotFound => (Status::BAD_REQUEST, Code::UserNotFound),
        Refusal::VerifyTokenInvalid => (Status::UNAUTHORIZED, Code::InvalidToken),
        Refusal::VerifyTokenExpired => (Status::UNAUTHORIZED, Code::TokenExpired),
        Refusal::VerifyUserNotFound => (Status::UNAUTHORIZED, Code::UserNotFound),
        Refusal::VerifyOtherUser => (Status::UNAUTHORIZED, Code::InvalidUser),
        Refusal::EmailMismatch => (Status::BAD_REQUEST, Code::EmailMismatch),
        Refusal::EmailAlreadyVerified => (Status::BAD_REQUEST, Code::EmailAlreadyVerified),
        Refusal::ChangeEmailDisabled => (Status::BAD_REQUEST, Code::ChangeEmailDisabled),
        Refusal::DeleteTokenInvalid => (Status::NOT_FOUND, Code::InvalidToken),
        Refusal::SessionExpired => (Status::BAD_REQUEST, Code::SessionExpired),
        Refusal::SessionNotFresh => (Status::FORBIDDEN, Code::SessionNotFresh),
        Refusal::LastAccount => (Status::BAD_REQUEST, Code::FailedToUnlinkLastAccount),
        Refusal::AccountNotFound => (Status::BAD_REQUEST, Code::AccountNotFound),
        Refusal::SuspiciousSignIn => (Status::FORBIDDEN, Code::SuspiciousSignIn),
        Refusal::UserDisabled => (Status::FORBIDDEN, Code::BannedUser),
        Refusal::SessionEnded => (Status::UNAUTHORIZED, Code::FailedToGetSession),
        Refusal::SessionSuperseded => (Status::CONFLICT, Code::SessionSuperseded),
        Refusal::NoSuchDocument => (Status::NOT_FOUND, Code::NotFound),
        Refusal::DocumentChanged => (Status::PRECONDITION_FAILED, Code::DocumentChanged),
        Refusal::DocumentTooLarge => (Status::PAYLOAD_TOO_LARGE, Code::DocumentTooLarge),
        Refusal::TooManyDocuments => (Status::FORBIDDEN, Code::TooManyDocuments),
        Refusal::InvalidGrant => return ErrorKind::OAuth(OAuthError::InvalidGrant),
        Refusal::InvalidScope => return ErrorKind::OAuth(OAuthError::InvalidScope),
        Refusal::InvalidTarget => return ErrorKind::OAuth(OAuthError::InvalidTarget),
        Refusal::EmailIsTheSame => {
            return ErrorKind::Message(Status::BAD_REQUEST, "Email is the same");
        }
        Refusal::DeleteUserDisabled => return ErrorKind::Bare(Status::NOT_FOUND),
    };
    ErrorKind::Coded(status, code)
}

fn unavailable(retry_after: Duration) -> Response {
    let body =
        json!({"message": "Service unavailable. Please try again later.", "code": "SERVICE_UNAVAILABLE"});
    retry_later(Answer::error(StatusCode::SERVICE_UNAVAILABLE, &body), retry_after)
}

/// Says when to come back, in the standard's header and in the one the official client reads.
fn retry_later(mut response: Response, after: Duration) -> Response {
    const X_RETRY_AFTER: HeaderName = HeaderName::from_static("x-retry-after");
    let seconds = HeaderValue::from(after.as_millis().div_ceil(1000).max(1).try_into().unwrap_or(u64::MAX));
    response.headers_mut().insert(RETRY_AFTER, seconds.clone());
    response.headers_mut().insert(X_RETRY_AFTER, seconds);
    response
}
