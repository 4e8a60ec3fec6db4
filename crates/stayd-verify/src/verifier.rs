//! Who sent this request: what is known, what can be checked here, and else what the server says.

use std::sync::Arc;
use std::time::Duration;

use http::{HeaderMap, HeaderValue};
use stayd_protocol::Timestamp;
use tokio::sync::Semaphore;
use tokio::task::AbortHandle;
use tokio::time::Instant;
use url::Url;

use crate::access::Access;
use crate::ask::{ANSWER_HOLDS, AskError};
use crate::checked::{Beside, Checked, Remembered};
use crate::clock::Clock;
use crate::cookies::{CookieNames, Cookies, Proof};
use crate::counts::{Counters, Counts, count};
use crate::refusal::Refusal;
use crate::session::Session;
use crate::shown::{Shown, cookie_header, shown};
use crate::told::{Belief, Known, News, Told};
use crate::when_deaf::WhenDeaf;

/// Checks requests. Made by [`crate::Verify::start`]; cheap to clone, and a tower layer. When the last clone is gone it stops following the feed.
#[derive(Clone, Debug)]
pub struct Verifier {
    pub(crate) inner: Arc<Inner>,
    #[expect(dead_code, reason = "it is there to be dropped")]
    pub(crate) following: Arc<Following>,
}

/// What goes on beside the requests ends with the last verifier.
#[derive(Debug)]
pub(crate) struct Following(pub(crate) Vec<AbortHandle>);

impl Drop for Following {
    fn drop(&mut self) {
        self.0.iter().for_each(AbortHandle::abort);
    }
}

pub(crate) struct Inner {
    pub(crate) base: Url,
    pub(crate) http: reqwest::Client,
    pub(crate) credential: Option<HeaderValue>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) timeout: Duration,
    pub(crate) fresh_age: Duration,
    pub(crate) requires_session: bool,
    pub(crate) when_deaf: WhenDeaf,
    pub(crate) follows: bool,
    pub(crate) names: CookieNames,
    pub(crate) cookies: Option<Cookies>,
    pub(crate) access: Access,
    pub(crate) remembered: Remembered,
    pub(crate) told: Told,
    pub(crate) questions: Semaphore,
    pub(crate) counters: Counters,
}

impl std::fmt::Debug for Inner {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Inner").field("base", &self.base.as_str()).finish_non_exhaustive()
    }
}

/// What can be said without waiting.
enum Here<'a> {
    Said(Result<Session, Refusal>),
    /// The server has to be asked; the session is there where the proof was found genuine.
    Ask {
        token: &'a str,
        /// What stands beside a session's token; an access token has nothing.
        beside: Option<Beside<'a>>,
        genuine: Option<Checked>,
    },
}

impl Verifier {
    /// Who sent a request with these headers.
    ///
    /// While the feed of ends is heard, a session that the server ended is refused here; while it is not, nothing is accepted that the server
    /// has not just said ([`crate::WhenDeaf`]).
    pub async fn check(&self, headers: &HeaderMap) -> Result<Session, Refusal> {
        let counters = &self.inner.counters;
        let result = self.inner.check(headers).await;
        match &result {
            Ok(_) => count(&counters.accepted),
            Err(Refusal::Invalid) => count(&counters.refused),
            Err(Refusal::Unavailable) => count(&counters.unavailable),
            Err(_) => {}
        }
        result
    }

    /// How often what happened.
    pub fn counts(&self) -> Counts {
        self.inner.counters.read()
    }

    /// Whether the feed of ends is heard now, so that sessions are checked without asking the server.
    pub fn hears(&self) -> bool {
        self.inner.told.is_heard(Instant::now(), Duration::ZERO)
    }
}

