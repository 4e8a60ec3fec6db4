//! The fields of a body or a query.

use super::BodyError;
use crate::query::Query;
use serde_json::Value;
use stayd_protocol::email;
use std::borrow::Cow;

/// What one field has to be.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Field {
    name: &'static str,
    kind: Kind,
    is_optional: bool,
    is_nullable: bool,
    is_non_empty: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Text,
    Email,
    Flag,
    Choice,
}

impl Field {
    /// A string.
    pub(crate) const fn text(name: &'static str) -> Self {
        Self { name, kind: Kind::Text, is_optional: false, is_nullable: false, is_non_empty: false }
    }

    /// A string with the form of an e-mail address.
    pub(crate) const fn email(name: &'static str) -> Self {
        Self { kind: Kind::Email, ..Self::text(name) }
    }

    /// A boolean.
    pub(crate) const fn flag(name: &'static str) -> Self {
        Self { kind: Kind::Flag, ..Self::text(name) }
    }

    /// A string out of a list or any other: upstream's type for the names of providers, which says less of what is wrong.
    pub(crate) const fn choice(name: &'static str) -> Self {
        Self { kind: Kind::Choice, ..Self::text(name) }
    }

    /// May be left out.
    pub(crate) const fn optional(self) -> Self {
        Self { is_optional: true, ..self }
    }

    /// May be `null`.
    pub(crate) const fn nullable(self) -> Self {
        Self { is_nullable: true, ..self }
    }

    /// Must have at least one character.
    pub(crate) const fn non_empty(self) -> Self {
        Self { is_non_empty: true, ..self }
    }

    /// What is wrong with a value, in upstream's words.
    fn issue(&self, part: &str, value: Option<&Value>) -> Option<String> {
        let expected = if self.kind == Kind::Flag { "boolean" } else { "string" };
        match (value, self.kind) {
            (None, _) if self.is_optional => None,
            (Some(Value::Null), _) if self.is_nullable => None,
            (Some(Value::Bool(_)), Kind::Flag) => None,
            (Some(Value::String(text)), Kind::Text | Kind::Email | Kind::Choice) => self.text_issue(text),
            (_, Kind::Choice) => Some("Invalid input".to_owned()),
            (Some(Value::Array(items)), Kind::Text) if self.is_non_empty && items.is_empty() => {
                Some(format!(
                    "Invalid input: expected string, received array; [{part}.{}] Too small: expected array to have >=1 items",
                    self.name
                ))
            }
            _ => Some(format!("Invalid input: expected {expected}, received {}", type_name(value))),
        }
    }

    fn text_issue(&self, text: &str) -> Option<String> {
        if self.kind == Kind::Email && !email::is_valid(text) {
            return Some("Invalid email address".to_owned());
        }
        let is_missing = self.is_non_empty && text.is_empty();
        is_missing.then(|| "Too small: expected string to have >=1 characters".to_owned())
    }
}

fn not_a_record(body: Option<&Value>) -> String {
    format!("[body] Invalid input: expected record, received {}", type_name(body))
}

/// What JavaScript's schema library calls a value's type.
fn type_name(value: Option<&Value>) -> &'static str {
    match value {
        None => "undefined",
        Some(Value::Null) => "null",
        Some(Value::Bool(_)) => "boolean",
        Some(Value::Number(_)) => "number",
        Some(Value::String(_)) => "string",
        Some(Value::Array(_)) => "array",
        Some(Value::Object(_)) => "object",
    }
}

/// Fields that are what they have to be. Names that were not asked for are not here.
#[derive(Debug)]
pub(crate) struct Fields<'a>(Vec<(&'static str, Cow<'a, Value>)>);

