//! Readers of values: each takes the text of a setting.

use std::{net::SocketAddr, ops::RangeInclusive, path::PathBuf, time::Duration};

use stayd_engine::{JwtClaims, Rotation, mail::Transport};
use stayd_protocol::{CookieConfig, Strategy, email};
use stayd_server::{ClearSiteData, CsrfMode, TrustedOrigins, TrustedProxies};
use url::Url;

use super::{
    mail::MailChoice,
    setting::{WRONG, Wrong},
};
use crate::logging::LogFormat;

pub(super) fn text(text: &str) -> Result<String, Wrong> {
    if text.is_empty() || text.chars().any(char::is_control) { Err(WRONG) } else { Ok(text.to_owned()) }
}

pub(super) fn switch(text: &str) -> Result<bool, Wrong> {
    match text {
        "true" | "on" | "yes" | "1" => Ok(true),
        "false" | "off" | "no" | "0" => Ok(false),
        _ => Err(WRONG),
    }
}

pub(super) fn count(text: &str, range: RangeInclusive<usize>) -> Result<usize, Wrong> {
    text.parse().ok().filter(|number| range.contains(number)).ok_or(WRONG)
}

/// A number with a unit; a bare number counts seconds, as Better Auth's options do.
pub(super) fn duration(text: &str, range: RangeInclusive<Duration>) -> Result<Duration, Wrong> {
    let unit = text.trim_start_matches(|character: char| character.is_ascii_digit());
    let number: u64 = text.strip_suffix(unit).and_then(|digits| digits.parse().ok()).ok_or(WRONG)?;
    let seconds = match unit.trim_start() {
        "" | "s" => 1,
        "m" => 60,
        "h" => 3600,
        "d" => 24 * 3600,
        "w" => 7 * 24 * 3600,
        _ => return Err(WRONG),
    };
    let read = Duration::from_secs(number.checked_mul(seconds).ok_or(WRONG)?);
    if range.contains(&read) { Ok(read) } else { Err(WRONG) }
}

/// Texts separated by commas.
fn list(text: &str) -> Vec<String> {
    text.split(',').map(str::trim).filter(|entry| !entry.is_empty()).map(str::to_owned).collect()
}

pub(super) fn listen(text: &str) -> Result<SocketAddr, Wrong> {
    // The one name that everybody writes.
    let numbers = text.strip_prefix("localhost:").map(|port| format!("127.0.0.1:{port}"));
    numbers.as_deref().unwrap_or(text).parse().map_err(|_| WRONG)
}

pub(super) fn base_url(text: &str) -> Result<Url, Wrong> {
    let url = Url::parse(text).map_err(Wrong::because)?;
    let plain = url.username().is_empty()
        && url.password().is_none()
        && url.query().is_none()
        && url.fragment().is_none();
    if matches!(url.scheme(), "http" | "https") && url.host_str().is_some() && plain {
        Ok(url)
    } else {
        Err(WRONG)
    }
}

pub(super) fn base_path(text: &str) -> Result<String, Wrong> {
    let path = text.trim_end_matches('/');
    let segment = |segment: &str| {
        let in_segment = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~');
        !segment.is_empty() && !matches!(segment, "." | "..") && segment.bytes().all(in_segment)
    };
    match path.strip_prefix('/') {
        Some(segments) if segments.split('/').all(segment) => Ok(path.to_owned()),
        _ => Err(WRONG),
    }
}

pub(super) fn database(text: &str) -> Result<PathBuf, Wrong> {
    let path = text.strip_prefix("sqlite:").ok_or(WRONG)?;
    let path = path.strip_prefix("//").unwrap_or(path);
    match path {
        "" => Err(WRONG),
        ":memory:" => {
            Err(Wrong::because("a database in memory would lose every session when the server stops"))
        }
        path => Ok(path.into()),
    }
}

pub(super) fn origins(text: &str) -> Result<Vec<String>, Wrong> {
    let patterns = list(text);
    // The base does not matter here: what is odd is odd for every deployment.
    match TrustedOrigins::new("http://localhost", patterns.iter().map(String::as_str)) {
        Ok(_) => Ok(patterns),
        Err(odd) => Err(Wrong::because(odd)),
    }
}

pub(super) fn audiences(text: &str) -> Result<Vec<String>, Wrong> {
    let audiences = list(text);
    let is_name = |name: &String| name.bytes().all(|byte| byte.is_ascii_graphic());
    if audiences.iter().all(is_name) { Ok(audiences) } else { Err(WRONG) }
}

pub(super) fn hosts(text: &str) -> Result<Vec<String>, Wrong> {
    let hosts = list(text);
    let is_host = |host: &String| {
        host == "*"
            || Url::parse(&format!("http://{host}/"))
                .is_ok_and(|url| url.path() == "/" && url.username().is_empty())
    };
    if hosts.iter().all(is_host) { Ok(hosts) } else { Err(WRONG) }
}

pub(super) fn proxies(text: &str) -> Result<TrustedProxies, Wrong> {
    TrustedProxies::parse(text.split(',')).map_err(Wrong::because)
}

pub(super) fn cookie_prefix(text: &str) -> Result<String, Wrong> {
    let config = CookieConfig { prefix: text.to_owned(), ..CookieConfig::default() };
    config.check().map(|()| config.prefix).map_err(|_| WRONG)
}

