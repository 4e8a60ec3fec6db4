//! What a request shows of its sender.

use std::borrow::Cow;

use http::{HeaderMap, header};
use stayd_protocol::{cookie, join_chunks};

use crate::cookies::CookieNames;

/// What a request shows of its sender. A bearer token goes before cookies: it was put there on purpose.
pub(crate) enum Shown<'a> {
    Nothing,
    /// An access token.
    Bearer(&'a str),
    /// The signed token of a session, perhaps a copy of the session, and which device it comes from: a session may be bound to that.
    Cookies {
        token: Cow<'a, str>,
        data: Option<Cow<'a, str>>,
        device: Option<Cow<'a, str>>,
    },
    /// Something that cannot be read as either.
    Unreadable,
}

/// The cookies of a request in one piece: HTTP/2 may send them in several.
pub(crate) fn cookie_header(headers: &HeaderMap) -> Cow<'_, [u8]> {
    let mut values = headers.get_all(header::COOKIE).iter();
    match (values.next(), values.next()) {
        (None, _) => Cow::Borrowed(b""),
        (Some(only), None) => Cow::Borrowed(only.as_bytes()),
        (Some(first), Some(second)) => {
            let rest: Vec<&[u8]> =
                [first, second].into_iter().chain(values).map(header::HeaderValue::as_bytes).collect();
            Cow::Owned(rest.join(&b"; "[..]))
        }
    }
}

/// `cookies` is [`cookie_header`] of the same headers.
pub(crate) fn shown<'a>(headers: &'a HeaderMap, cookies: &'a [u8], names: &CookieNames) -> Shown<'a> {
    let mut authorizations = headers.get_all(header::AUTHORIZATION).iter();
    if let Some(value) = authorizations.next() {
        if authorizations.next().is_some() {
            return Shown::Unreadable;
        }
        let Ok(text) = value.to_str() else { return Shown::Unreadable };
        let (scheme, token) = text.split_once(' ').unwrap_or((text, ""));
        if scheme.eq_ignore_ascii_case("bearer") {
            let token = token.trim_start_matches(' ');
            return if token.is_empty() { Shown::Unreadable } else { Shown::Bearer(token) };
        }
        // Another scheme is another layer's.
    }
    match cookie::find(cookies, &names.session_token).filter(|value| !value.is_empty()) {
        Some(token) => Shown::Cookies {
            token,
            data: join_chunks(cookies, &names.session_data),
            device: cookie::find(cookies, &names.device),
        },
        None => Shown::Nothing,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use stayd_protocol::CookieConfig;

    fn kind(pairs: &[(header::HeaderName, &'static str)]) -> &'static str {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.append(name, header::HeaderValue::from_static(value));
        }
        let cookies = cookie_header(&headers);
        match shown(&headers, &cookies, &CookieNames::new(&CookieConfig::default())) {
            Shown::Nothing => "nothing",
            Shown::Bearer("a.b.c") => "bearer",
            Shown::Bearer(_) => "another bearer",
            Shown::Cookies { data: Some(_), .. } => "both cookies",
            Shown::Cookies { .. } => "a cookie",
            Shown::Unreadable => "unreadable",
        }
    }

    #[test]
    fn a_request_shows_one_thing() {
        use header::{AUTHORIZATION, COOKIE};
        assert_eq!(kind(&[]), "nothing");
        assert_eq!(kind(&[(AUTHORIZATION, "Bearer a.b.c")]), "bearer");
        assert_eq!(kind(&[(AUTHORIZATION, "bEaReR  a.b.c")]), "bearer");
        assert_eq!(kind(&[(AUTHORIZATION, "Bearer")]), "unreadable");
        assert_eq!(kind(&[(AUTHORIZATION, "Bearer a.b.c"), (AUTHORIZATION, "Bearer a.b.c")]), "unreadable");
        assert_eq!(kind(&[(AUTHORIZATION, "Basic a")]), "nothing");
        assert_eq!(kind(&[(AUTHORIZATION, "Basic a"), (COOKIE, "better-auth.session_token=t")]), "a cookie");
        let two = [(COOKIE, "better-auth.session_token=t"), (COOKIE, "better-auth.session_data=d")];
        assert_eq!(kind(&two), "both cookies");
        assert_eq!(kind(&[(COOKIE, "better-auth.session_token=")]), "nothing");
    }
}
