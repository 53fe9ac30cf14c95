//! Functions for expressions of a workflow, in addition to Rust's methods: functions of Step
//! Functions that Rust's standard library does not have.
//!
//! Each is an ordinary Rust function, and in a workflow the JSONata (or the intrinsic function)
//! with the same meaning. `docs/reference/expressions.md` shows all of them.
//!
//! ```
//! use stepwright::functions;
//!
//! assert_eq!(functions::sorted(vec![3, 1, 2]), [1, 2, 3]);
//! assert_eq!(functions::chunks(vec![1, 2, 3], 2), [vec![1, 2], vec![3]]);
//! assert_eq!(functions::millis("1970-01-01T00:00:01.500Z"), 1500);
//! ```

use crate::function::virtual_now;
use crate::sealed::Sealed;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::cmp::Ordering;
use std::fmt::Write as _;
use std::hash::{BuildHasher, Hasher};
use stepwright_asl::front_end::callable;
use time::{Date, Month, OffsetDateTime};

/// A function of this module, as a type with the same name: `workflow!` recognizes it by its type,
/// independent of the path.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no function of `stepwright::functions`",
    label = "a workflow cannot call this",
    note = "call it in a task instead"
)]
pub trait Function: Sealed {
    /// Its name.
    const NAME: &'static str;
}

macro_rules! functions {
    ($($name:ident)*) => {
        $(
            #[doc(hidden)]
            #[allow(non_camel_case_types)]
            #[derive(Debug)]
            pub struct $name {}

            impl Sealed for $name {}

            impl Function for $name {
                const NAME: &'static str = stringify!($name);
            }
        )*

        /// Checks that this list equals the one that `workflow!` accepts.
        const _: () = {
            let names = &[$(stringify!($name)),*];
            callable::assert_all_in(names, callable::LIBRARY);
            callable::assert_all_in(callable::LIBRARY, names);
        };
    };
}

functions!(sorted is_before unique chunks range now millis timestamp uuid sha256 base64_encode base64_decode parse_json to_json number);

/// Sorts the items in ascending order: numbers by size, texts as [`is_before`] compares them.
#[must_use]
pub fn sorted<T: PartialOrd + Serialize>(mut list: Vec<T>) -> Vec<T> {
    list.sort_by(
        |a, b| match (serde_json::to_value(a), serde_json::to_value(b)) {
            (Ok(Value::String(a)), Ok(Value::String(b))) => a.encode_utf16().cmp(b.encode_utf16()),
            _ => a.partial_cmp(b).unwrap_or(Ordering::Equal),
        },
    );
    list
}

/// Whether a text is less than another one in the order of Step Functions: by UTF-16 code units, as
/// in Java and JavaScript.
///
/// Rust's `<` compares characters. The two orders differ where a character beyond U+FFFF (an emoji,
/// for example) is compared with one from U+E000 to U+FFFF.
#[must_use]
pub fn is_before(text: &str, other: &str) -> bool {
    text.encode_utf16().lt(other.encode_utf16())
}

/// Removes duplicates; the first of equal items remains.
#[must_use]
pub fn unique<T: PartialEq>(list: Vec<T>) -> Vec<T> {
    let mut seen = Vec::new();
    for item in list {
        if !seen.contains(&item) {
            seen.push(item);
        }
    }
    seen
}

/// Splits the items into lists of `size`; the last list may be shorter.
///
/// # Panics
///
/// When `size` is 0. In a workflow the state fails.
#[must_use]
pub fn chunks<T>(list: Vec<T>, size: usize) -> Vec<Vec<T>> {
    assert!(size > 0, "the size of a chunk is at least 1");
    let mut chunks: Vec<Vec<T>> = Vec::new();
    for item in list {
        match chunks.last_mut() {
            Some(last) if last.len() < size => last.push(item),
            _ => chunks.push(vec![item]),
        }
    }
    chunks
}

/// The integers from `first` to `last`, both included, in steps of `step`.
///
/// # Panics
///
/// When `step` is 0. In a workflow the state fails.
#[must_use]
pub fn range(first: i64, last: i64, step: i64) -> Vec<i64> {
    assert!(step != 0, "the step of a range is not 0");
    let mut list = Vec::new();
    let mut next = Some(first);
    while let Some(here) = next
        && (if step > 0 { here <= last } else { here >= last })
    {
        list.push(here);
        next = here.checked_add(step);
    }
    list
}

