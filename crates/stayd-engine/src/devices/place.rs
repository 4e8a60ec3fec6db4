//! Where an address is, never more precisely than a city.
//!
//! With a session nothing of it is stored: it is looked up from the session's address when somebody asks.

use crate::store::{Coordinates, SignInPlace};
use std::fmt;
use std::net::IpAddr;

/// A place as a person would name it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Place {
    /// The city in English, where it is known.
    pub city: Option<String>,
    /// The country in English.
    pub country: Option<String>,
    /// The country's two letters (ISO 3166-1).
    pub country_code: Option<String>,
    /// The city's middle, for distances.
    pub centre: Option<Coordinates>,
}

/// For people: `London, United Kingdom`.
impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.city, &self.country) {
            (Some(city), Some(country)) => write!(f, "{city}, {country}"),
            (Some(only), None) | (None, Some(only)) => f.write_str(only),
            (None, None) => Ok(()),
        }
    }
}

/// As it is remembered of a sign-in.
impl From<Place> for SignInPlace {
    fn from(place: Place) -> Self {
        Self { name: place.to_string(), at: place.centre }
    }
}

/// Knows where addresses are. Called where a person looks at their sessions or signs in, never at a check.
pub trait Places: Send + Sync {
    /// The place of an address; `None` where it is not known. Never a guess.
    fn of(&self, address: IpAddr) -> Option<Place>;
}

/// Where there is no database: nothing is known.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoPlaces;

impl Places for NoPlaces {
    fn of(&self, _: IpAddr) -> Option<Place> {
        None
    }
}
