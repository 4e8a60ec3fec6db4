//! Where a person may be sent afterwards (protocol spec 6.4; X-7).

use crate::{error::ApiError, origin::TrustedOrigins, query::Query, schema::is_truthy};
use axum::http::StatusCode;
use serde_json::Value;
use stayd_protocol::{ErrorCode, encode_component};
use url::Url;

/// A parameter that holds such an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Parameter {
    Callback,
    Redirect,
    ErrorCallback,
    NewUserCallback,
}

/// Why an address was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RedirectRefusal {
    /// It is no text.
    NoText(Parameter),
    /// It leads somewhere that is not trusted, or not plainly.
    Untrusted(Parameter),
}

impl From<RedirectRefusal> for ApiError {
    fn from(refusal: RedirectRefusal) -> Self {
        use Parameter::{Callback, ErrorCallback, NewUserCallback, Redirect};
        let parameter = match refusal {
            RedirectRefusal::NoText(parameter) => {
                let message = match parameter {
                    Callback => "Invalid callbackURL: expected a string",
                    Redirect => "Invalid redirectURL: expected a string",
                    ErrorCallback => "Invalid errorCallbackURL: expected a string",
                    NewUserCallback => "Invalid newUserCallbackURL: expected a string",
                };
                return Self::message(StatusCode::BAD_REQUEST, message);
            }
            RedirectRefusal::Untrusted(parameter) => parameter,
        };
        let code = match parameter {
            Callback => ErrorCode::InvalidCallbackUrl,
            Redirect => ErrorCode::InvalidRedirectUrl,
            ErrorCallback => ErrorCode::InvalidErrorCallbackUrl,
            NewUserCallback => ErrorCode::InvalidNewUserCallbackUrl,
        };
        Self::coded(StatusCode::FORBIDDEN, code)
    }
}

/// Checks every such address in a request that changes something, in upstream's order. What JavaScript takes for false is skipped.
pub(crate) fn check_redirect_targets(
    body: Option<&Value>,
    query: &Query,
    trusted: &TrustedOrigins,
) -> Result<(), RedirectRefusal> {
    let in_body = |name: &str| body.and_then(|body| body.get(name)).filter(|value| is_truthy(value)).cloned();
    let in_query = |name: &str| query.as_object().get(name).filter(|value| is_truthy(value)).cloned();
    let targets = [
        (Parameter::Callback, in_body("callbackURL").or_else(|| in_query("callbackURL"))),
        (Parameter::Redirect, in_body("redirectTo")),
        (Parameter::ErrorCallback, in_body("errorCallbackURL")),
        (Parameter::NewUserCallback, in_body("newUserCallbackURL")),
    ];
    for (parameter, target) in targets {
        match target {
            None => {}
            Some(Value::String(target)) if is_allowed(&target, trusted) => {}
            Some(Value::String(_)) => return Err(RedirectRefusal::Untrusted(parameter)),
            Some(_) => return Err(RedirectRefusal::NoText(parameter)),
        }
    }
    Ok(())
}

/// Checks the address that a link carries; an empty one is none.
pub(crate) fn check_callback(target: &str, trusted: &TrustedOrigins) -> Result<(), RedirectRefusal> {
    if target.is_empty() || is_allowed(target, trusted) {
        return Ok(());
    }
    Err(RedirectRefusal::Untrusted(Parameter::Callback))
}

/// Whether a person may be sent there: a path of this deployment, or a URL of a trusted origin.
pub(crate) fn is_allowed(target: &str, trusted: &TrustedOrigins) -> bool {
    // Browsers drop tabs and line ends from a URL and take `\` for `/`; other readers do not, so nobody has to decide.
    if target.contains('\\') || target.chars().any(char::is_control) {
        return false;
    }
    if target.starts_with('/') {
        is_plain_path(target)
    } else {
        trusted.contains(target) && has_no_user(target)
    }
}

/// Whether a path stays on its own origin for every reader: a browser, a client-side router, a proxy.
fn is_plain_path(target: &str) -> bool {
    let path = target.split(['?', '#']).next().unwrap_or_default().to_ascii_lowercase();
    if target.starts_with("//") || path.contains("%2f") || path.contains("%5c") {
        return false;
    }
    let Ok(base) = Url::parse("https://path.invalid") else { return false };
    // `/..//host` is on its own origin, but a router that only looks at the path without dots sees `//host` (protocol spec 12, #22).
    base.join(target).is_ok_and(|url| url.origin() == base.origin() && !url.path().starts_with("//"))
}

/// `https://trusted@…` fools people even where it leads to a trusted place.
fn has_no_user(target: &str) -> bool {
    Url::parse(target).is_ok_and(|url| url.username().is_empty() && url.password().is_none())
}

