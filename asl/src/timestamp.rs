//! Parses timestamps like Step Functions.
//!
//! AWS's messages mention an "ISO-8601 extended offset date-time format string", which is the
//! format of Java's `ISO_OFFSET_DATE_TIME`. So seconds are optional, a fraction has up to nine
//! digits, offsets are at most 18 hours, and `t` and `z` are accepted for `T` and `Z`.

/// Seconds of a day.
const SECONDS_OF_DAY: i128 = 86_400;
const NANOS: i128 = 1_000_000_000;
/// The maximum offset in seconds: 18 hours.
const MAX_OFFSET: i128 = 18 * 3_600;

/// Parses a timestamp to nanoseconds since 1970-01-01T00:00:00Z. Returns `None` if the text is not
/// a timestamp.
///
/// ```
/// use stepwright_asl::timestamp::read;
///
/// assert_eq!(read("1970-01-01T00:00:01.5Z"), Some(1_500_000_000));
/// assert_eq!(read("1970-01-01T02:00+02:00"), Some(0));
/// assert_eq!(read("1970-01-01T02:00"), None);
/// assert_eq!(read("1970-01-01T00:00:00+19:00"), None);
/// ```
pub fn read(text: &str) -> Option<i128> {
    let mut reader = TimestampParser(text.as_bytes());
    let year = reader.year()?;
    reader.take(b"-")?;
    let month = reader.two_digits(1, 12)?;
    reader.take(b"-")?;
    let day = reader.two_digits(1, days_of(year, month))?;
    reader.take(b"Tt")?;
    let hour = reader.two_digits(0, 23)?;
    reader.take(b":")?;
    let minute = reader.two_digits(0, 59)?;
    let (mut second, mut nanos) = (0, 0);
    if reader.take(b":").is_some() {
        second = reader.two_digits(0, 59)?;
        if reader.take(b".").is_some() {
            nanos = reader.fraction();
        }
    }
    let offset = reader.offset()?;
    if !reader.0.is_empty() {
        return None;
    }
    let time = (hour * 60 + minute) * 60 + second;
    let seconds = days_since_1970(year, month, day) * SECONDS_OF_DAY + time - offset;
    Some(seconds * NANOS + nanos)
}

/// Whether a text is a valid timestamp in a definition. The States Language is stricter than the
/// service at run time: it requires seconds, a year of four digits, and a capital `T` and `Z`.
pub fn is_literal(text: &str) -> bool {
    let bytes = text.as_bytes();
    let has_offset = |tail: &[u8]| {
        let colons = tail.iter().filter(|byte| **byte == b':');
        tail == b"Z" || colons.count() == 1
    };
    let offset = bytes.iter().rposition(|byte| b"Z+-".contains(byte));
    bytes.get(10) == Some(&b'T')
        && bytes.get(16) == Some(&b':')
        && bytes
            .get(20)
            .is_none_or(|_| bytes.get(19) != Some(&b'.') || bytes[20].is_ascii_digit())
        && offset.is_some_and(|at| has_offset(&bytes[at..]))
        && read(text).is_some()
}

struct TimestampParser<'t>(&'t [u8]);

impl TimestampParser<'_> {
    /// Reads one byte if it is one of these.
    fn take(&mut self, wanted: &[u8]) -> Option<u8> {
        let (first, rest) = self.0.split_first()?;
        if !wanted.contains(first) {
            return None;
        }
        self.0 = rest;
        Some(*first)
    }

    fn digit(&mut self) -> Option<i128> {
        self.take(b"0123456789")
            .map(|digit| i128::from(digit - b'0'))
    }

    /// Reads two_digits digits.
    fn two_digits(&mut self, least: i128, most: i128) -> Option<i128> {
        let number = self.digit()? * 10 + self.digit()?;
        (least..=most).contains(&number).then_some(number)
    }

    /// Reads four digits, or up to ten after a sign. More than four digits require a `+`, and four
    /// digits must not have one.
    fn year(&mut self) -> Option<i128> {
        let sign = self.take(b"+-");
        let (mut year, mut digits) = (0, 0);
        while digits < 10
            && let Some(digit) = self.digit()
        {
            year = year * 10 + digit;
            digits += 1;
        }
        match sign {
            None if digits == 4 => Some(year),
            Some(b'+') if digits > 4 => Some(year),
            Some(b'-') if digits >= 4 && year > 0 => Some(-year),
            _ => None,
        }
    }

    /// Reads up to nine digits.
    fn fraction(&mut self) -> i128 {
        let (mut nanos, mut worth) = (0, NANOS);
        while worth > 1
            && let Some(digit) = self.digit()
        {
            worth /= 10;
            nanos += digit * worth;
        }
        nanos
    }

    /// Reads `Z`, or a sign, hours, minutes and optionally seconds. Returns seconds.
    fn offset(&mut self) -> Option<i128> {
        let sign = match self.take(b"Zz+-")? {
            b'-' => -1,
            b'+' => 1,
            _ => return Some(0),
        };
        let hours = self.two_digits(0, 18)?;
        self.take(b":")?;
        let minutes = self.two_digits(0, 59)?;
        let seconds = match self.take(b":") {
            Some(_) => self.two_digits(0, 59)?,
            None => 0,
        };
        let offset = (hours * 60 + minutes) * 60 + seconds;
        (offset <= MAX_OFFSET).then_some(sign * offset)
    }
}

