//! How far two places lie apart, and whether anybody travels so fast.

use crate::store::Coordinates;
use std::time::Duration;

const EARTH_RADIUS_KM: f64 = 6371.0;

/// The distance on the ground in km, by the haversine formula.
pub(super) fn distance_km(a: Coordinates, b: Coordinates) -> u32 {
    let radians = |tenths: i16| (f64::from(tenths) / 10.0).to_radians();
    let (latitude_a, latitude_b) = (radians(a.latitude), radians(b.latitude));
    let half = |from: i16, to: i16| ((radians(to) - radians(from)) / 2.0).sin().powi(2);
    let haversine =
        half(a.latitude, b.latitude) + latitude_a.cos() * latitude_b.cos() * half(a.longitude, b.longitude);
    let distance = 2.0 * EARTH_RADIUS_KM * haversine.clamp(0.0, 1.0).sqrt().asin();
    whole(distance)
}

/// The speed (km/h) of who covers a distance in a time; less than a second counts as one.
pub(super) fn speed_kmh(distance_km: u32, time: Duration) -> u32 {
    whole(f64::from(distance_km) / (time.as_secs_f64().max(1.0) / 3600.0))
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "held within the range")]
fn whole(number: f64) -> u32 {
    number.round().clamp(0.0, f64::from(u32::MAX)) as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn at(latitude: i16, longitude: i16) -> Coordinates {
        Coordinates { latitude, longitude }
    }

    #[test]
    fn distances_are_those_of_the_atlas() {
        let (paris, sydney, quito) = (at(489, 24), at(-339, 1512), at(-2, -785));
        for (a, b, expected) in [
            (paris, sydney, 16_960),
            (paris, quito, 9_360),
            (paris, paris, 0),
            (at(0, 1800), at(0, -1800), 0),
        ] {
            let found = distance_km(a, b);
            assert!(found.abs_diff(expected) <= 40, "{found} for {expected}");
        }
    }

    #[test]
    fn no_place_and_no_time_is_out_of_range() {
        for latitude in [i16::MIN, -900, 0, 900, i16::MAX] {
            for longitude in [i16::MIN, -1800, 0, 1800, i16::MAX] {
                assert!(distance_km(at(0, 0), at(latitude, longitude)) <= 20_016);
            }
        }
        assert_eq!(speed_kmh(1000, Duration::from_hours(1)), 1000);
        assert_eq!(speed_kmh(u32::MAX, Duration::ZERO), u32::MAX);
    }
}
