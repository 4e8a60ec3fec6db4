//! Objects of JSON in which no name is there twice: two readers of such an object might believe different things (J-8).

use serde::Deserializer;
use serde::de::{DeserializeSeed, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use std::borrow::Cow;
use std::fmt;

/// Most members of an object.
const MAX_MEMBERS: usize = 64;

/// Most levels of lists and objects within each other, the object itself being the first (J-5).
const MAX_DEPTH: u8 = 16;

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
                map.next_value_seed(PassedOver(MAX_DEPTH))?;
            }
            seen.push(name);
        }
        Ok(self.members)
    }
}

/// A value that nobody reads, within an object of the level that many below [`MAX_DEPTH`].
struct PassedOver(u8);

impl PassedOver {
    fn within<E: Error>(&self) -> Result<u8, E> {
        self.0.checked_sub(1).filter(|left| *left > 0).ok_or_else(|| E::custom("too deep"))
    }
}

impl<'de> DeserializeSeed<'de> for PassedOver {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for PassedOver {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("anything that is not too deep")
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_str<E>(self, _: &str) -> Result<(), E> {
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        let left = self.within()?;
        while list.next_element_seed(PassedOver(left))?.is_some() {}
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let left = self.within()?;
        while map.next_key::<IgnoredAny>()?.is_some() {
            map.next_value_seed(PassedOver(left))?;
        }
        Ok(())
    }
}

/// A name, borrowed where it has no escapes.
#[derive(serde::Deserialize)]
#[serde(transparent)]
struct Name<'a>(#[serde(borrow)] Cow<'a, str>);
