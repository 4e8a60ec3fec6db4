//! Who sends this request? The algorithm of the protocol (spec 4.3), for `get-session` and for every route that needs a session.

use crate::{
    address::Peer,
    app::App,
    call::Call,
    cookies::{Cookies, cookie_header},
    error::{ApiError, ApiResult},
    names::presented_token,
    to_the_end::to_the_end,
};
use axum::http::HeaderMap;
use stayd_engine::{EngineError, LiveSession, Recognised, Refusal};
use stayd_protocol::{SessionToken, Timestamp, TokenHash};
use std::sync::Arc;

/// A person with a live session, and the cookies that go with whatever they are answered.
#[derive(Debug)]
pub(crate) struct Current {
    pub(crate) live: Arc<LiveSession>,
    pub(crate) cookies: Cookies,
    /// The secret to go on with: as it came in the cookie, or its successor.
    pub(crate) token: SessionToken,
    /// What is said here of the session was true at this moment; a session-data cookie made from it must not look newer (P2).
    pub(crate) read_at: Timestamp,
}

/// The token of a request.
pub(crate) enum Presented {
    /// There is none.
    Nothing,
    /// There is a cookie, but we did not sign it.
    Forged,
    /// A token that we signed once.
    Signed(SignedToken),
}

pub(crate) struct SignedToken {
    pub(crate) token: SessionToken,
    pub(crate) hash: TokenHash,
    /// Whether the present key signed it; else it is signed anew (C-12).
    pub(crate) by_current: bool,
}

/// What upstream would have asked for this route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reading {
    /// The session-data cookie would do.
    CookieSuffices,
    /// The store must be asked.
    Afresh,
}

/// What identifying a request led to.
pub(crate) enum Who {
    Nobody(Cookies),
    Somebody(Current),
}

impl App {
    /// Reads the session token of a request.
    pub(crate) fn presented(&self, request: &HeaderMap) -> Presented {
        if let Some(token) = self.bearer_token(request) {
            return Presented::Signed(token);
        }
        self.presented_in_cookie(request)
    }

    fn presented_in_cookie(&self, request: &HeaderMap) -> Presented {
        let header = cookie_header(request);
        let Some(value) = presented_token(&header, &self.names) else { return Presented::Nothing };
        self.signed_token(&value).map_or(Presented::Forged, Presented::Signed)
    }

    /// The tokens that a request presents and that we signed: the header's, which counts where there are two, and the cookie's, which the
    /// browser loses with the answer to a sign-in or sign-out.
    pub(crate) fn presented_hashes(&self, request: &HeaderMap) -> impl Iterator<Item = TokenHash> {
        let in_cookie = match self.presented_in_cookie(request) {
            Presented::Signed(token) => Some(token.hash),
            Presented::Nothing | Presented::Forged => None,
        };
        self.bearer_token(request).map(|token| token.hash).into_iter().chain(in_cookie)
    }

    /// The session of a request, from memory or the store, renewed if that is due.
    pub(crate) async fn who(&self, call: &Call, reading: Reading) -> ApiResult<Who> {
        let token = match self.presented(&call.headers) {
            Presented::Nothing => return Ok(Who::Nobody(Cookies::default())),
            Presented::Forged => return Ok(self.nobody(&call.headers)),
            Presented::Signed(token) => token,
        };
        // Whatever the cookie says, the session is looked up; but where upstream would have been content, its cookie is not sent again.
        let is_told_already = reading == Reading::CookieSuffices
            && !call.query.is_truthy("disableCookieCache")
            && self.answer_in_cookie(&call.headers, &token, self.engine.now()).is_some();
        let mut who = self.who_has(token, &call.headers, call.peer, !call.disables_renewal()).await?;
        if let (false, Who::Somebody(current)) = (is_told_already, &mut who) {
            let Current { live, cookies, token, read_at } = current;
            cookies.cache_again(self, &call.headers, token, live, *read_at, !call.disables_renewal());
        }
        Ok(who)
    }

    /// The session behind a token, where there is nothing to do but to take it from memory. Never waits.
    pub(crate) fn in_memory(
        &self,
        token: &TokenHash,
        request: &HeaderMap,
        peer: Option<Peer>,
        now: Timestamp,
    ) -> Option<Arc<LiveSession>> {
        let live = self.engine.session_in_memory(token, now)?;
        self.is_as_its_session(&live, request, peer).then_some(live)
    }

