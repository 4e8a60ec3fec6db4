//! Places out of a MaxMind database (GeoLite2 or GeoIP2 City or Country, or another in that format).

use super::{Place, Places};
use crate::store::Coordinates;
use maxminddb::{MaxMindDbError, Reader, geoip2};
use std::fs;
use std::io;
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::SystemTime;

/// A MaxMind database in memory, read again when its file changes.
#[derive(Debug)]
pub struct MaxMindPlaces {
    path: PathBuf,
    reader: RwLock<Arc<Reader<Vec<u8>>>>,
    /// What the file was like when it was read.
    seen: Mutex<Stamp>,
}

/// Why a database cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PlacesError {
    /// The file cannot be read.
    #[error("{}: {source}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// The file is no MaxMind database.
    #[error("{} is no MaxMind database: {source}", path.display())]
    NotADatabase {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The database is about something else, such as networks.
    #[error("{} is a database of the type {found}, which knows no cities and no countries", path.display())]
    OtherType {
        /// The file.
        path: PathBuf,
        /// What it says it is.
        found: String,
    },
}

/// By which a new file is known. Tools that update the database put another file in its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Stamp {
    modified: Option<SystemTime>,
    length: u64,
}

impl MaxMindPlaces {
    /// Reads a database. Takes as much memory as the file is long, and blocks while it is read.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, PlacesError> {
        let path = path.as_ref().to_owned();
        let stamp = stamp(&path)?;
        let reader = read(&path)?;
        Ok(Self { path, reader: RwLock::new(Arc::new(reader)), seen: Mutex::new(stamp) })
    }

    /// Reads the file again if it has changed; answers whether it has. One that cannot be read or is no database leaves the one that was
    /// read before in place, and is tried again at the next call. Blocks while it reads.
    pub fn reload_if_changed(&self) -> Result<bool, PlacesError> {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let now = stamp(&self.path)?;
        if *seen == now {
            return Ok(false);
        }
        let reader = Arc::new(read(&self.path)?);
        *self.reader.write().unwrap_or_else(PoisonError::into_inner) = reader;
        *seen = now;
        Ok(true)
    }

    fn find(&self, address: IpAddr) -> Result<Option<Place>, MaxMindDbError> {
        let reader = Arc::clone(&self.reader.read().unwrap_or_else(PoisonError::into_inner));
        let found = reader.lookup(address)?.decode::<geoip2::City<'_>>()?;
        Ok(found.map(|found| place(&found)))
    }
}

impl Places for MaxMindPlaces {
    fn of(&self, address: IpAddr) -> Option<Place> {
        match self.find(address.to_canonical()) {
            // A network of which only the continent is known is nowhere that a person would name.
            Ok(found) => found.filter(|place| place.city.is_some() || place.country.is_some()),
            Err(error) => {
                tracing::warn!(%error, database = %self.path.display(), "an address could not be looked up");
                None
            }
        }
    }
}

fn place(found: &geoip2::City<'_>) -> Place {
    let text = |text: Option<&str>| text.map(str::to_owned);
    let centre = found.location.latitude.zip(found.location.longitude);
    Place {
        city: text(found.city.names.english),
        country: text(found.country.names.english),
        country_code: text(found.country.iso_code),
        centre: centre.and_then(|(north, east)| {
            Some(Coordinates { latitude: tenths(north, 90.0)?, longitude: tenths(east, 180.0)? })
        }),
    }
}

fn tenths(degrees: f64, at_most: f64) -> Option<i16> {
    #[expect(clippy::cast_possible_truncation, reason = "at most 1800, either way")]
    (degrees.abs() <= at_most).then(|| (degrees * 10.0).round() as i16)
}

fn stamp(path: &Path) -> Result<Stamp, PlacesError> {
    let unreadable = |source| PlacesError::Unreadable { path: path.to_owned(), source };
    let metadata = fs::metadata(path).map_err(unreadable)?;
    Ok(Stamp { modified: metadata.modified().ok(), length: metadata.len() })
}

fn read(path: &Path) -> Result<Reader<Vec<u8>>, PlacesError> {
    let reader = Reader::open_readfile(path).map_err(|error| match error {
        MaxMindDbError::Io(source) => PlacesError::Unreadable { path: path.to_owned(), source },
        other => PlacesError::NotADatabase { path: path.to_owned(), source: Box::new(other) },
    })?;
    let found = &reader.metadata().database_type;
    if ["City", "Country", "Enterprise"].iter().any(|known| found.contains(known)) {
        return Ok(reader);
    }
    Err(PlacesError::OtherType { path: path.to_owned(), found: found.clone() })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// MaxMind's own test data; see the note beside it.
    const TEST_DATA: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/places/GeoLite2-City-Test.mmdb");

    fn at(places: &MaxMindPlaces, address: &str) -> Option<Place> {
        places.of(address.parse().unwrap())
    }

    #[test]
    fn an_address_is_in_a_city_in_a_country_or_nowhere() {
        let places = MaxMindPlaces::open(TEST_DATA).unwrap();
        let london = at(&places, "81.2.69.160").unwrap();
        assert_eq!(london.to_string(), "London, United Kingdom");
        assert_eq!(london.country_code.as_deref(), Some("GB"));
        assert_eq!(at(&places, "::ffff:81.2.69.160"), Some(london), "the same address as IPv6 has it");
        assert_eq!(at(&places, "2001:230::1").unwrap().to_string(), "South Korea");
        assert_eq!(
            at(&places, "2a02:d500::1"),
            None,
            "a network that the database only knows by its continent"
        );
        for private in ["127.0.0.1", "10.0.0.1", "::1", "203.0.113.7"] {
            assert_eq!(at(&places, private), None, "{private}");
        }
    }

    #[test]
    fn a_place_is_no_more_precise_than_a_tenth_of_a_degree() {
        let centre = at(&MaxMindPlaces::open(TEST_DATA).unwrap(), "81.2.69.160").unwrap().centre.unwrap();
        assert_eq!(centre, Coordinates { latitude: 515, longitude: -1 });
        assert_eq!(
            (tenths(-90.0, 90.0), tenths(90.1, 90.0), tenths(f64::NAN, 90.0)),
            (Some(-900), None, None)
        );
    }

    #[test]
    fn a_new_database_takes_the_place_of_the_old_and_a_broken_one_does_not() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("places.mmdb");
        fs::copy(TEST_DATA, &path).unwrap();
        let places = MaxMindPlaces::open(&path).unwrap();
        assert!(!places.reload_if_changed().unwrap());

        fs::write(&path, b"half a download").unwrap();
        assert!(matches!(places.reload_if_changed(), Err(PlacesError::NotADatabase { .. })));
        fs::remove_file(&path).unwrap();
        assert!(matches!(places.reload_if_changed(), Err(PlacesError::Unreadable { .. })));
        assert!(at(&places, "81.2.69.160").is_some(), "the one before goes on");

        let mut longer = fs::read(TEST_DATA).unwrap();
        longer.insert(longer.len(), 0);
        fs::write(&path, longer).unwrap();
        assert!(places.reload_if_changed().unwrap());
        assert!(at(&places, "81.2.69.160").is_some());
    }
}