pub(super) fn cookie_domain(text: &str) -> Result<String, Wrong> {
    let config = CookieConfig { domain: Some(text.to_ascii_lowercase()), ..CookieConfig::default() };
    config.check().map_err(|_| WRONG)?;
    config.domain.filter(|domain| domain.contains('.')).ok_or(WRONG)
}

pub(super) fn clear_site_data(text: &str) -> Result<ClearSiteData, Wrong> {
    ClearSiteData::new(list(text).iter().map(String::as_str)).map_err(Wrong::because)
}

pub(super) fn jwt_claims(text: &str) -> Result<JwtClaims, Wrong> {
    match text {
        "minimal" => Ok(JwtClaims::Minimal),
        "user" => Ok(JwtClaims::User),
        _ => Err(WRONG),
    }
}

pub(super) fn csrf_mode(text: &str) -> Result<CsrfMode, Wrong> {
    match text {
        "off" => Ok(CsrfMode::Off),
        "when-present" => Ok(CsrfMode::WhenPresent),
        "required" => Ok(CsrfMode::Required),
        _ => Err(WRONG),
    }
}

pub(super) fn strategy(text: &str) -> Result<Strategy, Wrong> {
    match text {
        "compact" => Ok(Strategy::Compact),
        "jwt" => Ok(Strategy::Jwt),
        "jwe" => Ok(Strategy::Jwe),
        _ => Err(WRONG),
    }
}

pub(super) fn rotation(text: &str) -> Result<Rotation, Wrong> {
    match text {
        "off" => Ok(Rotation::Off),
        "grace" => Ok(Rotation::Grace),
        "strict" => Ok(Rotation::Strict),
        _ => Err(WRONG),
    }
}

pub(super) fn mail(text: &str) -> Result<MailChoice, Wrong> {
    if text == "off" {
        return Ok(MailChoice::Off);
    }
    text.parse::<Transport>().map(MailChoice::Through).map_err(Wrong::because)
}

pub(super) fn address(text: &str) -> Result<String, Wrong> {
    // `stayd@localhost` is a fine sender on a developer's machine.
    if email::is_valid(text)
        || text.strip_suffix("@localhost").is_some_and(|name| email::is_valid(&format!("{name}@a.example")))
    {
        Ok(text.to_owned())
    } else {
        Err(WRONG)
    }
}

pub(super) fn log_filter(text: &str) -> Result<String, Wrong> {
    match text.parse::<tracing_subscriber::filter::Targets>() {
        Ok(_) if !text.is_empty() => Ok(text.to_owned()),
        _ => Err(WRONG),
    }
}

pub(super) fn log_format(text: &str) -> Result<LogFormat, Wrong> {
    match text {
        "text" => Ok(LogFormat::Text),
        "json" => Ok(LogFormat::Json),
        _ => Err(WRONG),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ANY: RangeInclusive<Duration> = Duration::ZERO..=Duration::MAX;

    #[test]
    fn durations_have_units_and_bare_numbers_are_seconds() {
        for (text, seconds) in [
            ("0", 0),
            ("300", 300),
            ("90s", 90),
            ("15m", 900),
            ("1 h", 3600),
            ("7d", 604_800),
            ("2w", 1_209_600),
        ] {
            assert_eq!(duration(text, ANY), Ok(Duration::from_secs(seconds)), "{text}");
        }
        for text in [
            "",
            "soon",
            "-1",
            "1.5h",
            "d",
            "1y",
            "99999999999999999999",
            "18446744073709551615w",
            "1d2h",
            "5٣",
        ] {
            assert_eq!(duration(text, ANY), Err(WRONG), "{text}");
        }
    }

    #[test]
    fn a_base_url_has_a_host_and_nothing_secret() {
        for text in ["https://example.com", "http://localhost:3000/", "https://example.com/auth/v2"] {
            assert!(base_url(text).is_ok(), "{text}");
        }
        for text in [
            "example.com",
            "ftp://example.com",
            "https://",
            "https://u:p@example.com",
            "https://example.com?a=1",
            "/api",
        ] {
            assert!(base_url(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_base_path_is_a_plain_path() {
        assert_eq!(base_path("/api/auth/"), Ok("/api/auth".to_owned()));
        for text in ["", "/", "api", "/a//b", "/a/../b", "/{x}", "/a b", "/a?b"] {
            assert_eq!(base_path(text), Err(WRONG), "{text}");
        }
    }

    #[test]
    fn a_database_is_a_file() {
        assert_eq!(database("sqlite:data/stayd.db"), Ok("data/stayd.db".into()));
        assert_eq!(database("sqlite:///var/lib/stayd.db"), Ok("/var/lib/stayd.db".into()));
        for text in ["", "stayd.db", "sqlite:", "postgres://localhost/x", "sqlite::memory:"] {
            assert!(database(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_cookie_domain_covers_a_site_and_not_the_world() {
        assert_eq!(cookie_domain("Example.com"), Ok("example.com".to_owned()));
        for text in ["com", "", "example.com; Path=/x", "https://example.com", ".example.com"] {
            assert_eq!(cookie_domain(text), Err(WRONG), "{text}");
        }
    }
}
