//! The cache cookie in pieces: browsers drop cookies of more than about 4,093 bytes (protocol spec 3.6, Chunking).

use std::borrow::Cow;

use crate::SetCookie;
use crate::cookie;

/// Most characters of a session-data cookie, all pieces together (security requirement J-5): half of the 32 kB that a request's
/// headers may have, and room for the longest name and user agent that Better Auth would cache.
pub const MAX_SESSION_DATA_LENGTH: usize = 16 * 1024;

/// Most bytes of one whole `Set-Cookie` text. Safari's limit is the lowest, 4,093; this leaves a little room.
const MAX_SET_COOKIE_LENGTH: usize = 4050;

/// Most pieces that are written or read.
const MAX_PIECES: usize = 100;

impl SetCookie {
    /// This cookie, or, when it would be too long for a browser, its pieces `name.0`, `name.1` and so on.
    ///
    /// Nothing at all when more than a hundred pieces would be needed: what is cached there does not belong in a cookie.
    /// Clear the pieces that an earlier, longer value left behind ([`crate::CookieConfig::session_data_pieces`]).
    pub fn split(self) -> Vec<SetCookie> {
        let empty = SetCookie { name: format!("{}.99", self.name), value: String::new(), ..self.clone() };
        let Some(size) = MAX_SET_COOKIE_LENGTH.checked_sub(empty.to_string().len()).filter(|&size| size > 0)
        else {
            return Vec::new();
        };
        if self.value.len() <= size {
            return vec![self];
        }
        if self.value.len().div_ceil(size) > MAX_PIECES || !self.value.is_ascii() {
            return Vec::new();
        }
        let mut pieces = Vec::new();
        let mut rest = self.value.as_str();
        while !rest.is_empty() {
            let (value, after) = rest.split_at_checked(size).unwrap_or((rest, ""));
            let name = format!("{}.{}", self.name, pieces.len());
            pieces.push(SetCookie { name, value: value.to_owned(), ..empty.clone() });
            rest = after;
        }
        pieces
    }
}

/// The value of the cookie `name` in a `Cookie` header, put together from its pieces if it came in some.
///
/// The cookie in one piece wins. A piece that is missing is not noticed here; the signature does that. `None` also
/// when the whole would be longer than [`MAX_SESSION_DATA_LENGTH`].
pub fn join_chunks<'a>(header: &'a [u8], name: &str) -> Option<Cow<'a, str>> {
    if let Some(whole) = cookie::find(header, name).filter(|value| !value.is_empty()) {
        return Some(whole);
    }
    let mut pieces: Vec<(usize, &[u8])> = Vec::new();
    for (found, raw) in cookie::each(header) {
        let Some(number) = piece_number(found, name).filter(|&number| number < MAX_PIECES) else { continue };
        if !pieces.iter().any(|(taken, _)| *taken == number) {
            pieces.push((number, raw));
        }
    }
    pieces.sort_unstable_by_key(|(number, _)| *number);
    let mut whole = String::new();
    for (_, raw) in pieces {
        whole.push_str(&cookie::decode(raw)?);
        if whole.len() > MAX_SESSION_DATA_LENGTH {
            return None;
        }
    }
    (!whole.is_empty()).then_some(Cow::Owned(whole))
}

/// The number behind `base.` in a cookie's name, if it is written as we would write it (no `01`, no `+1`).
pub(crate) fn piece_number(name: &[u8], base: &str) -> Option<usize> {
    let digits = name.strip_prefix(base.as_bytes())?.strip_prefix(b".")?;
    let is_canonical = digits == b"0" || digits.first().is_some_and(|first| (b'1'..=b'9').contains(first));
    if !is_canonical || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    str::from_utf8(digits).ok()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::CookieConfig;
    use proptest::prelude::*;
    use std::time::Duration;

    const NAME: &str = "better-auth.session_data";

    fn cookie_of(length: usize) -> SetCookie {
        let value = (0..length).map(|at| char::from(b'a' + u8::try_from(at % 26).unwrap())).collect();
        CookieConfig::default().session_data(value, Some(Duration::from_mins(5)))
    }

    fn header(pieces: &[SetCookie]) -> String {
        pieces.iter().map(|piece| format!("{}={}", piece.name, piece.value)).collect::<Vec<_>>().join("; ")
    }

    #[test]
    fn a_value_that_fits_is_one_cookie() {
        assert_eq!(cookie_of(3977).split(), vec![cookie_of(3977)]);
    }

    #[test]
    fn a_longer_value_is_cut_where_the_real_package_cuts_it() {
        let pieces = cookie_of(3977 + 3977 + 870).split();
        let shape: Vec<_> = pieces.iter().map(|piece| (piece.name.as_str(), piece.value.len())).collect();
        assert_eq!(
            shape,
            [
                ("better-auth.session_data.0", 3977),
                ("better-auth.session_data.1", 3977),
                ("better-auth.session_data.2", 870)
            ]
        );
        assert!(pieces.iter().all(|piece| piece.to_string().len() <= MAX_SET_COOKIE_LENGTH));
    }

    #[test]
    fn more_than_a_hundred_pieces_are_not_stored() {
        assert_eq!(cookie_of(397_700).split().len(), 100);
        assert_eq!(cookie_of(397_701).split(), Vec::new());
    }

    #[test]
    fn pieces_are_put_together_by_number_whatever_their_order() {
        let joined = |header: &str| join_chunks(header.as_bytes(), "a").map(Cow::into_owned);
        assert_eq!(joined("a.10=z; a.2=y; a.0=x"), Some("xyz".into()));
        assert_eq!(joined("a.0=x; a=whole; a.1=y"), Some("whole".into()));
        assert_eq!(joined("a=; a.0=x"), Some("x".into()));
        assert_eq!(joined("a.0=x; a.0=w; a.00=v; a.+1=u; a.1x=t; a.=s; a.100=r; ab.0=q"), Some("x".into()));
        assert_eq!(joined("a.0=x; a.1=%"), None);
        assert_eq!(joined("b.0=x"), None);
        assert_eq!(
            joined(&format!("a.0={0}; a.1={0}; a.2={0}", "x".repeat(MAX_SESSION_DATA_LENGTH / 2))),
            None
        );
    }

    proptest! {
        #[test]
        fn what_is_split_is_joined(length in 1..MAX_SESSION_DATA_LENGTH) {
            let cookie = cookie_of(length);
            let value = cookie.value.clone();
            let header = header(&cookie.split());
            prop_assert_eq!(join_chunks(header.as_bytes(), NAME).map(Cow::into_owned), Some(value));
        }

        #[test]
        fn any_header_is_joined_without_panic(header in "([ab]?(\\.[0-9]{0,3})?=[^;]{0,9};? ?){0,9}") {
            let _ = join_chunks(header.as_bytes(), "a");
        }
    }
}
