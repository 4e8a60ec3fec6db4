//! The sessions of one browser, each in a cookie of its own beside the active one's (the `multi-session` plugin, protocol spec 10.3).
//!
//! The cookie is named after the session's id. (A Better Auth server names it after the secret token, in lower case.) So a script can
//! name a session without knowing its secret, and a session whose token is replaced keeps its cookie's name.

use crate::{
    app::App,
    cookies::{Cookies, cookie_header, whole_seconds},
    error::ApiResult,
    who::SignedToken,
};
use axum::http::HeaderMap;
use stayd_engine::{LiveSession, SignedIn, store::SessionRecord};
use stayd_protocol::{SessionToken, TokenHash, cookie};

/// The most sessions of a browser that one request looks up: far above what the configuration allows it to have.
const LOOKED_AT: usize = 32;

/// A session in a cookie of its own.
pub(crate) struct DeviceSession {
    /// The cookie.
    pub(crate) name: String,
    pub(crate) token: SignedToken,
}

impl App {
    /// The browser's sessions, as far as we signed them, in the order of its cookies. None where the plugin is off.
    pub(crate) fn device_sessions(&self, request: &HeaderMap) -> Vec<DeviceSession> {
        if self.config.plugins.multi_session.is_none() {
            return Vec::new();
        }
        let header = cookie_header(request);
        let prefix = self.config.cookies.device_session_name("");
        let mut found: Vec<DeviceSession> = Vec::new();
        for (name, _) in cookie::each(&header) {
            let Some(name) = str::from_utf8(name).ok().filter(|name| is_ours(name, &prefix)) else {
                continue;
            };
            if found.iter().any(|earlier| earlier.name == name) || found.len() == LOOKED_AT {
                continue;
            }
            let token = cookie::find(&header, name).and_then(|value| self.signed_token(&value));
            found.extend(token.map(|token| DeviceSession { name: name.to_owned(), token }));
        }
        found
    }

    /// The browser's session with this id.
    pub(crate) fn device_session(&self, request: &HeaderMap, id: &str) -> Option<DeviceSession> {
        let name = self.config.cookies.device_session_name(id);
        self.device_sessions(request).into_iter().find(|session| session.name == name)
    }

    /// The sessions that a sign-in with this request ends: those it presents (L-3), but not what the browser keeps beside the new one.
    pub(crate) fn replaced_by_sign_in(&self, request: &HeaderMap) -> impl Iterator<Item = TokenHash> {
        let kept = self.device_sessions(request);
        self.presented_hashes(request)
            .filter(move |token| kept.iter().all(|session| session.token.hash != *token))
    }

    /// Ends them, also another person's: the browser has lost them, so nobody could ever sign them out.
    pub(crate) async fn end_replaced(&self, request: &HeaderMap) -> ApiResult<()> {
        for token in self.replaced_by_sign_in(request) {
            self.engine.end_replaced_session(&token).await?;
        }
        Ok(())
    }

    /// Gives a session that has just begun its own cookie. Of each person the browser keeps one session, so an earlier one ends, and
    /// cookies of sessions that are over go. Where there are as many as are allowed already, the new one gets none.
    pub(crate) async fn keep_beside_others(
        &self,
        request: &HeaderMap,
        signed_in: &SignedIn,
        cookies: &mut Cookies,
    ) -> ApiResult<()> {
        let Some(settings) = self.config.plugins.multi_session else { return Ok(()) };
        let mut others = 0;
        for DeviceSession { name, token } in self.device_sessions(request) {
            match self.engine.look_at(&token.hash).await? {
                Some(live) if live.user.id != signed_in.user.id => {
                    others += 1;
                    if !token.by_current {
                        cookies.device_session(self, &live.session, &token.token);
                    }
                    continue;
                }
                Some(_) => drop(self.engine.end_replaced_session(&token.hash).await?),
                None => {}
            }
            cookies.push(self.config.cookies.clear(&name));
        }
        if others < settings.maximum {
            cookies.device_session(self, &signed_in.session, &signed_in.token);
        }
        Ok(())
    }

    /// Gives a session whose cookie is sent again its own cookie again, if it has one or there is room for it.
    pub(crate) fn keep_again(
        &self,
        request: &HeaderMap,
        live: &LiveSession,
        token: &SessionToken,
        cookies: &mut Cookies,
    ) {
        let Some(settings) = self.config.plugins.multi_session else { return };
        let name = self.config.cookies.device_session_name(&live.session.id);
        let kept = self.device_sessions(request);
        if kept.len() < settings.maximum || kept.iter().any(|session| session.name == name) {
            cookies.device_session(self, &live.session, token);
        }
    }

    /// Signs the cookies of the browser's other sessions anew that an earlier secret has signed (C-12).
    pub(crate) async fn sign_device_sessions_anew(
        &self,
        request: &HeaderMap,
        cookies: &mut Cookies,
    ) -> ApiResult<()> {
        for DeviceSession { name, token } in self.device_sessions(request) {
            if token.by_current || cookies.has(&name) {
                continue;
            }
            if let Some(live) = self.engine.look_at(&token.hash).await? {
                cookies.device_session(self, &live.session, &token.token);
            }
        }
        Ok(())
    }

    /// Ends every session of the browser, and deletes their cookies.
    pub(crate) async fn end_device_sessions(
        &self,
        request: &HeaderMap,
        cookies: &mut Cookies,
    ) -> ApiResult<()> {
        for DeviceSession { name, token } in self.device_sessions(request) {
            self.engine.end_session(&token.hash).await?;
            cookies.push(self.config.cookies.clear(&name));
        }
        Ok(())
    }
}

impl Cookies {
    /// Sets a session's own cookie. It lives as long as the session's other cookies do.
    pub(crate) fn device_session(&mut self, app: &App, session: &SessionRecord, token: &SessionToken) {
        let life = session.is_remembered().then(|| whole_seconds(session.expires_at.since(app.engine.now())));
        let signed = app.signer.sign(token.expose());
        self.push(app.config.cookies.device_session(&session.id, signed, life));
    }
}

/// Whether this is the name of such a cookie, and one that may stand in an answer.
fn is_ours(name: &str, prefix: &str) -> bool {
    let id = name.strip_prefix(prefix).unwrap_or_default();
    (1..=64).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_alphanumeric())
}
