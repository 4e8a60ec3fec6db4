//! Parameters of OAuth's requests: texts, in the body and nowhere else.

use crate::{
    call::Call,
    error::{ApiResult, ErrorKind},
    oauth_error::OAuthError,
};
use serde_json::{Map, Value};

/// What may be secret: in an address it would be logged on its way (R-5, C-8).
const NEVER_IN_QUERY: [&str; 4] = ["token", "refresh_token", "access_token", "client_secret"];

/// The members of a form or a JSON object.
pub(crate) struct Params<'a>(Option<&'a Map<String, Value>>);

impl<'a> Params<'a> {
    /// Those of a request. One that shows a token in its address is refused, whatever else it says.
    pub(crate) fn of(call: &'a Call) -> ApiResult<Self> {
        if NEVER_IN_QUERY.iter().any(|name| call.query.is_truthy(name)) {
            return Err(invalid());
        }
        match &call.body {
            None => Ok(Self(None)),
            Some(Value::Object(members)) => Ok(Self(Some(members))),
            Some(_) => Err(invalid()),
        }
    }

    /// The text of this name. One that is empty counts as left out (RFC 6749 3.2).
    pub(crate) fn text(&self, name: &str) -> ApiResult<Option<&'a str>> {
        match self.0.and_then(|members| members.get(name)) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) => Ok(Some(text.as_str()).filter(|text| !text.is_empty())),
            Some(_) => Err(invalid()),
        }
    }

    /// The text of a name that must be there.
    pub(crate) fn required(&self, name: &str) -> ApiResult<&'a str> {
        self.text(name)?.ok_or_else(invalid)
    }
}

fn invalid() -> crate::error::ApiError {
    ErrorKind::OAuth(OAuthError::InvalidRequest).into()
}
