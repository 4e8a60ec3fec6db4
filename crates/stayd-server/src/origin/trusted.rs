//! The origins that are trusted: the deployment's own, and those that the operator names.

use super::pattern::Pattern;
use std::sync::Arc;
use url::Url;

/// The trusted origins. Cheap to clone.
#[derive(Debug, Clone)]
pub struct TrustedOrigins {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    /// The deployment's own scheme, as in `https`.
    scheme: String,
    /// Whole origins, as browsers send them.
    exact: Vec<String>,
    patterns: Vec<Pattern>,
}

/// A text that does not name an origin, or a set of them.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidOrigin {
    /// The base is not `http://…` or `https://…`.
    #[error("`{0}` is not a URL of the form https://host or http://host:port")]
    Base(String),
    /// A trusted origin that cannot be understood.
    #[error(
        "`{0}` is not an origin (https://app.example), a pattern of hosts (*.app.example) or a scheme (myapp://)"
    )]
    Pattern(String),
    /// A trusted origin with more than scheme, host and port.
    #[error("`{0}` has a path; an origin is only scheme, host and port, as in https://app.example")]
    Path(String),
    /// A pattern that every host matches.
    #[error("`{0}` would trust every site there is; name at least a domain, as in *.app.example")]
    Everything(String),
}

impl TrustedOrigins {
    /// Trusts the origin of `base`, a URL of the deployment, and what `patterns` name (protocol spec 6.2): whole origins, hosts with `*`
    /// and `?`, origins with these, and schemes of applications (`myapp://`, optionally with host and path). Blanks around them and empty
    /// entries are skipped.
    pub fn new<'a>(base: &str, patterns: impl IntoIterator<Item = &'a str>) -> Result<Self, InvalidOrigin> {
        let url = Url::parse(base).ok().filter(|url| url.has_host() && is_web(url.scheme()));
        let url = url.ok_or_else(|| InvalidOrigin::Base(base.to_owned()))?;
        let mut exact = vec![url.origin().ascii_serialization()];
        let mut others = Vec::new();
        for text in patterns.into_iter().map(str::trim).filter(|text| !text.is_empty()) {
            match Pattern::parse(text)? {
                Pattern::Origin(origin) => exact.push(origin),
                other => others.push(other),
            }
        }
        Ok(Self { inner: Arc::new(Inner { scheme: url.scheme().to_owned(), exact, patterns: others }) })
    }

    /// The deployment's own origin.
    pub fn own(&self) -> &str {
        self.inner.exact.first().map_or("", String::as_str)
    }

    /// Whether this absolute URL, of which only the origin counts, is of a trusted origin. Paths are not: they have none.
    pub fn contains(&self, url: &str) -> bool {
        // What browsers send is the exact text most of the time.
        if self.inner.exact.iter().any(|origin| origin == url) {
            return true;
        }
        if url.starts_with('/') {
            return false;
        }
        let Ok(parsed) = Url::parse(url) else { return false };
        if is_web(parsed.scheme()) {
            let origin = parsed.origin().ascii_serialization();
            if self.inner.exact.contains(&origin) {
                return true;
            }
        }
        self.inner.patterns.iter().any(|pattern| pattern.matches(url, &parsed))
    }

    /// Whether this host, reached by the scheme of the deployment, is trusted.
    pub(crate) fn contains_host(&self, host: &str) -> bool {
        !host.is_empty() && self.contains(&format!("{}://{host}", self.inner.scheme))
    }
}

pub(super) fn is_web(scheme: &str) -> bool {
    matches!(scheme, "http" | "https")
}
