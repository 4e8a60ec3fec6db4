//! `data.csrf_token` in an answer's JSON (TC-3).

use axum::body::Body;
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use axum::response::Response;
use bytes::Bytes;
use http_body_util::BodyExt;

/// The same answer with the token as `data.csrf_token`. What is not JSON, is empty, or is a list, stays as it is: the cookie has it.
pub(super) async fn with_token(response: Response, token: &str) -> Response {
    let is_json = response.headers().get(CONTENT_TYPE).is_some_and(|value| value == "application/json");
    if !is_json {
        return response;
    }
    let (mut parts, body) = response.into_parts();
    // Answers are whole in memory already; there is nothing to wait for and nothing to fail.
    let bytes = body.collect().await.map(http_body_util::Collected::to_bytes).unwrap_or_default();
    parts.headers.remove(CONTENT_LENGTH);
    let told = splice(&bytes, token).map_or(bytes, Bytes::from);
    Response::from_parts(parts, Body::from(told))
}

/// Written into the text, which is our own and well-formed, so that nothing else in it changes its form. A token is of base64url and
/// a dot, and needs no escaping.
fn splice(body: &[u8], token: &str) -> Option<Vec<u8>> {
    let member = format!("\"data\":{{\"csrf_token\":\"{token}\"}}}}");
    let before: &[u8] = match body {
        // "Nobody is signed in": a session and a person that are null say the same to every client of the protocol.
        b"null" => b"{\"session\":null,\"user\":null,",
        b"{}" => b"{",
        [b'{', .., b'}'] => {
            let inner = body.get(..body.len().checked_sub(1)?)?;
            return Some([inner, b",", member.as_bytes()].concat());
        }
        _ => return None,
    };
    Some([before, member.as_bytes()].concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(body: &str) -> Option<String> {
        splice(body.as_bytes(), "a.b").map(|bytes| String::from_utf8(bytes).unwrap())
    }

    #[test]
    fn the_token_is_added_and_nothing_else_changes() {
        assert_eq!(told(r#"{"b":1,"a":[{}]}"#).unwrap(), r#"{"b":1,"a":[{}],"data":{"csrf_token":"a.b"}}"#);
        assert_eq!(told("{}").unwrap(), r#"{"data":{"csrf_token":"a.b"}}"#);
        assert_eq!(told("null").unwrap(), r#"{"session":null,"user":null,"data":{"csrf_token":"a.b"}}"#);
    }

    #[test]
    fn what_has_no_place_for_it_stays() {
        for body in ["", "[]", "[{}]", "true", "\"text\""] {
            assert_eq!(told(body), None, "{body}");
        }
    }
}