fn is_leap(year: i128) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

fn days_of(year: i128, month: i128) -> i128 {
    match month {
        2 if is_leap(year) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days in the proleptic Gregorian calendar, computed with years that begin in March.
fn days_since_1970(year: i128, month: i128, day: i128) -> i128 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use time::OffsetDateTime;
    use time::format_description::well_known::Rfc3339;

    use super::*;

    #[test]
    fn timestamps_are_parsed_as_by_java() {
        for good in [
            "2016-12-05T21:29:29Z",
            "2016-12-05T21:29Z",
            "2016-12-05t21:29:29z",
            "2016-12-05T21:29:29.123456789+02:00",
            "2016-12-05T21:29:29.Z",
            "2016-02-29T21:29:29-11:30",
            "2016-12-05T00:00+18:00",
            "2016-12-05T00:00:00+01:02:03",
            "+12016-12-05T00:00Z",
            "-0001-12-05T00:00Z",
        ] {
            assert!(read(good).is_some(), "{good}");
        }
        for bad in [
            "",
            "2016-12-05",
            "2016-12-05 21:29:29Z",
            "2016-12-05T21:29:29",
            "2016-13-05T21:29:29Z",
            "2016-02-30T21:29:29Z",
            "2015-02-29T21:29:29Z",
            "05-12-2016T21:29:29Z",
            "2016-12-05T24:00:00Z",
            "2016-12-05T23:59:60Z",
            "2016-12-05T21:29:29.1234567890Z",
            "2016-12-05T21:29:29+19:00",
            "2016-12-05T21:29:29+18:01",
            "2016-12-05T21:29:29+0200",
            "2016-12-05T21:29:29+02",
            "2016-12-05T21Z",
            "2016-12-05T21:29:29ZZ",
            "12016-12-05T00:00Z",
            "+2016-12-05T00:00Z",
        ] {
            assert_eq!(read(bad), None, "{bad}");
        }
        assert_eq!(
            read("2016-12-05T00:00Z"),
            read("2016-12-05T02:00:00.0+02:00")
        );
    }

    #[test]
    fn timestamps_in_definitions_must_be_complete() {
        for good in ["2016-03-14T01:59:00Z", "2016-03-14T01:59:00.5-07:00"] {
            assert!(is_literal(good), "{good}");
        }
        for bad in [
            "2016-03-14t01:59:00Z",
            "2016-03-14T01:59:00z",
            "2016-03-14T01:59Z",
            "2016-03-14T01:59+02:00",
            "2016-03-14T01:59:00.Z",
            "2016-03-14T01:59:00+01:02:03",
            "2016-03-14T01:59:00.0123456789Z",
            "2016-03-14T01:59:00+19:00",
            "+12016-03-14T01:59:00Z",
            "",
        ] {
            assert!(!is_literal(bad), "{bad}");
        }
    }

    proptest! {
        #[test]
        fn rfc_3339_timestamps_are_parsed(seconds in -62_135_596_800_i64..253_402_300_800, nanos in 0..1_000_000_000_i64) {
            let moment = i128::from(seconds) * NANOS + i128::from(nanos);
            let written = OffsetDateTime::from_unix_timestamp_nanos(moment).unwrap().format(&Rfc3339).unwrap();
            prop_assert_eq!(read(&written), Some(moment));
            prop_assert!(is_literal(&written));
        }

        #[test]
        fn literal_timestamps_are_valid_rfc_3339(text in r"(\+1)?2016-0[12]-(0|2)[0-9][Tt ][012][0-9]:[0-6][0-9](:[0-6][0-9](\.[0-9]{0,10})?)?([zZ]|[+-][01][0-9]:[0-5][0-9](:00)?)?") {
            if is_literal(&text) {
                let read_by_other = OffsetDateTime::parse(&text, &Rfc3339);
                prop_assert_eq!(read_by_other.ok().map(OffsetDateTime::unix_timestamp_nanos), read(&text));
            }
        }
    }
}
