//! Cookies of an answer: what is set and what is deleted.

use crate::{
    app::App,
    csrf::{News, Subject},
    error::ApiResult,
    plugins::bearer,
};
use axum::http::{
    HeaderMap, HeaderValue,
    header::{COOKIE, SET_COOKIE},
};
use axum::response::Response;
use stayd_engine::{LiveSession, SignedIn, wire_session, wire_user};
use stayd_protocol::{CachePayload, Session, SessionToken, SetCookie, Timestamp, User};
use std::borrow::Cow;
use std::time::Duration;

/// The `Set-Cookie` headers of one answer, in order. A later one for the same name replaces an earlier one, so that no browser has to choose.
#[derive(Debug, Default)]
pub(crate) struct Cookies {
    all: Vec<SetCookie>,
    news: Option<News>,
    /// Whether callers are told the session cookie's value in a header as well.
    tells_token: bool,
}

impl Cookies {
    /// Sets or deletes a cookie.
    pub(crate) fn push(&mut self, cookie: SetCookie) {
        self.all.retain(|earlier| earlier.name != cookie.name);
        self.all.push(cookie);
    }

    /// Whether a cookie is set or deleted.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.all.iter().any(|cookie| cookie.name == name)
    }

    /// Appends the headers, and leaves word of what they mean for the CSRF token.
    pub(crate) fn write(self, response: &mut Response) {
        for cookie in &self.all {
            match HeaderValue::from_str(&cookie.to_string()) {
                Ok(value) => drop(response.headers_mut().append(SET_COOKIE, value)),
                // Values are encoded and the configuration is checked, so this cannot be.
                Err(_) => tracing::error!(cookie = cookie.name, "a cookie does not fit into a header"),
            }
        }
        let is_token = |cookie: &&SetCookie| cookie.name.ends_with(".session_token");
        if let Some(cookie) = self.all.iter().find(is_token).filter(|_| self.tells_token) {
            bearer::tell_token(response, &cookie.value);
        }
        if let Some(news) = self.news {
            response.extensions_mut().insert(news);
        }
    }

    /// Deletes everything that belongs to a session.
    pub(crate) fn clear_session(&mut self, app: &App, request: &HeaderMap) {
        for cookie in app.config.cookies.clear_session(&cookie_header(request)) {
            self.push(cookie);
        }
        self.news = Some(News::Nobody);
        self.tells_token = false;
    }

    /// Sets the cookies of a session that has just begun, and ends the one whose place they take (L-3).
    pub(crate) async fn begin_session(
        &mut self,
        app: &App,
        request: &HeaderMap,
        signed_in: &SignedIn,
    ) -> ApiResult<()> {
        let session = &signed_in.session;
        let now = session.created_at;
        let life = session.is_remembered().then(|| session.expires_at.since(now));
        self.news = Some(News::Session(Subject::Session { id: session.id.clone(), life }));
        self.session_token(app, &signed_in.token, life);
        if !session.is_remembered() {
            self.push(app.config.cookies.dont_remember(app.signer.sign("true")));
        } else if app.names.dont_remember_is_in(request) {
            self.push(app.config.cookies.clear(&app.names.dont_remember));
        }
        if let Some(id) = &session.device_id {
            // Set again at each sign-in: it lives from the last one on, and is signed with the present key.
            self.push(app.config.cookies.device(app.device_ids.sign(id)));
        }
        let data = CacheInput {
            session: wire_session(session),
            user: wire_user(&signed_in.user),
            token: &signed_in.token,
            remembered: session.is_remembered(),
        };
        self.session_data(app, request, data, now);
        app.end_replaced(request).await?;
        app.keep_beside_others(request, signed_in, self).await
    }

    /// Sets the cookies of a session again: after a renewal, or signed with the present key.
    pub(crate) fn repeat_session(
        &mut self,
        app: &App,
        request: &HeaderMap,
        token: &SessionToken,
        live: &LiveSession,
        read_at: Timestamp,
    ) {
        let session = &live.session;
        // Counted from this moment, not from `read_at`, which lies before a renewal.
        let life = session.is_remembered().then_some(session.expires_at.since(app.engine.now()));
        self.news = Some(News::Session(Subject::Session { id: session.id.clone(), life }));
        self.session_token(app, token, life);
        if !session.is_remembered() {
            self.push(app.config.cookies.dont_remember(app.signer.sign("true")));
        }
        self.cache(app, request, token, live, read_at);
        app.keep_again(request, live, token, self);
    }

    /// Sets the session-data cookie from a session that the store or the memory has just vouched for.
    pub(crate) fn cache(
        &mut self,
        app: &App,
        request: &HeaderMap,
        token: &SessionToken,
        live: &LiveSession,
        now: Timestamp,
    ) {
        if app.session_data.is_none() {
            return;
        }
        let data = CacheInput {
            session: live.wire_session(),
            user: live.wire_user(),
            token,
            remembered: live.session.is_remembered(),
        };
        self.session_data(app, request, data, now);
    }

    /// Sets the session-data cookie where the protocol makes it anew (spec 4.3): for a remembered session, in a request that may renew.
    pub(crate) fn cache_again(
        &mut self,
        app: &App,
        request: &HeaderMap,
        token: &SessionToken,
        live: &LiveSession,
        now: Timestamp,
        may_renew: bool,
    ) {
        if may_renew && live.session.is_remembered() {
            self.cache(app, request, token, live, now);
        }
    }

    fn session_token(&mut self, app: &App, token: &SessionToken, life: Option<Duration>) {
        let signed = app.signer.sign(token.expose());
        self.tells_token = app.config.plugins.bearer.is_some();
        self.push(app.config.cookies.session_token(signed, life.map(whole_seconds)));
    }

    fn session_data(&mut self, app: &App, request: &HeaderMap, data: CacheInput<'_>, now: Timestamp) {
        let (Some(reader), Some(cache)) = (&app.session_data, app.config.cookie_cache) else { return };
        // A session that is not remembered has a cookie without an end, so what it says is believed for a shorter time.
        let unremembered = cache.strategy.unremembered_max_age();
        let max_age = if data.remembered { cache.max_age } else { cache.max_age.min(unremembered) };
        let max_age = max_age.min(data.session.expires_at.since(now));
        let payload = CachePayload {
            session: data.session,
            user: data.user,
            updated_at: now.as_ms(),
            version: crate::app::SESSION_DATA_VERSION.to_owned(),
            binding: Some(CachePayload::binding_for(data.token)),
        };
        let pieces = app.names.session_data_in(&app.config.cookies, request);
        match reader.codec.encode(&payload, now, max_age, app.engine.random()) {
            Ok(value) => {
                let cookie = app.config.cookies.session_data(value, data.remembered.then_some(max_age));
                let written = cookie.split();
                for stale in pieces.iter().filter(|name| written.iter().all(|cookie| cookie.name != **name)) {
                    self.push(app.config.cookies.clear(stale));
                }
                for cookie in written {
                    self.push(cookie);
                }
            }
            // Some people cannot have the cookie, such as one who is called like a date; they are asked for in the store.
            Err(_) => pieces.iter().for_each(|name| self.push(app.config.cookies.clear(name))),
        }
    }
}

struct CacheInput<'a> {
    session: Session,
    user: User,
    token: &'a SessionToken,
    remembered: bool,
}

/// Rounded up: the browser must not drop a cookie while the session lives (C-4 allows one second).
pub(crate) fn whole_seconds(life: Duration) -> Duration {
    Duration::from_secs(life.as_millis().div_ceil(1000).try_into().unwrap_or(u64::MAX))
}

/// The request's cookies as one text; empty when there are none. HTTP/2 may spread them over several headers (RFC 9113, section 8.2.3).
pub(crate) fn cookie_header(headers: &HeaderMap) -> Cow<'_, [u8]> {
    let mut all = headers.get_all(COOKIE).iter().map(HeaderValue::as_bytes);
    let first = all.next().unwrap_or_default();
    let mut joined = Cow::Borrowed(first);
    for more in all {
        let joined = joined.to_mut();
        joined.extend_from_slice(b"; ");
        joined.extend_from_slice(more);
    }
    joined
}
