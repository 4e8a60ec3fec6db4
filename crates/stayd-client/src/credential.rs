//! What a request carries: the session's cookies and, where it changes something, what a server may ask for beside them.

use reqwest::header::{COOKIE, HeaderMap, HeaderName, HeaderValue, ORIGIN};
use reqwest::{Request, StatusCode};
use serde_json::Value;
use url::Url;

use crate::jar::Jar;

/// Where a CSRF token goes (`docs/csrf.md`).
const TOKEN: HeaderName = HeaderName::from_static("x-csrf-token");

/// What a server says of a change whose token is missing, or belongs to another session.
const TOKEN_REFUSED: [&str; 2] = ["CSRF_TOKEN_MISSING", "CSRF_TOKEN_INVALID"];

/// Puts on the request what the jar holds for its address.
///
/// A server that guards cookies in browsers cannot tell them from ours: to a change that carries any belongs where it comes from, and the
/// token of the server's cookie, if it has given one. A request without cookies is a program's, and is asked for neither.
pub(crate) fn carry(request: &mut Request, server: &Url, jar: &Jar) {
    let (url, is_safe) = (request.url().clone(), request.method().is_safe());
    let headers = request.headers_mut();
    if let Some(cookies) = jar.header(server, &url) {
        add_cookies(headers, &cookies);
    }
    if is_safe || !headers.contains_key(COOKIE) {
        return;
    }
    let origin = HeaderValue::from_str(&server.origin().ascii_serialization()).ok();
    for (name, value) in [(ORIGIN, origin), (TOKEN, secret(jar.csrf_token(server, &url).map(str::to_owned)))]
    {
        // What the program says itself stands.
        if let (Some(value), false) = (value, headers.contains_key(&name)) {
            headers.insert(name, value);
        }
    }
}

/// Whether a change was refused for its token. The right one comes with the refusal, as a cookie.
pub(crate) fn is_token_refused(status: StatusCode, json: Option<&Value>) -> bool {
    let code = json.and_then(|json| json.get("code")?.as_str());
    status == StatusCode::FORBIDDEN && code.is_some_and(|code| TOKEN_REFUSED.contains(&code))
}

/// Adds to the request's own cookies.
fn add_cookies(headers: &mut HeaderMap, cookies: &str) {
    let own = headers.get(COOKIE).and_then(|value| value.to_str().ok());
    let all = own.map_or_else(|| cookies.to_owned(), |own| format!("{own}; {cookies}"));
    if let Some(value) = secret(Some(all)) {
        headers.insert(COOKIE, value);
    }
}

/// As a header that no log shows; a value that no header can hold is not sent.
fn secret(text: Option<String>) -> Option<HeaderValue> {
    let mut value = HeaderValue::from_str(&text?).ok()?;
    value.set_sensitive(true);
    Some(value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use reqwest::Method;
    use serde_json::json;

    const SERVER: &str = "https://app.example.com/api/auth";

    fn carried(method: Method, url: &str, set_cookies: &[&str]) -> HeaderMap {
        let server: Url = SERVER.parse().unwrap();
        let mut jar = Jar::default();
        jar.take(&server, set_cookies.iter().copied());
        let mut request = Request::new(method, url.parse().unwrap());
        carry(&mut request, &server, &jar);
        std::mem::take(request.headers_mut())
    }

    #[test]
    fn no_log_shows_the_credential() {
        let value = secret(Some("token=open-sesame".to_owned())).unwrap();
        assert_eq!(format!("{value:?}"), "Sensitive");
        assert_eq!(secret(Some("token=a\nb".to_owned())), None);
        assert_eq!(secret(None), None);
        let headers = carried(Method::POST, SERVER, &["session=hidden", "my-app.csrf_token=hidden"]);
        assert!(headers.len() == 3 && !format!("{headers:?}").contains("hidden"), "{headers:?}");
    }

    #[test]
    fn a_change_says_where_it_comes_from_and_proves_it_and_nothing_else_does() {
        let cookies = ["session=s; Path=/", "__Secure-better-auth.csrf_token=t; Secure; Path=/"];
        let change = carried(Method::DELETE, SERVER, &cookies);
        assert_eq!(change["origin"], "https://app.example.com");
        assert_eq!(change["x-csrf-token"], "t");
        let question = carried(Method::GET, SERVER, &cookies);
        assert!(question.len() == 1 && question.contains_key(COOKIE));
        // Without cookies there is nothing that a stranger could abuse.
        assert!(carried(Method::POST, SERVER, &[]).is_empty());
        assert!(carried(Method::POST, "https://elsewhere.example.com/", &cookies).is_empty());
    }

    #[test]
    fn a_token_that_stays_at_home_is_not_told_to_a_host_below_the_domain() {
        let cookies = ["session=s; Domain=example.com; Path=/", "better-auth.csrf_token=t; Path=/"];
        let headers = carried(Method::POST, "https://api.example.com/orders", &cookies);
        assert_eq!(headers["cookie"], "session=s");
        assert!(!headers.contains_key("x-csrf-token"));
    }

    #[test]
    fn only_the_servers_own_word_is_a_refusal_of_the_token() {
        let refused = |status, code: &str| is_token_refused(status, Some(&json!({ "code": code })));
        assert!(refused(StatusCode::FORBIDDEN, "CSRF_TOKEN_MISSING"));
        assert!(refused(StatusCode::FORBIDDEN, "CSRF_TOKEN_INVALID"));
        assert!(!refused(StatusCode::FORBIDDEN, "INVALID_ORIGIN"));
        assert!(!refused(StatusCode::UNAUTHORIZED, "CSRF_TOKEN_INVALID"));
        assert!(!is_token_refused(StatusCode::FORBIDDEN, None));
    }
}
