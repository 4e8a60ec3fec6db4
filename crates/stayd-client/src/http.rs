//! The protocol: what is asked of the server, and what its answers mean.
//!
//! Nothing is concluded from an answer that is not the protocol's own: a portal's page, a redirect, another service say nothing about
//! a session.

use std::sync::Arc;
use std::time::Duration;

use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderValue, SET_COOKIE};
use reqwest::{Method, Request, Response, StatusCode};
use serde_json::Value;
use stayd_core::{Outcome, Trouble};
use url::Url;

use crate::answer::{error_of, outcome_of, retry_after};
use crate::credential::{carry, is_token_refused};
use crate::error::Error;
use crate::jar::Jar;
use crate::session::SessionData;

/// What is read of an answer at most: a session takes a few kB.
const LONGEST: usize = 1 << 20;

const SESSION: &str = "JSON: null, or a session and its user (the Better Auth protocol)";
const SUCCESS: &str = "JSON of the Better Auth protocol";

/// One thing to ask of the server. No `Debug`: it may hold a password.
#[derive(Clone)]
pub(crate) enum Ask {
    /// Who is signed in?
    Check,
    /// A later end, or the next token.
    Renewal,
    /// The end of the session.
    SignOut,
    /// Something that may begin a session.
    Begin { path: &'static str, body: Value },
}

/// What came of it.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) outcome: Outcome,
    pub(crate) data: Option<SessionData>,
    /// The credential as the answer leaves it.
    pub(crate) jar: Jar,
    pub(crate) error: Option<Error>,
}

/// A server of the protocol.
#[derive(Debug)]
pub(crate) struct Http {
    pub(crate) client: reqwest::Client,
    /// Where it is mounted; without a slash at the end.
    pub(crate) base: Url,
    pub(crate) timeout: Duration,
}

/// An answer, read to its end.
struct Answer {
    url: Url,
    status: StatusCode,
    headers: HeaderMap,
    /// Where it is JSON by its own word and in fact.
    json: Option<Value>,
}

impl Http {
    /// Asks once. Whatever becomes of it is a reply, at the latest when the request's time is over.
    pub(crate) async fn ask(&self, ask: Ask, jar: Jar) -> Reply {
        let mut kept = jar.clone();
        match tokio::time::timeout(self.timeout, self.carry_out(ask, &mut kept)).await {
            Ok(Ok((outcome, data))) => Reply { outcome, data, jar: kept, error: None },
            Ok(Err(error)) => Reply { outcome: outcome_of(&error), data: None, jar, error: Some(error) },
            Err(_) => {
                let outcome = Outcome::Failed { retry_after_ms: 0, trouble: Trouble::Unreachable };
                Reply { outcome, data: None, jar, error: Some(Error::TimedOut) }
            }
        }
    }

    async fn carry_out(&self, ask: Ask, jar: &mut Jar) -> Result<(Outcome, Option<SessionData>), Error> {
        match ask {
            Ask::Check => self.check("", jar).await,
            Ask::Renewal => self.check("?disableCookieCache=true", jar).await,
            Ask::SignOut => self.sign_out(jar).await.map(|outcome| (outcome, None)),
            Ask::Begin { path, body } => {
                self.begin(path, &body, jar).await?;
                self.check("", jar).await
            }
        }
    }

    async fn check(&self, query: &str, jar: &mut Jar) -> Result<(Outcome, Option<SessionData>), Error> {
        let answer = self.send(Method::GET, &format!("/get-session{query}"), None, jar).await?;
        if let Some(outcome) = answer.no_session()? {
            return Ok((outcome, None));
        }
        let other = || answer.other_protocol(SESSION);
        let found = answer.json.as_ref().ok_or_else(other)?;
        if found.is_null()
            || (found.get("session") == Some(&Value::Null) && found.get("user") == Some(&Value::Null))
        {
            return Ok((Outcome::Nobody, None));
        }
        let data = SessionData::read(found.clone()).ok_or_else(other)?;
        Ok((Outcome::Session(crate::answer::described(&data, &answer.headers)), Some(data)))
    }

    async fn sign_out(&self, jar: &mut Jar) -> Result<Outcome, Error> {
        let body = Value::Object(serde_json::Map::new());
        let answer = self.send(Method::POST, "/sign-out", Some(&body), jar).await?;
        if let Some(outcome) = answer.no_session()? {
            return Ok(outcome);
        }
        let done = answer.json.as_ref().is_some_and(|json| json.get("success").is_some());
        if done { Ok(Outcome::Nobody) } else { Err(answer.other_protocol(SUCCESS)) }
    }

    async fn begin(&self, path: &str, body: &Value, jar: &mut Jar) -> Result<(), Error> {
        let answer = self.send(Method::POST, path, Some(body), jar).await?;
        let status = answer.status;
        if status.is_client_error() && status != StatusCode::TOO_MANY_REQUESTS {
            return Err(
                error_of(status, answer.json.as_ref()).unwrap_or_else(|| answer.other_protocol(SUCCESS))
            );
        }
        answer.must_succeed()?;
        if answer.json.is_some() { Ok(()) } else { Err(answer.other_protocol(SUCCESS)) }
    }

