//! The cookies of one server: the credential of the session.
//!
//! They are kept until the server takes them back. A clock does not end a session (P6), so what a cookie says of its age is read
//! for one thing only: whether the server is deleting it.

use std::fmt;

use cookie::Cookie;
use serde::{Deserialize, Serialize};
use url::{Host, Url};

/// The most cookies that are kept of one server; those that come later are not.
const MOST: usize = 50;

/// How the name of the cookie ends that holds the CSRF token. What it begins with is the deployment's choice.
const CSRF_TOKEN: &str = ".csrf_token";

#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Jar(Vec<Kept>);

#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Kept {
    name: String,
    value: String,
    path: String,
    /// Shared with all hosts below this one; else it belongs to the server's host and port alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    domain: Option<String>,
    #[serde(default)]
    secure: bool,
}

/// Shows names. The values open the session.
impl fmt::Debug for Jar {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_set().entries(self.0.iter().map(|kept| &kept.name)).finish()
    }
}

impl Jar {
    /// Takes in what an answer from `url` sets, and out what it deletes. What makes no sense is passed over.
    pub(crate) fn take<'a>(&mut self, url: &Url, set_cookies: impl IntoIterator<Item = &'a str>) {
        for text in set_cookies {
            let Ok(cookie) = Cookie::parse(text) else { continue };
            let domain = cookie.domain().map(|domain| domain.trim_start_matches('.').to_ascii_lowercase());
            if domain.as_ref().is_some_and(|domain| !may_share(url, domain)) {
                continue;
            }
            let path = cookie.path().filter(|path| path.starts_with('/')).unwrap_or("/").to_owned();
            if !keeps_its_prefix(&cookie, domain.as_deref(), &path) {
                continue;
            }
            let found =
                |kept: &Kept| kept.name == cookie.name() && kept.path == path && kept.domain == domain;
            self.0.retain(|kept| !found(kept));
            let deleted =
                cookie.value().is_empty() || cookie.max_age().is_some_and(|age| age.whole_seconds() <= 0);
            if !deleted && self.0.len() < MOST {
                let (name, value) = (cookie.name().to_owned(), cookie.value().to_owned());
                self.0.push(Kept { name, value, path, domain, secure: cookie.secure() == Some(true) });
            }
        }
    }

    /// The same, from any host that the credential is shared with, without what would delete: only the server's word on the session
    /// takes the credential away. A cookie that another host keeps to itself is none of the server's.
    pub(crate) fn take_new<'a>(
        &mut self,
        server: &Url,
        url: &Url,
        set_cookies: impl IntoIterator<Item = &'a str>,
    ) {
        let at_home = url.origin() == server.origin();
        let sets = |text: &&str| {
            let mut other = Self::default();
            other.take(url, [*text]);
            other.0.iter().any(|kept| at_home || kept.domain.is_some())
        };
        self.take(url, set_cookies.into_iter().filter(sets));
    }

    /// The `Cookie` header of a request to `url` by a client of `server`; `None` where there is nothing to send.
    pub(crate) fn header(&self, server: &Url, url: &Url) -> Option<String> {
        let pairs: Vec<_> =
            self.sent(server, url).map(|kept| format!("{}={}", kept.name, kept.value)).collect();
        (!pairs.is_empty()).then(|| pairs.join("; "))
    }

    /// The CSRF token among these, as a change repeats it in a header.
    pub(crate) fn csrf_token<'a>(&'a self, server: &'a Url, url: &'a Url) -> Option<&'a str> {
        let token = self.sent(server, url).find(|kept| kept.name.ends_with(CSRF_TOKEN))?;
        Some(&token.value)
    }

    fn sent<'a>(&'a self, server: &'a Url, url: &'a Url) -> impl Iterator<Item = &'a Kept> {
        let at_home = url.origin() == server.origin();
        self.0.iter().filter(move |kept| {
            let here = match &kept.domain {
                Some(domain) => url.scheme() == server.scheme() && is_below(url, domain),
                None => at_home,
            };
            here && path_matches(url.path(), &kept.path) && (!kept.secure || is_safe(url))
        })
    }

    /// Whether a request to `url` may carry the credential.
    pub(crate) fn belongs_to(&self, server: &Url, url: &Url) -> bool {
        let shared = |kept: &Kept| kept.domain.as_deref().is_some_and(|domain| is_below(url, domain));
        url.origin() == server.origin() || (url.scheme() == server.scheme() && self.0.iter().any(shared))
    }
}

/// What the beginning of a name promises of its cookie (RFC 6265bis, 5.7).
fn keeps_its_prefix(cookie: &Cookie<'_>, domain: Option<&str>, path: &str) -> bool {
    let begins = |prefix: &str| {
        cookie.name().get(..prefix.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(prefix))
    };
    let secure = cookie.secure() == Some(true);
    if begins("__Host-") { secure && domain.is_none() && path == "/" } else { secure || !begins("__Secure-") }
}

