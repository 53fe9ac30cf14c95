//! Times of the interpreter: parsing, arithmetic, and the format of AWS.

use std::fmt;
use std::ops::{Add, Sub};
use std::time::Duration;

use stepwright_asl::timestamp;
use time::OffsetDateTime;

use crate::record::record;

/// A moment on the engine's clock: microseconds since 1970-01-01T00:00:00Z.
///
/// Arithmetic saturates, so no definition can cause an overflow.
///
/// ```
/// # mod stepwright_runtime { pub mod clock { pub use stepwright_interpreter::Timestamp; } }
/// use std::time::Duration;
/// use stepwright_runtime::clock::Timestamp;
///
/// let noon = Timestamp::parse("2026-01-01T12:00:00Z").expect("a timestamp");
/// let later = noon + Duration::from_millis(1_500);
/// assert_eq!(later.to_string(), "2026-01-01T12:00:01.500Z");
/// assert_eq!(later - noon, Duration::from_millis(1_500));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

/// The last microsecond that has a four-digit year: 9999-12-31T23:59:59.999999Z.
const LAST_PRINTABLE: i64 = 253_402_300_799_999_999;
/// 0001-01-01T00:00:00Z.
const FIRST_PRINTABLE: i64 = -62_135_596_800_000_000;

impl Timestamp {
    /// Returns the time `micros` microseconds after 1970-01-01T00:00:00Z.
    pub const fn from_unix_micros(micros: i64) -> Self {
        Self(micros)
    }

    /// Returns the microseconds since 1970.
    pub const fn unix_micros(self) -> i64 {
        self.0
    }

    /// Returns the whole milliseconds since 1970, rounded down.
    pub const fn unix_millis(self) -> i64 {
        self.0.div_euclid(1_000)
    }

    /// Subtracts a duration; `None` on overflow.
    pub fn checked_sub(self, duration: Duration) -> Option<Self> {
        let micros = i64::try_from(duration.as_micros()).ok()?;
        self.0.checked_sub(micros).map(Self)
    }

    /// Reads an ISO-8601 extended offset date-time as AWS accepts it; see
    /// [`stepwright_asl::timestamp`].
    ///
    /// Fractions finer than a microsecond are rounded up, so that a wait never ends early.
    pub fn parse(text: &str) -> Option<Self> {
        let nanos = timestamp::read(text)?;
        let micros = nanos.div_euclid(1_000) + i128::from(nanos.rem_euclid(1_000) != 0);
        i64::try_from(micros).ok().map(Self)
    }

    /// Returns the time from `earlier` to `self`; zero when `earlier` is later.
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_micros(u64::try_from(self.0.saturating_sub(earlier.0)).unwrap_or(0))
    }
}

/// Formats the time as the context object and AWS's API do: UTC with milliseconds and `Z`.
impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let micros = self.0.clamp(FIRST_PRINTABLE, LAST_PRINTABLE);
        let moment = OffsetDateTime::from_unix_timestamp_nanos(i128::from(micros) * 1_000)
            .unwrap_or(OffsetDateTime::UNIX_EPOCH);
        write!(
            f,
            "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z",
            moment.year(),
            u8::from(moment.month()),
            moment.day(),
            moment.hour(),
            moment.minute(),
            moment.second(),
            moment.millisecond()
        )
    }
}

impl Add<Duration> for Timestamp {
    type Output = Self;

    fn add(self, duration: Duration) -> Self {
        Self(self.0.saturating_add(micros(duration)))
    }
}

impl Sub for Timestamp {
    type Output = Duration;

    fn sub(self, earlier: Self) -> Duration {
        self.since(earlier)
    }
}

/// Converts a duration to microseconds. Rounds up, so that a wait never ends early.
fn micros(duration: Duration) -> i64 {
    let seconds = i64::try_from(duration.as_secs()).unwrap_or(i64::MAX);
    let part = i64::from(duration.subsec_nanos().div_ceil(1_000));
    seconds.saturating_mul(1_000_000).saturating_add(part)
}

record!(struct Timestamp(micros));

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn iso_8601_needs_t_and_an_offset() {
        for good in [
            "2016-12-05T21:29:29Z",
            "2016-12-05T21:29:29.123456789+02:00",
            "2016-12-05T21:29:29-11:30",
            "2016-12-05t21:29z",
        ] {
            assert!(Timestamp::parse(good).is_some(), "{good}");
        }
        for bad in [
            "2016-12-05 21:29:29Z",
            "2016-12-05T21:29:29",
            "2016-13-05T21:29:29Z",
            "05-12-2016T21:29:29Z",
            "2016-12-05",
            "",
        ] {
            assert!(Timestamp::parse(bad).is_none(), "{bad}");
        }
    }

    #[test]
    fn timestamp_arithmetic_saturates_and_extremes_are_printable() {
        let end = Timestamp::from_unix_micros(i64::MAX - 5) + Duration::from_secs(9);
        assert_eq!(end.unix_micros(), i64::MAX);
        assert_eq!(end.to_string(), "9999-12-31T23:59:59.999Z");
        assert_eq!(
            Timestamp::from_unix_micros(i64::MIN).to_string(),
            "0001-01-01T00:00:00.000Z"
        );
    }
}
