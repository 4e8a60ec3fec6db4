use std::time::Duration;

use crate::{MAX_COOKIE_AGE, SameSite, SetCookie};
use crate::{chunk, cookie};

/// What the cookies of a server are called and where they are valid (protocol spec 3.1, 3.2).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CookieConfig {
    /// What every name begins with.
    pub prefix: String,
    /// Whether people reach the server over https. Sets `Secure` and puts `__Secure-` before every name.
    pub secure: bool,
    /// Whether it is `__Host-` instead: browsers then take such a cookie from this very host alone, so that no subdomain beside it can plant
    /// one (C-2). The CSRF token, which page scripts read and a planted one of which opens nothing, keeps `__Secure-`.
    pub host_prefix: bool,
    /// A domain whose subdomains get the cookies too.
    pub domain: Option<String>,
    /// Whether other sites' requests carry them.
    pub same_site: SameSite,
}

/// A setting would make a cookie that browsers refuse, or a header that says something else.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidCookieConfig {
    /// The prefix is empty, longer than 64 bytes, or has a character that a cookie name may not have.
    #[error("the cookie prefix may have letters, digits, '-', '_' and '.', at most 64 of them")]
    Prefix,
    /// Not a host name.
    #[error("the cookie domain must be a host name such as example.com")]
    Domain,
    /// `__Host-` without https, or with a domain: browsers would refuse every cookie.
    #[error("cookies of the host alone (__Host-) need https, and no cookie domain")]
    HostPrefix,
    /// `SameSite=None` without `Secure`.
    #[error("cookies for other sites' requests (SameSite=None) need https")]
    NoneWithoutSecure,
}

impl Default for CookieConfig {
    /// `better-auth`, http, the host alone, `Lax`: what a Better Auth server has before it is configured.
    fn default() -> Self {
        Self {
            prefix: "better-auth".to_owned(),
            secure: false,
            host_prefix: false,
            domain: None,
            same_site: SameSite::Lax,
        }
    }
}

impl CookieConfig {
    /// Refuses settings that cannot work. Call it once, where the configuration is read.
    pub fn check(&self) -> Result<(), InvalidCookieConfig> {
        let in_name = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
        if self.prefix.is_empty() || self.prefix.len() > 64 || !self.prefix.bytes().all(in_name) {
            return Err(InvalidCookieConfig::Prefix);
        }
        if self.domain.as_deref().is_some_and(|domain| !is_host_name(domain)) {
            return Err(InvalidCookieConfig::Domain);
        }
        if self.host_prefix && (!self.secure || self.domain.is_some()) {
            return Err(InvalidCookieConfig::HostPrefix);
        }
        if self.same_site == SameSite::None && !self.secure {
            return Err(InvalidCookieConfig::NoneWithoutSecure);
        }
        Ok(())
    }

    /// Name of the cookie with the signed session token.
    pub fn session_token_name(&self) -> String {
        self.name("session_token")
    }

    /// Name of the cache cookie; its pieces have `.0`, `.1` and so on behind it.
    pub fn session_data_name(&self) -> String {
        self.name("session_data")
    }

    /// Name of the cookie that says that the session ends with the browser.
    pub fn dont_remember_name(&self) -> String {
        self.name("dont_remember")
    }

    /// Name of the cookie with the CSRF token, which page scripts can read.
    pub fn csrf_token_name(&self) -> String {
        self.guarded(if self.secure { "__Secure-" } else { "" }, "csrf_token")
    }

    /// Name of the cookie with the signed id of somebody who is not signed in, to whom a CSRF token is bound.
    pub fn visitor_name(&self) -> String {
        self.name("visitor")
    }

    /// Name of the cookie that keeps the session with this id beside the active one of the browser.
    pub fn device_session_name(&self, session_id: &str) -> String {
        format!("{}_multi-{}", self.session_token_name(), session_id.to_ascii_lowercase())
    }

    /// Name of the cookie by which a browser is known again after a sign-out.
    pub fn device_name(&self) -> String {
        self.name("device")
    }

    /// Sets the id of a browser, signed already. It lives as long as browsers keep any, and is not among what [`Self::clear_session`] removes.
    pub fn device(&self, signed: String) -> SetCookie {
        self.cookie(self.device_name(), signed, Some(MAX_COOKIE_AGE))
    }

    /// Sets the session token, signed already; `max_age` is `None` when the session ends with the browser.
    pub fn session_token(&self, signed: String, max_age: Option<Duration>) -> SetCookie {
        self.cookie(self.session_token_name(), signed, max_age)
    }

