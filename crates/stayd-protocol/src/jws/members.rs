//! Objects of JSON in which no name is there twice: two readers of such an object might believe different things (J-8).

use serde::Deserializer;
use serde::de::{DeserializeSeed, Error, IgnoredAny, MapAccess, Visitor};
use std::borrow::Cow;
use std::fmt;

/// Most members of an object.
const MAX_MEMBERS: usize = 64;

/// What an object is read into, member by member.
pub(super) trait Members<'de>: Default {
    /// Takes the value of the member `name` from `map`, if it is one that is read here; answers whether it was.
    fn take<A: MapAccess<'de>>(&mut self, name: &str, map: &mut A) -> Result<bool, A::Error>;
}

/// Reads the one object that `json` is, and nothing after it.
pub(super) fn read<'de, T: Members<'de>>(json: &'de [u8], unknown: Unknown) -> Option<T> {
    let mut deserializer = serde_json::Deserializer::from_slice(json);
    let read = Object { unknown, members: T::default() }.deserialize(&mut deserializer).ok()?;
    deserializer.end().ok()?;
    Some(read)
}

/// What becomes of an object with members that nobody reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unknown {
    /// It is refused.
    Refused,
    /// They are passed over: a newer issuer may say more.
    Ignored,
}

struct Object<T> {
    unknown: Unknown,
    members: T,
}

impl<'de, T: Members<'de>> DeserializeSeed<'de> for Object<T> {
    type Value = T;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<T, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de, T: Members<'de>> Visitor<'de> for Object<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut map: A) -> Result<T, A::Error> {
        let mut seen: Vec<Cow<'de, str>> = Vec::with_capacity(12);
        while let Some(Name(name)) = map.next_key::<Name<'de>>()? {
            if seen.len() == MAX_MEMBERS || seen.contains(&name) {
                return Err(A::Error::custom("a name is there twice, or there are too many"));
            }
            if !self.members.take(&name, &mut map)? {
                if self.unknown == Unknown::Refused {
                    return Err(A::Error::custom("a member that none of ours has"));
                }
                map.next_value::<IgnoredAny>()?;
            }
            seen.push(name);
        }
        Ok(self.members)
    }
}

/// A name, borrowed where it has no escapes.
#[derive(serde::Deserialize)]
#[serde(transparent)]
struct Name<'a>(#[serde(borrow)] Cow<'a, str>);
