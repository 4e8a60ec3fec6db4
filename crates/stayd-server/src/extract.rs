//! Extractors for applications that mount the router: who sends this request?
//!
//! They read and never renew: a handler's answer carries no cookies of ours, so the browser would keep an earlier end than the
//! store. Renewal belongs to `get-session`, which every client calls.

use crate::{
    Stayd,
    app::App,
    error::ApiError,
    who::{Current, Presented, Who},
};
use axum::extract::{FromRef, FromRequestParts};
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use stayd_engine::{EngineError, LiveSession, Refusal};
use std::sync::Arc;

/// Somebody who is signed in; anybody else is answered 401.
#[derive(Debug, Clone)]
pub struct SignedIn(pub Arc<LiveSession>);

/// Somebody who proved who they are a short while ago, at the sign-in or by `POST /step-up` ([`stayd_engine::SessionPolicy::fresh_age`]); anybody else is answered 401 or 403. For
/// what matters: changing an address, deleting things.
#[derive(Debug, Clone)]
pub struct FreshlySignedIn(pub Arc<LiveSession>);

/// Somebody who may be signed in.
#[derive(Debug, Clone)]
pub struct MaybeSignedIn(pub Option<Arc<LiveSession>>);

/// Why a request was not let through to the handler: no session, one that is not fresh, or a store that cannot be asked.
#[derive(Debug)]
pub struct NotSignedIn(ApiError);

impl IntoResponse for NotSignedIn {
    fn into_response(self) -> Response {
        self.0.into_response()
    }
}

impl<S> FromRequestParts<S> for MaybeSignedIn
where
    S: Send + Sync,
    Stayd: FromRef<S>,
{
    type Rejection = NotSignedIn;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, NotSignedIn> {
        let Stayd(app) = Stayd::from_ref(state);
        find(&app, parts).await.map(Self)
    }
}

impl<S> FromRequestParts<S> for SignedIn
where
    S: Send + Sync,
    Stayd: FromRef<S>,
{
    type Rejection = NotSignedIn;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, NotSignedIn> {
        let MaybeSignedIn(found) = MaybeSignedIn::from_request_parts(parts, state).await?;
        found.map(Self).ok_or_else(|| NotSignedIn(ApiError::unauthorized()))
    }
}

impl<S> FromRequestParts<S> for FreshlySignedIn
where
    S: Send + Sync,
    Stayd: FromRef<S>,
{
    type Rejection = NotSignedIn;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, NotSignedIn> {
        let SignedIn(live) = SignedIn::from_request_parts(parts, state).await?;
        let Stayd(app) = Stayd::from_ref(state);
        if app.engine.is_fresh(&live.session, app.engine.now()) {
            return Ok(Self(live));
        }
        Err(NotSignedIn(EngineError::from(Refusal::SessionNotFresh).into()))
    }
}

async fn find(app: &App, parts: &Parts) -> Result<Option<Arc<LiveSession>>, NotSignedIn> {
    let Presented::Signed(token) = app.presented(&parts.headers) else { return Ok(None) };
    let peer = parts.extensions.get().copied();
    if let Some(live) = app.in_memory(&token.hash, &parts.headers, peer, app.engine.now()) {
        return Ok(Some(live));
    }
    let asking = app.clone().who_has_to_the_end(token, parts.headers.clone(), peer, false);
    match asking.await.map_err(NotSignedIn)? {
        Who::Somebody(Current { live, .. }) => Ok(Some(live)),
        Who::Nobody(_) => Ok(None),
    }
}