    /// [`App::who_has`] for who may stop waiting: what it has begun to write is brought to its end.
    pub(crate) async fn who_has_to_the_end(
        self,
        token: SignedToken,
        request: HeaderMap,
        peer: Option<Peer>,
        may_renew: bool,
    ) -> ApiResult<Who> {
        to_the_end(async move { self.who_has(token, &request, peer, may_renew).await }).await?
    }

    /// The session behind a token that we signed. A token that was superseded a moment ago is an error, 409 (see [`Recognised::Superseded`]).
    pub(crate) async fn who_has(
        &self,
        token: SignedToken,
        request: &HeaderMap,
        peer: Option<Peer>,
        may_renew: bool,
    ) -> ApiResult<Who> {
        let read_at = self.engine.now();
        let (live, successor) = match self.recognise(&token.token, request, peer).await? {
            Recognised::Current(live) => (live, None),
            Recognised::Honoured { live, successor } => (live, Some(successor)),
            // No cookie is touched: the browser may hold the successor by now.
            Recognised::Superseded => return Err(EngineError::from(Refusal::SessionSuperseded).into()),
            Recognised::Nobody => {
                let just_ended = self.engine.just_ended(&token.hash);
                return Ok(if just_ended { Who::Nobody(Cookies::default()) } else { self.nobody(request) });
            }
        };
        let due = may_renew && self.engine.renewal_is_due(&live, read_at);
        let (live, successor) = if due {
            match self.engine.renew(&token.token, &live).await {
                Ok(renewed) => (renewed.live, renewed.successor),
                Err(EngineError::Refused(Refusal::SessionEnded)) => {
                    return Ok(Who::Nobody(Cookies::default()));
                }
                Err(error) => return Err(error.into()),
            }
        } else {
            (live, successor)
        };
        let is_news = due || !token.by_current || successor.is_some();
        let by_current = token.by_current;
        let token = successor.unwrap_or(token.token);
        let mut cookies = Cookies::default();
        if is_news {
            cookies.repeat_session(self, request, &token, &live, read_at);
        }
        if !by_current {
            self.sign_device_sessions_anew(request, &mut cookies).await?;
            // Without its device's cookie a session that is bound to it would open nothing once the earlier secret is gone.
            if let Some(id) = self.device_id(request) {
                cookies.push(self.config.cookies.device(self.device_ids.sign(&id)));
            }
        }
        Ok(Who::Somebody(Current { live, cookies, token, read_at }))
    }

    /// The session that a route needs.
    pub(crate) async fn require(&self, call: &Call) -> ApiResult<Current> {
        self.require_reading(call, Reading::CookieSuffices).await
    }

    /// The session that a route needs which changes what matters.
    pub(crate) async fn require_sensitive(&self, call: &Call) -> ApiResult<Current> {
        self.require_reading(call, Reading::Afresh).await
    }

    /// The session that a route needs to have begun recently.
    pub(crate) async fn require_fresh(&self, call: &Call) -> ApiResult<Current> {
        let current = self.require(call).await?;
        if self.engine.is_fresh(&current.live.session, self.engine.now()) {
            return Ok(current);
        }
        Err(ApiError::from(EngineError::from(Refusal::SessionNotFresh)).with(current.cookies))
    }

    /// The session that a route needs which changes how the person signs in, or ends sessions: fresh, where the policy asks for that (L-11).
    pub(crate) async fn require_step_up(&self, call: &Call) -> ApiResult<Current> {
        let current = self.require_sensitive(call).await?;
        match self.engine.check_step_up(&current.live.session) {
            Ok(()) => Ok(current),
            Err(error) => Err(ApiError::from(error).with(current.cookies)),
        }
    }

    async fn require_reading(&self, call: &Call, reading: Reading) -> ApiResult<Current> {
        match self.who(call, reading).await? {
            Who::Somebody(current) => Ok(current),
            Who::Nobody(cookies) => Err(ApiError::unauthorized().with(cookies)),
        }
    }

    /// Nobody, by a cookie that will never be somebody's: it is deleted.
    fn nobody(&self, request: &HeaderMap) -> Who {
        let mut cookies = Cookies::default();
        cookies.clear_session(self, request);
        Who::Nobody(cookies)
    }
}