/// The current time, in RFC 3339 with milliseconds. In a plain run it is the virtual time.
///
/// With the feature `chrono`, an expression of a workflow can also call `Utc::now()`, which is a
/// `DateTime<Utc>`.
#[must_use]
pub fn now() -> String {
    timestamp(now_millis())
}

/// The milliseconds from 1970 to the current time.
pub(crate) fn now_millis() -> i64 {
    virtual_now().unwrap_or_else(|| {
        let now = OffsetDateTime::now_utc();
        i64::try_from(now.unix_timestamp_nanos() / 1_000_000).unwrap_or(i64::MAX)
    })
}

/// The milliseconds from 1970 to a time. Subtract two of them to get a duration.
///
/// The time is RFC 3339 with a capital `T` and `Z` (`2024-05-01T12:30:00.5+02:00`, also with
/// `+0200`), or only a date (`2024-05-01`, `2024-05`, `2024`), which means the start of that day,
/// month or year in UTC. Fractions of a millisecond are truncated.
///
/// # Panics
///
/// When the text is not such a time. In a workflow the state fails if the text has another form. If
/// the form is right but the date or the hour does not exist, as in `2024-02-30`, JSONata returns
/// `null` or another time.
#[must_use]
pub fn millis(timestamp: &str) -> i64 {
    match parse_time(timestamp) {
        Some(millis) => millis,
        None => panic!("`{timestamp}` is not a time such as `2024-05-01T12:30:00Z`"),
    }
}

fn parse_time(text: &str) -> Option<i64> {
    let (date, time) = match text.split_once('T') {
        Some((date, time)) => (date, Some(time)),
        None => (text, None),
    };
    let mut parts = date.split('-');
    let year = digits_of(parts.next()?, 4)?;
    let month = parts.next().map_or(Some(1), |part| digits_of(part, 2))?;
    let day = parts.next().map_or(Some(1), |part| digits_of(part, 2))?;
    if parts.next().is_some() {
        return None;
    }
    let month = Month::try_from(u8::try_from(month).ok()?).ok()?;
    let date = Date::from_calendar_date(year, month, u8::try_from(day).ok()?).ok()?;
    let seconds = date.midnight().assume_utc().unix_timestamp();
    match time {
        Some(time) => Some(seconds * 1000 + parse_time_of_day(time)?),
        None => Some(seconds * 1000),
    }
}

/// The milliseconds of `12:30:00.5+02:00` since midnight in UTC.
fn parse_time_of_day(text: &str) -> Option<i64> {
    let (time, offset) = match text.strip_suffix('Z') {
        Some(time) => (time, 0),
        None => {
            let (time, offset) = text.split_at(text.find(['+', '-'])?);
            let (hours, minutes) = offset[1..]
                .split_once(':')
                .or_else(|| offset[1..].split_at_checked(2))?;
            let minutes = below(hours, 24)? * 60 + below(minutes, 60)?;
            let sign = if offset.starts_with('-') { -1 } else { 1 };
            (time, sign * minutes)
        }
    };
    let (time, fraction) = match time.split_once('.') {
        Some((_, "")) => return None,
        Some((time, fraction)) => (time, fraction),
        None => (time, "0"),
    };
    if !fraction.bytes().all(|digit| digit.is_ascii_digit()) {
        return None;
    }
    let mut parts = time.split(':');
    let mut part = |limit| below(parts.next()?, limit);
    let (hours, minutes, seconds) = (part(24)?, part(60)?, part(60)?);
    if parts.next().is_some() {
        return None;
    }
    let millis: i64 = format!("{fraction:0<3}")[..3].parse().ok()?;
    let seconds = (hours * 60 + minutes - offset) * 60 + seconds;
    Some(seconds * 1000 + millis)
}

/// A two-digit number below a limit.
fn below(text: &str, limit: i32) -> Option<i64> {
    let number = digits_of(text, 2).filter(|number| *number < limit)?;
    Some(i64::from(number))
}

/// A number of exactly `count` ASCII digits.
fn digits_of(text: &str, count: usize) -> Option<i32> {
    let plain = text.len() == count && text.bytes().all(|digit| digit.is_ascii_digit());
    text.parse().ok().filter(|_| plain)
}

