//! Values of plain scalars: see the table in the documentation of [`yaml`](super).

use crate::json::{Json, Number};

/// The version of YAML whose words and numbers a program reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum YamlVersion {
    /// Jackson and SnakeYAML, for CloudFormation and SAM.
    V1_1,
    /// js-yaml, for the Serverless Framework.
    V1_2,
}

impl YamlVersion {
    /// Version 1.2 for a configuration of the Serverless Framework.
    pub(super) fn of(text: &str) -> YamlVersion {
        let has = |key: &str| {
            let mut lines = text.lines().filter_map(|line| line.strip_prefix(key));
            lines.any(|rest| rest.trim_start().starts_with(':'))
        };
        if has("stepFunctions") || has("service") && has("provider") {
            YamlVersion::V1_2
        } else {
            YamlVersion::V1_1
        }
    }
}

/// Whether a plain scalar is the same text in all versions.
pub(crate) fn is_text(text: &str) -> bool {
    let versions = [YamlVersion::V1_1, YamlVersion::V1_2].into_iter();
    let mut read = versions.map(|version| resolve(text, version));
    read.all(|read| matches!(read, Ok(Json::String(_))))
}

/// The value of a plain scalar; an error for a number that JSON cannot represent.
pub(super) fn resolve(text: &str, version: YamlVersion) -> Result<Json, String> {
    if let "" | "~" | "null" | "Null" | "NULL" = text {
        return Ok(Json::Null);
    }
    if let Some(value) = boolean(text, version) {
        return Ok(Json::Bool(value));
    }
    Ok(match number(text, version)? {
        Some(number) => Json::Number(number),
        None => Json::String(text.to_owned()),
    })
}

/// Each word has three spellings: `yes`, `Yes`, `YES`, but not `yEs`.
fn boolean(text: &str, version: YamlVersion) -> Option<bool> {
    let rest = text.get(1..)?;
    let one_case = rest.bytes().all(|byte| byte.is_ascii_lowercase())
        || text.bytes().all(|byte| byte.is_ascii_uppercase());
    match text.to_ascii_lowercase().as_str() {
        "true" if one_case => Some(true),
        "false" if one_case => Some(false),
        "yes" | "on" if one_case && version == YamlVersion::V1_1 => Some(true),
        "no" | "off" if one_case && version == YamlVersion::V1_1 => Some(false),
        _ => None,
    }
}

/// Parses a number; `None` if the text is not a number.
fn number(text: &str, version: YamlVersion) -> Result<Option<Number>, String> {
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
    if version == YamlVersion::V1_2 && digits.ends_with('_') {
        return Ok(None);
    }
    let (radix, prefixed) = match (digits.as_bytes(), version) {
        ([b'0', b'b', ..], _) => (2, &digits[2..]),
        ([b'0', b'x', ..], _) => (16, &digits[2..]),
        ([b'0', b'o', ..], YamlVersion::V1_2) => (8, &digits[2..]),
        ([b'0', _, ..], YamlVersion::V1_1) => (8, &digits[1..]),
        ([b'0', .., _], YamlVersion::V1_2) => match digits.trim_start_matches(['0', '_']) {
            "" => (10, "0"),
            rest => (10, rest),
        },
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

    fn read(text: &str, version: YamlVersion) -> String {
        resolve(text, version).map_or_else(|error| error, |json| json.to_string())
    }

    fn json(text: &str) -> String {
        read(text, YamlVersion::V1_1)
    }

    #[test]
    fn scalars_of_serverless_are_parsed_as_by_js_yaml() {
        // Computed with js-yaml 4.1.0. Version 4.3 reads a number with `_` as text.
        for (text, json) in [
            ("true", "true"),
            ("False", "false"),
            ("yes", r#""yes""#),
            ("No", r#""No""#),
            ("ON", r#""ON""#),
            ("off", r#""off""#),
            ("~", "null"),
            ("010", "10"),
            ("-010", "-10"),
            ("08", "8"),
            ("00", "0"),
            ("0_7", "7"),
            ("0", "0"),
            ("0o17", "15"),
            ("0o8", r#""0o8""#),
            ("0x1F", "31"),
            ("0b101", "5"),
            ("0b2", r#""0b2""#),
            ("1_000", "1000"),
            ("1_", r#""1_""#),
            ("007.5", "7.5"),
            ("0.5", "0.5"),
            ("1.", "1.0"),
            (".5", "0.5"),
            ("1e3", "1e3"),
            ("12:30", r#""12:30""#),
        ] {
            assert_eq!(read(text, YamlVersion::V1_2), json, "{text}");
        }
    }

    #[test]
    fn the_version_is_that_of_the_program_that_reads_the_file() {
        for (text, version) in [
            ("service: a\nprovider: {name: aws}\n", YamlVersion::V1_2),
            ("# c\nstepFunctions :\n  x: 1\n", YamlVersion::V1_2),
            ("service: a\n", YamlVersion::V1_1),
            (
                "Resources:\n  stepFunctions:\n    a: 1\n",
                YamlVersion::V1_1,
            ),
            ("", YamlVersion::V1_1),
        ] {
            assert_eq!(YamlVersion::of(text), version, "{text}");
        }
    }

    #[test]
    fn a_text_that_one_version_reads_as_a_value_needs_quotes() {
        for text in ["yes", "0o17", "08", "010", "true", "1e3"] {
            assert!(!is_text(text), "{text}");
        }
        assert!(is_text("0o8") && is_text("arn:aws"));
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
            assert_eq!(resolve(text, YamlVersion::V1_1), Ok(Json::from(text)));
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
            assert_eq!(resolve(text, YamlVersion::V1_1), Ok(Json::from(text)));
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
