//! The names of the cookies, made once.

use crate::cookies::cookie_header;
use axum::http::HeaderMap;
use stayd_protocol::{CookieConfig, cookie};
use std::borrow::Cow;

/// What the session's cookies are called in this deployment.
pub(crate) struct CookieNames {
    pub(crate) session_token: String,
    pub(crate) session_data: String,
    pub(crate) dont_remember: String,
    pub(crate) csrf_token: String,
    pub(crate) visitor: String,
    pub(crate) device: String,
}

impl CookieNames {
    pub(crate) fn new(config: &CookieConfig) -> Self {
        Self {
            session_token: config.session_token_name(),
            session_data: config.session_data_name(),
            dont_remember: config.dont_remember_name(),
            csrf_token: config.csrf_token_name(),
            visitor: config.visitor_name(),
            device: config.device_name(),
        }
    }

    /// Whether the request carries the cookie that says "do not remember me".
    pub(crate) fn dont_remember_is_in(&self, request: &HeaderMap) -> bool {
        cookie::find(&cookie_header(request), &self.dont_remember).is_some_and(|value| !value.is_empty())
    }

    /// Whether the request carries a session-data cookie, whole or in pieces.
    pub(crate) fn session_data_is_in(&self, request: &HeaderMap) -> bool {
        let name = self.session_data.as_bytes();
        cookie::each(&cookie_header(request)).any(|(found, _)| found.starts_with(name))
    }

    /// The names of all session-data cookies that the request carries, whole or in pieces.
    pub(crate) fn session_data_in(&self, config: &CookieConfig, request: &HeaderMap) -> Vec<String> {
        let header = cookie_header(request);
        let mut names = config.session_data_pieces(&header);
        if cookie::find(&header, &self.session_data).is_some() {
            names.push(self.session_data.clone());
        }
        names
    }
}

/// The session token in the request's cookies, with its signature still to be checked.
pub(crate) fn presented_token<'a>(header: &'a [u8], names: &CookieNames) -> Option<Cow<'a, str>> {
    cookie::find(header, &names.session_token).filter(|value| !value.is_empty())
}
