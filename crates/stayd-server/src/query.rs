//! The query of a request.

use serde_json::{Map, Value};
use url::form_urlencoded;

/// Names and values, decoded.
#[derive(Debug, Default, Clone)]
pub(crate) struct Query(Vec<(String, String)>);

impl Query {
    pub(crate) fn parse(text: &str) -> Self {
        Self(form_urlencoded::parse(text.as_bytes()).into_owned().collect())
    }

    /// The value of a name that occurs once; a repeated name is a list upstream, which no route takes for a text.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        let mut values = self.0.iter().filter(|(key, _)| key == name).map(|(_, value)| value.as_str());
        let first = values.next()?;
        values.next().is_none().then_some(first)
    }

    /// The query as an object: a repeated name is a list.
    pub(crate) fn as_object(&self) -> Map<String, Value> {
        let mut object = Map::new();
        for (name, value) in &self.0 {
            let value = Value::String(value.clone());
            match object.get_mut(name) {
                None => drop(object.insert(name.clone(), value)),
                Some(Value::Array(list)) => list.push(value),
                Some(first) => *first = Value::Array(vec![first.take(), value]),
            }
        }
        object
    }

    /// Whether a flag is set: any text but the empty one sets it (protocol spec 1.3).
    pub(crate) fn is_truthy(&self, name: &str) -> bool {
        self.0.iter().any(|(key, value)| key == name && !value.is_empty())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_text_sets_a_flag_and_an_empty_one_does_not() {
        assert!(Query::parse("disableRefresh=false").is_truthy("disableRefresh"));
        assert!(!Query::parse("disableRefresh=").is_truthy("disableRefresh"));
        assert!(!Query::parse("").is_truthy("disableRefresh"));
    }

    #[test]
    fn a_repeated_name_is_no_text() {
        let query = Query::parse("token=a&token=b&callbackURL=%2Fx+y");
        assert_eq!(query.text("token"), None);
        assert_eq!(query.as_object()["token"], serde_json::json!(["a", "b"]));
        assert_eq!(query.text("callbackURL"), Some("/x y"));
    }
}