    /// Sets the cookie that keeps a session beside the active one, with its token, signed already.
    pub fn device_session(&self, id: &str, signed: String, max_age: Option<Duration>) -> SetCookie {
        self.cookie(self.device_session_name(id), signed, max_age)
    }

    /// Sets the cache cookie, in several pieces if it is long; see [`SetCookie::split`].
    pub fn session_data(&self, value: String, max_age: Option<Duration>) -> SetCookie {
        self.cookie(self.session_data_name(), value, max_age)
    }

    /// Sets the cookie that says that the session ends with the browser; it ends with it too.
    pub fn dont_remember(&self, signed: String) -> SetCookie {
        self.cookie(self.dont_remember_name(), signed, None)
    }

    /// Sets the CSRF token where page scripts can read it; `max_age` is that of the session it is bound to.
    pub fn csrf_token(&self, token: String, max_age: Option<Duration>) -> SetCookie {
        SetCookie { http_only: false, ..self.cookie(self.csrf_token_name(), token, max_age) }
    }

    /// Sets the id of somebody who is not signed in, signed already; it ends with the browser.
    pub fn visitor(&self, signed: String) -> SetCookie {
        self.cookie(self.visitor_name(), signed, None)
    }

    /// Removes the cookie `name` from the browser.
    pub fn clear(&self, name: &str) -> SetCookie {
        self.cookie(name.to_owned(), String::new(), Some(Duration::ZERO))
    }

    /// Removes all that belongs to a session, in Better Auth's order (protocol spec 3.5), with every piece of the
    /// cache cookie that the request carried.
    pub fn clear_session(&self, request_cookies: &[u8]) -> Vec<SetCookie> {
        let mut names = vec![self.session_token_name(), self.session_data_name()];
        names.extend(self.session_data_pieces(request_cookies));
        names.push(self.dont_remember_name());
        names.iter().map(|name| self.clear(name)).collect()
    }

    /// Names of the cache cookie's numbered pieces in the request, each once.
    pub fn session_data_pieces(&self, request_cookies: &[u8]) -> Vec<String> {
        let base = self.session_data_name();
        let mut names: Vec<String> = Vec::new();
        for (name, _) in cookie::each(request_cookies) {
            let Some(number) = chunk::piece_number(name, &base) else { continue };
            let name = format!("{base}.{number}");
            if !names.contains(&name) {
                names.push(name);
            }
        }
        names
    }

    fn name(&self, suffix: &str) -> String {
        let guard = match (self.host_prefix, self.secure) {
            (true, _) => "__Host-",
            (false, true) => "__Secure-",
            (false, false) => "",
        };
        self.guarded(guard, suffix)
    }

    fn guarded(&self, guard: &str, suffix: &str) -> String {
        format!("{guard}{}.{suffix}", self.prefix)
    }

    fn cookie(&self, name: String, value: String, max_age: Option<Duration>) -> SetCookie {
        SetCookie {
            name,
            value,
            max_age,
            domain: self.domain.clone(),
            http_only: true,
            secure: self.secure,
            same_site: self.same_site,
            partitioned: false,
        }
    }
}