impl<'a> Fields<'a> {
    /// Reads the fields of a body, which has to be an object.
    pub(crate) fn read(body: Option<&'a Value>, fields: &[Field]) -> Result<Self, BodyError> {
        let Some(Value::Object(members)) = body else {
            let received = type_name(body);
            return Err(BodyError::Fields(format!(
                "[body] Invalid input: expected object, received {received}"
            )));
        };
        check("body", fields, |name| members.get(name))?;
        let found =
            fields.iter().filter_map(|field| Some((field.name, Cow::Borrowed(members.get(field.name)?))));
        Ok(Self(found.collect()))
    }

    /// Looks at a body that may have whatever members, but has to be an object.
    pub(crate) fn read_record(body: Option<&'a Value>) -> Result<(), BodyError> {
        match body {
            Some(Value::Object(_)) => Ok(()),
            other => Err(BodyError::Fields(not_a_record(other))),
        }
    }

    /// Reads the fields of a body that may have whatever other members: two of upstream's types at once, so a body that is no object is
    /// told off twice.
    pub(crate) fn read_open(body: Option<&'a Value>, fields: &[Field]) -> Result<Self, BodyError> {
        match body {
            Some(Value::Object(_)) => Self::read(body, fields),
            other => {
                let received = type_name(other);
                let record = not_a_record(other);
                Err(BodyError::Fields(format!(
                    "[body] Invalid input: expected object, received {received}; {record}"
                )))
            }
        }
    }

    /// The same for a body that may be absent, which is then as good as an empty object. `null` is not absent.
    pub(crate) fn read_optional(body: Option<&'a Value>, fields: &[Field]) -> Result<Self, BodyError> {
        if body.is_some() {
            return Self::read(body, fields);
        }
        check("body", fields, |_| None)?;
        Ok(Self(Vec::new()))
    }

    /// Reads the fields of a query, in which a repeated name is a list.
    pub(crate) fn read_query(query: &Query, fields: &[Field]) -> Result<Self, BodyError> {
        let mut members = query.as_object();
        check("query", fields, |name| members.get(name))?;
        let found =
            fields.iter().filter_map(|field| Some((field.name, Cow::Owned(members.remove(field.name)?))));
        Ok(Self(found.collect()))
    }

    /// A text that was required; empty for a name that was not asked for.
    pub(crate) fn text(&self, name: &str) -> &str {
        self.optional_text(name).unwrap_or_default()
    }

    /// A text, if it is there and not `null`.
    pub(crate) fn optional_text(&self, name: &str) -> Option<&str> {
        self.value(name)?.as_str()
    }

    /// A boolean, if it is there.
    pub(crate) fn flag(&self, name: &str) -> Option<bool> {
        self.value(name)?.as_bool()
    }

    fn value(&self, name: &str) -> Option<&Value> {
        self.0.iter().find(|(found, _)| *found == name).map(|(_, value)| value.as_ref())
    }
}

