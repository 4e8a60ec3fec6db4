//! May this request change something? Decided by where it comes from (protocol spec 6.3; ).
//!
//! The answers are upstream's, and stricter in one thing: what a browser itself calls cross-site is refused unless its origin is trusted,
//! whether it carries a cookie or not.

mod pattern;
mod trusted;

pub use trusted::{InvalidOrigin, TrustedOrigins};

use axum::http::{HeaderMap, HeaderName, header};
use std::borrow::Cow;

/// What a request says of where it comes from.
#[derive(Debug, Clone, Default)]
pub(crate) struct RequestOrigin<'a> {
    origin: Cow<'a, str>,
    referer: Cow<'a, str>,
    host: Cow<'a, str>,
    has_cookie: bool,
    site: Cow<'a, str>,
    mode: Cow<'a, str>,
    dest: Cow<'a, str>,
}

/// Why a request may not change anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum OriginRefusal {
    /// It does not say where it comes from, and has to.
    #[error("missing or null origin")]
    MissingOrNull,
    /// It comes from somewhere that is not trusted.
    #[error("an origin that is not trusted")]
    Invalid,
    /// A page of another site sent the browser here with a form.
    #[error("a form sent by a page of another site")]
    CrossSiteNavigation,
}

const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");
const SEC_FETCH_MODE: HeaderName = HeaderName::from_static("sec-fetch-mode");
const SEC_FETCH_DEST: HeaderName = HeaderName::from_static("sec-fetch-dest");

impl<'a> RequestOrigin<'a> {
    /// Reads the headers that matter.
    pub(crate) fn of(headers: &'a HeaderMap) -> Self {
        Self {
            origin: text(headers, &header::ORIGIN),
            referer: text(headers, &header::REFERER),
            host: text(headers, &header::HOST),
            has_cookie: headers.contains_key(header::COOKIE),
            site: text(headers, &SEC_FETCH_SITE),
            mode: text(headers, &SEC_FETCH_MODE),
            dest: text(headers, &SEC_FETCH_DEST),
        }
    }

    /// Whether this is the text of a trusted origin.
    pub(crate) fn is_trusted(text: &str, trusted: &TrustedOrigins) -> bool {
        trusted.contains(text)
    }

    fn is_cross_site(&self) -> bool {
        self.site == "cross-site"
    }

    fn is_cross_site_navigation(&self) -> bool {
        self.is_cross_site() && self.mode == "navigate"
    }

    fn has_fetch_metadata(&self) -> bool {
        [&self.site, &self.mode, &self.dest].iter().any(|value| !value.trim().is_empty())
    }

    /// Where it comes from, as far as it says. A referer does not help an origin that is `null`.
    fn stated(&self) -> &str {
        if self.origin.is_empty() { &self.referer } else { &self.origin }
    }

    fn must_be_trusted(&self, trusted: &TrustedOrigins) -> Result<(), OriginRefusal> {
        // A page with an opaque origin that the browser knows to be ours: a sandboxed frame, or one told to send no referrer.
        if self.origin == "null" && self.site == "same-origin" {
            return if trusted.contains_host(&self.host) { Ok(()) } else { Err(OriginRefusal::Invalid) };
        }
        match self.stated() {
            "" | "null" => Err(OriginRefusal::MissingOrNull),
            origin if trusted.contains(origin) => Ok(()),
            _ => Err(OriginRefusal::Invalid),
        }
    }
}

/// A header as text. Several of one name, or one that is no text, become something that no pattern matches.
fn text<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Cow<'a, str> {
    let mut values = headers.get_all(name).iter();
    match (values.next(), values.next()) {
        (None, _) => Cow::Borrowed(""),
        (Some(value), None) => String::from_utf8_lossy(value.as_bytes()),
        (Some(_), Some(_)) => Cow::Borrowed("several"),
    }
}

/// Checks a request that changes something: every method but GET, HEAD and OPTIONS.
pub(crate) fn check(request: &RequestOrigin<'_>, trusted: &TrustedOrigins) -> Result<(), OriginRefusal> {
    if request.has_cookie {
        return request.must_be_trusted(trusted);
    }
    if request.is_cross_site() && request.must_be_trusted(trusted).is_err() {
        return if request.is_cross_site_navigation() {
            Err(OriginRefusal::CrossSiteNavigation)
        } else {
            request.must_be_trusted(trusted)
        };
    }
    Ok(())
}

/// Checks a request that begins a session and can be sent by a plain form, so that nobody is signed in to a stranger's account. To be
/// asked beside [`check`].
pub(crate) fn check_form(request: &RequestOrigin<'_>, trusted: &TrustedOrigins) -> Result<(), OriginRefusal> {
    if request.has_cookie {
        return request.must_be_trusted(trusted);
    }
    if request.is_cross_site_navigation() {
        return Err(OriginRefusal::CrossSiteNavigation);
    }
    if request.has_fetch_metadata() || !request.stated().is_empty() {
        return request.must_be_trusted(trusted);
    }
    Ok(())
}

/// Checks a request for a stream. A page of another origin could not read it, but would hold it open.
pub(crate) fn check_stream(
    request: &RequestOrigin<'_>,
    trusted: &TrustedOrigins,
) -> Result<(), OriginRefusal> {
    let is_foreign = matches!(&*request.site, "cross-site" | "same-site");
    if is_foreign || !request.origin.is_empty() {
        return request.must_be_trusted(trusted);
    }
    Ok(())
}

#[cfg(test)]
mod tests;
