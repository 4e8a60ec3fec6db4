//! Tokens on their way out: in a cookie that scripts can read, and in the body where it was asked for.
//!
//! Whoever never asks, carries no token and needs none is sent none: the answers to such a browser are the protocol's, to the byte.

use super::{CsrfMode, FETCH, HEADER, Subject, body, check::may_be_a_browsers};
use crate::{app::App, cookies::Cookies, query::Query};
use axum::extract::Request;
use axum::http::{HeaderMap, Method, header::ACCESS_CONTROL_REQUEST_HEADERS};
use axum::response::Response;
use stayd_protocol::CsrfTokens;

/// What an answer means for the token that the browser holds. Handlers leave it in the answer's extensions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum News {
    /// The answer sets the session's cookies: it has begun, or goes on for longer.
    Session(Subject),
    /// The answer deletes them.
    Nobody,
    /// The token was wrong or missing: the right one goes with the refusal, so that the page finds it in the cookie (TC-4). Scripts of
    /// another site can read neither.
    Refused,
}

/// What a request wants to know of tokens.
#[derive(Debug)]
pub(crate) struct Wish {
    in_body: bool,
    carried: Option<String>,
    /// Whether the request has to be given a token that it has not asked for.
    lacks_one: bool,
    /// The request, to find out whose token it is; `None` where only the answer can say that, as for every check of a session by a page
    /// that has its token: it costs no copy.
    headers: Option<HeaderMap>,
}

impl App {
    /// What this request wants; `None` where its answer has nothing to do with tokens.
    pub(crate) fn csrf_wish(&self, request: &Request) -> Option<Wish> {
        if self.config.csrf == CsrfMode::Off || request.method() == Method::OPTIONS {
            return None;
        }
        let headers = request.headers();
        let header = headers.get(HEADER);
        let in_body = header.is_some_and(|value| value.as_bytes().eq_ignore_ascii_case(FETCH))
            || request.uri().query().is_some_and(asks_for_token)
            || self.is_csrf_route(request.uri().path());
        let carried = self.csrf_cookie(headers);
        let is_required = self.config.csrf == CsrfMode::Required;
        if !(in_body || header.is_some() || carried.is_some() || is_required) {
            return None;
        }
        let lacks_one = is_required && carried.is_none() && may_be_a_browsers(headers);
        let may_be_refused = request.method() != Method::GET;
        let headers = (in_body || lacks_one || may_be_refused).then(|| headers.clone());
        Some(Wish { in_body, carried, lacks_one, headers })
    }

    /// Whether a preflight asks for the token's header, where there are tokens.
    pub(crate) fn csrf_header_is_asked(&self, headers: &HeaderMap) -> bool {
        let asked = headers.get(ACCESS_CONTROL_REQUEST_HEADERS).and_then(|value| value.to_str().ok());
        let names =
            |list: &str| list.split(',').any(|name| name.trim().eq_ignore_ascii_case(HEADER.as_str()));
        self.config.csrf != CsrfMode::Off && asked.is_some_and(names)
    }

    fn is_csrf_route(&self, path: &str) -> bool {
        path.strip_prefix(self.config.base_path.as_str()) == Some("/csrf")
    }

    /// Puts the token into the answer where there is need for it.
    pub(crate) async fn tell_csrf(&self, wish: Wish, mut response: Response) -> Response {
        let news = response.extensions_mut().remove::<News>();
        if response.status().is_server_error() || !(wish.in_body || news.is_some() || wish.lacks_one) {
            return response;
        }
        let is_about_session = matches!(news, Some(News::Session(_)));
        let subject = match news {
            Some(News::Session(subject)) => subject,
            // Whoever was here before has nothing in common with whoever comes next.
            Some(News::Nobody) => Subject::Stranger,
            Some(News::Refused) | None => {
                let Some(headers) = &wish.headers else { return response };
                // If the store cannot say, or the browser is about to hold another session token, the next answer brings it.
                let Ok(subject) = self.csrf_subject(headers).await else { return response };
                subject
            }
        };
        let (token, cookies) = self.csrf_token_for(subject, wish.carried.as_deref(), is_about_session);
        cookies.write(&mut response);
        if wish.in_body { body::with_token(response, &token).await } else { response }
    }

    /// The token that the browser is to go on with, and the cookies that say so. One that it holds and that is right stays, so that
    /// every tab and every request under way stays right as well (AU-15).
    fn csrf_token_for(&self, subject: Subject, carried: Option<&str>, set_again: bool) -> (String, Cookies) {
        let random = self.engine.random();
        let mut cookies = Cookies::default();
        let subject = match subject {
            Subject::Stranger => {
                let id = CsrfTokens::new_visitor(random);
                cookies.push(self.config.cookies.visitor(self.csrf.sign_visitor(&id)));
                Subject::Visitor(id)
            }
            known => known,
        };
        let life = if let Subject::Session { life, .. } = subject { life } else { None };
        let Some(key) = subject.key() else { return (String::new(), cookies) };
        let good = carried.filter(|token| self.csrf.check(key, token) == Some(true));
        let token = good.map_or_else(|| self.csrf.issue(key, random), str::to_owned);
        if set_again || good.is_none() {
            // Rounded up, as the session's cookie is: it must not go before the session does.
            let max_age = life.map(crate::cookies::whole_seconds);
            cookies.push(self.config.cookies.csrf_token(token.clone(), max_age));
        }
        (token, cookies)
    }
}

fn asks_for_token(query: &str) -> bool {
    query.contains("csrf") && Query::parse(query).is_truthy("csrf")
}