/// Collects all that is wrong, in the order in which the fields are asked for.
fn check<'v>(
    part: &str,
    fields: &[Field],
    value_of: impl Fn(&str) -> Option<&'v Value>,
) -> Result<(), BodyError> {
    let issue = |field: &Field| {
        let text = field.issue(part, value_of(field.name))?;
        Some(format!("[{part}.{}] {text}", field.name))
    };
    let issues: Vec<String> = fields.iter().filter_map(issue).collect();
    if issues.is_empty() { Ok(()) } else { Err(BodyError::Fields(issues.join("; "))) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    const SIGN_UP: &[Field] = &[
        Field::text("name"),
        Field::email("email"),
        Field::text("password").non_empty(),
        Field::text("image").optional(),
        Field::text("callbackURL").optional(),
        Field::flag("rememberMe").optional(),
    ];

    fn issues(body: &Value) -> String {
        Fields::read(Some(body), SIGN_UP).err().map(|error| error.to_string()).unwrap_or_default()
    }

    // The expected texts were printed by zod 4 for the same schema and the same bodies.
    #[test]
    fn all_that_is_wrong_is_said_in_upstreams_words() {
        assert_eq!(
            issues(&json!({})),
            "[body.name] Invalid input: expected string, received undefined; [body.email] Invalid input: expected string, \
             received undefined; [body.password] Invalid input: expected string, received undefined"
        );
        assert_eq!(
            issues(&json!({"name": 1, "email": 5, "password": ""})),
            "[body.name] Invalid input: expected string, received number; [body.email] Invalid input: expected string, \
             received number; [body.password] Too small: expected string to have >=1 characters"
        );
        assert_eq!(
            issues(&json!({"name": "", "email": "x", "password": "", "image": null, "rememberMe": "false"})),
            "[body.email] Invalid email address; [body.password] Too small: expected string to have >=1 characters; \
             [body.image] Invalid input: expected string, received null; \
             [body.rememberMe] Invalid input: expected boolean, received string"
        );
        assert_eq!(
            issues(
                &json!({"name":"a","email":"a@b.co","password":"x","rememberMe":1.5,"image":[],"callbackURL":{}})
            ),
            "[body.image] Invalid input: expected string, received array; \
             [body.callbackURL] Invalid input: expected string, received object; \
             [body.rememberMe] Invalid input: expected boolean, received number"
        );
    }

    #[test]
    fn a_body_that_is_no_object_is_called_what_it_is() {
        let cases = [
            (Some(json!(null)), "null"),
            (Some(json!([])), "array"),
            (Some(json!("x")), "string"),
            (Some(json!(5)), "number"),
            (Some(json!(true)), "boolean"),
            (None, "undefined"),
        ];
        for (body, name) in cases {
            let error = Fields::read(body.as_ref(), SIGN_UP).unwrap_err();
            assert_eq!(error.to_string(), format!("[body] Invalid input: expected object, received {name}"));
        }
    }

    #[test]
    fn a_body_may_be_absent_where_it_is_optional_but_not_null() {
        assert!(Fields::read_optional(None, &[]).is_ok());
        assert!(Fields::read_optional(Some(&json!({})), &[]).is_ok());
        assert!(Fields::read_optional(Some(&json!(null)), &[]).is_err());
        assert!(Fields::read_optional(Some(&json!([])), &[]).is_err());
    }

    #[test]
    fn fields_are_read_by_name() {
        let body = json!({"name": "A", "email": "a@b.co", "password": "p", "rememberMe": false, "other": 1});
        let fields = Fields::read(Some(&body), SIGN_UP).unwrap();
        assert_eq!(fields.text("name"), "A");
        assert_eq!(fields.optional_text("image"), None);
        assert_eq!(fields.flag("rememberMe"), Some(false));
        assert_eq!(fields.optional_text("other"), None);
    }

    #[test]
    fn null_is_taken_only_where_it_is_said_to_be() {
        let body = json!({"image": null});
        assert!(Fields::read(Some(&body), &[Field::text("image").optional().nullable()]).is_ok());
        assert!(Fields::read(Some(&body), &[Field::text("image").optional()]).is_err());
    }

    #[test]
    fn a_repeated_name_in_a_query_is_a_list() {
        let wanted = [Field::text("token")];
        let error = Fields::read_query(&Query::parse("token=a&token=b"), &wanted).unwrap_err();
        assert_eq!(error.to_string(), "[query.token] Invalid input: expected string, received array");
        let error = Fields::read_query(&Query::parse(""), &wanted).unwrap_err();
        assert_eq!(error.to_string(), "[query.token] Invalid input: expected string, received undefined");
        assert_eq!(Fields::read_query(&Query::parse("token=a"), &wanted).unwrap().text("token"), "a");
    }

    proptest! {
        #[test]
        fn what_is_read_without_an_error_has_every_required_text(name in ".{0,8}", email in ".{0,8}", password in ".{0,4}") {
            let body = json!({"name": name, "email": email, "password": password});
            if let Ok(fields) = Fields::read(Some(&body), SIGN_UP) {
                prop_assert_eq!(fields.text("name"), name);
                prop_assert!(email::is_valid(fields.text("email")));
                prop_assert!(!fields.text("password").is_empty());
            }
        }
    }
}
