//! What one entry in the list of trusted origins admits (protocol spec 6.2; upstream's `auth/trusted-origins.ts`).

use super::trusted::{InvalidOrigin, is_web};
use percent_encoding::percent_decode_str;
use std::net::Ipv4Addr;
use url::{Position, Url};

/// One entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Pattern {
    /// A whole origin, as a URL parser writes it.
    Origin(String),
    /// Hosts, with their port, that match `*` and `?`.
    Hosts(Glob),
    /// Origins that match `*` and `?`.
    Origins { glob: Glob, host: String },
    /// A scheme of an application.
    Scheme(SchemePattern),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct SchemePattern {
    parts: SchemeParts,
    has_wildcard: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct SchemeParts {
    scheme: String,
    authority: String,
    path: String,
}

impl Pattern {
    pub(super) fn parse(text: &str) -> Result<Self, InvalidOrigin> {
        let has_wildcard = text.contains(['*', '?']);
        let Some((scheme, rest)) = text.split_once("://") else {
            return if has_wildcard {
                Self::hosts(text)
            } else {
                Err(InvalidOrigin::Pattern(text.to_owned()))
            };
        };
        if is_web(&scheme.to_ascii_lowercase()) || scheme.contains(['*', '?']) {
            return if has_wildcard { Self::origins(text, rest) } else { Self::origin(text) };
        }
        let parts = SchemeParts::read(text, has_wildcard);
        let parts = parts.ok_or_else(|| InvalidOrigin::Pattern(text.to_owned()))?;
        Ok(Self::Scheme(SchemePattern { parts, has_wildcard }))
    }

    fn origin(text: &str) -> Result<Self, InvalidOrigin> {
        let url = Url::parse(text).map_err(|_| InvalidOrigin::Pattern(text.to_owned()))?;
        if url.path() != "/"
            || url.query().is_some()
            || url.fragment().is_some()
            || !url.username().is_empty()
        {
            return Err(InvalidOrigin::Path(text.to_owned()));
        }
        Ok(Self::Origin(url.origin().ascii_serialization()))
    }

    fn hosts(text: &str) -> Result<Self, InvalidOrigin> {
        check_hosts(text, text)?;
        Ok(Self::Hosts(Glob::new(text)))
    }

    fn origins(text: &str, host: &str) -> Result<Self, InvalidOrigin> {
        let host = host.strip_suffix('/').unwrap_or(host);
        check_hosts(host, text)?;
        Ok(Self::Origins {
            glob: Glob::new(text.strip_suffix('/').unwrap_or(text)),
            host: host.to_ascii_lowercase(),
        })
    }

    /// Whether an absolute URL, given as text and parsed, is admitted.
    pub(super) fn matches(&self, text: &str, url: &Url) -> bool {
        match self {
            Self::Origin(origin) => is_web(url.scheme()) && url.origin().ascii_serialization() == *origin,
            Self::Hosts(glob) => {
                let host = host_and_port(url);
                !host.is_empty() && glob.matches(host) && is_admitted_address(glob.text(), host)
            }
            Self::Origins { glob, host } => {
                is_web(url.scheme())
                    && glob.matches(&url.origin().ascii_serialization())
                    && is_admitted_address(host, host_and_port(url))
            }
            Self::Scheme(pattern) => !is_web(url.scheme()) && pattern.matches(text),
        }
    }
}

fn host_and_port(url: &Url) -> &str {
    &url[Position::BeforeHost..Position::AfterPort]
}

/// A pattern of hosts must say something of the host, and be nothing but one.
fn check_hosts(host: &str, text: &str) -> Result<(), InvalidOrigin> {
    if host.contains(['/', '@', '#', '\\']) || host.chars().any(|c| c.is_whitespace() || c.is_control()) {
        return Err(InvalidOrigin::Path(text.to_owned()));
    }
    let name = host.split(':').next().unwrap_or_default();
    if !name.contains(char::is_alphanumeric) {
        return Err(InvalidOrigin::Everything(text.to_owned()));
    }
    Ok(())
}

/// `192.168.*` is a range of addresses, and must not admit `192.168.evil.example`.
fn is_admitted_address(pattern: &str, host: &str) -> bool {
    let name = pattern.split(':').next().unwrap_or_default();
    let is_range = name.contains(|c: char| c.is_ascii_digit())
        && name.chars().all(|c| c.is_ascii_digit() || matches!(c, '*' | '?' | '.'));
    !is_range || host.split(':').next().is_some_and(|host| host.parse::<Ipv4Addr>().is_ok())
}

impl SchemePattern {
    fn matches(&self, text: &str) -> bool {
        let Some(found) = SchemeParts::read(text, false) else { return false };
        let wanted = &self.parts;
        if found.scheme != wanted.scheme {
            return false;
        }
        if self.has_wildcard {
            let fits = Glob::new(&wanted.authority).matches(&found.authority);
            if found.authority.contains('@') || !(wanted.authority.is_empty() || fits) {
                return false;
            }
            let path = if found.path.is_empty() { "/" } else { &found.path };
            return wanted.path.is_empty()
                || (Glob::exact_case(&wanted.path).matches(path))
                    && is_admitted_address(&wanted.authority, &found.authority);
        }
        if !wanted.authority.is_empty() && found.authority != wanted.authority {
            return false;
        }
        // A path admits itself and what is below it, by whole segments.
        match found.path.strip_prefix(&wanted.path) {
            Some(rest) => wanted.path.is_empty() || rest.is_empty() || rest.starts_with('/'),
            None => false,
        }
    }
}

impl SchemeParts {
    /// By hand, because URL parsers disagree about schemes they do not know.
    fn read(text: &str, is_pattern: bool) -> Option<Self> {
        if text.chars().any(char::is_control) {
            return None;
        }
        let (scheme, mut rest) = text.split_once(':').filter(|(scheme, _)| !scheme.is_empty())?;
        // In a pattern `?` is a wildcard, not the beginning of a query.
        let ends: &[char] = if is_pattern { &['#'] } else { &['?', '#'] };
        let mut authority = "";
        if let Some(after) = rest.strip_prefix("//") {
            let end = after.find(|c| c == '/' || ends.contains(&c)).unwrap_or(after.len());
            (authority, rest) = after.split_at_checked(end)?;
        }
        let path = rest.split(ends).next().unwrap_or_default();
        Some(Self {
            scheme: scheme.to_ascii_lowercase(),
            authority: authority.to_ascii_lowercase(),
            path: without_dots(path),
        })
    }
}

/// A path, decoded, without `.` and `..`, so that `/cb/../evil` is not below `/cb`.
fn without_dots(path: &str) -> String {
    let decoded = percent_decode_str(path).decode_utf8();
    let path = decoded.as_deref().unwrap_or(path);
    let mut segments = Vec::new();
    for segment in path.split('/') {
        match segment {
            "" | "." => {}
            ".." => drop(segments.pop()),
            segment => segments.push(segment),
        }
    }
    segments.iter().fold(String::new(), |path, segment| path + "/" + segment)
}

/// A text with `*` for any run of characters and `?` for one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Glob(String);

impl Glob {
    /// For hosts and origins, which are in lower case when they are compared.
    pub(super) fn new(pattern: &str) -> Self {
        Self(pattern.to_ascii_lowercase())
    }

    fn exact_case(pattern: &str) -> Self {
        Self(pattern.to_owned())
    }

    fn text(&self) -> &str {
        &self.0
    }

    /// Linear in pattern times text: on a mismatch only the last `*` takes one more character.
    pub(super) fn matches(&self, text: &str) -> bool {
        let (pattern, text): (Vec<char>, Vec<char>) = (self.0.chars().collect(), text.chars().collect());
        let (mut p, mut t) = (0, 0);
        let mut star: Option<(usize, usize)> = None;
        while t < text.len() {
            match pattern.get(p) {
                Some('*') => {
                    star = Some((p, t));
                    p += 1;
                }
                Some(wanted) if *wanted == '?' || text.get(t) == Some(wanted) => {
                    p += 1;
                    t += 1;
                }
                _ => match star {
                    Some((at, taken)) => {
                        star = Some((at, taken + 1));
                        p = at + 1;
                        t = taken + 1;
                    }
                    None => return false,
                },
            }
        }
        pattern.get(p..).is_none_or(|rest| rest.iter().all(|c| *c == '*'))
    }
}
