//! Values of plain scalars: see the table in the documentation of [`yaml`](super).

use crate::json::{Json, Number};

/// The value of a plain scalar; an error for a number that JSON cannot represent.
pub(crate) fn resolve(text: &str) -> Result<Json, String> {
    if let "" | "~" | "null" | "Null" | "NULL" = text {
        return Ok(Json::Null);
    }
    if let Some(value) = boolean(text) {
        return Ok(Json::Bool(value));
    }
    Ok(match number(text)? {
        Some(number) => Json::Number(number),
        None => Json::String(text.to_owned()),
    })
}

/// Each word has three spellings: `yes`, `Yes`, `YES`, but not `yEs`.
fn boolean(text: &str) -> Option<bool> {
    let rest = text.get(1..)?;
    let one_case = rest.bytes().all(|byte| byte.is_ascii_lowercase())
        || text.bytes().all(|byte| byte.is_ascii_uppercase());
    match text.to_ascii_lowercase().as_str() {
        "true" | "yes" | "on" if one_case => Some(true),
        "false" | "no" | "off" if one_case => Some(false),
        _ => None,
    }
}

/// Parses a number; `None` if the text is not a number.
fn number(text: &str) -> Result<Option<Number>, String> {
    let (sign, digits) = match text.as_bytes().first() {
        Some(b'-') => ("-", &text[1..]),
        Some(b'+') => ("", &text[1..]),
        _ => ("", text),
    };
    if let ".inf" | ".Inf" | ".INF" | ".nan" | ".NaN" | ".NAN" = digits {
        return Err(format!("JSON has no number `{text}`; write it in quotes"));
    }
    if !digits.starts_with(|c: char| c.is_ascii_digit() || c == '.') {
        return Ok(None);
    }
    let (radix, prefixed) = match digits.as_bytes() {
        [b'0', b'b', ..] => (2, &digits[2..]),
        [b'0', b'x', ..] => (16, &digits[2..]),
        [b'0', _, ..] => (8, &digits[1..]),
        _ => (10, digits),
    };
    if let Some(clean) = digits_of(prefixed, radix) {
        if radix == 10 {
            return Ok(Some(Number::from_checked_text(&format!("{sign}{clean}"))));
        }
        let value = u128::from_str_radix(&clean, radix)
            .map_err(|_| format!("the number `{text}` is too large; write it in quotes"))?;
        // A zero has no sign.
        let sign = if value == 0 { "" } else { sign };
        return Ok(Some(Number::from_checked_text(&format!("{sign}{value}"))));
    }
    Ok(float(digits).map(|float| Number::from_checked_text(&format!("{sign}{float}"))))
}

/// Digits of a radix without underscores between them.
fn digits_of(text: &str, radix: u32) -> Option<String> {
    let fits = |c: char| c == '_' || c.is_digit(radix);
    let clean = text.replace('_', "");
    (text.chars().all(fits) && !clean.is_empty()).then_some(clean)
}

/// Converts `1.5`, `1.`, `.5` and `1e3` to JSON's syntax.
fn float(text: &str) -> Option<String> {
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (text, None),
    };
    let (whole, fraction) = match mantissa.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (mantissa, None),
    };
    if exponent.is_none() && fraction.is_none() {
        return None;
    }
    let whole = match whole {
        // `._5` and `._` are strings.
        "" if fraction.is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit())) => {
            String::new()
        }
        whole => digits_of(whole, 10)?,
    };
    let fraction = match fraction {
        None => String::new(),
        Some(fraction) if fraction.bytes().all(|byte| byte == b'_') => ".0".to_owned(),
        Some(fraction) => format!(".{}", digits_of(fraction, 10)?),
    };
    let exponent = match exponent {
        None => String::new(),
        Some(exponent) => {
            let digits = exponent.strip_prefix(['-', '+']).unwrap_or(exponent);
            let is_number = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
            is_number.then(|| format!("e{exponent}"))?
        }
    };
    let whole = match whole.trim_start_matches('0') {
        "" => "0",
        whole => whole,
    };
    Some(format!("{whole}{fraction}{exponent}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn json(text: &str) -> String {
        resolve(text).map_or_else(|error| error, |json| json.to_string())
    }

    #[test]
    fn booleans_and_null_are_parsed_as_by_cloudformation() {
        for text in [
            "true", "True", "TRUE", "yes", "Yes", "YES", "on", "On", "ON",
        ] {
            assert_eq!(json(text), "true", "{text}");
        }
        for text in ["false", "False", "FALSE", "no", "NO", "off", "Off"] {
            assert_eq!(json(text), "false", "{text}");
        }
        for text in ["", "~", "null", "Null", "NULL"] {
            assert_eq!(json(text), "null", "{text}");
        }
        for text in ["y", "n", "yEs", "oN", "tRUE", "nULL", "truex", "é", "on "] {
            assert_eq!(resolve(text), Ok(Json::from(text)));
        }
    }

    #[test]
    fn numbers_are_parsed_as_by_cloudformation() {
        for (text, number) in [
            ("0", "0"),
            ("12", "12"),
            ("-12", "-12"),
            ("+12", "12"),
            ("1_000", "1000"),
            ("1__", "1"),
            ("010", "8"),
            ("-010", "-8"),
            ("00", "0"),
            ("0_7", "7"),
            ("0x1F", "31"),
            ("-0xff", "-255"),
            ("0b1_01", "5"),
            ("1.5", "1.5"),
            ("-1.5", "-1.5"),
            ("1.", "1.0"),
            (".5", "0.5"),
            ("007.5", "7.5"),
            ("1_0.2_5", "10.25"),
            ("1e3", "1e3"),
            ("1.5E-2", "1.5e-2"),
            ("+1e+2", "1e+2"),
            ("-0.0", "-0.0"),
            ("18446744073709551615", "18446744073709551615"),
            (
                "123456789012345678901234567890",
                "123456789012345678901234567890",
            ),
            ("1e400", "1e400"),
        ] {
            assert_eq!(json(text), number, "{text}");
        }
    }

    #[test]
    fn invalid_numbers_are_strings() {
        for text in [
            "08",
            "0o10",
            "0X1F",
            "0b2",
            "0b",
            "0x",
            "_1",
            "-",
            "+",
            ".",
            "._",
            "1e",
            "1e+",
            "e3",
            "1.2.3",
            "12:30",
            "12:30:45.5",
            "2026-01-31",
            "2026-01-31T10:00:00Z",
            "1,000",
            "--1",
            "1 2",
            "arn:aws:states:::lambda:invoke",
            "${Timeout}",
            "Infinity",
            "NaN",
        ] {
            assert_eq!(resolve(text), Ok(Json::from(text)));
        }
    }

    #[test]
    fn numbers_that_json_lacks_are_refused() {
        for text in [".inf", "-.Inf", ".NaN"] {
            assert!(json(text).contains("JSON has no number"), "{text}");
        }
        let long = format!("0x{}", "f".repeat(40));
        assert!(json(&long).contains("too large"));
    }
}
