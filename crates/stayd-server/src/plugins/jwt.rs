//! Tokens that tell other back ends who has a session (the `jwt` plugin, protocol spec 10.1).

use crate::{address::Peer, app::App, edge::expose, error::ApiResult, to_the_end::to_the_end};
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use axum::response::Response;
use stayd_engine::LiveSession;
use stayd_protocol::{Timestamp, TokenHash};

const SET_AUTH_JWT: HeaderName = HeaderName::from_static("set-auth-jwt");

impl App {
    /// Adds the token about a session as it was at `read_at` to an answer of `get-session`, where the plugin has it so.
    pub(crate) async fn tell_jwt(
        &self,
        mut response: Response,
        live: &LiveSession,
        read_at: Timestamp,
    ) -> ApiResult<Response> {
        if let Some(jwt) = self.config.plugins.jwt.filter(|jwt| jwt.with_session) {
            let token = self.engine.session_jwt(live, jwt.claims, read_at).await?;
            // Base64url and dots: that always fits.
            if let Ok(value) = HeaderValue::from_str(&token) {
                response.headers_mut().insert(SET_AUTH_JWT, value);
                expose(response.headers_mut(), "set-auth-jwt");
            }
        }
        Ok(response)
    }

    /// The same, to an answer that was given without a look at the session. What its own cookie answers is not held against it; what others
    /// are to believe is.
    pub(crate) async fn tell_jwt_of(
        &self,
        response: Response,
        token: &TokenHash,
        request: &HeaderMap,
        peer: Option<Peer>,
    ) -> ApiResult<Response> {
        if self.config.plugins.jwt.is_none_or(|jwt| !jwt.with_session) {
            return Ok(response);
        }
        let read_at = self.engine.now();
        let (engine, token) = (self.engine.clone(), *token);
        // A look may end a session that is over.
        let live = to_the_end(async move { engine.look_at(&token).await }).await??;
        match live.filter(|live| self.is_as_its_session(live, request, peer)) {
            Some(live) => self.tell_jwt(response, &live, read_at).await,
            None => Ok(response),
        }
    }
}