fn is_host_name(text: &str) -> bool {
    let is_label = |label: &str| {
        !label.is_empty()
            && label.len() <= 63
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    text.len() <= 253 && text.split('.').all(is_label)
}

#[cfg(test)]
mod tests {
    use super::*;

    const WEEK: Duration = Duration::from_hours(7 * 24);

    fn https() -> CookieConfig {
        CookieConfig { secure: true, ..CookieConfig::default() }
    }

    #[test]
    fn the_cookies_of_a_sign_in_over_http_and_https() {
        let token = || "abc".to_owned();
        assert_eq!(
            CookieConfig::default().session_token(token(), Some(WEEK)).to_string(),
            "better-auth.session_token=abc; Max-Age=604800; Path=/; HttpOnly; SameSite=Lax"
        );
        assert_eq!(
            https().session_token(token(), Some(WEEK)).to_string(),
            "__Secure-better-auth.session_token=abc; Max-Age=604800; Path=/; HttpOnly; Secure; SameSite=Lax"
        );
        assert_eq!(
            https().session_token(token(), None).to_string(),
            "__Secure-better-auth.session_token=abc; Path=/; HttpOnly; Secure; SameSite=Lax"
        );
        assert_eq!(
            CookieConfig::default().dont_remember("true.x".to_owned()).to_string(),
            "better-auth.dont_remember=true.x; Path=/; HttpOnly; SameSite=Lax"
        );
    }

    #[test]
    fn only_the_csrf_token_is_within_reach_of_scripts() {
        assert_eq!(
            https().csrf_token("abc".to_owned(), Some(WEEK)).to_string(),
            "__Secure-better-auth.csrf_token=abc; Max-Age=604800; Path=/; Secure; SameSite=Lax"
        );
        assert_eq!(
            CookieConfig::default().csrf_token("abc".to_owned(), None).to_string(),
            "better-auth.csrf_token=abc; Path=/; SameSite=Lax"
        );
        assert_eq!(
            https().visitor("abc.x".to_owned()).to_string(),
            "__Secure-better-auth.visitor=abc.x; Path=/; HttpOnly; Secure; SameSite=Lax"
        );
    }

    // C-1, C-2, C-4
    #[test]
    fn the_device_cookie_lives_as_long_as_browsers_allow_and_outlives_a_sign_out() {
        assert_eq!(
            https().device("abc.x".to_owned()).to_string(),
            "__Secure-better-auth.device=abc.x; Max-Age=34560000; Path=/; HttpOnly; Secure; SameSite=Lax"
        );
        let name = https().device_name();
        let cleared = https().clear_session(format!("{name}=abc.x").as_bytes());
        assert!(cleared.iter().all(|cookie| cookie.name != name));
    }

    // C-2
    #[test]
    fn cookies_of_the_host_alone_cannot_be_planted_from_beside_it() {
        let config = CookieConfig { host_prefix: true, ..https() };
        assert_eq!(config.check(), Ok(()));
        assert_eq!(
            config.session_token("abc".to_owned(), None).to_string(),
            "__Host-better-auth.session_token=abc; Path=/; HttpOnly; Secure; SameSite=Lax"
        );
        let names = [
            config.session_data_name(),
            config.dont_remember_name(),
            config.visitor_name(),
            config.device_name(),
        ];
        assert!(names.iter().all(|name| name.starts_with("__Host-better-auth.")), "{names:?}");
        assert_eq!(config.device_session_name("A"), "__Host-better-auth.session_token_multi-a");
        assert_eq!(config.csrf_token_name(), "__Secure-better-auth.csrf_token");
        let with_domain = CookieConfig { domain: Some("example.com".to_owned()), ..config };
        let without_https = CookieConfig { host_prefix: true, ..CookieConfig::default() };
        for refused in [with_domain, without_https] {
            assert_eq!(refused.check(), Err(InvalidCookieConfig::HostPrefix));
        }
    }

    #[test]
    fn cookies_for_a_whole_domain() {
        let config =
            CookieConfig { prefix: "my".to_owned(), domain: Some("example.com".to_owned()), ..https() };
        assert_eq!(config.check(), Ok(()));
        assert_eq!(
            config.session_data("x".to_owned(), Some(Duration::from_mins(5))).to_string(),
            "__Secure-my.session_data=x; Max-Age=300; Domain=example.com; Path=/; HttpOnly; Secure; SameSite=Lax"
        );
    }

    #[test]
    fn clearing_names_every_piece_the_request_carried_once() {
        let header =
            b"better-auth.session_data.1=b; better-auth.session_data.0=a; better-auth.session_data.1=c; \
            better-auth.session_data.01=d; better-auth.session_data.x=e; other=f";
        let cleared: Vec<_> =
            CookieConfig::default().clear_session(header).iter().map(ToString::to_string).collect();
        let names = ["session_token", "session_data", "session_data.1", "session_data.0", "dont_remember"];
        let expected =
            names.map(|name| format!("better-auth.{name}=; Max-Age=0; Path=/; HttpOnly; SameSite=Lax"));
        assert_eq!(cleared, expected);
    }

    #[test]
    fn settings_that_cannot_work_are_refused() {
        let with_prefix = |prefix: &str| CookieConfig { prefix: prefix.to_owned(), ..https() }.check();
        let with_domain = |domain: &str| CookieConfig { domain: Some(domain.to_owned()), ..https() }.check();
        for prefix in ["", "a b", "a=b", "a;b", "ä", "a\r\nb", &"a".repeat(65)] {
            assert_eq!(with_prefix(prefix), Err(InvalidCookieConfig::Prefix), "{prefix:?}");
        }
        for domain in ["", "a..b", "example.com; Path=/x", "exämple.com", "https://a.b", ".example.com"] {
            assert_eq!(with_domain(domain), Err(InvalidCookieConfig::Domain), "{domain:?}");
        }
        let open = CookieConfig { same_site: SameSite::None, ..CookieConfig::default() };
        assert_eq!(open.check(), Err(InvalidCookieConfig::NoneWithoutSecure));
    }
}