impl Inner {
    pub(crate) fn url(&self, path: &str) -> String {
        format!("{}{path}", self.base.as_str().trim_end_matches('/'))
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    pub(crate) fn take(&self, news: News) {
        self.told.take(news, self.now());
    }

    async fn check(&self, headers: &HeaderMap) -> Result<Session, Refusal> {
        let cookies = cookie_header(headers);
        let shown = shown(headers, &cookies, &self.names);
        match self.look(&shown).await {
            Here::Said(said) => said,
            Here::Ask { token, beside, genuine } => self.ask(headers, token, beside, genuine).await,
        }
    }

    async fn look<'a>(&self, shown: &'a Shown<'a>) -> Here<'a> {
        let (token, beside) = match shown {
            Shown::Nothing => return Here::Said(Err(Refusal::Missing)),
            Shown::Unreadable => return Here::Said(Err(Refusal::Invalid)),
            Shown::Bearer(token) => (*token, None),
            Shown::Cookies { token, data, device } => {
                let [data, device] = [data, device].map(|text| text.as_deref().unwrap_or(""));
                (&**token, Some(Beside { data, device }))
            }
        };
        let now = self.now();
        let found = match self.remembered.get(token, beside) {
            Some(found) if now < found.until => {
                count(&self.counters.seen_before);
                found
            }
            _ => {
                let proof = match beside {
                    None => self.check_token(token, now).await.map(Some),
                    Some(Beside { data, .. }) => self.check_cookies(token, data, now),
                };
                match proof {
                    Ok(Some(checked)) => {
                        self.remembered.insert(token, beside, checked.clone());
                        checked
                    }
                    Ok(None) => return Here::Ask { token, beside, genuine: None },
                    Err(refusal) => return Here::Said(Err(refusal)),
                }
            }
        };
        match self.belief(&found) {
            Belief::Holds => Here::Said(Ok(found.session)),
            Belief::Ended => Here::Said(Err(Refusal::Invalid)),
            Belief::Doubted => Here::Ask { token, beside, genuine: Some(found) },
        }
    }

    /// A session that the server signed; `None` where it has to be asked.
    fn check_cookies(&self, token: &str, data: &str, now: Timestamp) -> Result<Option<Checked>, Refusal> {
        let Some(cookies) = &self.cookies else { return Ok(None) };
        match cookies.check(token, Some(data).filter(|data| !data.is_empty()), now) {
            Proof::Session(checked) => Ok(Some(checked)),
            Proof::TokenAlone => Ok(None),
            Proof::Nothing => Err(Refusal::Invalid),
        }
    }

    fn belief(&self, found: &Checked) -> Belief {
        if !self.follows {
            return match found.known {
                Known::Signed(_) => Belief::Holds,
                // Nothing tells when an answer does not hold any more.
                Known::Asked(_) => Belief::Doubted,
            };
        }
        self.told.belief(&found.session, found.known, Instant::now(), self.when_deaf.patience())
    }

    async fn ask(
        &self,
        headers: &HeaderMap,
        token: &str,
        beside: Option<Beside<'_>>,
        genuine: Option<Checked>,
    ) -> Result<Session, Refusal> {
        let heard = self.told.is_heard(Instant::now(), self.when_deaf.patience());
        if self.follows && !heard && self.when_deaf == WhenDeaf::Refuse {
            return Err(Refusal::Unavailable);
        }
        let asked_at = self.now();
        let told = self.told.count();
        let answer = match genuine {
            Some(genuine) if beside.is_none() => self
                .ask_about_token(token)
                .await
                .map(|active| active.then_some((genuine.session, genuine.until))),
            // The copy beside a token in doubt does not matter any more.
            _ => self.ask_about_cookies(headers).await.map(|found| {
                found.map(|session| {
                    let until = session.expires_at();
                    (session, until)
                })
            }),
        };
        match answer {
            Ok(Some((session, _))) if self.told.has_ended(session.id()) => Err(Refusal::Invalid),
            Ok(Some((session, until))) => {
                let until = until.min(asked_at.plus(ANSWER_HOLDS));
                let checked = Checked { session: session.clone(), known: Known::Asked(told), until };
                self.remembered.insert(token, beside, checked);
                Ok(session)
            }
            Ok(None) => {
                self.remembered.remove(token, beside);
                Err(Refusal::Invalid)
            }
            Err(error) => {
                self.complain(&error);
                Err(Refusal::Unavailable)
            }
        }
    }

    pub(crate) fn complain(&self, error: &AskError) {
        let server = self.base.as_str();
        tracing::warn!(server, error = error as &dyn std::error::Error, "the server could not be asked");
    }
}
