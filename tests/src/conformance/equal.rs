//! When a recorded value and an actual value are equal: exactly the rules of the corpus README.

use serde_json::{Number, Value};

/// The placeholders of a row: texts that the recording masked.
#[derive(Debug, Default)]
pub struct Volatile {
    /// Longest first, so that `start-date` is found before `date`.
    placeholders: Vec<String>,
}

impl Volatile {
    /// Takes the `volatile` list of a row.
    #[must_use]
    pub fn new(list: &Value) -> Self {
        let mut placeholders: Vec<String> = list
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(|text| text.as_str().map(str::to_owned))
            // An empty placeholder would match everything.
            .filter(|text| !text.is_empty())
            .collect();
        placeholders.sort_by_key(|text| std::cmp::Reverse(text.len()));
        Self { placeholders }
    }

    fn is_placeholder(&self, text: &str) -> bool {
        self.placeholders
            .iter()
            .any(|placeholder| placeholder == text)
    }

    /// Splits a text at its placeholders; `None` if it contains none.
    fn pieces<'a>(&self, text: &'a str) -> Option<Vec<&'a str>> {
        let mut pieces = Vec::new();
        let (mut start, mut at) = (0, 0);
        while at < text.len() {
            let found = self.placeholders.iter().find(|placeholder| {
                text[at..].starts_with(placeholder.as_str()) && stands_alone(text, at, placeholder)
            });
            match found {
                Some(placeholder) => {
                    pieces.push(&text[start..at]);
                    at += placeholder.len();
                    start = at;
                }
                None => at += text[at..].chars().next().map_or(1, char::len_utf8),
            }
        }
        if pieces.is_empty() {
            return None;
        }
        pieces.push(&text[start..]);
        Some(pieces)
    }
}

/// `<..>` placeholders may be anywhere in a string, bare ones only as whole words.
fn stands_alone(text: &str, at: usize, placeholder: &str) -> bool {
    if placeholder.starts_with('<') {
        return true;
    }
    let is_word = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
    !is_word(text[..at].chars().next_back())
        && !is_word(text[at + placeholder.len()..].chars().next())
}

/// Whether `text` is the pieces in order with any text between them.
fn matches_pieces(pieces: &[&str], text: &str) -> bool {
    let Some((first, rest)) = pieces.split_first() else {
        return text.is_empty();
    };
    let Some(mut left) = text.strip_prefix(first) else {
        return false;
    };
    let Some((last, middle)) = rest.split_last() else {
        return left.is_empty();
    };
    for piece in middle {
        match left.find(piece) {
            Some(at) => left = &left[at + piece.len()..],
            None => return false,
        }
    }
    left.ends_with(last)
}

/// Whether two values are equal.
#[must_use]
pub fn is_equal(expected: &Value, actual: &Value, volatile: &Volatile) -> bool {
    differences(expected, actual, volatile).is_empty()
}

/// The path and kind of each difference; empty if the values are equal.
///
/// ```
/// use serde_json::json;
/// use stepwright_tests::conformance::equal::{Volatile, differences};
///
/// let volatile = Volatile::new(&json!(["<uuid:1>"]));
/// assert!(differences(&json!({"id": "a <uuid:1> b"}), &json!({"id": "a 17 b"}), &volatile).is_empty());
/// let all = differences(&json!({"n": 1, "xs": [1, 2], "m": 0}), &json!({"n": true, "xs": [1, 3]}), &volatile);
/// assert_eq!(all.len(), 3, "{all:?}");
/// ```
#[must_use]
pub fn differences(expected: &Value, actual: &Value, volatile: &Volatile) -> Vec<String> {
    let mut found = Vec::new();
    at("", expected, actual, volatile, &mut found);
    found
}

