use std::fmt;
use std::time::Duration;

/// The longest life that browsers give a cookie: 400 days (RFC 6265bis, section 5.5).
pub const MAX_COOKIE_AGE: Duration = Duration::from_hours(400 * 24);

/// When a browser sends a cookie along with a request that another site caused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum SameSite {
    /// Never, not even when a link is followed.
    Strict,
    /// Only when a link is followed.
    #[default]
    Lax,
    /// Always; browsers demand `Secure` beside it.
    None,
}

impl SameSite {
    fn as_str(self) -> &'static str {
        match self {
            Self::Strict => "Strict",
            Self::Lax => "Lax",
            Self::None => "None",
        }
    }
}

/// One `Set-Cookie` header; `Display` gives its value, in the order in which Better Auth writes the attributes.
///
/// Name, value and domain are written as they are. The value is what the cookie carries on the wire, so encoded already:
/// [`crate::Signer::sign`] and [`crate::SessionDataCodec::encode`] return such text.
#[derive(Clone, PartialEq, Eq)]
pub struct SetCookie {
    /// The whole name, with its prefix.
    pub name: String,
    /// The value, encoded for the wire.
    pub value: String,
    /// How long the browser keeps it, in whole seconds and at most [`MAX_COOKIE_AGE`]; without it, until the browser is
    /// closed.
    pub max_age: Option<Duration>,
    /// The domain whose subdomains get it too; without it, only the host that set it.
    pub domain: Option<String>,
    /// Out of reach of page scripts.
    pub http_only: bool,
    /// Over https only.
    pub secure: bool,
    /// Whether other sites' requests carry it.
    pub same_site: SameSite,
    /// Kept apart for each site that embeds this one.
    pub partitioned: bool,
}

impl fmt::Display for SetCookie {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}={}", self.name, self.value)?;
        if let Some(max_age) = self.max_age {
            write!(f, "; Max-Age={}", max_age.min(MAX_COOKIE_AGE).as_secs())?;
        }
        if let Some(domain) = &self.domain {
            write!(f, "; Domain={domain}")?;
        }
        f.write_str("; Path=/")?;
        if self.http_only {
            f.write_str("; HttpOnly")?;
        }
        if self.secure {
            f.write_str("; Secure")?;
        }
        write!(f, "; SameSite={}", self.same_site.as_str())?;
        if self.partitioned {
            f.write_str("; Partitioned")?;
        }
        Ok(())
    }
}

/// Leaves out the value, which may open a session.
impl fmt::Debug for SetCookie {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SetCookie")
            .field("name", &self.name)
            .field("max_age", &self.max_age)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_attribute_stands_in_its_place() {
        let cookie = SetCookie {
            name: "__Secure-my.session_token".to_owned(),
            value: "abc".to_owned(),
            max_age: Some(Duration::from_hours(168)),
            domain: Some("example.com".to_owned()),
            http_only: true,
            secure: true,
            same_site: SameSite::None,
            partitioned: true,
        };
        assert_eq!(
            cookie.to_string(),
            "__Secure-my.session_token=abc; Max-Age=604800; Domain=example.com; Path=/; HttpOnly; Secure; \
             SameSite=None; Partitioned"
        );
        assert!(!format!("{cookie:?}").contains("abc"));
    }

    #[test]
    fn a_life_beyond_what_browsers_allow_is_cut() {
        let cookie = SetCookie {
            name: "a".to_owned(),
            value: "b".to_owned(),
            max_age: Some(Duration::MAX),
            domain: None,
            http_only: false,
            secure: false,
            same_site: SameSite::Strict,
            partitioned: false,
        };
        assert_eq!(cookie.to_string(), "a=b; Max-Age=34560000; Path=/; SameSite=Strict");
    }
}
