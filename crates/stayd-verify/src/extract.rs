//! What handlers take.

use std::ops::Deref;

use axum::extract::{FromRequestParts, OptionalFromRequestParts};
use http::request::Parts;

use crate::layer::Found;
use crate::refusal::Refusal;
use crate::session::Session;

/// Somebody who is signed in; anybody else is answered 401. `Option<CurrentUser>` lets everybody in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CurrentUser {
    /// Their id, the same for as long as they have an account.
    pub id: String,
    /// The session by which they are known.
    pub session: Session,
}

/// Somebody who signed in a short while ago ([`crate::Verify::fresh_age`]); 403 for whoever did so longer ago, so that a page can ask them to sign in
/// again. For what matters: changing an address, deleting things.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fresh(pub CurrentUser);

impl Deref for Fresh {
    type Target = CurrentUser;

    fn deref(&self) -> &CurrentUser {
        &self.0
    }
}

impl From<Session> for CurrentUser {
    fn from(session: Session) -> Self {
        Self { id: session.user_id().to_owned(), session }
    }
}

impl<S: Sync> FromRequestParts<S> for Session {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Refusal> {
        found(parts)?.who.clone()
    }
}

impl<S: Sync> OptionalFromRequestParts<S> for Session {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Option<Self>, Refusal> {
        match found(parts)?.who.clone() {
            Ok(session) => Ok(Some(session)),
            Err(Refusal::Missing | Refusal::Invalid) => Ok(None),
            Err(refusal) => Err(refusal),
        }
    }
}

impl<S: Sync> FromRequestParts<S> for CurrentUser {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Refusal> {
        <Session as FromRequestParts<S>>::from_request_parts(parts, state).await.map(Self::from)
    }
}

impl<S: Sync> OptionalFromRequestParts<S> for CurrentUser {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Option<Self>, Refusal> {
        let session = <Session as OptionalFromRequestParts<S>>::from_request_parts(parts, state).await?;
        Ok(session.map(Self::from))
    }
}

impl<S: Sync> FromRequestParts<S> for Fresh {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Refusal> {
        let Found { who, at, fresh_age } = found(parts)?;
        let session = who.clone()?;
        if session.is_fresh(*at, *fresh_age) {
            Ok(Self(session.into()))
        } else {
            Err(Refusal::NotFresh { max_age: *fresh_age })
        }
    }
}

fn found(parts: &Parts) -> Result<&Found, Refusal> {
    parts.extensions.get().ok_or(Refusal::NoLayer)
}
