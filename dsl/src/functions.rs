//! Functions that expressions of a workflow may call, beside Rust's own methods: what Step Functions has and Rust's standard
//! library has not.
//!
//! Each is an ordinary Rust function, and in a workflow the JSONata (or the intrinsic function) of the same meaning.
//! `docs/expressions.md` shows all of them.
//!
//! ```
//! use stepwright::functions;
//!
//! assert_eq!(functions::sorted(vec![3, 1, 2]), [1, 2, 3]);
//! assert_eq!(functions::chunks(vec![1, 2, 3], 2), [vec![1, 2], vec![3]]);
//! assert_eq!(functions::millis("1970-01-01T00:00:01.500Z"), 1500);
//! ```

use crate::sealed::Sealed;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::cmp::Ordering;
use std::fmt::Write as _;
use std::hash::{BuildHasher, Hasher};
use stepwright_asl::callable;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// A function of this module, as a type of the same name: so `workflow!` knows it, whatever path it is called by.
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

        /// They are those that `workflow!` lets through.
        const _: () = {
            let names = &[$(stringify!($name)),*];
            callable::assert_all_in(names, callable::LIBRARY);
            callable::assert_all_in(callable::LIBRARY, names);
        };
    };
}

functions!(sorted is_before unique chunks range now millis timestamp uuid sha256 base64_encode base64_decode parse_json to_json number);

/// The items in order, the smallest first: numbers by size, texts as [`is_before`] says.
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

/// Whether a text stands before another one where Step Functions orders them: by UTF-16 code units, as Java and JavaScript do.
///
/// Rust's `<` orders by characters, which is another order where a character beyond U+FFFF (an emoji, say) meets one from
/// U+E000 on.
#[must_use]
pub fn is_before(text: &str, other: &str) -> bool {
    text.encode_utf16().lt(other.encode_utf16())
}

/// The items without those that stood before.
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

/// The items in lists of `size`, the last of them with what is left.
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

/// The whole numbers from `first` to `last`, both included, every `step`-th.
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

/// The present time, in RFC 3339 with milliseconds.
#[must_use]
pub fn now() -> String {
    let now = OffsetDateTime::now_utc();
    timestamp(i64::try_from(now.unix_timestamp_nanos() / 1_000_000).unwrap_or(i64::MAX))
}

/// The milliseconds from 1970 to a time in RFC 3339; two of them give a difference.
///
/// # Panics
///
/// When the text is no such time. In a workflow the state fails.
#[must_use]
pub fn millis(timestamp: &str) -> i64 {
    match OffsetDateTime::parse(timestamp, &Rfc3339) {
        Ok(time) => i64::try_from(time.unix_timestamp_nanos() / 1_000_000).unwrap_or(i64::MAX),
        Err(error) => panic!("`{timestamp}` is no time in RFC 3339: {error}"),
    }
}

/// The time that many milliseconds after 1970, in RFC 3339 with milliseconds.
///
/// # Panics
///
/// When it is beyond the year 9999. In a workflow the state fails.
#[must_use]
pub fn timestamp(millis: i64) -> String {
    let Ok(time) = OffsetDateTime::from_unix_timestamp_nanos(i128::from(millis) * 1_000_000) else {
        panic!("{millis} ms are beyond the year 9999");
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
    // The standard library seeds its hashers at random.
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

/// SHA-256 of the text's UTF-8, in hexadecimal digits.
#[must_use]
pub fn sha256(text: &str) -> String {
    let mut digits = String::new();
    for byte in hmac_sha256::Hash::hash(text.as_bytes()) {
        let _ = write!(digits, "{byte:02x}");
    }
    digits
}

/// Base64 of the text's UTF-8. In a JSONata state the text has to be ASCII.
#[must_use]
pub fn base64_encode(text: &str) -> String {
    STANDARD.encode(text)
}

/// The text that some Base64 stands for. In a JSONata state it has to be ASCII.
///
/// # Panics
///
/// When it stands for none. In a workflow the state fails.
#[must_use]
pub fn base64_decode(base64: &str) -> String {
    let bytes = STANDARD.decode(base64);
    match bytes.map(String::from_utf8) {
        Ok(Ok(text)) => text,
        _ => panic!("`{base64}` is no Base64 of a text"),
    }
}

/// The value that some JSON text stands for. Its type is written down: `functions::parse_json::<Order>(text)`.
///
/// # Panics
///
/// When it is no JSON of that type. In a workflow the state fails where it is no JSON.
#[must_use]
pub fn parse_json<T: DeserializeOwned>(json: &str) -> T {
    match serde_json::from_str(json) {
        Ok(value) => value,
        Err(error) => panic!("`{json}` cannot be read: {error}"),
    }
}

/// The JSON text of a value. Numbers have 15 significant digits at most, as JSONata writes them.
///
/// # Panics
///
/// When serde cannot write it as JSON.
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

/// A number as JavaScript writes it once it is rounded to 15 significant digits.
fn digits(number: f64) -> String {
    // JavaScript rounds what is in the middle away from zero, and `format!` to even.
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

/// Whether a number has 16 significant digits, of which the last is a 5.
fn is_in_the_middle(number: f64) -> bool {
    // No `f64` has more digits than these.
    let digits = format!("{number:.800e}");
    let digits: Vec<u8> = digits
        .bytes()
        .take_while(|digit| *digit != b'e')
        .filter(u8::is_ascii_digit)
        .collect();
    digits.get(15) == Some(&b'5') && digits[16..].iter().all(|digit| *digit == b'0')
}

/// The number that a text stands for.
///
/// # Panics
///
/// When it stands for none. In a workflow the state fails.
#[must_use]
pub fn number(text: &str) -> f64 {
    match text.parse() {
        Ok(number) => number,
        Err(error) => panic!("`{text}` is no number: {error}"),
    }
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
    fn times_are_what_they_were() {
        for millis_ in [0, 1, 951_782_400_123, -1, 253_402_300_799_999] {
            assert_eq!(millis(&timestamp(millis_)), millis_);
        }
        assert_eq!(millis(&now()) / 10_000, millis(&now()) / 10_000);
        assert_eq!(timestamp(-1), "1969-12-31T23:59:59.999Z");
    }

    #[test]
    fn numbers_in_json_have_the_digits_that_jsonata_writes() {
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
