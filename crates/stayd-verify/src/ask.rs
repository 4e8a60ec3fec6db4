//! Asking the server, where what is known here does not suffice.

use std::time::Duration;

use http::{HeaderMap, HeaderValue, StatusCode, header};
use serde::Deserialize;
use stayd_protocol::jws::KeySet;
use stayd_protocol::{SessionAndUser, cookie};

use crate::cookies::{CookieNames, of_wire};
use crate::session::Session;
use crate::verifier::Inner;

/// How long an answer is believed while the feed is heard: no longer than the feed remembers.
pub(crate) const ANSWER_HOLDS: Duration = Duration::from_mins(1);

/// Longest answer that is read, in bytes.
const LONGEST_ANSWER: usize = 64 * 1024;

/// Why the server could not say.
#[derive(Debug, thiserror::Error)]
pub(crate) enum AskError {
    #[error("too many questions are under way already")]
    Busy,
    #[error("no answer")]
    Unreachable(#[from] reqwest::Error),
    #[error("the answer has status {0}")]
    Status(StatusCode),
    #[error("the answer is not one of a Stayd server")]
    AnotherProtocol,
    #[error("an access token can only be asked about with the credential of a back end")]
    NoCredential,
}

#[derive(Deserialize)]
struct Introspection {
    active: bool,
}

impl Inner {
    /// Whose session these cookies open; `None` for nobody's.
    pub(crate) async fn ask_about_cookies(&self, headers: &HeaderMap) -> Result<Option<Session>, AskError> {
        crate::counts::count(&self.counters.asked);
        let own = own_cookies(&crate::shown::cookie_header(headers), &self.names);
        // The browser would not see a renewal's cookies, so none is made; and a copy in a cookie is what is in doubt.
        let url = self.url("/get-session?disableCookieCache=true&disableRefresh=true");
        let mut request = self.http.get(url).header(header::COOKIE, own);
        if let Some(agent) = headers.get(header::USER_AGENT) {
            request = request.header(header::USER_AGENT, agent);
        }
        let (status, body) = self.send(request).await?;
        match status {
            StatusCode::OK => {
                let found: Option<SessionAndUser> =
                    serde_json::from_slice(&body).map_err(|_| AskError::AnotherProtocol)?;
                Ok(found.map(|found| of_wire(found.session, found.user)))
            }
            StatusCode::UNAUTHORIZED => Ok(None),
            status => Err(AskError::Status(status)),
        }
    }

    /// Whether the session of this access token, found genuine already, goes on (RFC 7662).
    pub(crate) async fn ask_about_token(&self, token: &str) -> Result<bool, AskError> {
        crate::counts::count(&self.counters.asked);
        let Some(credential) = &self.credential else { return Err(AskError::NoCredential) };
        let request = self
            .http
            .post(self.url("/introspect"))
            .header(header::AUTHORIZATION, credential.clone())
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            // What was found genuine is base64url with dots: nothing to encode.
            .body(format!("token={token}"));
        let (status, body) = self.send(request).await?;
        if status != StatusCode::OK {
            return Err(AskError::Status(status));
        }
        let answer: Introspection = serde_json::from_slice(&body).map_err(|_| AskError::AnotherProtocol)?;
        Ok(answer.active)
    }

    /// The server's public keys.
    pub(crate) async fn get_keys(&self) -> Result<KeySet, AskError> {
        let (status, body) = self.send(self.http.get(self.url("/jwks"))).await?;
        if status != StatusCode::OK {
            return Err(AskError::Status(status));
        }
        KeySet::from_jwks(&body).map_err(|_| AskError::AnotherProtocol)
    }

    async fn send(&self, request: reqwest::RequestBuilder) -> Result<(StatusCode, Vec<u8>), AskError> {
        let _turn = tokio::time::timeout(self.timeout, self.questions.acquire())
            .await
            .map_err(|_| AskError::Busy)?
            .map_err(|_| AskError::Busy)?;
        let mut response = request.timeout(self.timeout).send().await?;
        let mut body = Vec::new();
        while let Some(bytes) = response.chunk().await? {
            body.extend_from_slice(&bytes);
            if body.len() > LONGEST_ANSWER {
                return Err(AskError::AnotherProtocol);
            }
        }
        Ok((response.status(), body))
    }
}

/// Of a request's cookies those that the server set: no other is any of its business.
fn own_cookies(header: &[u8], names: &CookieNames) -> HeaderValue {
    let mut own = Vec::new();
    for (name, value) in cookie::each(header) {
        if name.starts_with(names.prefix.as_bytes()) {
            if !own.is_empty() {
                own.extend_from_slice(b"; ");
            }
            own.extend_from_slice(name);
            own.push(b'=');
            own.extend_from_slice(value);
        }
    }
    HeaderValue::from_bytes(&own).unwrap_or_else(|_| HeaderValue::from_static(""))
}

#[cfg(test)]
mod tests {
    use super::*;
    use stayd_protocol::CookieConfig;

    #[test]
    fn only_the_servers_own_cookies_go_to_the_server() {
        let names = CookieNames::new(&CookieConfig::default());
        let header =
            b"theme=dark; better-auth.session_token=t.s; better-authx=1; better-auth.session_data.0=d";
        assert_eq!(
            own_cookies(header, &names),
            "better-auth.session_token=t.s; better-auth.session_data.0=d"
        );
    }
}