/// The time this many milliseconds after 1970, in RFC 3339 with milliseconds.
///
/// # Panics
///
/// When the time is before the year 0 or after the year 9999. For such a year JSONata writes four
/// digits.
#[must_use]
pub fn timestamp(millis: i64) -> String {
    let time = OffsetDateTime::from_unix_timestamp_nanos(i128::from(millis) * 1_000_000);
    let Some(time) = time.ok().filter(|time| (0..=9999).contains(&time.year())) else {
        panic!("{millis} ms are before the year 0 or beyond the year 9999");
    };
    let (year, month, day) = time.to_calendar_date();
    let (hour, minute, second, milli) = time.to_hms_milli();
    format!(
        "{year:04}-{:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{milli:03}Z",
        u8::from(month)
    )
}

/// A random UUID, version 4.
#[must_use]
pub fn uuid() -> String {
    // `RandomState` of the standard library has random seeds.
    let random = || {
        std::collections::hash_map::RandomState::new()
            .build_hasher()
            .finish()
    };
    let bits = (u128::from(random()) << 64 | u128::from(random())) & !(0xf << 76) & !(0x3 << 62)
        | (0x4 << 76)
        | (0x2 << 62);
    let digits = format!("{bits:032x}");
    [0..8, 8..12, 12..16, 16..20, 20..32]
        .map(|part| digits[part].to_owned())
        .join("-")
}

/// The SHA-256 hash of the text's UTF-8 bytes, as hexadecimal digits.
#[must_use]
pub fn sha256(text: &str) -> String {
    let mut digits = String::new();
    for byte in hmac_sha256::Hash::hash(text.as_bytes()) {
        let _ = write!(digits, "{byte:02x}");
    }
    digits
}

/// Encodes the text's UTF-8 bytes as Base64. In a JSONata state the text must be ASCII.
#[must_use]
pub fn base64_encode(text: &str) -> String {
    STANDARD.encode(text)
}

/// Decodes Base64 into a text. In a JSONata state the text must be ASCII.
///
/// # Panics
///
/// When it is not valid Base64 of a text. In a workflow the state fails.
#[must_use]
pub fn base64_decode(base64: &str) -> String {
    let bytes = STANDARD.decode(base64);
    match bytes.map(String::from_utf8) {
        Ok(Ok(text)) => text,
        _ => panic!("`{base64}` is not the Base64 of a text"),
    }
}

/// Parses JSON. Write the result's type: `functions::parse_json::<Order>(text)`.
///
/// # Panics
///
/// When it is not JSON of that type. In a workflow the state fails if it is not JSON.
#[must_use]
pub fn parse_json<T: DeserializeOwned>(json: &str) -> T {
    match serde_json::from_str(json) {
        Ok(value) => value,
        Err(error) => panic!("`{json}` cannot be read: {error}"),
    }
}

/// Serializes a value as JSON. Numbers have at most 15 significant digits, as in JSONata.
///
/// # Panics
///
/// When serde cannot serialize it as JSON.
#[must_use]
pub fn to_json<T: Serialize>(value: &T) -> String {
    let mut text = String::new();
    match serde_json::to_value(value) {
        Ok(value) => write_json(&value, &mut text),
        Err(error) => panic!("the value cannot be written as JSON: {error}"),
    }
    text
}

fn write_json(value: &Value, text: &mut String) {
    match value {
        Value::Number(number) => match number.as_f64() {
            Some(number) => text.push_str(&digits(number)),
            None => text.push_str(&number.to_string()),
        },
        Value::Array(items) => {
            text.push('[');
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    text.push(',');
                }
                write_json(item, text);
            }
            text.push(']');
        }
        Value::Object(members) => {
            text.push('{');
            for (index, (key, member)) in members.iter().enumerate() {
                if index > 0 {
                    text.push(',');
                }
                let _ = write!(text, "{}:", Value::from(key.as_str()));
                write_json(member, text);
            }
            text.push('}');
        }
        other => {
            let _ = write!(text, "{other}");
        }
    }
}

