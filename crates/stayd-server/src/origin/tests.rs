//! Which origins are trusted, and which requests are refused for theirs.

use super::pattern::Glob;
use super::*;
use proptest::prelude::*;

const BASE: &str = "https://auth.example/api/auth";

fn trusted(patterns: &[&str]) -> TrustedOrigins {
    TrustedOrigins::new(BASE, patterns.iter().copied()).unwrap()
}

fn admits(pattern: &str, url: &str) -> bool {
    trusted(&[pattern]).contains(url)
}

fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
    pairs.iter().map(|(name, value)| (HeaderName::from_static(name), value.parse().unwrap())).collect()
}

fn checked(pairs: &[(&'static str, &str)]) -> Result<(), OriginRefusal> {
    check(&RequestOrigin::of(&headers(pairs)), &trusted(&["*.wild.example"]))
}

fn form_checked(pairs: &[(&'static str, &str)]) -> Result<(), OriginRefusal> {
    check_form(&RequestOrigin::of(&headers(pairs)), &trusted(&["*.wild.example"]))
}

#[test]
fn the_own_origin_is_trusted_however_it_is_written() {
    let trusted = trusted(&[]);
    assert_eq!(trusted.own(), "https://auth.example");
    for url in ["https://auth.example", "https://AUTH.example:443/", "https://auth.example/path?q#f"] {
        assert!(trusted.contains(url), "{url}");
    }
}

//
#[test]
fn another_scheme_host_or_port_is_another_origin() {
    let trusted = trusted(&["http://localhost:3000/"]);
    for url in [
        "http://auth.example",
        "https://auth.example:8443",
        "https://auth.example.evil.example",
        "https://evilauth.example",
        "https://auth.example@evil.example",
        "http://localhost:3001",
        "https://localhost:3000",
        "null",
        "",
        "/",
        "//auth.example",
        "auth.example",
        "javascript:alert(1)//https://auth.example",
        "blob:https://auth.example/1",
        "data:text/html,x",
    ] {
        assert!(!trusted.contains(url), "{url}");
    }
}

#[test]
fn a_wildcard_without_a_scheme_is_of_hosts_with_their_port() {
    assert!(admits("*.wild.example", "https://a.wild.example"));
    assert!(admits("*.wild.example", "http://a.b.wild.example/x"));
    assert!(admits("*.Wild.example:*", "https://a.wild.example:8443"));
    assert!(!admits("*.wild.example", "https://wild.example"));
    assert!(!admits("*.wild.example", "https://a.b.wild.example:8443"));
    assert!(!admits("*.wild.example", "https://a.wild.example.evil"));
    assert!(!admits("*.wild.example", "https://evil/?.wild.example"));
    assert!(!admits("*.wild.example", "https://evil#.wild.example"));
    assert!(!admits("*.wild.example", "https://x.wild.example@evil"));
}

#[test]
fn a_wildcard_with_a_scheme_is_of_origins() {
    assert!(admits("https://*.wild.example", "https://a.wild.example/x"));
    assert!(!admits("https://*.wild.example", "http://a.wild.example"));
    assert!(!admits("https://*.wild.example", "https://wild.example"));
    assert!(admits("https://app-?.example", "https://app-1.example"));
    assert!(!admits("https://app-?.example", "https://app-12.example"));
    assert!(admits("http://localhost:*", "http://localhost:5173"));
    assert!(!admits("http://localhost:*", "http://localhost.evil.example:80"));
}

#[test]
fn a_range_of_addresses_admits_addresses_only() {
    assert!(admits("192.168.*", "http://192.168.1.7"));
    assert!(admits("http://192.168.*.*:3000", "http://192.168.1.7:3000"));
    assert!(!admits("192.168.*", "http://192.168.evil.example"));
    assert!(!admits("http://10.*", "http://10.evil.example"));
}

#[test]
fn a_scheme_of_an_application_admits_its_hosts_and_paths() {
    assert!(admits("myapp://", "myapp://anything/at/all"));
    assert!(admits("myapp://", "MyApp://x"));
    assert!(!admits("myapp://", "myapp2://x"));
    assert!(admits("myapp://host/cb", "myapp://host/cb/deeper?x=1"));
    assert!(!admits("myapp://host/cb", "myapp://host/cbx"));
    assert!(!admits("myapp://host/cb", "myapp://host/cb/../evil"));
    assert!(!admits("myapp://host/cb", "myapp://host/cb/%2e%2e/evil"));
    assert!(!admits("myapp://host", "myapp://other"));
    assert!(admits("exp://192.168.*.*:*/*", "exp://192.168.1.2:8081/x"));
    assert!(!admits("exp://192.168.*", "exp://192.168.1.2@evil"));
}

#[test]
fn an_entry_that_names_no_origin_is_refused_with_its_reason() {
    let read = |text: &str| TrustedOrigins::new(BASE, [text]).unwrap_err();
    assert_eq!(read("app.example"), InvalidOrigin::Pattern("app.example".into()));
    assert_eq!(read("https://app.example/x"), InvalidOrigin::Path("https://app.example/x".into()));
    for text in ["*", "*.*", "https://*", "*://*", "https://*:*"] {
        assert_eq!(read(text), InvalidOrigin::Everything(text.into()));
    }
    assert!(matches!(TrustedOrigins::new("auth.example", []), Err(InvalidOrigin::Base(_))));
    assert!(matches!(TrustedOrigins::new("myapp://x", []), Err(InvalidOrigin::Base(_))));
}

//
#[test]
fn with_a_cookie_the_origin_has_to_be_trusted() {
    use OriginRefusal::{Invalid, MissingOrNull};
    let cookie = ("cookie", "a=b");
    assert_eq!(checked(&[cookie, ("origin", "https://auth.example")]), Ok(()));
    assert_eq!(checked(&[cookie, ("origin", "https://a.wild.example")]), Ok(()));
    assert_eq!(checked(&[cookie, ("origin", "https://evil.example")]), Err(Invalid));
    assert_eq!(checked(&[cookie]), Err(MissingOrNull));
    assert_eq!(checked(&[cookie, ("origin", "")]), Err(MissingOrNull));
    assert_eq!(checked(&[cookie, ("referer", "https://auth.example/page")]), Ok(()));
    assert_eq!(checked(&[cookie, ("referer", "https://evil.example/")]), Err(Invalid));
    assert_eq!(checked(&[cookie, ("origin", "/")]), Err(Invalid));
}

#[test]
fn a_referer_does_not_rescue_an_origin_that_is_null() {
    let pairs = [("cookie", "a=b"), ("origin", "null"), ("referer", "https://auth.example/page")];
    assert_eq!(checked(&pairs), Err(OriginRefusal::MissingOrNull));
}

#[test]
fn a_null_origin_that_the_browser_knows_to_be_ours_is_judged_by_its_host() {
    let with_host = |host| {
        checked(&[("cookie", "a=b"), ("origin", "null"), ("sec-fetch-site", "same-origin"), ("host", host)])
    };
    assert_eq!(with_host("auth.example"), Ok(()));
    assert_eq!(with_host("evil.example"), Err(OriginRefusal::Invalid));
    assert_eq!(with_host(""), Err(OriginRefusal::Invalid));
}

#[test]
fn two_origins_are_none() {
    let mut headers = headers(&[("cookie", "a=b"), ("origin", "https://auth.example")]);
    headers.append(header::ORIGIN, "https://auth.example".parse().unwrap());
    assert_eq!(check(&RequestOrigin::of(&headers), &trusted(&[])), Err(OriginRefusal::Invalid));
}

#[test]
fn without_cookies_and_browsers_marks_anything_goes() {
    assert_eq!(checked(&[]), Ok(()));
    assert_eq!(checked(&[("origin", "https://evil.example")]), Ok(()));
    assert_eq!(form_checked(&[]), Ok(()));
}

//
#[test]
fn what_the_browser_calls_cross_site_is_refused_without_a_trusted_origin() {
    let cross = ("sec-fetch-site", "cross-site");
    assert_eq!(checked(&[cross, ("origin", "https://evil.example")]), Err(OriginRefusal::Invalid));
    assert_eq!(checked(&[cross, ("origin", "null")]), Err(OriginRefusal::MissingOrNull));
    assert_eq!(checked(&[cross]), Err(OriginRefusal::MissingOrNull));
    assert_eq!(checked(&[cross, ("origin", "https://a.wild.example")]), Ok(()));
}

//
#[test]
fn a_form_of_another_site_is_refused_even_from_a_trusted_one() {
    let navigation = [("sec-fetch-site", "cross-site"), ("sec-fetch-mode", "navigate")];
    assert_eq!(form_checked(&navigation), Err(OriginRefusal::CrossSiteNavigation));
    let trusted = [navigation[0], navigation[1], ("origin", "https://a.wild.example")];
    assert_eq!(form_checked(&trusted), Err(OriginRefusal::CrossSiteNavigation));
    assert_eq!(checked(&navigation), Err(OriginRefusal::CrossSiteNavigation));
}

#[test]
fn a_form_without_cookies_is_judged_by_what_it_says_of_itself() {
    use OriginRefusal::{Invalid, MissingOrNull};
    assert_eq!(form_checked(&[("origin", "https://evil.example")]), Err(Invalid));
    assert_eq!(form_checked(&[("origin", "https://auth.example")]), Ok(()));
    assert_eq!(form_checked(&[("origin", "null")]), Err(MissingOrNull));
    assert_eq!(form_checked(&[("referer", "https://evil.example/x")]), Err(Invalid));
    assert_eq!(form_checked(&[("sec-fetch-site", "same-origin")]), Err(MissingOrNull));
    assert_eq!(form_checked(&[("sec-fetch-dest", "document")]), Err(MissingOrNull));
    assert_eq!(form_checked(&[("sec-fetch-mode", "cors"), ("origin", "https://auth.example")]), Ok(()));
}

/// The simplest matcher there is.
fn naive(pattern: &[char], text: &[char]) -> bool {
    match (pattern.split_first(), text.split_first()) {
        (None, None) => true,
        (Some(('*', rest)), None) => naive(rest, text),
        (Some(('*', rest)), Some((_, others))) => naive(rest, text) || naive(pattern, others),
        (Some((p, rest)), Some((t, others))) => (*p == '?' || p == t) && naive(rest, others),
        _ => false,
    }
}

proptest! {
    #[test]
    fn a_glob_matches_what_the_simplest_matcher_does(pattern in "[ab.*?]{0,8}", text in "[ab.]{0,10}") {
        let chars = |text: &str| text.chars().collect::<Vec<_>>();
        prop_assert_eq!(Glob::new(&pattern).matches(&text), naive(&chars(&pattern), &chars(&text)));
    }

    #[test]
    fn a_url_is_trusted_only_if_its_host_is(host in "[a-z.@:/\\\\?#%]{1,24}") {
        let url = format!("https://{host}");
        let ours = url::Url::parse(&url).is_ok_and(|url| {
            url.port().is_none() && matches!(url.host_str(), Some(host) if host == "auth.example" || host.ends_with(".wild.example"))
        });
        prop_assert_eq!(trusted(&["*.wild.example"]).contains(&url), ours);
    }

    #[test]
    fn no_text_makes_it_panic(text in ".{0,40}", pattern in ".{0,20}") {
        if let Ok(trusted) = TrustedOrigins::new(BASE, [pattern.as_str()]) {
            let _ = trusted.contains(&text);
        }
    }
}
