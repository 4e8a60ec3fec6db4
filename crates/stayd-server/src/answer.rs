//! Answers: JSON with cookies, or a redirect.

use crate::{conditions, cookies::Cookies};
use axum::body::Body;
use axum::http::{
    HeaderName, HeaderValue, StatusCode,
    header::{CONTENT_TYPE, ETAG, LOCATION},
};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use serde::Serialize;
use stayd_engine::store::Revision;

/// The answer to a request that went well.
#[derive(Debug)]
pub(crate) struct Answer {
    status: StatusCode,
    body: Bytes,
    location: Option<String>,
    tag: Option<HeaderValue>,
    clear_site_data: Option<HeaderValue>,
    cookies: Cookies,
}

const CLEAR_SITE_DATA: HeaderName = HeaderName::from_static("clear-site-data");

/// The protocol names JSON without a charset.
pub(crate) const JSON: HeaderValue = HeaderValue::from_static("application/json");

impl Answer {
    /// 200 with this as JSON.
    pub(crate) fn json(body: &impl Serialize) -> Self {
        // What we serialise are texts, numbers and lists of them: that cannot fail.
        Self::raw(serde_json::to_vec(body).unwrap_or_default().into())
    }

    /// 200 with text that is JSON already.
    pub(crate) fn raw(body: Bytes) -> Self {
        Self {
            status: StatusCode::OK,
            body,
            location: None,
            tag: None,
            clear_site_data: None,
            cookies: Cookies::default(),
        }
    }

    /// 304: the caller has it already.
    pub(crate) fn not_modified() -> Self {
        Self::raw(Bytes::new()).with_status(StatusCode::NOT_MODIFIED)
    }

    /// With another status than 200.
    pub(crate) fn with_status(self, status: StatusCode) -> Self {
        Self { status, ..self }
    }

    /// Names the revision of what is answered, for the conditions of later requests.
    pub(crate) fn tagged(self, revision: Revision) -> Self {
        Self { tag: conditions::tag(revision), ..self }
    }

    /// 302 to `location`.
    pub(crate) fn redirect(location: String) -> Self {
        let answer = Self::raw(Bytes::new());
        Self { status: StatusCode::FOUND, ..answer.to(location) }
    }

    /// Names a place to go in the `location` header, whatever the status.
    pub(crate) fn to(mut self, location: String) -> Self {
        self.location = Some(location);
        self
    }

    /// Asks the browser to throw away what it keeps of the site.
    pub(crate) fn clearing(mut self, what: HeaderValue) -> Self {
        self.clear_site_data = Some(what);
        self
    }

    /// Sends these cookies along.
    pub(crate) fn with(mut self, cookies: Cookies) -> Self {
        self.cookies = cookies;
        self
    }

    /// An error's response.
    pub(crate) fn error(status: StatusCode, body: &serde_json::Value) -> Response {
        (status, [(CONTENT_TYPE, JSON)], body.to_string()).into_response()
    }

    /// A status with an empty body that is called JSON all the same, as the protocol does.
    pub(crate) fn bare(status: StatusCode) -> Response {
        (status, [(CONTENT_TYPE, JSON)]).into_response()
    }
}

impl IntoResponse for Answer {
    fn into_response(self) -> Response {
        let mut response = Response::new(Body::from(self.body));
        *response.status_mut() = self.status;
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, JSON);
        if let Some(location) = self.location {
            insert_text(headers, LOCATION, &location);
        }
        if let Some(tag) = self.tag {
            headers.insert(ETAG, tag);
        }
        if let Some(what) = self.clear_site_data {
            headers.insert(CLEAR_SITE_DATA, what);
        }
        self.cookies.write(&mut response);
        response
    }
}

/// Sets a header to text that may hold what no header can; then the header is left out.
fn insert_text(headers: &mut axum::http::HeaderMap, name: HeaderName, text: &str) {
    if let Ok(value) = HeaderValue::from_str(text) {
        drop(headers.insert(name, value));
    } else {
        tracing::warn!(header = %name, "a value does not fit into a header");
    }
}
