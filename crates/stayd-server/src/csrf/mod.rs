//! Double-submit tokens (AA-9, X-4): does the page that changes something know what only a page of ours can read?
//!
//! Asked beside where the request comes from ([`crate::origin`]), not in its place. A token is bound to the session's id, so that
//! renewals and rotations leave it alone and the session's end ends it; a visitor without a session has a signed id in a cookie, and
//! nothing is stored of either. `check` judges requests, `issue` puts tokens into answers.

mod body;
mod check;
mod issue;

pub use check::FromOwnPage;
pub(crate) use issue::News;

use crate::{app::App, cookies::cookie_header, error::ApiResult, to_the_end::to_the_end, who::Presented};
use axum::http::{HeaderMap, HeaderName};
use stayd_engine::{EngineError, LiveSession, Recognised, Refusal};
use stayd_protocol::{CsrfSubject, Timestamp, cookie};
use std::time::Duration;

/// When requests that change something are asked for a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum CsrfMode {
    /// Never; there are no tokens.
    Off,
    /// A token that comes with a request must be right. Pages that know nothing of tokens, such as those with the official clients,
    /// send none, are sent none, and are judged by where they come from.
    #[default]
    WhenPresent,
    /// Whatever a browser may have sent needs the right one.
    Required,
}

/// The header that carries a token; with [`FETCH`] as its value it asks for one.
pub(crate) const HEADER: HeaderName = HeaderName::from_static("x-csrf-token");
/// What asks for a token in the answer, instead of a token.
pub(crate) const FETCH: &[u8] = b"fetch";

/// Whom a token of this request belongs to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Subject {
    /// A session, and what is left of it if the browser is to keep its cookies.
    Session { id: String, life: Option<Duration> },
    /// A visitor whose cookie we signed.
    Visitor(String),
    /// Somebody whom we see for the first time.
    Stranger,
}

impl Subject {
    pub(crate) fn of_session(live: &LiveSession, now: Timestamp) -> Self {
        let session = &live.session;
        let life = session.is_remembered().then(|| session.expires_at.since(now));
        Self::Session { id: session.id.clone(), life }
    }

    /// What tokens are bound to; `None` where none has been made yet.
    fn key(&self) -> Option<CsrfSubject<'_>> {
        match self {
            Self::Session { id, .. } => Some(CsrfSubject::Session(id)),
            Self::Visitor(id) => Some(CsrfSubject::Visitor(id)),
            Self::Stranger => None,
        }
    }
}

impl App {
    /// Whom the request comes from, as far as tokens go. A superseded session token is an error, 409: whose it was is not said, and
    /// the browser is about to hold its successor.
    async fn csrf_subject(&self, request: &HeaderMap) -> ApiResult<Subject> {
        if let Presented::Signed(token) = self.presented(request) {
            let engine = self.engine.clone();
            // To recognise a token may end its session, and not every caller waits for this.
            let recognised = to_the_end(async move { engine.recognise(&token.token).await }).await?;
            match recognised? {
                Recognised::Current(live) | Recognised::Honoured { live, .. } => {
                    return Ok(Subject::of_session(&live, self.engine.now()));
                }
                Recognised::Superseded => return Err(EngineError::from(Refusal::SessionSuperseded).into()),
                Recognised::Nobody => {}
            }
        }
        let header = cookie_header(request);
        let value = cookie::find(&header, &self.names.visitor);
        let id = value.and_then(|value| self.csrf.visitor(&value).map(str::to_owned));
        Ok(id.map_or(Subject::Stranger, Subject::Visitor))
    }

    /// The token in the request's cookie.
    fn csrf_cookie(&self, request: &HeaderMap) -> Option<String> {
        let header = cookie_header(request);
        let value = cookie::find(&header, &self.names.csrf_token)?;
        (!value.is_empty()).then(|| value.into_owned())
    }
}

/// The one token in the request's header; several, or one that is no text, are a token that is wrong.
fn submitted(request: &HeaderMap) -> Option<&str> {
    let mut values = request.get_all(HEADER).iter();
    let value = values.next()?;
    if values.next().is_some() {
        return Some("several");
    }
    let is_none = value.is_empty() || value.as_bytes().eq_ignore_ascii_case(FETCH);
    (!is_none).then(|| value.to_str().unwrap_or_default())
}