fn at(path: &str, expected: &Value, actual: &Value, volatile: &Volatile, found: &mut Vec<String>) {
    let here = if path.is_empty() { "/" } else { path };
    let mut differ = || {
        found.push(format!(
            "at {here}: expected {}, got {}",
            short(expected),
            short(actual)
        ));
    };
    match (expected, actual) {
        (Value::String(text), _) if volatile.is_placeholder(text) => {}
        (Value::String(text), Value::String(other)) => match volatile.pieces(text) {
            Some(pieces) if matches_pieces(&pieces, other) => {}
            None if text == other => {}
            _ => differ(),
        },
        (Value::Object(_) | Value::Array(_), Value::String(text)) => {
            let inner = match expected.as_object() {
                Some(object) if object.len() == 1 && object.contains_key("$json") => {
                    &object["$json"]
                }
                _ => expected,
            };
            match serde_json::from_str::<Value>(text) {
                Ok(parsed) => {
                    at(
                        &format!("{path}/(JSON text)"),
                        inner,
                        &parsed,
                        volatile,
                        found,
                    );
                }
                Err(_) => differ(),
            }
        }
        (Value::Object(left), Value::Object(right)) => {
            for (key, value) in left {
                match right.get(key) {
                    Some(other) => at(&format!("{path}/{key}"), value, other, volatile, found),
                    None => found.push(format!(
                        "at {here}: `{key}` is missing in {}",
                        short(actual)
                    )),
                }
            }
            for (key, value) in right.iter().filter(|(key, _)| !left.contains_key(*key)) {
                found.push(format!(
                    "at {here}: `{key}` was not recorded: {}",
                    short(value)
                ));
            }
        }
        (Value::Array(left), Value::Array(right)) if left.len() == right.len() => {
            for (index, (left, right)) in left.iter().zip(right).enumerate() {
                at(&format!("{path}/{index}"), left, right, volatile, found);
            }
        }
        (Value::Number(left), Value::Number(right)) if same_number(left, right) => {}
        (Value::Bool(left), Value::Bool(right)) if left == right => {}
        (Value::Null, Value::Null) => {}
        _ => differ(),
    }
}

fn same_number(left: &Number, right: &Number) -> bool {
    match (left.as_i128(), right.as_i128()) {
        (Some(left), Some(right)) => left == right,
        _ => left.as_f64() == right.as_f64(),
    }
}

/// A value as text, truncated for a report.
pub(super) fn short(value: &Value) -> String {
    const MOST: usize = 300;
    let text = value.to_string();
    match text.char_indices().nth(MOST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn equal(expected: &Value, actual: &Value, volatile: &[&str]) -> bool {
        is_equal(expected, actual, &Volatile::new(&json!(volatile)))
    }

    #[test]
    fn a_placeholder_matches_any_value() {
        assert!(equal(&json!("date"), &json!(17), &["date"]));
        assert!(equal(&json!({"a": "<x>"}), &json!({"a": [1]}), &["<x>"]));
        assert!(!equal(&json!("date"), &json!(17), &[]));
    }

    #[test]
    fn bare_placeholders_match_only_whole_words() {
        assert!(equal(
            &json!("on date at"),
            &json!("on monday at"),
            &["date"]
        ));
        assert!(!equal(&json!("update"), &json!("upper"), &["date"]));
        assert!(equal(&json!("x<id>y"), &json!("x17y"), &["<id>"]));
    }

    #[test]
    fn json_text_equals_its_parsed_value() {
        assert!(equal(
            &json!({"$json": {"a": 1}}),
            &json!("{\"a\": 1.0}"),
            &[]
        ));
        assert!(equal(&json!([1]), &json!("[1]"), &[]));
        assert!(!equal(&json!({"a": 1}), &json!("{\"a\": 2}"), &[]));
        assert!(!equal(&json!("[1]"), &json!([1]), &[]));
    }

    #[test]
    fn booleans_keys_and_lengths_are_compared_strictly() {
        assert!(!equal(&json!(1), &json!(true), &[]));
        assert!(equal(&json!(1), &json!(1.0), &[]));
        assert!(!equal(&json!({"a": 1}), &json!({"a": 1, "b": 2}), &[]));
        assert!(!equal(&json!([1]), &json!([1, 2]), &[]));
    }
}
