//! Tokens that tell other back ends who has a session (the `jwt` plugin, protocol spec 10.1).

use crate::{app::App, edge::expose, error::ApiResult};
use axum::http::{HeaderName, HeaderValue};
use axum::response::Response;
use stayd_engine::LiveSession;
use stayd_protocol::TokenHash;

const SET_AUTH_JWT: HeaderName = HeaderName::from_static("set-auth-jwt");

impl App {
    /// Adds the token about a session to an answer of `get-session`, where the plugin has it so.
    pub(crate) async fn tell_jwt(&self, mut response: Response, live: &LiveSession) -> ApiResult<Response> {
        if let Some(jwt) = self.config.plugins.jwt.filter(|jwt| jwt.with_session) {
            let token = self.engine.session_jwt(live, jwt.claims).await?;
            // Base64url and dots: that always fits.
            if let Ok(value) = HeaderValue::from_str(&token) {
                response.headers_mut().insert(SET_AUTH_JWT, value);
                expose(response.headers_mut(), "set-auth-jwt");
            }
        }
        Ok(response)
    }

    /// The same, to an answer that was given without a look at the session.
    pub(crate) async fn tell_jwt_of(&self, response: Response, token: &TokenHash) -> ApiResult<Response> {
        if self.config.plugins.jwt.is_none_or(|jwt| !jwt.with_session) {
            return Ok(response);
        }
        match self.engine.look_at(token).await? {
            Some(live) => self.tell_jwt(response, &live).await,
            None => Ok(response),
        }
    }
}