    /// Sends once; a change that is refused for its token once more, where another one came with the refusal.
    async fn send(
        &self,
        method: Method,
        path: &str,
        body: Option<&Value>,
        jar: &mut Jar,
    ) -> Result<Answer, Error> {
        let text = format!("{}{path}", self.base);
        let url: Url = text.parse().map_err(|_| Error::InvalidAddress { address: text })?;
        let mut answer = self.send_once(&method, &url, body, jar).await?;
        if is_token_refused(answer.status, answer.json.as_ref()) {
            let refused = jar.csrf_token(&self.base, &url).map(str::to_owned);
            jar.take_new(&self.base, &url, set_cookies(&answer.headers));
            if jar.csrf_token(&self.base, &url) != refused.as_deref() {
                answer = self.send_once(&method, &url, body, jar).await?;
            }
        }
        if answer.status.is_success() {
            jar.take(&answer.url, set_cookies(&answer.headers));
        }
        Ok(answer)
    }

    async fn send_once(
        &self,
        method: &Method,
        url: &Url,
        body: Option<&Value>,
        jar: &Jar,
    ) -> Result<Answer, Error> {
        let mut request = Request::new(method.clone(), url.clone());
        if let Some(body) = body {
            request.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
            *request.body_mut() = Some(body.to_string().into());
        }
        carry(&mut request, &self.base, jar);
        let response = self.client.execute(request).await.map_err(unreachable)?;
        Answer::read(url.clone(), response).await
    }
}

/// The cookies that an answer sets.
pub(crate) fn set_cookies(headers: &HeaderMap) -> impl Iterator<Item = &str> {
    headers.get_all(SET_COOKIE).iter().filter_map(|value| value.to_str().ok())
}

pub(crate) fn unreachable(error: reqwest::Error) -> Error {
    if error.is_timeout() { Error::TimedOut } else { Error::Unreachable(fit_for_a_log(error)) }
}

/// What a query or a fragment holds may be a secret, and errors end up in logs: without the address.
pub(crate) fn fit_for_a_log(error: reqwest::Error) -> Arc<reqwest::Error> {
    Arc::new(error.without_url())
}

/// An address as an error may show it.
pub(crate) fn without_secrets(mut url: Url) -> String {
    url.set_query(None);
    url.set_fragment(None);
    // An address that can have neither has none.
    let _ = url.set_username("").and_then(|()| url.set_password(None));
    url.into()
}

/// The body, where it ends within [`LONGEST`].
pub(crate) async fn body_of(response: &mut Response) -> Result<Option<Vec<u8>>, Error> {
    let mut bytes = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(unreachable)? {
        if bytes.len() + chunk.len() > LONGEST {
            return Ok(None);
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(Some(bytes))
}

impl Answer {
    async fn read(url: Url, mut response: Response) -> Result<Self, Error> {
        let (status, headers) = (response.status(), response.headers().clone());
        let json = if kind_of(&headers) == "application/json" {
            body_of(&mut response).await?.and_then(|bytes| serde_json::from_slice(&bytes).ok())
        } else {
            None
        };
        Ok(Self { url, status, headers, json })
    }

    /// The answers that name no session: nobody, or superseded. What is no answer of the protocol is an error.
    fn no_session(&self) -> Result<Option<Outcome>, Error> {
        let has_code = self.json.as_ref().is_some_and(|json| json.get("code").is_some_and(Value::is_string));
        match self.status {
            StatusCode::UNAUTHORIZED if has_code => Ok(Some(Outcome::Nobody)),
            StatusCode::CONFLICT if has_code => Ok(Some(Outcome::Superseded)),
            _ => self.must_succeed().map(|()| None),
        }
    }

    fn must_succeed(&self) -> Result<(), Error> {
        let retry_after = retry_after(&self.headers);
        match self.status {
            StatusCode::TOO_MANY_REQUESTS => Err(Error::TooManyRequests { retry_after }),
            status if status.is_server_error() => {
                Err(Error::Unavailable { status: status.as_u16(), retry_after })
            }
            status if status.is_success() => Ok(()),
            _ => Err(self.other_protocol(SESSION)),
        }
    }

    fn other_protocol(&self, expected: &'static str) -> Error {
        let kind = match kind_of(&self.headers) {
            "" => "no content type",
            "application/json" if self.json.is_some() => "other JSON",
            kind => kind,
        };
        let found = format!("status {}, {kind}", self.status.as_u16());
        Error::OtherProtocol { url: without_secrets(self.url.clone()), expected, found }
    }
}

/// The media type without its parameters.
fn kind_of(headers: &HeaderMap) -> &str {
    let kind = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    kind.split(';').next().unwrap_or_default().trim()
}