/// Adds a parameter to an address: behind the query it has, before its fragment.
pub(crate) fn with_parameter(target: &str, name: &str, value: &str) -> String {
    let (address, fragment) = match target.split_once('#') {
        Some((address, fragment)) => (address, Some(fragment)),
        None => (target, None),
    };
    let joint = match address.split_once('?') {
        None => "?",
        Some((_, query)) if query.is_empty() || query.ends_with('&') => "",
        Some(_) => "&",
    };
    let value = encode_component(value);
    let mut result = format!("{address}{joint}{name}={value}");
    if let Some(fragment) = fragment {
        result.push('#');
        result.push_str(fragment);
    }
    result
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    fn trusted() -> TrustedOrigins {
        TrustedOrigins::new("https://auth.example", ["https://app.example", "myapp://cb"]).unwrap()
    }

    fn checked(body: &Value, query: &str) -> Result<(), RedirectRefusal> {
        check_redirect_targets(Some(body), &Query::parse(query), &trusted())
    }

    #[test]
    fn paths_and_urls_of_trusted_origins_are_allowed() {
        for target in [
            "/",
            "/dash",
            "/dash ",
            "/dash?next=%2Fx&u=https://evil.example",
            "/a//b",
            "/a/../b",
            "/dash#//evil",
            "/é",
            "/a%20b",
            "https://app.example",
            "https://auth.example/x?y#z",
            "https://APP.example:443/x",
            "myapp://cb/deep",
        ] {
            assert!(is_allowed(target, &trusted()), "{target}");
        }
    }

    //
    #[test]
    fn what_leads_elsewhere_or_might_is_refused() {
        for target in [
            "//evil.example",
            "///evil.example",
            "/\\evil.example",
            "\\\\evil.example",
            "/..//evil.example",
            "/.//evil.example",
            "/a/..//evil.example",
            "/%2e%2e//evil.example",
            "/%2E//evil.example",
            "/%2fevil.example",
            "/%2Fevil.example",
            "/%5cevil.example",
            "/\tevil",
            "/\t/evil.example",
            "/a\r\nb",
            "/\u{7f}",
            "/\u{85}",
            " /dash",
            "dash",
            "javascript:alert(1)",
            "data:text/html,x",
            "https://evil.example",
            "https:evil.example",
            "https:/evil.example",
            "https://app.example@evil.example",
            "https://user@app.example",
            "https://user:word@app.example/",
            "https://app.example\\@evil.example",
            "https://app.example.evil.example",
            "https://app。example.evil",
            "ht\ttps://app.example",
            "http://app.example",
            "//app.example",
            "myapp://other",
            "myapp://cb@evil",
        ] {
            assert!(!is_allowed(target, &trusted()), "{target:?}");
        }
    }

    #[test]
    fn each_parameter_has_its_own_refusal() {
        let evil = "https://evil.example";
        let cases = [
            ("callbackURL", Parameter::Callback),
            ("redirectTo", Parameter::Redirect),
            ("errorCallbackURL", Parameter::ErrorCallback),
            ("newUserCallbackURL", Parameter::NewUserCallback),
        ];
        for (name, parameter) in cases {
            assert_eq!(checked(&json!({name: evil}), ""), Err(RedirectRefusal::Untrusted(parameter)));
            assert_eq!(checked(&json!({name: ["/x"]}), ""), Err(RedirectRefusal::NoText(parameter)));
            assert_eq!(checked(&json!({name: "/x"}), ""), Ok(()));
            for nothing in [json!(null), json!(""), json!(false), json!(0)] {
                assert_eq!(checked(&json!({name: nothing}), ""), Ok(()));
            }
        }
    }

    #[test]
    fn the_query_counts_where_the_body_says_nothing() {
        let untrusted = Err(RedirectRefusal::Untrusted(Parameter::Callback));
        assert_eq!(checked(&json!({}), "callbackURL=//evil"), untrusted);
        assert_eq!(checked(&json!({"callbackURL": ""}), "callbackURL=//evil"), untrusted);
        assert_eq!(checked(&json!({"callbackURL": "/x"}), "callbackURL=//evil"), Ok(()));
        let twice = checked(&json!({}), "callbackURL=/x&callbackURL=/y");
        assert_eq!(twice, Err(RedirectRefusal::NoText(Parameter::Callback)));
        assert_eq!(check_redirect_targets(None, &Query::parse("redirectTo=//evil"), &trusted()), Ok(()));
    }

    #[test]
    fn a_link_without_an_address_leads_nowhere_wrong() {
        assert_eq!(check_callback("", &trusted()), Ok(()));
        assert_eq!(
            check_callback("//evil", &trusted()),
            Err(RedirectRefusal::Untrusted(Parameter::Callback))
        );
    }

    #[test]
    fn a_parameter_goes_behind_the_query_and_before_the_fragment() {
        assert_eq!(with_parameter("/x", "error", "A"), "/x?error=A");
        assert_eq!(with_parameter("/x?y=1", "error", "A"), "/x?y=1&error=A");
        assert_eq!(with_parameter("/x?y=1#z?w", "error", "A"), "/x?y=1&error=A#z?w");
        assert_eq!(with_parameter("/x#z", "token", "a b&c"), "/x?token=a%20b%26c#z");
        assert_eq!(with_parameter("/x?#", "error", "A"), "/x?error=A#");
    }

    proptest! {
        #[test]
        fn an_allowed_target_stays_at_home_for_a_browser(target in "[/\\\\.a%25fF?#@: \t-]{1,16}") {
            if is_allowed(&target, &trusted()) {
                let base = Url::parse("https://auth.example/page/").unwrap();
                let url = base.join(&target).unwrap();
                prop_assert_eq!(url.origin(), base.origin());
                prop_assert!(!url.path().starts_with("//"));
            }
        }

        #[test]
        fn a_parameter_is_read_back_as_it_was_added(path in "/[a-z]{0,5}(\\?[a-z]=[a-z]{0,3})?(#[a-z]{0,3})?", value in ".{0,20}") {
            let base = Url::parse("https://auth.example").unwrap();
            let before = base.join(&path).unwrap();
            let after = base.join(&with_parameter(&path, "token", &value)).unwrap();
            prop_assert_eq!(before.path(), after.path());
            prop_assert_eq!(before.fragment(), after.fragment());
            let last = after.query_pairs().last().unwrap();
            prop_assert_eq!(last.0.as_ref(), "token");
            prop_assert_eq!(last.1.as_ref(), value.as_str());
        }
    }
}
