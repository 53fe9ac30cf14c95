//! The differences between two JSON values, with their paths.

use serde_json::Value as Json;
use stepwright_asl::redaction::Redaction;
use stepwright_asl::words::first_lines;

use crate::short_text::short;

/// The maximum number of reported differences.
const MOST: usize = 5;

/// Returns the differences, a line each: `at /total: expected 12, got 13`. Empty when the values
/// are equal; numbers are equal by value. Values of redacted fields are masked.
pub fn differences(expected: &Json, actual: &Json, redaction: &Redaction) -> Vec<String> {
    let mut found = Vec::new();
    walk("", expected, actual, &mut |pointer, expected, actual| {
        found.push(line(pointer, pointer, expected, actual, redaction));
    });
    first_lines(found, MOST)
}

/// Calls `report` with the pointer of each difference, and the two values.
pub fn walk(
    pointer: &str,
    expected: &Json,
    actual: &Json,
    report: &mut impl FnMut(&str, Option<&Json>, Option<&Json>),
) {
    match (expected, actual) {
        (Json::Object(left), Json::Object(right)) => {
            for (key, value) in left {
                let pointer = format!("{pointer}/{}", escape(key));
                match right.get(key) {
                    Some(other) => walk(&pointer, value, other, report),
                    None => report(&pointer, Some(value), None),
                }
            }
            for (key, value) in right.iter().filter(|(key, _)| !left.contains_key(*key)) {
                report(&format!("{pointer}/{}", escape(key)), None, Some(value));
            }
        }
        (Json::Array(left), Json::Array(right)) => {
            for index in 0..left.len().max(right.len()) {
                let pointer = format!("{pointer}/{index}");
                match (left.get(index), right.get(index)) {
                    (Some(value), Some(other)) => walk(&pointer, value, other, report),
                    (value, other) => report(&pointer, value, other),
                }
            }
        }
        (Json::Number(left), Json::Number(right)) => {
            let equal = match (left.as_i128(), right.as_i128()) {
                (Some(left), Some(right)) => left == right,
                _ => left.as_f64() == right.as_f64(),
            };
            if !equal {
                report(pointer, Some(expected), Some(actual));
            }
        }
        _ if expected == actual => {}
        _ => report(pointer, Some(expected), Some(actual)),
    }
}

/// Formats one difference. `inside` is the part of the pointer within the value itself: its names
/// may be redacted.
pub fn line(
    pointer: &str,
    inside: &str,
    expected: Option<&Json>,
    actual: Option<&Json>,
    redaction: &Redaction,
) -> String {
    let names: Vec<String> = inside.split('/').skip(1).map(unescape).collect();
    // The index of an item is not a name.
    let names = names.iter().map(String::as_str);
    let names: Vec<&str> = names
        .filter(|name| name.parse::<usize>().is_err())
        .collect();
    let text = |value: Option<&Json>| match value {
        Some(value) => short(&redaction.value_at(&names, value)),
        None => "nothing".to_owned(),
    };
    let prefix = if pointer.is_empty() {
        String::new()
    } else {
        format!("at {pointer}: ")
    };
    format!("{prefix}expected {}, got {}", text(expected), text(actual))
}

fn escape(key: &str) -> String {
    key.replace('~', "~0").replace('/', "~1")
}

fn unescape(key: &str) -> String {
    key.replace("~1", "/").replace("~0", "~")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn each_difference_names_its_path_and_the_expected_value() {
        let expected = json!({"a": [1, {"b/c": 2}], "gone": 1, "same": 1.0});
        let actual = json!({"a": [1, {"b/c": 3}, 4], "same": 1, "new": null});
        assert_eq!(
            differences(&expected, &actual, &Redaction::new()),
            [
                "at /a/1/b~1c: expected 2, got 3",
                "at /a/2: expected nothing, got 4",
                "at /gone: expected 1, got nothing",
                "at /new: expected nothing, got null",
            ]
        );
        assert_eq!(
            differences(&json!(1), &json!("1"), &Redaction::new()),
            ["expected 1, got \"1\""]
        );
    }

    #[test]
    fn redacted_values_are_masked_in_differences() {
        let expected =
            json!({ "card": [{ "number": 1 }], "a/b": 1, "x": { "card": { "number": 3 } } });
        let actual = json!({ "card": [{ "number": 2 }], "a/b": 2, "x": 4 });
        let redaction = ["card.number", "['a/b']"];
        let redaction = redaction.iter().fold(Redaction::new(), |redaction, path| {
            redaction.path(path).expect("a path")
        });
        assert_eq!(
            differences(&expected, &actual, &redaction),
            [
                r#"at /card/0/number: expected "[redacted]", got "[redacted]""#,
                r#"at /a~1b: expected "[redacted]", got "[redacted]""#,
                r#"at /x: expected {"card":{"number":"[redacted]"}}, got 4"#,
            ]
        );
    }

    #[test]
    fn many_differences_are_counted() {
        let (left, right) = (json!([1, 2, 3, 4, 5, 6, 7]), json!([0, 0, 0, 0, 0, 0, 0]));
        let lines = differences(&left, &right, &Redaction::new());
        assert_eq!(lines.len(), 6);
        assert_eq!(lines[5], "and 2 more");
    }
}
