//! Exactly one host per request, and one of ours (H-4).

use super::refusal::Refusal;
use axum::http::{HeaderValue, Request, header, uri::Authority};

/// Checks the host of a request. With HTTP/2 the `Host` header is filled in from `:authority`, so that all behind find it in one place.
pub(super) fn check<B>(request: &mut Request<B>, allowed: Option<&[String]>) -> Result<(), Refusal> {
    let mut hosts = request.headers().get_all(header::HOST).iter();
    let host = match (hosts.next(), hosts.next()) {
        (Some(host), None) => host,
        (None, None) => return check_authority(request, allowed),
        _ => return Err(Refusal::Host),
    };
    if !is_valid(host.as_bytes()) {
        return Err(Refusal::Host);
    }
    // A whole URL as the target, or both `:authority` and `Host`: they have to agree, or two readers see two hosts.
    if let Some(authority) = request.uri().authority()
        && !authority.as_str().as_bytes().eq_ignore_ascii_case(host.as_bytes())
    {
        return Err(Refusal::Host);
    }
    check_allowed(host.as_bytes(), allowed)
}

fn check_authority<B>(request: &mut Request<B>, allowed: Option<&[String]>) -> Result<(), Refusal> {
    if request.version() < axum::http::Version::HTTP_2 {
        return Err(Refusal::Host);
    }
    let authority = request.uri().authority().map(Authority::as_str).ok_or(Refusal::Host)?;
    let host = HeaderValue::from_str(authority).map_err(|_| Refusal::Host)?;
    if !is_valid(host.as_bytes()) {
        return Err(Refusal::Host);
    }
    check_allowed(host.as_bytes(), allowed)?;
    request.headers_mut().insert(header::HOST, host);
    Ok(())
}

fn check_allowed(host: &[u8], allowed: Option<&[String]>) -> Result<(), Refusal> {
    let Some(allowed) = allowed else { return Ok(()) };
    let without_port = without_port(host);
    let is_ours = |entry: &String| {
        let entry = entry.as_bytes();
        host.eq_ignore_ascii_case(entry) || without_port.eq_ignore_ascii_case(entry)
    };
    if allowed.iter().any(is_ours) { Ok(()) } else { Err(Refusal::ForeignHost) }
}

fn without_port(host: &[u8]) -> &[u8] {
    match host.iter().rposition(|byte| *byte == b':') {
        // The colons of an IPv6 address stand inside its brackets.
        Some(colon) if !host.get(colon..).unwrap_or_default().contains(&b']') => {
            host.get(..colon).unwrap_or_default()
        }
        _ => host,
    }
}

/// Names, addresses and a port; nothing that a reader could take for the end of a host, above all no `@`, `/` or blank.
fn is_valid(host: &[u8]) -> bool {
    let is_fine = |byte: &u8| byte.is_ascii_alphanumeric() || b".-_~:[]".contains(byte);
    !host.is_empty() && host.iter().all(is_fine)
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::Version;

    fn request(target: &str, hosts: &[&str], version: Version) -> Request<()> {
        let mut request = Request::builder().uri(target).version(version).body(()).unwrap();
        for host in hosts {
            request.headers_mut().append(header::HOST, host.parse().unwrap());
        }
        request
    }

    fn http1(target: &str, hosts: &[&str]) -> Result<(), Refusal> {
        check(&mut request(target, hosts, Version::HTTP_11), None)
    }

    #[test]
    fn one_valid_host_is_let_through() {
        for host in ["a.example", "127.0.0.1:3000", "[::1]:80", "localhost", "with_underscore"] {
            assert_eq!(http1("/", &[host]), Ok(()), "{host}");
        }
    }

    #[test]
    fn no_host_two_hosts_and_odd_hosts_are_refused() {
        let cases: [&[&str]; 6] = [&[], &["a", "a"], &["a", "b"], &[""], &["a@b"], &["a/b"]];
        for hosts in cases {
            assert_eq!(http1("/", hosts), Err(Refusal::Host), "{hosts:?}");
        }
    }

    #[test]
    fn a_target_that_names_another_host_is_refused() {
        assert_eq!(http1("http://a.example/x", &["A.example"]), Ok(()));
        assert_eq!(http1("http://evil.example/x", &["a.example"]), Err(Refusal::Host));
    }

    #[test]
    fn http_2_names_its_host_in_the_authority_and_handlers_find_it_in_the_header() {
        let mut request = request("http://a.example/x", &[], Version::HTTP_2);
        assert_eq!(check(&mut request, None), Ok(()));
        assert_eq!(request.headers()[header::HOST], "a.example");
    }

    #[test]
    fn a_host_that_is_not_ours_is_misdirected() {
        let allowed = ["a.example".to_owned(), "b.example:8443".to_owned(), "[::1]".to_owned()];
        let check = |host: &str| check(&mut request("/", &[host], Version::HTTP_11), Some(&allowed));
        for host in ["a.example", "A.EXAMPLE:3000", "b.example:8443", "[::1]:80", "[::1]"] {
            assert_eq!(check(host), Ok(()), "{host}");
        }
        for host in ["b.example", "b.example:80", "x.a.example", "evil", "[::2]:80"] {
            assert_eq!(check(host), Err(Refusal::ForeignHost), "{host}");
        }
    }
}