/// Whether the server may share a cookie with all hosts below a domain: one of its own, and no whole top level.
fn may_share(url: &Url, domain: &str) -> bool {
    domain.contains('.') && is_below(url, domain)
}

fn is_below(url: &Url, domain: &str) -> bool {
    let Some(Host::Domain(host)) = url.host() else { return false };
    host == domain || host.strip_suffix(domain).is_some_and(|rest| rest.ends_with('.'))
}

/// RFC 6265, 5.1.4.
fn path_matches(path: &str, of_cookie: &str) -> bool {
    path.strip_prefix(of_cookie)
        .is_some_and(|rest| rest.is_empty() || of_cookie.ends_with('/') || rest.starts_with('/'))
}

/// Where a `Secure` cookie may go: https, and this machine itself.
fn is_safe(url: &Url) -> bool {
    let local = match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    };
    url.scheme() == "https" || local
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(text: &str) -> Url {
        text.parse().unwrap()
    }

    fn jar(set_cookie: &str) -> (Jar, Url) {
        let server = url("https://app.example.com/api/auth");
        let mut jar = Jar::default();
        jar.take(&server, [set_cookie]);
        (jar, server)
    }

    #[test]
    fn a_cookie_goes_back_to_its_server_and_nowhere_else() {
        let (jar, server) = jar("token=a; Path=/; HttpOnly; Secure");
        assert_eq!(jar.header(&server, &url("https://app.example.com/orders")).unwrap(), "token=a");
        for other in [
            "https://evil.example.com/",
            "https://app.example.com.evil.test/",
            "https://app.example.com:444/",
            "http://app.example.com/",
        ] {
            assert_eq!(jar.header(&server, &url(other)), None, "{other}");
            assert!(!jar.belongs_to(&server, &url(other)), "{other}");
        }
    }

    #[test]
    fn a_shared_cookie_goes_to_the_hosts_below_its_domain() {
        let (jar, server) = jar("token=a; Domain=example.com; Path=/");
        assert!(jar.header(&server, &url("https://api.example.com/")).is_some());
        assert_eq!(jar.header(&server, &url("https://badexample.com/")), None);
        assert_eq!(jar.header(&server, &url("http://api.example.com/")), None);
    }

    #[test]
    fn a_server_sets_no_cookie_for_others() {
        for domain in ["com", "other.com", "deep.app.example.com"] {
            assert!(super::tests::jar(&format!("token=a; Domain={domain}")).0.0.is_empty(), "{domain}");
        }
    }

    #[test]
    fn another_host_renews_what_it_shares_and_sets_nothing_of_the_servers_own() {
        let (mut jar, server) = jar("token=a; Domain=example.com; Path=/");
        let api = url("https://api.example.com/");
        jar.take_new(&server, &api, ["token=evil; Path=/", "theirs=x; Path=/"]);
        assert_eq!(jar.header(&server, &server).unwrap(), "token=a");
        jar.take_new(&server, &api, ["token=b; Domain=example.com; Path=/"]);
        assert_eq!(jar.header(&server, &server).unwrap(), "token=b");
        jar.take_new(&server, &server, ["own=c; Path=/"]);
        assert_eq!(jar.header(&server, &server).unwrap(), "token=b; own=c");
    }

    #[test]
    fn a_name_that_promises_more_than_its_cookie_keeps_is_passed_over() {
        for broken in [
            "__Secure-token=a",
            "__secure-token=a",
            "__Host-token=a; Path=/",
            "__Host-token=a; Secure; Path=/api",
            "__HOST-token=a; Secure; Path=/; Domain=example.com",
        ] {
            assert!(super::tests::jar(broken).0.0.is_empty(), "{broken}");
        }
        for kept in ["__Secure-token=a; Secure; Domain=example.com", "__Host-token=a; Secure; Path=/"] {
            assert!(!super::tests::jar(kept).0.0.is_empty(), "{kept}");
        }
    }

    #[test]
    fn an_age_of_nothing_deletes_and_any_other_age_is_not_counted() {
        let (mut jar, server) = jar("token=a; Max-Age=1; Expires=Thu, 01 Jan 1970 00:00:00 GMT");
        assert!(!jar.0.is_empty());
        jar.take_new(&server, &server, ["token=; Max-Age=0"]);
        assert!(!jar.0.is_empty());
        jar.take(&server, ["token=; Max-Age=0"]);
        assert!(jar.0.is_empty());
    }

    #[test]
    fn its_debug_shows_no_value() {
        let (jar, _) = jar("token=open-sesame");
        assert_eq!(format!("{jar:?}"), r#"{"token"}"#);
    }
}
