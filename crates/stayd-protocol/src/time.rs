use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use jiff::fmt::temporal::DateTimePrinter;
use serde::de::{Deserialize, Deserializer, Error as _, Visitor};
use serde::ser::{Serialize, Serializer};

/// A moment, in whole milliseconds since the Unix epoch; on the wire `2026-01-02T03:04:05.678Z`.
///
/// The text always has exactly three fractional digits: a Better Auth server revives such strings to dates
/// and prints them again before it checks a signature, and any other number of digits would not survive that.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

impl Timestamp {
    /// The moment `ms` milliseconds after (or, when negative, before) the Unix epoch.
    pub const fn from_ms(ms: i64) -> Self {
        Self(ms)
    }

    /// Milliseconds since the Unix epoch.
    pub const fn as_ms(self) -> i64 {
        self.0
    }

    /// Whole seconds since the Unix epoch, rounded down.
    pub const fn as_s(self) -> i64 {
        self.0.div_euclid(1000)
    }

    /// This moment and `duration` more; stops at the end of the range.
    #[must_use]
    pub fn plus(self, duration: Duration) -> Self {
        Self(self.0.saturating_add(whole_ms(duration)))
    }

    /// This moment less `duration`; stops at the start of the range.
    #[must_use]
    pub fn minus(self, duration: Duration) -> Self {
        Self(self.0.saturating_sub(whole_ms(duration)))
    }

    /// How long after `earlier` this moment is; zero when it is not after it.
    pub fn since(self, earlier: Self) -> Duration {
        u64::try_from(self.0.saturating_sub(earlier.0)).map_or(Duration::ZERO, Duration::from_millis)
    }
}

fn whole_ms(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}

/// Moments outside the years -9999 to 9999 are printed as the nearest one inside.
impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let nearest = if self.0 < 0 { jiff::Timestamp::MIN } else { jiff::Timestamp::MAX };
        let moment = jiff::Timestamp::from_millisecond(self.0).unwrap_or(nearest);
        PRINTER.print_timestamp(&moment, jiff::fmt::StdFmtWrite(f)).map_err(|_| fmt::Error)
    }
}

static PRINTER: DateTimePrinter = DateTimePrinter::new().precision(Some(3));

/// The text is not a moment in the protocol's form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a date of the form 2026-01-02T03:04:05.678Z")]
pub struct InvalidTimestamp;

/// Takes `YYYY-MM-DDTHH:MM:SS`, an optional fraction (cut to milliseconds) and `Z`; nothing else, and no
/// offsets, because a Better Auth server does not see a date in those.
impl FromStr for Timestamp {
    type Err = InvalidTimestamp;

    fn from_str(text: &str) -> Result<Self, InvalidTimestamp> {
        // The calendar would read the leap second :60 as :59, JavaScript refuses it.
        if !is_revived(text) || text.as_bytes().get(17) == Some(&b'6') {
            return Err(InvalidTimestamp);
        }
        let digits = text.len().min(LONGEST_FRACTION) - "Z".len();
        let kept = text.get(..digits).ok_or(InvalidTimestamp)?;
        let moment: jiff::civil::DateTime = kept.parse().map_err(|_| InvalidTimestamp)?;
        let moment = jiff::tz::Offset::UTC.to_timestamp(moment).map_err(|_| InvalidTimestamp)?;
        Ok(Self(moment.as_nanosecond().div_euclid(1_000_000).try_into().map_err(|_| InvalidTimestamp)?))
    }
}

/// Length of a date with nanoseconds; further digits are below anything we count.
const LONGEST_FRACTION: usize = "2026-01-02T03:04:05.123456789Z".len();

