//! Requests of the program that need the session.

use reqwest::{Request, RequestBuilder, Response, StatusCode};
use serde_json::Value;
use tokio::sync::{mpsc, oneshot};

use crate::client::Client;
use crate::credential::{carry, is_token_refused};
use crate::error::Error;
use crate::http::{body_of, fit_for_a_log, set_cookies, unreachable, without_secrets};
use crate::order::{Admission, HeldRequest, Moment, Order, Pass};

/// What the server says to a token that another request has just replaced.
const SUPERSEDED: &str = "SESSION_SUPERSEDED";

impl Client {
    /// Sends a request with the session's credential. It waits while the session is renewed; where it is refused (401), the session is
    /// renewed once - for all requests and processes together - and the request is sent once more; so is a change that is refused for its
    /// CSRF token (403), where another came with the refusal. One whose body is a stream is sent once. Redirects are not followed: the answer is what came.
    ///
    /// ```no_run
    /// # async fn orders(client: &stayd_client::Client) -> Result<(), Box<dyn std::error::Error>> {
    /// let request = client.http().get("https://app.example.com/api/orders");
    /// let orders = client.request(request).await?.text().await?;
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::ForeignAddress`] where the credential does not belong to the address: it is not sent. [`Error::SessionEnded`] where another
    /// person is signed in when the answer comes, or nobody. A status such as 404 is an answer, and so is 401 when nobody is signed in.
    pub async fn request(&self, request: RequestBuilder) -> Result<Response, Error> {
        let request = request.build().map_err(|error| Error::InvalidRequest(fit_for_a_log(error)))?;
        match tokio::time::timeout(self.http.timeout, self.send(request)).await {
            Ok(result) => result,
            Err(_) => Err(Error::TimedOut),
        }
    }

    async fn send(&self, request: Request) -> Result<Response, Error> {
        let again = request.try_clone();
        let (pass, response) = match self.admitted(None).await? {
            Admission::Go(pass) => self.send_once(request, pass).await?,
            // The machine settles what was refused, and nothing was.
            Admission::Settle => return Err(Error::Closed),
        };
        let (response, refusal) = refusal_of(response).await?;
        let (Some(again), Some(refusal)) = (again, refusal) else { return Ok(response) };
        let refused = (refusal == Refusal::Credential).then_some(pass.moment);
        match self.admitted(refused).await? {
            // It was asked as the person of then (P9).
            Admission::Go(now) if pass.person.is_some() && pass.person != now.person => {
                Err(Error::SessionEnded)
            }
            Admission::Go(now) if refused.is_some() || self.has_another_token(&again, &pass, &now) => {
                Ok(self.send_once(again, now).await?.1)
            }
            Admission::Go(_) | Admission::Settle => Ok(response),
        }
    }

    /// Whether a change that was refused for its token would be sent with another one now.
    fn has_another_token(&self, request: &Request, before: &Pass, now: &Pass) -> bool {
        let token = |pass: &Pass| pass.jar.csrf_token(&self.http.base, request.url()).map(str::to_owned);
        !request.method().is_safe() && token(before) != token(now)
    }

    /// Waits until the request may be sent.
    async fn admitted(&self, refused: Option<Moment>) -> Result<Admission, Error> {
        let (reply, verdict) = oneshot::channel();
        let id = self.next_request();
        let mut wait = Wait { id, orders: &self.orders, over: false };
        self.order(Order::Admit { refused, request: HeldRequest { id, reply } })?;
        let verdict = verdict.await.unwrap_or(Err(Error::Closed));
        wait.over = true;
        verdict
    }

    async fn send_once(&self, mut request: Request, pass: Pass) -> Result<(Pass, Response), Error> {
        let (server, url) = (&self.http.base, request.url().clone());
        if !pass.jar.belongs_to(server, &url) {
            return Err(Error::ForeignAddress { url: without_secrets(url), server: server.to_string() });
        }
        carry(&mut request, server, &pass.jar);
        let response = self.http.client.execute(request).await.map_err(unreachable)?;
        let cookies = set_cookies(response.headers()).map(str::to_owned).collect();
        let (reply, now) = oneshot::channel();
        self.order(Order::Compare { sent: pass.clone(), url, cookies, reply })?;
        let now = now.await.map_err(|_| Error::Closed)?;
        // What was asked as one person is not given to another, or to nobody (P9).
        if pass.person.is_some() && pass.person != now.person {
            return Err(Error::SessionEnded);
        }
        Ok((pass, response))
    }
}

/// Why a request may be worth sending once more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Refusal {
    /// 401, or 409 in the words of a server whose tokens are used once.
    Credential,
    /// 403 in the words of a server that asks changes for a token.
    Token,
}

async fn refusal_of(mut response: Response) -> Result<(Response, Option<Refusal>), Error> {
    if !matches!(response.status(), StatusCode::CONFLICT | StatusCode::FORBIDDEN) {
        let refused = response.status() == StatusCode::UNAUTHORIZED;
        return Ok((response, refused.then_some(Refusal::Credential)));
    }
    // Any other conflict or ban is the program's: it gets it whole. Such a body has a length; one without is not the server's word.
    let short = response.content_length().is_some_and(|length| length < 1_000);
    if !short {
        return Ok((response, None));
    }
    let (status, headers) = (response.status(), response.headers().clone());
    let body = body_of(&mut response).await?.unwrap_or_default();
    let json = serde_json::from_slice::<Value>(&body).ok();
    let refusal = if is_token_refused(status, json.as_ref()) {
        Some(Refusal::Token)
    } else {
        let code = json.as_ref().and_then(|json| json.get("code")?.as_str());
        (status == StatusCode::CONFLICT && code == Some(SUPERSEDED)).then_some(Refusal::Credential)
    };
    let mut whole = ::http::Response::new(body);
    *whole.status_mut() = status;
    *whole.headers_mut() = headers;
    Ok((whole.into(), refusal))
}

/// Tells the driver when a wait is given up.
struct Wait<'a> {
    id: u64,
    orders: &'a mpsc::UnboundedSender<Order>,
    over: bool,
}

impl Drop for Wait<'_> {
    fn drop(&mut self) {
        if self.over {
            return;
        }
        // A driver that has ended holds nothing.
        let _ = self.orders.send(Order::Withdraw { id: self.id });
    }
}
