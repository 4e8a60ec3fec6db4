//! Conditions of requests: `If-Match` and `If-None-Match`, with revisions as entity tags (RFC 9110, 8.8.3 and 13.1).

use crate::schema::BodyError;
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use stayd_engine::{Expectation, States, store::Revision};

/// How two tags are held against each other (8.8.3.2).
#[derive(Clone, Copy, PartialEq, Eq)]
enum Comparison {
    /// A tag that is marked as weak is like no other. For what changes something.
    Strong,
    /// The mark does not count.
    Weak,
}

/// What a request expects of the document that it names.
pub(crate) fn read(headers: &HeaderMap) -> Result<Expectation, BodyError> {
    Ok(Expectation {
        is: states(headers, &header::IF_MATCH, Comparison::Strong)?,
        is_not: states(headers, &header::IF_NONE_MATCH, Comparison::Weak)?,
    })
}

/// The entity tag of a revision.
pub(crate) fn tag(revision: Revision) -> Option<HeaderValue> {
    HeaderValue::from_str(&format!("\"{revision}\"")).ok()
}

fn states(
    headers: &HeaderMap,
    name: &HeaderName,
    comparison: Comparison,
) -> Result<Option<States>, BodyError> {
    if !headers.contains_key(name) {
        return Ok(None);
    }
    let odd = || BodyError::invalid(&format!("headers.{name}"));
    let lines: Result<Vec<&str>, _> = headers.get_all(name).iter().map(HeaderValue::to_str).collect();
    let list = lines.map_err(|_| odd())?.join(",");
    match list.trim() {
        // Whoever names no state at all has forgotten it, and does not mean any.
        "" => Err(odd()),
        "*" => Ok(Some(States::Any)),
        list => Ok(Some(States::These(revisions(list, comparison).ok_or_else(odd)?))),
    }
}

/// The revisions in a list of tags. A tag that we did not make is no revision, and is passed over; `None` where something is no tag.
fn revisions(list: &str, comparison: Comparison) -> Option<Vec<Revision>> {
    let mut revisions = Vec::new();
    let mut rest = list;
    loop {
        rest = rest.trim_start_matches([' ', '\t', ',']);
        if rest.is_empty() {
            return Some(revisions);
        }
        let plain = rest.strip_prefix("W/");
        let (text, after) = plain.unwrap_or(rest).strip_prefix('"')?.split_once('"')?;
        let counts = plain.is_none() || comparison == Comparison::Weak;
        revisions.extend(revision(text).filter(|_| counts));
        rest = after.trim_start_matches([' ', '\t']);
        if !rest.is_empty() && !rest.starts_with(',') {
            return None;
        }
    }
}

/// As we write it, and in no other way: `"07"` and `"+7"` are other tags.
fn revision(text: &str) -> Option<Revision> {
    let number: u64 = text.parse().ok()?;
    (number.to_string() == text).then(|| Revision::new(number))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn of(lines: &[(HeaderName, &str)]) -> Result<Expectation, BodyError> {
        read(&lines.iter().map(|(name, value)| (name.clone(), value.parse().unwrap())).collect())
    }

    fn these(numbers: &[u64]) -> States {
        States::These(numbers.iter().copied().map(Revision::new).collect())
    }

    #[test]
    fn lists_of_tags_are_read_as_the_rfc_has_them() {
        let (yes, no) = (header::IF_MATCH, header::IF_NONE_MATCH);
        assert_eq!(of(&[]).unwrap(), Expectation::default());
        assert_eq!(of(&[(yes.clone(), "*")]).unwrap().is, Some(States::Any));
        assert_eq!(of(&[(no.clone(), " * ")]).unwrap().is_not, Some(States::Any));
        let list = "\"7\" , W/\"8\",, \"of, another\", \"07\", \"+7\",\t\"9\"";
        assert_eq!(of(&[(yes.clone(), list)]).unwrap().is, Some(these(&[7, 9])));
        assert_eq!(of(&[(no.clone(), list)]).unwrap().is_not, Some(these(&[7, 8, 9])));
        assert_eq!(of(&[(yes.clone(), "\"1\""), (yes.clone(), "\"2\"")]).unwrap().is, Some(these(&[1, 2])));
        assert_eq!(of(&[(yes.clone(), "\"of another\"")]).unwrap().is, Some(these(&[])), "it is never met");
        for odd in ["", " ", "7", "\"7", "\"7\" \"8\"", "w/\"7\"", "*, \"7\"", "\"7\"x"] {
            let error = of(&[(yes.clone(), odd)]).unwrap_err();
            assert_eq!(error.to_string(), "[headers.if-match] Invalid input", "{odd}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in "[ -~]{0,60}") {
            let _ = revisions(&text, Comparison::Weak);
        }

        #[test]
        fn a_tag_of_ours_is_read_back(number: u64) {
            let tag = tag(Revision::new(number)).unwrap();
            let found = revisions(tag.to_str().unwrap(), Comparison::Strong);
            prop_assert_eq!(found, Some(vec![Revision::new(number)]));
        }
    }
}
