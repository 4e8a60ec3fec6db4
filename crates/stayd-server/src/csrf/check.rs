//! Is the token right?

use super::{CsrfMode, submitted};
use crate::{
    Stayd,
    app::App,
    error::{ApiError, ApiResult},
    origin::{self, RequestOrigin},
};
use axum::extract::{FromRef, FromRequestParts};
use axum::http::{HeaderMap, Method, StatusCode, header, request::Parts};
use axum::response::{IntoResponse, Response};
use stayd_protocol::{CsrfTokens, ErrorCode};

impl App {
    /// Judges a request that changes something, by [`crate::ServerConfig::csrf`].
    pub(crate) async fn check_csrf(&self, request: &HeaderMap) -> ApiResult<()> {
        match self.config.csrf {
            CsrfMode::Off => Ok(()),
            _ if self.bearer_token(request).is_some() => Ok(()),
            CsrfMode::WhenPresent if submitted(request).is_none() => Ok(()),
            CsrfMode::Required if !may_be_a_browsers(request) => Ok(()),
            CsrfMode::WhenPresent | CsrfMode::Required => self.check_token(request).await,
        }
    }

    async fn check_token(&self, request: &HeaderMap) -> ApiResult<()> {
        let (Some(header), Some(cookie)) = (submitted(request), self.csrf_cookie(request)) else {
            tracing::debug!("csrf: no token in the header, or none in the cookie");
            return Err(refused(ErrorCode::CsrfTokenMissing));
        };
        let subject = self.csrf_subject(request).await?;
        let is_right = CsrfTokens::same(&cookie, header)
            && subject.key().is_some_and(|key| self.csrf.check(key, header).is_some());
        if is_right {
            return Ok(());
        }
        tracing::debug!("csrf: the tokens differ, or belong to somebody else");
        Err(refused(ErrorCode::CsrfTokenInvalid))
    }
}

fn refused(code: ErrorCode) -> ApiError {
    ApiError::coded(StatusCode::FORBIDDEN, code)
}

/// Every browser that is up to date says one of these. Who says none is a program, which no page of another site can send; so is Node,
/// whose `fetch` says a mode and never a site.
pub(super) fn may_be_a_browsers(request: &HeaderMap) -> bool {
    let has = |name: &header::HeaderName| request.contains_key(name);
    has(&header::COOKIE)
        || has(&header::ORIGIN)
        || has(&header::REFERER)
        || request.contains_key("sec-fetch-site")
}

/// For handlers of an application that mounts the router: a request that changes something comes from a page of ours and, unless
/// tokens are [`CsrfMode::Off`], carries the right token. Anybody else is answered 403 (409 while the session's token is being
/// replaced). GET, HEAD and OPTIONS always pass.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct FromOwnPage;

impl<S> FromRequestParts<S> for FromOwnPage
where
    S: Send + Sync,
    Stayd: FromRef<S>,
{
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Response> {
        let Stayd(app) = Stayd::from_ref(state);
        judge(&app, parts).await.map_err(IntoResponse::into_response)?;
        Ok(Self)
    }
}

async fn judge(app: &App, parts: &Parts) -> ApiResult<()> {
    if matches!(parts.method, Method::GET | Method::HEAD | Method::OPTIONS) {
        return Ok(());
    }
    origin::check(&RequestOrigin::of(&parts.headers), &app.config.trusted_origins)?;
    let needs_none = !may_be_a_browsers(&parts.headers) || app.bearer_token(&parts.headers).is_some();
    if app.config.csrf == CsrfMode::Off || needs_none {
        return Ok(());
    }
    app.check_token(&parts.headers).await
}
