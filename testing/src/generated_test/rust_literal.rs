//! Texts and JSON values as Rust source.

use std::fmt::Write as _;

use serde_json::Value as Json;
use stepwright_interpreter::value::Value;

/// The most parts of a value in the macro `json!`, which recurses for each part: rustc has a limit.
const MOST_PARTS: usize = 24;
/// The most characters of a value in the macro `json!`.
const MOST_CHARACTERS: usize = 160;

/// Returns the literal of a text.
pub(super) fn string(text: &str) -> String {
    // Rust's `Debug` writes a literal, and escapes the characters that rustc refuses.
    format!("{text:?}")
}

/// Returns a raw literal with a JSON text.
pub(super) fn raw_json(json: &str) -> String {
    let mut text = String::with_capacity(json.len());
    for char in json.chars() {
        match char {
            // rustc refuses carriage returns in raw literals.
            '\n' => text.push(char),
            char if char.is_ascii_graphic() || char == ' ' => text.push(char),
            // Other characters that have no glyph. Characters that change the direction of the text
            // are errors in literals.
            char if char.escape_debug().len() > 1 => {
                let mut units = [0; 2];
                for unit in char.encode_utf16(&mut units) {
                    let _ = write!(text, "\\u{unit:04x}");
                }
            }
            char => text.push(char),
        }
    }
    let mut hashes = "#".to_owned();
    while text.contains(&format!("\"{hashes}")) {
        hashes.push('#');
    }
    format!("r{hashes}\"{text}\"{hashes}")
}

/// Returns a small value for the macro `json!`; `None` if it is too large, or if the macro changes
/// it.
pub(super) fn json_macro(value: &Value) -> Option<String> {
    let json = value.to_json();
    let mut text = String::new();
    let mut parts = MOST_PARTS;
    write(&json, &mut text, &mut parts)?;
    // A number with many digits is not the same in serde_json.
    let is_same = Value::from(json).to_text() == value.to_text();
    (is_same && text.len() <= MOST_CHARACTERS).then_some(text)
}

fn write(json: &Json, text: &mut String, parts: &mut usize) -> Option<()> {
    *parts = parts.checked_sub(1)?;
    match json {
        Json::Null | Json::Bool(_) => {
            let _ = write!(text, "{json}");
        }
        Json::Number(number) => {
            // rustc reads a literal without a suffix as `i32`.
            let _ = match (number.as_i64(), number.as_u64()) {
                (Some(small), _) if i32::try_from(small).is_ok() => write!(text, "{small}"),
                (Some(large), _) => write!(text, "{large}i64"),
                (None, Some(large)) => write!(text, "{large}u64"),
                (None, None) => write!(text, "{:?}f64", number.as_f64()?),
            };
        }
        Json::String(inner) => text.push_str(&string(inner)),
        Json::Array(items) => {
            text.push('[');
            for (number, item) in items.iter().enumerate() {
                text.push_str(if number == 0 { "" } else { ", " });
                write(item, text, parts)?;
            }
            text.push(']');
        }
        Json::Object(members) => {
            text.push('{');
            for (number, (name, value)) in members.iter().enumerate() {
                text.push_str(if number == 0 { "" } else { ", " });
                let _ = write!(text, "{}: ", string(name));
                write(value, text, parts)?;
            }
            text.push('}');
        }
    }
    Some(())
}

/// Returns the name of a function: lower-case letters, digits and underscores of a text.
pub(super) fn identifier(text: &str) -> String {
    let mut name = String::new();
    for char in text.chars() {
        match char.to_ascii_lowercase() {
            char if char.is_ascii_alphanumeric() => name.push(char),
            _ if !name.is_empty() && !name.ends_with('_') => name.push('_'),
            _ => {}
        }
    }
    let name = name.trim_end_matches('_');
    match name.chars().next() {
        None => "execution".to_owned(),
        Some(first) if first.is_ascii_digit() => format!("execution_{name}"),
        Some(_) => name.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(text: &str) -> Value {
        Value::from_text(text).unwrap()
    }

    #[test]
    fn numbers_have_the_suffix_of_their_size() {
        let text = r#"[1,-2147483648,3000000000,-3000000000,18446744073709551615,1.5,1e300]"#;
        assert_eq!(
            json_macro(&value(text)).unwrap(),
            "[1, -2147483648, 3000000000i64, -3000000000i64, 18446744073709551615u64, 1.5f64, 1e300f64]"
        );
        assert_eq!(json_macro(&value("123456789012345678901234567890")), None);
    }

    #[test]
    fn large_values_are_not_in_the_macro() {
        let list = |length: usize| value(&format!("[{}]", vec!["1"; length].join(",")));
        assert!(json_macro(&list(MOST_PARTS - 1)).is_some());
        assert_eq!(json_macro(&list(MOST_PARTS)), None);
        let text = format!("\"{}\"", "a".repeat(MOST_CHARACTERS));
        assert_eq!(json_macro(&value(&text)), None);
    }

    #[test]
    fn characters_that_rustc_refuses_are_escaped() {
        let text = "\"\u{202e}a\u{e0001}\u{301}é\u{7f}\"";
        let literal = raw_json(text);
        assert_eq!(literal, r###"r#""\u202ea\udb40\udc01\u0301é\u007f""#"###);
        assert_eq!(string("\u{202e}\r"), r#""\u{202e}\r""#);
    }

    #[test]
    fn a_raw_literal_ends_at_its_own_hashes() {
        assert_eq!(raw_json("\"a\"# \"##"), "r###\"\"a\"# \"##\"###");
    }

    #[test]
    fn names_are_identifiers() {
        for (text, name) in [
            ("Order-17", "order_17"),
            ("17", "execution_17"),
            ("日本語", "execution"),
            ("--fn--", "fn"),
        ] {
            assert_eq!(identifier(text), name);
        }
    }
}