/// A number in JavaScript's format, rounded to 15 significant digits.
fn digits(number: f64) -> String {
    // JavaScript rounds halves away from zero; `format!` rounds them to even.
    let middle = is_in_the_middle(number);
    let number = match middle {
        true if number < 0.0 => number.next_down(),
        true => number.next_up(),
        false => number,
    };
    let rounded: f64 = format!("{number:.14e}").parse().unwrap_or(number);
    let magnitude = rounded.abs();
    if rounded == 0.0 {
        "0".to_owned()
    } else if (1e-6..1e21).contains(&magnitude) {
        rounded.to_string()
    } else {
        let scientific = format!("{rounded:e}");
        match scientific.split_once('e') {
            Some((digits, power)) if !power.starts_with('-') => format!("{digits}e+{power}"),
            _ => scientific,
        }
    }
}

/// Whether a number has exactly 16 significant digits, of which the last is a 5.
fn is_in_the_middle(number: f64) -> bool {
    // No `f64` has more significant digits.
    let digits = format!("{number:.800e}");
    let digits: Vec<u8> = digits
        .bytes()
        .take_while(|digit| *digit != b'e')
        .filter(u8::is_ascii_digit)
        .collect();
    digits.get(15) == Some(&b'5') && digits[16..].iter().all(|digit| *digit == b'0')
}

/// Parses a number: digits with an optional `-`, fraction and exponent (`-12.5e3`), or an integer
/// in hexadecimal, octal or binary digits (`0x1f`, `0o17`, `0b101`).
///
/// # Panics
///
/// When the text is not such a number, as `+5`, `.5`, `5.`, `inf` and a number out of the range of
/// `f64`. In a workflow the state fails.
#[must_use]
pub fn number(text: &str) -> f64 {
    match parse_number(text) {
        Some(number) => number,
        None => panic!("`{text}` is not a number such as `-12.5`"),
    }
}