/// Whether Better Auth's JSON reader would try to make a date of this string
/// (`/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?Z$/`, protocol spec 3.6).
pub(crate) fn is_revived(text: &str) -> bool {
    const SHAPE: &[u8; 19] = b"0000-00-00T00:00:00";
    let Some((seconds, rest)) = text.as_bytes().split_at_checked(SHAPE.len()) else { return false };
    let fits = |(byte, shape): (&u8, &u8)| if *shape == b'0' { byte.is_ascii_digit() } else { byte == shape };
    let fraction = match rest {
        [b'Z'] => return seconds.iter().zip(SHAPE).all(fits),
        [b'.', fraction @ .., b'Z'] => fraction,
        _ => return false,
    };
    !fraction.is_empty() && fraction.iter().all(u8::is_ascii_digit) && seconds.iter().zip(SHAPE).all(fits)
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Iso;
        impl Visitor<'_> for Iso {
            type Value = Timestamp;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a date such as 2026-01-02T03:04:05.678Z")
            }

            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Timestamp, E> {
                text.parse().map_err(E::custom)
            }
        }
        deserializer.deserialize_str(Iso).map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const NOW: Timestamp = Timestamp::from_ms(1_767_323_045_678);

    #[test]
    fn a_moment_is_written_with_three_fractional_digits() {
        assert_eq!(NOW.to_string(), "2026-01-02T03:04:05.678Z");
        assert_eq!(Timestamp::from_ms(0).to_string(), "1970-01-01T00:00:00.000Z");
        assert_eq!(Timestamp::from_ms(-1).to_string(), "1969-12-31T23:59:59.999Z");
        assert_eq!(serde_json::to_string(&NOW).unwrap(), r#""2026-01-02T03:04:05.678Z""#);
    }

    #[test]
    fn a_moment_is_read_with_any_fraction_or_none() {
        let ms = |text: &str| text.parse::<Timestamp>().unwrap().as_ms();
        assert_eq!(ms("2026-01-02T03:04:05.678Z"), 1_767_323_045_678);
        assert_eq!(ms("2026-01-02T03:04:05Z"), 1_767_323_045_000);
        assert_eq!(ms("2026-01-02T03:04:05.6789999999999999Z"), 1_767_323_045_678);
        assert_eq!(ms("1969-12-31T23:59:59.999Z"), -1);
    }

    #[test]
    fn other_spellings_of_a_date_are_refused() {
        for text in [
            "",
            "2026-01-02",
            "2026-01-02 03:04:05Z",
            "2026-01-02t03:04:05Z",
            "2026-01-02T03:04:05z",
            "2026-01-02T03:04:05",
            "2026-01-02T03:04:05.Z",
            "2026-01-02T03:04:05+00:00",
            "2026-01-02T03:04:05Z[UTC]",
            "2026-02-30T03:04:05Z",
            "2026-01-02T24:00:00Z",
            "2026-01-02T03:04:60Z",
            "+002026-01-02T03:04:05Z",
            "٢026-01-02T03:04:05Z",
        ] {
            assert_eq!(text.parse::<Timestamp>(), Err(InvalidTimestamp), "{text}");
        }
        assert!(serde_json::from_str::<Timestamp>("1767323045678").is_err());
    }

    #[test]
    fn sums_and_differences_stop_at_the_ends() {
        let end = Timestamp::from_ms(i64::MAX);
        assert_eq!(end.plus(Duration::MAX), end);
        assert_eq!(Timestamp::from_ms(i64::MIN).minus(Duration::MAX), Timestamp::from_ms(i64::MIN));
        assert_eq!(NOW.plus(Duration::from_secs(1)).since(NOW), Duration::from_secs(1));
        assert_eq!(NOW.since(NOW.plus(Duration::from_secs(1))), Duration::ZERO);
        assert_eq!(Timestamp::from_ms(-1).as_s(), -1);
        assert!(end.to_string().starts_with("9999-12-30T"));
    }

    proptest! {
        #[test]
        fn every_printed_moment_is_read_back(ms in -62_167_219_200_000..=253_402_207_200_000_i64) {
            let moment = Timestamp::from_ms(ms);
            prop_assert_eq!(moment.to_string().parse(), Ok(moment));
            prop_assert!(is_revived(&moment.to_string()));
        }

        #[test]
        fn any_text_is_read_without_panic(text in "\\PC{0,40}") {
            let _ = text.parse::<Timestamp>();
        }

        #[test]
        fn what_is_read_prints_the_same_moment(text in "[0-9]{4}-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-6][0-9]:[0-6][0-9](\\.[0-9]{1,12})?Z") {
            if let Ok(moment) = text.parse::<Timestamp>() {
                prop_assert_eq!(&moment.to_string()[..19], &text[..19]);
            }
        }
    }
}