fn parse_number(text: &str) -> Option<f64> {
    let unsigned = text.strip_prefix('-').unwrap_or(text);
    let of_base = |base| {
        let digits = text.get(2..)?;
        let plain = digits.starts_with(|first: char| first.is_digit(base));
        u128::from_str_radix(digits, base).ok().filter(|_| plain)
    };
    match text.get(..2) {
        Some("0x" | "0X") => return of_base(16).map(|number| number as f64),
        Some("0o" | "0O") => return of_base(8).map(|number| number as f64),
        Some("0b" | "0B") => return of_base(2).map(|number| number as f64),
        _ => {}
    }
    // `parse` also accepts a leading `+`, a point at the start or end, and names such as `inf`.
    let is_digit = |letter: char| letter.is_ascii_digit();
    let (mantissa, _) = unsigned.split_once(['e', 'E']).unwrap_or((unsigned, ""));
    let plain = mantissa.starts_with(is_digit) && mantissa.ends_with(is_digit);
    let number: f64 = text.parse().ok()?;
    Some(number).filter(|number| plain && number.is_finite())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn uuids_are_random_and_of_version_4() {
        let (a, b) = (uuid(), uuid());
        assert_ne!(a, b);
        assert_eq!(a.len(), 36);
        assert_eq!(&a[14..15], "4");
        assert!(matches!(&a[19..20], "8" | "9" | "a" | "b"), "{a}");
    }

    #[test]
    fn timestamps_round_trip_through_milliseconds() {
        for millis_ in [0, 1, 951_782_400_123, -1, 253_402_300_799_999] {
            assert_eq!(millis(&timestamp(millis_)), millis_);
        }
        assert_eq!(millis(&now()) / 10_000, millis(&now()) / 10_000);
        assert_eq!(timestamp(-1), "1969-12-31T23:59:59.999Z");
    }

    #[test]
    fn times_are_parsed_as_by_jsonata() {
        // Taken from `$toMillis` of npm's jsonata 2.0.6 in UTC.
        for (text, wanted) in [
            ("2024-01-01", Some(1_704_067_200_000)),
            ("2024-01", Some(1_704_067_200_000)),
            ("2024", Some(1_704_067_200_000)),
            ("2024T00:00:00Z", Some(1_704_067_200_000)),
            ("2024-01-01T00:00:00.5Z", Some(1_704_067_200_500)),
            ("2024-01-01T00:00:00.123999999999Z", Some(1_704_067_200_123)),
            ("1969-12-31T23:59:59.9999Z", Some(-1)),
            ("1969-12-31T23:59:59.9991Z", Some(-1)),
            ("2024-01-01T00:00:00+01:00", Some(1_704_063_600_000)),
            ("2024-01-01T00:00:00+0100", Some(1_704_063_600_000)),
            ("2024-01-01T00:00:00.1+23:59", Some(1_703_980_860_100)),
            ("2024-01-01T00:00:00-00:00", Some(1_704_067_200_000)),
            ("9999-12-31T23:59:59.999-00:01", Some(253_402_300_859_999)),
            ("0000-01-01T00:00:00Z", Some(-62_167_219_200_000)),
            ("2024-01-01t00:00:00Z", None),
            ("2024-01-01T00:00:00z", None),
            ("2024-01-01T23:59:60Z", None),
            ("2024-01-01T00:00Z", None),
            ("2024-01-01T00:00:00.Z", None),
            ("2024-01-01T00:00:00,5Z", None),
            ("2024-01-01 00:00:00Z", None),
            ("2024-01-01T00:00:00+1:00", None),
            ("2024-01-01T00:00:00+01:0é", None),
            ("2024-01-01T00:00:00é", None),
            ("+2024-01-01", None),
            ("", None),
            ("T", None),
            // Without a time zone, JavaScript uses the local one. A time that does not exist
            // becomes null or another time.
            ("2024-01-01T00:00:00", None),
            ("2024-02-30", None),
            ("2024-13-01", None),
            ("2024-01-01T24:00:00Z", None),
            ("2024-01-01T00:00:00+24:00", None),
            ("2024-01-01Z", None),
            ("2024-01-01.5Z", None),
        ] {
            assert_eq!(parse_time(text), wanted, "{text}");
        }
    }

    #[test]
    fn numbers_are_parsed_as_by_jsonata() {
        // Taken from `$number` of npm's jsonata 2.0.6.
        for (text, wanted) in [
            ("12.5", Some(12.5)),
            ("-5", Some(-5.0)),
            ("007", Some(7.0)),
            ("1E5", Some(1e5)),
            ("1e+5", Some(1e5)),
            ("-2.5e-1", Some(-0.25)),
            ("1e-400", Some(0.0)),
            ("0x10", Some(16.0)),
            ("0X1f", Some(31.0)),
            ("0o17", Some(15.0)),
            ("0b101", Some(5.0)),
            ("0xfffffffffffffffff", Some(295_147_905_179_352_830_000.0)),
            (".5", None),
            ("5.", None),
            ("+5", None),
            ("-.5", None),
            ("5.e3", None),
            (".e3", None),
            ("e3", None),
            ("-", None),
            ("", None),
            (" 5", None),
            ("1\n", None),
            ("1_000", None),
            ("1e400", None),
            ("1e", None),
            ("inf", None),
            ("NaN", None),
            ("-0x10", None),
            ("0x", None),
            ("0x+1", None),
            ("0b2", None),
            ("١", None),
        ] {
            assert_eq!(parse_number(text), wanted, "{text}");
        }
    }

    #[test]
    fn numbers_in_json_are_printed_as_by_jsonata() {
        // Taken from `$string` of npm's jsonata 2.0.6.
        for (number, text) in [
            (0.1 + 0.2, "0.3"),
            (1.0, "1"),
            (-0.0, "0"),
            (1e21, "1e+21"),
            (1.5e-7, "1.5e-7"),
            (0.000_001, "0.000001"),
            (123_456_789_012_345_680.0, "123456789012346000"),
            (-1.0 / 3.0, "-0.333333333333333"),
        ] {
            assert_eq!(to_json(&number), text);
        }
        assert_eq!(to_json(&1_700_000_000_123_456_u64), "1700000000123460");
        assert_eq!(
            to_json(&("a\"\u{1}", [Some(1.0), None])),
            r#"["a\"\u0001",[1,null]]"#
        );
    }

    #[test]
    fn texts_are_ordered_by_utf_16() {
        let list = vec!["\u{ff61}", "🦀", "b", ""];
        assert_eq!(sorted(list), ["", "b", "🦀", "\u{ff61}"]);
        assert!(is_before("🦀", "\u{ff61}") && "🦀" > "\u{ff61}");
        assert_eq!(sorted(vec![3, 1, 2]), [1, 2, 3]);
    }

    #[test]
    fn ranges_end_at_the_largest_number() {
        assert_eq!(range(i64::MAX - 1, i64::MAX, 5), [i64::MAX - 1]);
        assert_eq!(range(3, 1, -1), [3, 2, 1]);
        assert_eq!(range(3, 1, 1), Vec::<i64>::new());
    }
}
